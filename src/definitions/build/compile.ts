/**
 * Compiles everything the hub knows into the sections of the artefact (`pack.ts`).
 *
 * R4 core comes with snapshots; the profiles of `profiles/` are differentials whose snapshots are made here, in the
 * order in which they need one another. A profile may take the place of a core definition with the same canonical.
 */
import type { CodeSystem as RawCodeSystem, StructureDefinition as RawStructure, ValueSet as RawValueSet } from 'fhir/r4.js'
import type { CodeSystem, StructureDefinition, ValueSet } from '../definitions.ts'
import type { Catalogue } from '../load.ts'
import type { Sections } from '../pack.ts'
import { SnapshotError } from '../snapshot.ts'
import { readStructure } from '../structure.ts'
import { readCodeSystem } from './code-systems.ts'
import { expander, MEDIA_TYPES_RFC } from './expand.ts'
import { compileGates } from './gates.ts'
import { readCompartments, readOperations, readSearchParameters } from './interactions.ts'
import { CORE_FOLDER, EXPANSIONS_FOLDER, readPackage, readProfiles, type Profiles } from './packages.ts'

const UK_CORE_PROFILE = 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-'

const byUrl = <T extends { url?: string | undefined }>(items: readonly T[]): Map<string, T> =>
  new Map(items.flatMap(item => (item.url === undefined ? [] : [[item.url, item] as const])))

const texts = <T>(items: ReadonlyMap<string, T>, encode: (item: T) => unknown = item => item): Map<string, string> =>
  new Map([...items].map(([key, item]) => [key, JSON.stringify(encode(item))]))

/** Every structure with its snapshot, made once and on demand. @throws SnapshotError on a circle of bases */
function compileStructures(raw: ReadonlyMap<string, RawStructure>): Map<string, StructureDefinition> {
  const compiled = new Map<string, StructureDefinition>()
  const underway = new Set<string>()
  const resolve = (url: string): StructureDefinition | undefined => {
    const found = compiled.get(url)
    const source = raw.get(url)
    if (found !== undefined || source === undefined) return found
    if (underway.has(url)) throw new SnapshotError(`${url} derives from itself`)
    underway.add(url)
    const structure = readStructure(source, resolve)
    compiled.set(url, structure)
    return structure
  }
  for (const url of raw.keys()) resolve(url)
  return compiled
}

/** UK Core profiles named after the type they constrain: what every resource of that type must meet. */
const defaultProfiles = (structures: Iterable<StructureDefinition>): Record<string, string> =>
  Object.fromEntries([...structures]
    .filter(({ url, type, derivation }) => derivation === 'constraint' && url === `${UK_CORE_PROFILE}${type}`)
    .map(({ url, type }) => [type, url]))

const encodeCodeSystem = ({ codes, parents, notSelectable, ...rest }: CodeSystem) => ({
  ...rest,
  codes: Object.fromEntries(codes),
  ...(parents ? { parents: Object.fromEntries(parents) } : {}),
  ...(notSelectable ? { notSelectable: [...notSelectable] } : {}),
})

const encodeValueSet = (set: ValueSet) => (set.kind === 'expanded'
  ? { ...set, codes: Object.fromEntries([...set.codes].map(([system, codes]) => [system, Object.fromEntries(codes)])) }
  : set)

/** Code systems, and every value set with its expansion or the reason why there is none. */
function compileTerminology(profiles: Profiles): { codeSystems: Map<string, CodeSystem>; valueSets: Map<string, ValueSet> } {
  const rawCodeSystems = byUrl<RawCodeSystem>([...readPackage(CORE_FOLDER, 'CodeSystem'), ...profiles.codeSystems])
  const rawValueSets = byUrl<RawValueSet>([...readPackage(CORE_FOLDER, 'ValueSet'), ...profiles.valueSets])
  const published = byUrl<RawValueSet>(readPackage(EXPANSIONS_FOLDER, 'ValueSet'))
  const codeSystems = new Map([...rawCodeSystems].map(([url, raw]) => [url, readCodeSystem(raw)]))
  const expand = expander({
    codeSystem: url => codeSystems.get(url),
    valueSet: url => rawValueSets.get(url) ?? published.get(url),
    published: url => published.get(url),
  })
  const urls = new Set([...rawValueSets.keys(), ...published.keys(), MEDIA_TYPES_RFC])
  return { codeSystems, valueSets: new Map([...urls].map(url => [url, expand(url)])) }
}

/**
 * Everything, ready to be written.
 * @throws Error (SnapshotError among them) naming the file, structure or element that cannot be compiled
 */
export function compileDefinitions(): Sections {
  const profiles = readProfiles()
  const structures = compileStructures(byUrl([...readPackage(CORE_FOLDER, 'StructureDefinition'), ...profiles.structures]))
  const { codeSystems, valueSets } = compileTerminology(profiles)
  const searchParameters = readSearchParameters(readPackage(CORE_FOLDER, 'SearchParameter'))
  const operations = readOperations(readPackage(CORE_FOLDER, 'OperationDefinition'))

  const base = [...structures.values()].filter(({ derivation }) => derivation === 'specialization')
  const catalogue: Catalogue = {
    resourceTypes: base.filter(({ kind, abstract }) => kind === 'resource' && !abstract).map(({ type }) => type).sort(),
    types: Object.fromEntries(base.filter(({ kind }) => kind !== 'logical').map(({ name, url }) => [name, url])),
    defaultProfiles: defaultProfiles(structures.values()),
    compartments: readCompartments(readPackage(CORE_FOLDER, 'CompartmentDefinition')),
  }
  return {
    catalogue: texts(new Map([['catalogue', catalogue]])),
    structures: texts(structures),
    searchParameters: texts(byUrl(searchParameters)),
    operations: texts(byUrl(operations)),
    codeSystems: texts(codeSystems, encodeCodeSystem),
    valueSets: texts(valueSets, encodeValueSet),
    gates: compileGates(base, catalogue.resourceTypes),
  }
}
