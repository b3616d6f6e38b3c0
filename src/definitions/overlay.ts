/**
 * Definitions laid over others: the same `Definitions` with some more, which are found first. A value of its own, never
 * changed, so that whoever began with it ends with it; what nobody touched is the same object as before (`kept.ts`).
 *
 * Structures and expansions are made when first asked for, in whatever order they need one another.
 */
import { isOfR4, isVersion, newestFirst, versionIn, withoutVersion } from './canonical.ts'
import type { Definition } from './definition.ts'
import type { CodeSystem, Definitions, StructureDefinition, ValueSet } from './definitions.ts'
import { expandValueSet, type ValueSetSource } from './expand.ts'
import { keeping } from './kept.ts'
import { SnapshotError } from './snapshot.ts'
import { structureOf, type StructureSource } from './structure.ts'

/** A profile of UK Core named after the type it constrains is what every resource of that type must meet. */
export const UK_CORE_PROFILE = 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-'

type Of<Kind extends Definition['kind']> = Extract<Definition, { readonly kind: Kind }>

/** url -> definitions, the newest version first. */
const byUrl = <Kind extends Definition['kind']>(own: readonly Definition[], kind: Kind): ReadonlyMap<string, readonly Of<Kind>[]> => {
  const found = new Map<string, Of<Kind>[]>()
  for (const definition of own) {
    if (definition.kind === kind) found.set(definition.url, [...found.get(definition.url) ?? [], definition as Of<Kind>])
  }
  for (const versions of found.values()) versions.sort((one, other) => newestFirst(one.version, other.version))
  return found
}

const find = <T extends Definition>(known: ReadonlyMap<string, readonly T[]>, canonical: string): T | undefined => {
  // HL7's v2 systems have a version inside their canonical
  const whole = known.get(canonical)
  const version = whole !== undefined || isOfR4(canonical) ? undefined : versionIn(canonical)
  const versions = whole ?? known.get(withoutVersion(canonical))
  return version === undefined ? versions?.[0] : versions?.find(definition => isVersion(definition.version, version))
}

const madeStructure = keeping((source: StructureSource, from): StructureDefinition => structureOf(source, url => from.structure(url)))
const madeValueSet = keeping((source: ValueSetSource, from): ValueSet => expandValueSet(source, from))

/** What is called by other names in a supplement as well. */
const renamed = (system: CodeSystem, supplements: readonly CodeSystem[]): CodeSystem => {
  const designations = new Map(system.designations ?? [])
  for (const supplement of supplements) {
    for (const [code, display] of supplement.codes) {
      const names = [...display === '' ? [] : [display], ...supplement.designations?.get(code) ?? []]
      designations.set(code, [...designations.get(code) ?? [], ...names])
    }
  }
  return { ...system, designations }
}

let generations = 0

/** @param own in any order; of one canonical the first counts. A structure that cannot be made is not found. */
export const withDefinitions = (base: Definitions, own: readonly Definition[]): Definitions => {
  if (own.length === 0) return base
  const structures = byUrl(own, 'StructureDefinition')
  const valueSets = byUrl(own, 'ValueSet')
  const codeSystems = byUrl(own, 'CodeSystem')
  const supplements = own.flatMap(definition => (definition.kind === 'CodeSystem' && definition.source.supplements !== undefined ? [definition.source] : []))
  const underway = new Set<Definition>()
  const made = new Map<Definition, StructureDefinition | ValueSet | undefined>()

  /** Made once in these definitions; what needs itself is not found while it is being made. */
  const once = <T extends StructureDefinition | ValueSet>(definition: Definition, circle: T | undefined, make: () => T | undefined): T | undefined => {
    if (made.has(definition)) return made.get(definition) as T | undefined
    if (underway.has(definition)) return circle
    underway.add(definition)
    try {
      const value = make()
      made.set(definition, value)
      return value
    } finally {
      underway.delete(definition)
    }
  }

  const structure = (canonical: string): StructureDefinition | undefined => {
    const definition = find(structures, canonical)
    if (definition === undefined) return base.structure(canonical)
    return once(definition, undefined, () => {
      try {
        return madeStructure(definition.source, definitions)
      } catch (error) {
        if (error instanceof SnapshotError) return undefined
        throw error
      }
    })
  }

  const valueSet = (canonical: string): ValueSet | undefined => {
    const definition = find(valueSets, canonical)
    if (definition === undefined) return base.valueSet(canonical)
    return once<ValueSet>(definition, { kind: 'unknown', url: definition.url, reason: 'it imports itself' }, () => madeValueSet(definition.source, definitions))
  }

  const supplemented = new Map<CodeSystem, CodeSystem>()
  const codeSystem = (canonical: string): CodeSystem | undefined => {
    const system = find(codeSystems, canonical)?.source ?? base.codeSystem(canonical)
    if (system === undefined || supplements.length === 0) return system
    const more = supplements.filter(({ supplements: of = '' }) => withoutVersion(of) === system.url)
    if (more.length === 0) return system
    const known = supplemented.get(system) ?? renamed(system, more)
    supplemented.set(system, known)
    return known
  }

  const defaultProfile = (resourceType: string): string | undefined => {
    const added = structure(UK_CORE_PROFILE + resourceType)
    return added?.type === resourceType && added.derivation === 'constraint' ? added.url : base.defaultProfile(resourceType)
  }

  const profiles = [...structures].flatMap(([url, [definition]]) =>
    (definition?.source.kind === 'resource' && definition.source.derivation === 'constraint' ? [{ url, type: definition.source.type }] : []))

  const canonicals: Definitions['canonicals'] = kind => {
    const shipped = base.canonicals(kind)
    const added = kind === 'StructureDefinition' ? structures : kind === 'ValueSet' ? valueSets : kind === 'CodeSystem' ? codeSystems : undefined
    return added === undefined ? shipped : [...new Set([...shipped, ...[...added.keys()].filter(url => !url.includes('#'))])]
  }

  const definitions: Definitions = {
    ...base,
    fingerprint: `${base.fingerprint}+${++generations}`,
    structure, valueSet, codeSystem, defaultProfile, canonicals,
    addedProfiles: resourceType => [
      ...base.addedProfiles(resourceType), ...profiles.filter(({ url, type }) => type === resourceType && base.structure(url) === undefined).map(({ url }) => url)],
  }
  return definitions
}

/**
 * Definitions that follow others: each question is put to what is current when it is asked.
 * What does not change by an overlay (types, gates, search parameters, compartments, operations) is that of now.
 */
export const following = (current: () => Definitions): Definitions => ({
  ...current(),
  get fingerprint() { return current().fingerprint },
  structure: canonical => current().structure(canonical),
  valueSet: canonical => current().valueSet(canonical),
  codeSystem: canonical => current().codeSystem(canonical),
  defaultProfile: resourceType => current().defaultProfile(resourceType),
  canonicals: kind => current().canonicals(kind),
  addedProfiles: resourceType => current().addedProfiles(resourceType),
})
