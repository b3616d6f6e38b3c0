/**
 * A StructureDefinition resource as the hub's compact structure: identity, where an extension may stand, elements.
 *
 * The elements come from the resource's own snapshot where it has one, else they are made from its differential. What is
 * read of the resource is kept apart from what is made of it, because the base it derives from may change.
 */
import type { StructureDefinition as RawStructure } from 'fhir/r4.js'
import { withoutVersion } from './canonical.ts'
import type { ElementDefinition, StructureDefinition } from './definitions.ts'
import { boundTo, elementIds, readElement, type ElementDifference } from './element.ts'
import { snapshot, SnapshotError, type ResolveStructure } from './snapshot.ts'

/** What is read of a StructureDefinition resource. */
export interface StructureSource extends Omit<StructureDefinition, 'elements'> {
  /** Canonical of the base, with the version it may name. */
  readonly base?: string
  readonly snapshot?: readonly ElementDefinition[]
  readonly differential: readonly ElementDifference[]
}

/** The elements of a snapshot; `min` and `max` are always there in one (https://hl7.org/fhir/R4/elementdefinition.html). */
function ownSnapshot(raw: RawStructure): readonly ElementDefinition[] | undefined {
  const elements = raw.snapshot?.element
  if (elements === undefined) return undefined
  const ids = elementIds(elements)
  return elements.map((element, i) => {
    const { binding, ...rest } = readElement(element, ids[i] as string)
    return { min: 0, max: 1, ...rest, ...boundTo(undefined, binding) }
  })
}

function ownDifferential(raw: RawStructure): readonly ElementDifference[] {
  const elements = raw.differential?.element ?? []
  const ids = elementIds(elements)
  return elements.map((element, i) => readElement(element, ids[i] as string))
}

export function readStructureSource(raw: RawStructure): StructureSource {
  const own = ownSnapshot(raw)
  return {
    url: raw.url,
    ...(raw.version === undefined ? {} : { version: raw.version }),
    name: raw.name,
    type: raw.type,
    kind: raw.kind,
    derivation: raw.derivation ?? 'specialization',
    abstract: raw.abstract,
    ...(raw.baseDefinition === undefined ? {} : { baseDefinition: withoutVersion(raw.baseDefinition), base: raw.baseDefinition }),
    ...(raw.context === undefined ? {} : { context: raw.context.map(({ type, expression }) => ({ type, expression })) }),
    ...(own === undefined ? {} : { snapshot: own }),
    // a snapshot says all that its differential does
    differential: own === undefined ? ownDifferential(raw) : [],
  }
}

/**
 * The structure with all its elements.
 * @param resolve finds the base, the types and the extension profiles a differential needs
 * @throws SnapshotError naming the structure and the element
 */
export function structureOf(source: StructureSource, resolve: ResolveStructure): StructureDefinition {
  const { base: canonical = '', snapshot: own, differential, ...identity } = source
  if (own !== undefined) return { ...identity, elements: own }
  const base = resolve(canonical)
  if (base === undefined) throw new SnapshotError(`${source.url}: its baseDefinition "${canonical}" is not known`)
  try {
    return { ...identity, elements: snapshot(base.elements, differential, resolve) }
  } catch (error) {
    throw error instanceof SnapshotError ? new SnapshotError(`${source.url}: ${error.message}`, error.element) : error
  }
}

/** Both at once. @throws SnapshotError */
export const readStructure = (raw: RawStructure, resolve: ResolveStructure): StructureDefinition =>
  structureOf(readStructureSource(raw), resolve)
