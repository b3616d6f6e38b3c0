/**
 * A CodeSystem resource as codes with displays, properties and a hierarchy: from nesting and from the properties
 * `parent`, `child` and `subsumedBy`, by which HL7's v3 systems give a concept several parents.
 * https://hl7.org/fhir/R4/codesystem.html
 */
import type { CodeSystem as RawCodeSystem, CodeSystemConcept, CodeSystemConceptProperty } from 'fhir/r4.js'
import type { CodeSystem } from './definitions.ts'

const CONCEPT_PROPERTIES = 'http://hl7.org/fhir/concept-properties#'

const valueOf = (property: CodeSystemConceptProperty): string | undefined => {
  const value = property.valueCode ?? property.valueString ?? property.valueInteger ?? property.valueBoolean
    ?? property.valueDateTime ?? property.valueDecimal ?? property.valueCoding?.code
  return value === undefined ? undefined : String(value)
}

/** Codes under which a system has one of the properties that FHIR defines: its own name for it, or FHIR's. */
const named = (raw: RawCodeSystem, meaning: string, ...alike: readonly string[]): ReadonlySet<string> => new Set([
  ...alike, ...(raw.property ?? []).filter(({ uri }) => uri === CONCEPT_PROPERTIES + meaning).map(({ code }) => code)])

const unlessEmpty = <K extends string, T extends { readonly size: number }>(name: K, items: T): { [name in K]?: T } =>
  (items.size === 0 ? {} : { [name]: items } as { [name in K]: T })

/** Never throws, whatever the resource lacks. */
export function readCodeSystem(raw: RawCodeSystem): CodeSystem {
  const codes = new Map<string, string>()
  const parents = new Map<string, string[]>()
  const notSelectable = new Set<string>()
  const inactive = new Set<string>()
  const properties = new Map<string, Map<string, string[]>>()
  const designations = new Map<string, string[]>()
  const names = {
    parent: named(raw, 'parent', 'parent', 'subsumedBy'), child: named(raw, 'child', 'child'), notSelectable: named(raw, 'notSelectable', 'notSelectable'),
    inactive: named(raw, 'inactive', 'inactive'), status: named(raw, 'status', 'status'),
  }

  const children: (readonly [child: string, parent: string])[] = []

  const addParent = (child: string, parent: string): void => {
    const known = parents.get(child) ?? []
    if (!known.includes(parent)) parents.set(child, [...known, parent])
  }
  const addProperty = (concept: string, property: CodeSystemConceptProperty): void => {
    const value = valueOf(property)
    if (value === undefined) return
    if (names.parent.has(property.code)) addParent(concept, value)
    if (names.child.has(property.code)) children.push([value, concept])
    if (names.notSelectable.has(property.code) && value === 'true') notSelectable.add(concept)
    if (names.inactive.has(property.code) && value === 'true') inactive.add(concept)
    if (names.status.has(property.code) && (value === 'retired' || value === 'inactive')) inactive.add(concept)
    const values = properties.get(property.code) ?? new Map<string, string[]>()
    properties.set(property.code, values.set(concept, [...values.get(concept) ?? [], value]))
  }
  const pending: { readonly concept: CodeSystemConcept; readonly parent: string | undefined }[] = []
  const push = (concepts: readonly CodeSystemConcept[] | undefined, parent?: string): void => {
    for (const concept of [...concepts ?? []].reverse()) pending.push({ concept, parent })
  }
  push(raw.concept)
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { concept, parent } = next
    codes.set(concept.code, concept.display ?? '')
    if (parent !== undefined) addParent(concept.code, parent)
    for (const property of concept.property ?? []) addProperty(concept.code, property)
    if (concept.designation !== undefined) designations.set(concept.code, concept.designation.map(({ value }) => value))
    push(concept.concept, concept.code)
  }
  // HL7's v3 systems nest and have a "child" property besides, which its own expansions pass over
  if (parents.size === 0) for (const [child, parent] of children) addParent(child, parent)
  return {
    url: raw.url ?? '',
    ...(raw.version === undefined ? {} : { version: raw.version }),
    content: raw.content,
    caseSensitive: raw.caseSensitive ?? false,
    ...(raw.hierarchyMeaning === undefined ? {} : { hierarchyMeaning: raw.hierarchyMeaning }),
    ...(raw.supplements === undefined ? {} : { supplements: raw.supplements }),
    codes,
    declared: new Set([...(raw.property ?? []).map(({ code }) => code), ...properties.keys()]),
    ...unlessEmpty('parents', parents),
    ...unlessEmpty('notSelectable', notSelectable),
    ...unlessEmpty('inactive', inactive),
    ...unlessEmpty('properties', properties),
    ...unlessEmpty('designations', designations),
  }
}
