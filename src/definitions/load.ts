/**
 * Loading the compiled definitions: the artefact is read whole, its parts are parsed when first asked for.
 *
 * What was parsed stays, so the second question about a type costs a map lookup. Figures: docs/definitions.md.
 */
import type {
  CodeSystem, Definitions, ElementDefinition, OperationDefinition, SearchParameter, StructureDefinition, ValueSet,
} from './definitions.ts'
import { withoutVersion } from './element.ts'
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

function decodeCodeSystem(text: string): CodeSystem {
  const { codes, parents, notSelectable, ...rest } = JSON.parse(text) as Pick<CodeSystem, 'url' | 'content' | 'caseSensitive'> &
    { codes: Record<string, string>; parents?: Record<string, string[]>; notSelectable?: string[] }
  return {
    ...rest,
    codes: new Map(Object.entries(codes)),
    ...(parents ? { parents: new Map(Object.entries(parents)) } : {}),
    ...(notSelectable ? { notSelectable: new Set(notSelectable) } : {}),
  }
}

function decodeValueSet(text: string): ValueSet {
  const set = JSON.parse(text) as ValueSet
  if (set.kind !== 'expanded') return set
  return { ...set, codes: new Map(Object.entries(set.codes).map(([system, codes]) => [system, new Map(Object.entries(codes))])) }
}

const NO_PARAMETERS: ReadonlyMap<string, SearchParameter> = new Map()

/** `2.0.2-hub.1` restates `2.0.2` and answers to both. */
const isVersion = (have: string | undefined, asked: string): boolean =>
  have === asked || have?.startsWith(`${asked}-hub.`) === true

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

  const structure = (url: string): StructureDefinition | undefined => {
    const canonical = withoutVersion(url)
    const found = structureByUrl(canonical)
    return canonical === url || isVersion(found?.version, url.slice(canonical.length + 1)) ? found : undefined
  }
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
    valueSet: url => valueSetByUrl(withoutVersion(url)),
    // HL7's v2 systems have a version inside their canonical
    codeSystem: url => codeSystemByUrl(url) ?? codeSystemByUrl(withoutVersion(url)),
    compartment: (compartment, resourceType) => compartments.get(compartment)?.get(resourceType) ?? [],
    operation: (code, resourceType) => allOperations().find(operation => operation.code === code &&
      (resourceType === undefined || operation.resource.some(name => name === resourceType || name === 'Resource'))),
    canonicals: kind => pack.keys(sections[kind]),
    gate: gateLinker((name: string) => pack.text('gates', name), resourceTypes),
  }
}
