/**
 * A FHIR package: a `.tgz` of npm's form whose folder `package/` holds `package.json` and a resource per file; read whole,
 * in memory. Its folders below that (examples and such) are not its content. https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
 */
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { isDefinition, type DefinitionResource } from '../definition.ts'
import { BrokenArchive, filesIn } from './tar.ts'

export interface FhirPackage {
  /** `fhir.r4.ukcore.stu2-2.0.2.tgz` */
  readonly file: string
  readonly name: string
  readonly version: string
  /** Structures, value sets and code systems, by the file they are in, in the order of these. */
  readonly resources: readonly { readonly file: string; readonly resource: DefinitionResource }[]
  /** Files that cannot be read, with the reason. */
  readonly problems: readonly string[]
}

/** R4 core itself has 4 MB and unpacks to 250 MB. */
const MAX_PACKED_BYTES = 50_000_000
const MAX_UNPACKED_BYTES = 400_000_000
/** The largest definition of R4 has 3 MB with its snapshot and narrative. */
const MAX_RESOURCE_BYTES = 20_000_000

const CONTENT = /^package\/([^/]+\.json)$/

/** @throws BrokenArchive naming what is wrong with the package as a whole */
export function readPackage(path: string): FhirPackage {
  const contents = new Map<string, Buffer>()
  for (const { name, content } of filesIn(unpacked(path))) {
    const file = CONTENT.exec(name)?.[1]
    if (file !== undefined) contents.set(file, content)
  }
  const { name, version } = manifestIn(contents.get('package.json'))
  const problems: string[] = []
  const resources = [...contents].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([file, content]) => {
    if (file === 'package.json' || file.startsWith('.')) return []
    const read = resourceIn(content)
    if (typeof read === 'string') {
      problems.push(`${file}: ${read}`)
      return []
    }
    return isDefinition(read) ? [{ file, resource: read }] : []
  })
  return { file: basename(path), name, version, resources, problems }
}

function unpacked(path: string): Buffer {
  let packed: Buffer
  try {
    if (statSync(path).size > MAX_PACKED_BYTES) throw new BrokenArchive(`it is larger than ${MAX_PACKED_BYTES} bytes`)
    packed = readFileSync(path)
  } catch (error) {
    throw error instanceof BrokenArchive ? error : new BrokenArchive('it cannot be read')
  }
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES })
  } catch (error) {
    throw new BrokenArchive((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
      ? `it unpacks to more than ${MAX_UNPACKED_BYTES} bytes` : 'it is not compressed by gzip, or damaged')
  }
}

function manifestIn(content: Buffer | undefined): { readonly name: string; readonly version: string } {
  if (content === undefined) throw new BrokenArchive('it has no package/package.json, so it is no FHIR package')
  const manifest = jsonIn(content) as Record<string, unknown> | null | undefined
  const { name, version, fhirVersions, 'fhir-version-list': older } = manifest ?? {}
  if (typeof name !== 'string' || typeof version !== 'string') throw new BrokenArchive('its package.json names no package and version')
  const versions: unknown = fhirVersions ?? older
  if (Array.isArray(versions) && !versions.some(one => typeof one === 'string' && /^4\.0(?:\.|$)/.test(one))) {
    throw new BrokenArchive(`it is for FHIR ${versions.join(', ').slice(0, 80)}, and this hub is of R4 (4.0.1)`)
  }
  return { name, version }
}

/** The resource in a file, or why there is none. */
function resourceIn(content: Buffer): { readonly resourceType: string } | string {
  if (content.length > MAX_RESOURCE_BYTES) return `it is larger than ${MAX_RESOURCE_BYTES} bytes`
  const value = jsonIn(content)
  if (value === undefined) return 'it is no JSON'
  const { resourceType } = value as { resourceType?: unknown }
  return typeof resourceType === 'string' ? { ...value, resourceType } : 'it has no resourceType'
}

function jsonIn(content: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(content.toString('utf8').replace(/^\uFEFF/, ''))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
