/**
 * Compiles everything the hub knows into the sections of the artefact (`pack.ts`).
 *
 * R4 core comes with snapshots; the profiles of `profiles/` are differentials whose snapshots are made here. A profile may
 * take the place of a core definition with the same canonical. Structures and expansions are made as on a running hub.
 */
import type { CodeSystem as RawCodeSystem, StructureDefinition as RawStructure, ValueSet as RawValueSet } from 'fhir/r4.js'
import { definitionsIn, type Definition } from '../definition.ts'
import type { Definitions, StructureDefinition, ValueSet } from '../definitions.ts'
import { MEDIA_TYPES_RFC, readValueSet } from '../expand.ts'
import { encodeCodeSystem, type Catalogue } from '../load.ts'
import { UK_CORE_PROFILE, withDefinitions } from '../overlay.ts'
import type { Sections } from '../pack.ts'
import { structureOf } from '../structure.ts'
import { compileGates } from './gates.ts'
import { readCompartments, readOperations, readSearchParameters } from './interactions.ts'
import { CORE_FOLDER, EXPANSIONS_FOLDER, readPackage, readProfiles, type Profiles } from './packages.ts'

const byUrl = <T extends { url?: string | undefined }>(items: readonly T[]): Map<string, T> =>
  new Map(items.flatMap(item => (item.url === undefined ? [] : [[item.url, item] as const])))

const texts = <T>(items: ReadonlyMap<string, T>, encode: (item: T) => unknown = item => item): Map<string, string> =>
  new Map([...items].map(([key, item]) => [key, JSON.stringify(encode(item))]))

/** UK Core profiles named after the type they constrain: what every resource of that type must meet. */
const defaultProfiles = (structures: Iterable<StructureDefinition>): Record<string, string> =>
  Object.fromEntries([...structures]
    .filter(({ url, type, derivation }) => derivation === 'constraint' && url === `${UK_CORE_PROFILE}${type}`)
    .map(({ url, type }) => [type, url]))

const encodeValueSet = (set: ValueSet) => (set.kind === 'expanded'
  ? { ...set, codes: Object.fromEntries([...set.codes].map(([system, codes]) => [system, Object.fromEntries(codes)])) }
  : set)

/** No definitions at all, over which those of R4 and of the project are laid. */
const NOTHING: Definitions = {
  fingerprint: '', resourceTypes: new Set(),
  type: () => undefined, structure: () => undefined, defaultProfile: () => undefined, searchParameters: () => new Map(),
  valueSet: () => undefined, codeSystem: () => undefined, compartment: () => [], operation: () => undefined,
  addedProfiles: () => [], canonicals: () => [], gate: () => () => false,
}

/** Every structure with its snapshot, every code system, every value set with its expansion or the reason why there is none. */
function compileDefined(profiles: Profiles) {
  const raw = {
    structures: byUrl<RawStructure>([...readPackage(CORE_FOLDER, 'StructureDefinition'), ...profiles.structures]),
    codeSystems: byUrl<RawCodeSystem>([...readPackage(CORE_FOLDER, 'CodeSystem'), ...profiles.codeSystems]),
    valueSets: byUrl<RawValueSet>([...readPackage(CORE_FOLDER, 'ValueSet'), ...profiles.valueSets]),
  }
  const published = byUrl<RawValueSet>(readPackage(EXPANSIONS_FOLDER, 'ValueSet'))
  const sets = [...new Set([...raw.valueSets.keys(), ...published.keys()])].map((url): Definition => {
    const expansion = published.get(url)?.expansion
    const { expansion: _, ...source } = readValueSet((raw.valueSets.get(url) ?? published.get(url)) as RawValueSet)
    return { kind: 'ValueSet', url, version: undefined, source: { ...source, ...(expansion === undefined ? {} : { expansion, isPublished: true }) } }
  })
  const own = [...[...raw.structures.values(), ...raw.codeSystems.values()].flatMap(definitionsIn), ...sets]
  const all = withDefinitions(NOTHING, own)
  const structures = own.flatMap(definition => {
    if (definition.kind !== 'StructureDefinition') return []
    const made = all.structure(definition.url) ?? structureOf(definition.source, url => all.structure(url))
    return [[definition.url, made] as const]
  })
  return {
    structures: new Map(structures),
    codeSystems: new Map(own.flatMap(definition => (definition.kind === 'CodeSystem' ? [[definition.url, definition.source] as const] : []))),
    valueSets: new Map([
      ...own.flatMap(({ kind, url }) => (kind === 'ValueSet' ? [[url, all.valueSet(url)!] as const] : [])),
      [MEDIA_TYPES_RFC.url, MEDIA_TYPES_RFC],
    ]),
  }
}

/**
 * Everything, ready to be written.
 * @throws Error (SnapshotError among them) naming the file, structure or element that cannot be compiled
 */
export function compileDefinitions(): Sections {
  const profiles = readProfiles()
  const { structures, codeSystems, valueSets } = compileDefined(profiles)
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
