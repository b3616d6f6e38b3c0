/**
 * Index entries as rows of the index tables, in the compact form in which they travel to the writer and are kept
 * beside the resource, so that an update removes exactly what was written and nothing is worked out twice.
 */
import type { Extracted, IndexEntry, SortEntry } from '../../search/entries.ts'
import { datedPairsOf, pairsOf } from './pairs.ts'

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

const rowsOf = (type: string, entry: IndexEntry): readonly EntryRow[] => {
  const parameter = `${type}.${entry.param}`
  switch (entry.kind) {
    case 'token': return [['e', parameter, entry.code, entry.system]]
    case 'text': return [['s', `${parameter}:text`, entry.text, entry.text]]
    case 'string': return [['s', parameter, entry.folded, entry.exact]]
    case 'date': return [['r', parameter, finite(entry.high), finite(entry.low), 0, '', '']]
    case 'number': return [['r', parameter, finite(entry.high), finite(entry.low), finite(entry.value), '', '']]
    case 'quantity':
      return [['r', parameter, finite(entry.high), finite(entry.low), finite(entry.value), entry.system, entry.code]]
    case 'reference': {
      const current: EntryRow = ['e', parameter, entry.id, entry.type]
      return entry.version === '' ? [current] : [current, ['e', parameter, versioned(entry.id, entry.version), entry.type]]
    }
    case 'url': return [['e', parameter, entry.url, '']]
    case 'reference-identifier': return [['e', `${parameter}:identifier`, entry.code, entry.system]]
    case 'uri': return [['e', parameter, entry.uri, '']]
    case 'composite': return [['c', parameter, compositeKey(entry.parts[0]!), JSON.stringify(entry.parts.map(closed))]]
    case 'position': return [['p', parameter, entry.latitude, entry.longitude]]
    // Full text has a table of its own, written later (`deferred.ts`).
    case 'words': return []
  }
}

/** The same for a composite's parts, which are kept as JSON. */
const closed = (entry: IndexEntry): IndexEntry =>
  'low' in entry ? { ...entry, low: finite(entry.low), high: finite(entry.high) } : entry

/** Rows of a resource's entries; what it says twice comes twice. */
export const entryRows = (type: string, index: Extracted): readonly EntryRow[] => [
  ...index.entries.flatMap(entry => rowsOf(type, entry)),
  ...pairsOf(type, index.entries).map(({ code, value, target }): EntryRow => ['e', `${type}.${code}`, value, target]),
  ...datedPairsOf(type, index).map(({ code, value, target, at }): EntryRow => ['d', `${type}.${code}`, value, target, at]),
]

/** Sort values by parameter code: `{"authored-on": [low, high]}`. */
export const sortValues = (sort: readonly SortEntry[]): Record<string, readonly [string | number, string | number]> =>
  Object.fromEntries(sort.map(({ param, low, high }) => [param, [bounded(low), bounded(high)] as const]))

const bounded = (value: string | number): string | number => (typeof value === 'number' ? finite(value) : value)
