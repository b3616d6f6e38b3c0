/**
 * A StructureDefinition resource as the hub's compact structure: identity, where an extension may stand, elements.
 *
 * The elements come from the resource's own snapshot where it has one, else they are made from its differential.
 */
import type { StructureDefinition as RawStructure } from 'fhir/r4.js'
import type { ElementDefinition, StructureDefinition } from './definitions.ts'
import { boundTo, elementIds, readElement, withoutVersion } from './element.ts'
import { snapshot, SnapshotError, type ResolveStructure } from './snapshot.ts'

/** The elements of a snapshot; `min` and `max` are always there in one (https://hl7.org/fhir/R4/elementdefinition.html). */
function ownSnapshot(raw: RawStructure): ElementDefinition[] | undefined {
  const elements = raw.snapshot?.element
  if (elements === undefined) return undefined
  const ids = elementIds(elements)
  return elements.map((element, i) => {
    const { binding, ...rest } = readElement(element, ids[i] as string)
    return { min: 0, max: 1, ...rest, ...boundTo(undefined, binding) }
  })
}

function generated(raw: RawStructure, resolve: ResolveStructure): ElementDefinition[] {
  const url = withoutVersion(raw.baseDefinition ?? '')
  const base = resolve(url)
  if (base === undefined) throw new SnapshotError(`${raw.url}: its baseDefinition "${url}" is not known`)
  const differential = raw.differential?.element ?? []
  const ids = elementIds(differential)
  try {
    return snapshot(base.elements, differential.map((element, i) => readElement(element, ids[i] as string)), resolve)
  } catch (error) {
    throw error instanceof SnapshotError ? new SnapshotError(`${raw.url}: ${error.message}`) : error
  }
}

/**
 * @param resolve finds the base, the types and the extension profiles a differential needs
 * @throws SnapshotError naming the structure and the element
 */
export function readStructure(raw: RawStructure, resolve: ResolveStructure): StructureDefinition {
  return {
    url: raw.url,
    ...(raw.version === undefined ? {} : { version: raw.version }),
    name: raw.name,
    type: raw.type,
    kind: raw.kind,
    derivation: raw.derivation ?? 'specialization',
    abstract: raw.abstract,
    ...(raw.baseDefinition === undefined ? {} : { baseDefinition: withoutVersion(raw.baseDefinition) }),
    ...(raw.context === undefined ? {} : { context: raw.context.map(({ type, expression }) => ({ type, expression })) }),
    elements: ownSnapshot(raw) ?? generated(raw, resolve),
  }
}
