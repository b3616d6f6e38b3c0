/**
 * Reading what is compiled: the HL7 packages of R4 among the dev dependencies, and the project's `profiles/`.
 *
 * `hl7.fhir.r4.examples` holds all of R4 core despite its name; `hl7.fhir.r4.expansions` its expanded value sets.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CodeSystem, FhirResource, StructureDefinition, ValueSet } from 'fhir/r4.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
export const PROFILES_FOLDER = join(ROOT, 'profiles')
export const CORE_FOLDER = join(ROOT, 'node_modules/hl7.fhir.r4.examples')
export const EXPANSIONS_FOLDER = join(ROOT, 'node_modules/hl7.fhir.r4.expansions')

export const arePackagesInstalled = (): boolean =>
  existsSync(join(CORE_FOLDER, 'package.json')) && existsSync(join(EXPANSIONS_FOLDER, 'package.json'))

const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${relative(ROOT, file)} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

/** All resources of a type in a package folder; their files are named `{Type}-{id}.json`. */
export function readPackage<T extends FhirResource['resourceType']>(
  folder: string, type: T,
): Extract<FhirResource, { resourceType: T }>[] {
  return readdirSync(folder)
    .filter(name => name.startsWith(`${type}-`) && name.endsWith('.json'))
    .sort()
    .map(name => readJson(join(folder, name)) as Extract<FhirResource, { resourceType: T }>)
}

/** Every JSON file under `profiles/`, sorted; none when the folder is absent. */
export function profileFiles(folder = PROFILES_FOLDER): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.json')).sort().map(name => join(folder, name))
}

export interface Profiles {
  readonly structures: readonly StructureDefinition[]
  readonly valueSets: readonly ValueSet[]
  readonly codeSystems: readonly CodeSystem[]
}

/** What `profiles/` defines. @throws Error naming a file that is no conformance resource of a kind compiled here */
export function readProfiles(folder = PROFILES_FOLDER): Profiles {
  const structures: StructureDefinition[] = []
  const valueSets: ValueSet[] = []
  const codeSystems: CodeSystem[] = []
  for (const file of profileFiles(folder)) {
    const resource = readJson(file) as FhirResource
    switch (resource.resourceType) {
      case 'StructureDefinition': structures.push(resource); break
      case 'ValueSet': valueSets.push(resource); break
      case 'CodeSystem': codeSystems.push(resource); break
      default:
        throw new Error(`${relative(ROOT, file)} is a ${resource.resourceType ?? 'file without resourceType'}; ` +
          'profiles/ holds StructureDefinition, ValueSet and CodeSystem resources')
    }
  }
  return { structures, valueSets, codeSystems }
}
