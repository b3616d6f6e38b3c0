/**
 * A CodeSystem resource as codes with displays and a hierarchy, from nesting and from the properties
 * `parent`/`subsumedBy`, by which HL7's v3 systems give a concept several parents.
 */
import type { CodeSystem as RawCodeSystem, CodeSystemConcept } from 'fhir/r4.js'
import type { CodeSystem } from '../definitions.ts'

const PARENT_PROPERTIES = new Set(['parent', 'subsumedBy'])

const NOT_SELECTABLE = 'http://hl7.org/fhir/concept-properties#notSelectable'

export function readCodeSystem(raw: RawCodeSystem): CodeSystem {
  const codes = new Map<string, string>()
  const parents = new Map<string, string[]>()
  const notSelectable = new Set<string>()
  const grouping = new Set(['notSelectable'])
  for (const { code, uri } of raw.property ?? []) if (uri === NOT_SELECTABLE) grouping.add(code)

  const addParent = (child: string, parent: string): void => {
    const known = parents.get(child) ?? []
    if (!known.includes(parent)) parents.set(child, [...known, parent])
  }
  const walk = (concepts: readonly CodeSystemConcept[] | undefined, parent?: string): void => {
    for (const concept of concepts ?? []) {
      codes.set(concept.code, concept.display ?? '')
      if (parent !== undefined) addParent(concept.code, parent)
      for (const property of concept.property ?? []) {
        if (grouping.has(property.code) && property.valueBoolean === true) notSelectable.add(concept.code)
        if (PARENT_PROPERTIES.has(property.code) && property.valueCode !== undefined) addParent(concept.code, property.valueCode)
      }
      walk(concept.concept, concept.code)
    }
  }
  walk(raw.concept)
  return {
    url: raw.url ?? '',
    content: raw.content,
    caseSensitive: raw.caseSensitive ?? false,
    codes,
    ...(parents.size === 0 ? {} : { parents }),
    ...(notSelectable.size === 0 ? {} : { notSelectable }),
  }
}
