/**
 * Index entries as rows of the index tables, in the compact form in which they travel to the writer and are kept
 * beside the resource, so that an update removes exactly what was written and nothing is worked out twice.
 */
import type { Extracted, IndexEntry, SortEntry } from '../../search/entries.ts'
import { datedKeysOf } from '../dated.ts'
import { datedPairsOf, pairsOf } from '../pairs.ts'

/** JSON has no infinity; this stands for an open end. */
const LARGEST = Number.MAX_VALUE

/** First the table, then the parameter's word, then the columns; systems and types are still words. */
export type EntryRow =
  | readonly ['e', parameter: string, value: string, system: string]
  | readonly ['s', parameter: string, folded: string, exact: string]
  | readonly ['r', parameter: string, high: number, low: number, value: number, system: string, code: string]
  | readonly ['c', parameter: string, first: string, parts: string]
  | readonly ['p', parameter: string, latitude: number, longitude: number]
  /** An `e` that stands at a time of its own in its key's order, not at the last update. */
  | readonly ['d', parameter: string, value: string, system: string, at: number]

const finite = (value: number): number => Math.min(LARGEST, Math.max(-LARGEST, value))

/** What a composite is found by: its first part's code, id or address; '' for parts compared by size. */
const compositeKey = (entry: IndexEntry): string => {
  switch (entry.kind) {
    case 'token': return entry.code
    case 'reference': return entry.id
    case 'uri': return entry.uri
    default: return ''
  }
}

/** A reference that names a version has a second entry under this value. */
export const versioned = (id: string, version: string): string => `${id}/_history/${version}`

type Modifier = '' | ':text' | ':identifier' | ':several'

/**
 * `Task.code:text`, the same string each time: put together anew, the dictionary would have to hash it anew, which was
 * a quarter of the encoding of an AuditEvent. As many as there are parameters.
 */
const words: Readonly<Record<Modifier, Map<string, Map<string, string>>>> = {
  '': new Map(), ':text': new Map(), ':identifier': new Map(), ':several': new Map(),
}

const wordOf = (type: string, code: string, modifier: Modifier): string => {
  let ofType = words[modifier].get(type)
  if (ofType === undefined) words[modifier].set(type, ofType = new Map())
  let word = ofType.get(code)
  if (word === undefined) ofType.set(code, word = `${type}.${code}${modifier}`)
  return word
}

/** The parameter itself of a word with a modifier. */
export const unmodified = (word: string): string => {
  const modifier = word.indexOf(':')
  return modifier < 0 ? word : word.slice(0, modifier)
}

const addRows = (rows: EntryRow[], type: string, entry: IndexEntry): void => {
  const parameter = wordOf(type, entry.param, '')
  switch (entry.kind) {
    case 'token': rows.push(['e', parameter, entry.code, entry.system]); return
    case 'text': rows.push(['s', wordOf(type, entry.param, ':text'), entry.text, entry.text]); return
    case 'string': rows.push(['s', parameter, entry.folded, entry.exact]); return
    case 'date': rows.push(['r', parameter, finite(entry.high), finite(entry.low), 0, '', '']); return
    case 'number': rows.push(['r', parameter, finite(entry.high), finite(entry.low), finite(entry.value), '', '']); return
    case 'quantity':
      rows.push(['r', parameter, finite(entry.high), finite(entry.low), finite(entry.value), entry.system, entry.code])
      return
    case 'reference':
      rows.push(['e', parameter, entry.id, entry.type])
      if (entry.version !== '') rows.push(['e', parameter, versioned(entry.id, entry.version), entry.type])
      return
    case 'url': rows.push(['e', parameter, entry.url, '']); return
    case 'reference-identifier': rows.push(['e', wordOf(type, entry.param, ':identifier'), entry.code, entry.system]); return
    case 'uri': rows.push(['e', parameter, entry.uri, '']); return
    case 'composite':
      rows.push(['c', parameter, compositeKey(entry.parts[0]!), JSON.stringify(entry.parts.map(closed))])
      return
    case 'position': rows.push(['p', parameter, entry.latitude, entry.longitude]); return
    // Full text has a table of its own, written later (`deferred.ts`).
    case 'words': return
  }
}

/** The same for a composite's parts, which are kept as JSON. */
const closed = (entry: IndexEntry): IndexEntry =>
  'low' in entry ? { ...entry, low: finite(entry.low), high: finite(entry.high) } : entry

/** The extent of each date parameter that has several entries, from the first to the last (`compile/windows.ts`). */
const extents = (type: string, entries: readonly IndexEntry[]): readonly EntryRow[] => {
  const found = new Map<string, { low: number; high: number; count: number }>()
  for (const entry of entries) {
    if (entry.kind !== 'date') continue
    const known = found.get(entry.param)
    if (known === undefined) found.set(entry.param, { low: entry.low, high: entry.high, count: 1 })
    else {
      known.low = Math.min(known.low, entry.low)
      known.high = Math.max(known.high, entry.high)
      known.count++
    }
  }
  return [...found].filter(([, { count }]) => count > 1)
    .map(([param, { low, high }]) => ['r', wordOf(type, param, ':several'), finite(high), finite(low), 0, '', ''])
}

/** Rows of a resource's entries; what it says twice comes twice. */
export const entryRows = (type: string, index: Extracted): readonly EntryRow[] => {
  const rows: EntryRow[] = []
  for (const entry of index.entries) addRows(rows, type, entry)
  rows.push(...extents(type, index.entries))
  for (const { code, value, target } of pairsOf(type, index.entries)) rows.push(['e', wordOf(type, code, ''), value, target])
  for (const { code, value, target, at } of datedPairsOf(type, index)) rows.push(['d', wordOf(type, code, ''), value, target, finite(at)])
  for (const { code, value, target, at } of datedKeysOf(type, index)) rows.push(['d', wordOf(type, code, ''), value, target, finite(at)])
  return rows
}

/** Sort values by parameter code: `{"authored-on": [low, high]}`. */
export const sortValues = (sort: readonly SortEntry[]): Record<string, readonly [string | number, string | number]> =>
  Object.fromEntries(sort.map(({ param, low, high }) => [param, [bounded(low), bounded(high)] as const]))

const bounded = (value: string | number): string | number => (typeof value === 'number' ? finite(value) : value)
