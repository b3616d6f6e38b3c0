/**
 * What a test of one index entry means: the definition that every store's compiler must agree with.
 *
 * Spans are [low, high); a number or quantity entry is a point (low = high = value) unless it was a Range or had a
 * comparator, because R4 says that the precision of the number in the resource does not matter.
 * R4 prefixes: https://hl7.org/fhir/R4/search.html#prefix
 */
import type { IndexEntry } from './entries.ts'
import type { Prefix, Test } from './plan.ts'
import { isOnEarth, pointOf, squareBetween, squareWithin } from './positions.ts'

export interface Bounds {
  readonly low: number
  readonly high: number
}

/**
 * Dates: both sides are spans of time.
 *
 * | prefix | true when |
 * |---|---|
 * | eq | the search span contains the entry's: low <= e.low and e.high <= high |
 * | ne | not so |
 * | gt, lt | the entry reaches above (e.high > high), below (e.low < low) the search span |
 * | ge, le | gt or eq; lt or eq |
 * | sa, eb | the entry lies wholly after (e.low >= high), before (e.high <= low) it |
 * | ap | they overlap: e.low < high and e.high > low |
 */
export const compareSpans = (prefix: Prefix, search: Bounds, entry: Bounds): boolean => {
  const within = search.low <= entry.low && entry.high <= search.high
  switch (prefix) {
    case 'eq': return within
    case 'ne': return !within
    case 'gt': return entry.high > search.high
    case 'lt': return entry.low < search.low
    case 'ge': return entry.high > search.high || within
    case 'le': return entry.low < search.low || within
    case 'sa': return entry.low >= search.high
    case 'eb': return entry.high <= search.low
    case 'ap': return entry.low < search.high && entry.high > search.low
  }
}

/**
 * Numbers and quantities: eq and ne use the search value's implied precision [low, high), the others its exact value
 * ("the implicit precision of the number is ignored").
 *
 * | prefix | true when |
 * |---|---|
 * | eq | low <= e.low and e.high < high |
 * | ne | not so |
 * | gt, ge | e.high > value, e.high >= value |
 * | lt, le | e.low < value, e.low <= value |
 * | sa, eb | e.low > value, e.high < value |
 * | ap | they touch: e.low <= high and e.high >= low |
 */
export const compareNumbers = (prefix: Prefix, search: Bounds & { readonly value: number }, entry: Bounds): boolean => {
  const within = search.low <= entry.low && entry.high < search.high
  switch (prefix) {
    case 'eq': return within
    case 'ne': return !within
    case 'gt': return entry.high > search.value
    case 'ge': return entry.high >= search.value
    case 'lt': return entry.low < search.value
    case 'le': return entry.low <= search.value
    case 'sa': return entry.low > search.value
    case 'eb': return entry.high < search.value
    case 'ap': return entry.low <= search.high && entry.high >= search.low
  }
}

const same = (asked: string | undefined, found: string): boolean => asked === undefined || asked === found

/** Whether one entry (of the right parameter) meets a test; entries of another kind never do. */
export const entryMeets = (test: Test, entry: IndexEntry): boolean => {
  switch (test.kind) {
    case 'token': return entry.kind === 'token' && same(test.system, entry.system) && same(test.code, entry.code)
    case 'token-in':
      return entry.kind === 'token' && test.codes.some(({ system, code }) => system === entry.system && code === entry.code)
    case 'text': return entry.kind === 'text' && entry.text.startsWith(test.folded)
    case 'string': return entry.kind === 'string' && meetsString(test, entry)
    case 'date': return entry.kind === 'date' && compareSpans(test.prefix, test, entry)
    case 'number': return entry.kind === 'number' && compareNumbers(test.prefix, test, entry)
    case 'quantity':
      return entry.kind === 'quantity' && same(test.system, entry.system) && same(test.code, entry.code)
        && compareNumbers(test.prefix, test, entry)
    case 'reference':
      return entry.kind === 'reference' && entry.id === test.id && same(test.version, entry.version)
        && (test.types.length === 0 || test.types.includes(entry.type))
    case 'url': return entry.kind === 'url' && entry.url === test.url
    case 'reference-identifier':
      return entry.kind === 'reference-identifier' && same(test.system, entry.system) && same(test.code, entry.code)
    case 'uri': return entry.kind === 'uri' && meetsUri(test, entry.uri)
    case 'composite':
      return entry.kind === 'composite'
        && test.parts.every((part, index) => entry.parts[index] !== undefined && entryMeets(part, entry.parts[index]))
    case 'words': return entry.kind === 'words' && test.words.every(word => entry.words.includes(word))
    case 'near':
      return entry.kind === 'position' && isOnEarth(entry) && squareBetween(pointOf(test), pointOf(entry)) <= squareWithin(test.withinMetres)
  }
}

const meetsString = (test: Extract<Test, { kind: 'string' }>, entry: Extract<IndexEntry, { kind: 'string' }>): boolean => {
  switch (test.match) {
    case 'starts': return entry.folded.startsWith(test.folded)
    case 'contains': return entry.folded.includes(test.folded)
    case 'equals': return entry.folded === test.folded
    case 'ends': return entry.folded.endsWith(test.folded)
    case 'exact': return entry.exact === test.exact
  }
}

/** R4: `:below` is "equal or more specific" by path segments, `:above` the other way round. */
const meetsUri = (test: Extract<Test, { kind: 'uri' }>, uri: string): boolean => {
  switch (test.match) {
    case 'exact': return uri === test.uri
    case 'below': return isBelow(uri, test.uri)
    case 'above': return isBelow(test.uri, uri)
  }
}

const isBelow = (uri: string, root: string): boolean =>
  uri === root || uri.startsWith(root.endsWith('/') ? root : `${root}/`)

/** `http://a/b/c` -> itself and whatever ends before or behind one of its slashes: what `:above` also finds. */
export function* uriAncestors(uri: string): Iterable<string> {
  yield uri
  for (let slash = uri.indexOf('/'); slash !== -1; slash = uri.indexOf('/', slash + 1)) {
    yield uri.slice(0, slash)
    if (slash + 1 < uri.length) yield uri.slice(0, slash + 1)
  }
}

/** `_lastUpdated` as bounds of an instant: at or after `from`, before `until`. undefined for `ne`. */
export const instantBounds = (
  prefix: Prefix, low: number, high: number,
): { readonly from?: number; readonly until?: number } | undefined => {
  switch (prefix) {
    case 'eq': case 'ap': return { from: low, until: high }
    case 'ne': return undefined
    case 'gt': case 'sa': return { from: high }
    case 'lt': case 'eb': return { until: low }
    case 'ge': return { from: low }
    case 'le': return { until: high }
  }
}
