/**
 * Loading the compiled definitions: the artefact is read whole, its parts are parsed when first asked for.
 *
 * What was parsed stays, so the second question about a type costs a map lookup. Figures: docs/definitions.md.
 */
import { isOfR4, isVersion, versionIn, withoutVersion } from './canonical.ts'
import type {
  CodeSystem, Definitions, ElementDefinition, OperationDefinition, SearchParameter, StructureDefinition, ValueSet,
} from './definitions.ts'
import { gateLinker } from './gate.ts'
import { DEFINITIONS_FOLDER, readPack } from './pack.ts'
import { coreStructure } from './snapshot.ts'

/** The small tables of the artefact, parsed at once. */
export interface Catalogue {
  readonly resourceTypes: readonly string[]
  /** Type name -> canonical. */
  readonly types: Readonly<Record<string, string>>
  /** Resource type -> canonical of the profile. */
  readonly defaultProfiles: Readonly<Record<string, string>>
  /** Compartment -> resource type -> codes of search parameters. */
  readonly compartments: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

/** A function that computes its answer for a key once; keys without an answer, which callers make up, leave no trace. */
function remembering<T>(compute: (key: string) => T | undefined): (key: string) => T | undefined {
  const known = new Map<string, T>()
  return key => {
    const found = known.get(key)
    if (found !== undefined) return found
    const value = compute(key)
    if (value !== undefined) known.set(key, value)
    return value
  }
}

function once<T>(compute: () => T): () => T {
  let known: { value: T } | undefined
  return () => (known ??= { value: compute() }).value
}

const decodeStructure = (text: string): StructureDefinition => {
  const structure = JSON.parse(text) as StructureDefinition
  // JSON has no Infinity: an unbounded maximum is written as null
  return { ...structure, elements: structure.elements.map((element): ElementDefinition =>
    (element.max === null ? { ...element, max: Infinity } : element)) }
}

type PackedCodeSystem = Omit<CodeSystem, 'codes' | 'parents' | 'notSelectable' | 'inactive' | 'declared' | 'properties' | 'designations'> & {
  readonly codes: Readonly<Record<string, string>>
  readonly declared: readonly string[]
  readonly parents?: Readonly<Record<string, readonly string[]>>
  readonly notSelectable?: readonly string[]
  readonly inactive?: readonly string[]
  readonly properties?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly designations?: Readonly<Record<string, readonly string[]>>
}

const mapOf = <T>(record: Readonly<Record<string, T>>): ReadonlyMap<string, T> => new Map(Object.entries(record))

/** A code system as JSON has it; `decodeCodeSystem` reads it back. */
export const encodeCodeSystem = (system: CodeSystem): PackedCodeSystem => {
  const { codes, declared, parents, notSelectable, inactive, properties, designations, ...rest } = system
  return {
    ...rest,
    codes: Object.fromEntries(codes),
    declared: [...declared],
    ...(parents ? { parents: Object.fromEntries(parents) } : {}),
    ...(notSelectable ? { notSelectable: [...notSelectable] } : {}),
    ...(inactive ? { inactive: [...inactive] } : {}),
    ...(properties ? { properties: Object.fromEntries([...properties].map(([name, values]) => [name, Object.fromEntries(values)])) } : {}),
    ...(designations ? { designations: Object.fromEntries(designations) } : {}),
  }
}

function decodeCodeSystem(text: string): CodeSystem {
  const { codes, declared, parents, notSelectable, inactive, properties, designations, ...rest } = JSON.parse(text) as PackedCodeSystem
  return {
    ...rest,
    codes: mapOf(codes),
    declared: new Set(declared),
    ...(parents ? { parents: mapOf(parents) } : {}),
    ...(notSelectable ? { notSelectable: new Set(notSelectable) } : {}),
    ...(inactive ? { inactive: new Set(inactive) } : {}),
    ...(properties ? { properties: new Map(Object.entries(properties).map(([name, values]) => [name, mapOf(values)])) } : {}),
    ...(designations ? { designations: mapOf(designations) } : {}),
  }
}

function decodeValueSet(text: string): ValueSet {
  const set = JSON.parse(text) as ValueSet
  if (set.kind !== 'expanded') return set
  return { ...set, codes: new Map(Object.entries(set.codes).map(([system, codes]) => [system, new Map(Object.entries(codes))])) }
}

const NO_PARAMETERS: ReadonlyMap<string, SearchParameter> = new Map()

/**
 * @param folder where `scripts/definitions.ts` put the artefact; `build/definitions/` of the project unless given
 * @throws Error when there is no artefact, or one of another layout
 */
export function loadDefinitions(folder: string = DEFINITIONS_FOLDER): Definitions {
  const pack = readPack(folder)
  const catalogue = JSON.parse(pack.text('catalogue', 'catalogue') ?? '{}') as Catalogue
  const decoded = <T>(section: string, decode: (text: string) => T) => remembering((key: string): T | undefined => {
    const text = pack.text(section, key)
    return text === undefined ? undefined : decode(text)
  })

  const resourceTypes = new Set(catalogue.resourceTypes)
  const types = new Map(Object.entries(catalogue.types))
  const defaultProfiles = new Map(Object.entries(catalogue.defaultProfiles))
  const compartments = new Map(Object.entries(catalogue.compartments)
    .map(([compartment, members]) => [compartment, new Map(Object.entries(members))]))

  const structureByUrl = decoded('structures', decodeStructure)
  const valueSetByUrl = decoded('valueSets', decodeValueSet)
  const codeSystemByUrl = decoded('codeSystems', decodeCodeSystem)

  const all = (section: string): unknown[] =>
    pack.keys(section).map(key => JSON.parse(pack.text(section, key) ?? 'null') as unknown)
  const allParameters = once(() => all('searchParameters') as SearchParameter[])
  const allOperations = once(() => all('operations') as OperationDefinition[])

  const type = (name: string): StructureDefinition | undefined => structureByUrl(types.get(name) ?? '')

  const parametersOf = remembering((resourceType: string): ReadonlyMap<string, SearchParameter> | undefined => {
    if (!resourceTypes.has(resourceType)) return undefined
    const isDomainResource = type(resourceType)?.baseDefinition === coreStructure('DomainResource')
    const bases = new Set([resourceType, 'Resource', ...(isDomainResource ? ['DomainResource'] : [])])
    return new Map(allParameters().filter(({ base }) => base.some(name => bases.has(name))).map(item => [item.code, item]))
  })

  const structure = (canonical: string): StructureDefinition | undefined => {
    const version = versionIn(canonical)
    const found = structureByUrl(withoutVersion(canonical))
    return version === undefined || isVersion(found?.version, version) ? found : undefined
  }
  const terminology = <T extends { readonly version?: string }>(byUrl: (url: string) => T | undefined) => (canonical: string): T | undefined => {
    const version = versionIn(canonical)
    const found = byUrl(withoutVersion(canonical))
    return version === undefined || isOfR4(canonical) || isVersion(found?.version, version) ? found : undefined
  }
  const codeSystem = terminology(codeSystemByUrl)
  const sections = {
    StructureDefinition: 'structures', ValueSet: 'valueSets', CodeSystem: 'codeSystems',
    SearchParameter: 'searchParameters', OperationDefinition: 'operations',
  } as const

  return {
    fingerprint: pack.fingerprint,
    resourceTypes,
    type,
    structure,
    defaultProfile: resourceType => defaultProfiles.get(resourceType),
    searchParameters: resourceType => parametersOf(resourceType) ?? NO_PARAMETERS,
    valueSet: terminology(valueSetByUrl),
    // HL7's v2 systems have a version inside their canonical
    codeSystem: canonical => codeSystemByUrl(canonical) ?? codeSystem(canonical),
    compartment: (compartment, resourceType) => compartments.get(compartment)?.get(resourceType) ?? [],
    operation: (code, resourceType) => allOperations().find(operation => operation.code === code &&
      (resourceType === undefined || operation.resource.some(name => name === resourceType || name === 'Resource'))),
    addedProfiles: () => [],
    canonicals: kind => pack.keys(sections[kind]),
    gate: gateLinker((name: string) => pack.text('gates', name), resourceTypes),
  }
}
