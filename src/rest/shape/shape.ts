/**
 * What a request wants to see of each resource: `_summary` and `_elements`, read and checked against the types they are
 * asked of. `subset.ts` carries it out. Choices that R4 leaves: docs/decisions/0025-subsets.md
 * R4: https://hl7.org/fhir/R4/search.html#summary, https://hl7.org/fhir/R4/search.html#elements
 */
import { setImmediate } from 'node:timers/promises'
import type { Definitions } from '../../definitions/definitions.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import type { StoredVersion } from '../../store/store.ts'
import { elements, summary, type ResultParameters } from '../../search/parse/result.ts'
import { typesOf } from '../../validation/types.ts'
import { isLenient } from '../answers.ts'
import type { FhirRequest } from '../request.ts'
import { areKnown, elementTree, requireElements, type ElementTree } from './elements.ts'
import { subsetText } from './subset.ts'

export type Shape =
  | { readonly kind: 'whole' }
  | { readonly kind: 'summary' | 'text' | 'data' }
  | { readonly kind: 'elements'; readonly tree: ElementTree }

/** A stored version as the request wants to see it; what is stored is untouched. */
export type Show = (version: StoredVersion) => StoredVersion

const whole: Show = version => version

/** Of a search that was parsed. Throws `search-bad-value` (400) for a combination that contradicts itself. */
export const shapeOf = ({ summary: asked, elements: paths }: Pick<ResultParameters, 'summary' | 'elements'>): Shape => {
  if (asked !== undefined && paths !== undefined) {
    throw outcomes.badParameter('_elements', `_elements and _summary=${asked} are two answers to one question; send one of them`)
  }
  if (paths !== undefined) return { kind: 'elements', tree: elementTree(paths) }
  if (asked === undefined) return { kind: 'whole' }
  return { kind: asked === 'true' ? 'summary' : asked }
}

export const showing = (definitions: Definitions, shape: Shape): Show => {
  if (shape.kind === 'whole') return whole
  const types = typesOf(definitions)
  return version => (version.deleted ? version : { ...version, json: subsetText(types, shape, version) })
}

/** What included resources are shown as: "the list of elements does not apply to included resources"; a summary does. */
export const showingIncluded = (definitions: Definitions, shape: Shape): Show =>
  (shape.kind === 'elements' ? whole : showing(definitions, shape))

/** Characters that are made subsets of in one go, some 2 ms: a page of 1,000 would keep everyone else waiting for 25. */
const AT_ONCE = 256_000

/** Each version as `entry` makes it of what is shown; others are served in between. */
export const shownEntries = async (
  versions: readonly StoredVersion[], show: Show, entry: (version: StoredVersion, index: number) => string,
): Promise<readonly string[]> => {
  if (show === whole) return versions.map(entry)
  const entries: string[] = []
  let length = 0
  for (const [index, version] of versions.entries()) {
    if (length > AT_ONCE) {
      await setImmediate()
      length = 0
    }
    entries.push(entry(show(version), index))
    length += version.json.length
  }
  return entries
}

const NAMES: ReadonlySet<string> = new Set(['_summary', '_elements'])

export const isShaping = (name: string): boolean => NAMES.has(name)

type Asked = Pick<FhirRequest, 'query' | 'headers'>

/**
 * Of a read or a history of `types`, where `_summary=count` has nothing to count. Throws FhirError (400); lenient handling
 * passes over an `_elements` that names what no type has.
 */
export const showingAsked = (definitions: Definitions, types: Iterable<string>, { query, headers }: Asked): Show => {
  const asked: { summary?: 'true' | 'text' | 'data'; elements?: readonly string[] } = {}
  const seen = new Set<string>()
  for (const [name, value] of query) {
    if (!isShaping(name)) continue
    if (seen.has(name)) throw outcomes.badParameter(name, `${name} is there twice; send it once`)
    seen.add(name)
    if (name === '_elements') {
      const paths = elements(value)
      if (isLenient(headers['prefer']) && !areKnown(definitions, types, paths)) continue
      requireElements(definitions, types, paths)
      asked.elements = paths
    } else {
      const form = summary(value)
      if (form === 'count') throw outcomes.badParameter(name, '_summary=count is for searches; here it takes true, text, data or false')
      if (form !== 'false') asked.summary = form
    }
  }
  return showing(definitions, shapeOf(asked))
}
