/**
 * What sorting compares: the lowest and the highest value a resource has under a parameter.
 *
 * R4: "if the search parameter for sorting has several values, the sort is based on the item that comes earliest in the
 * specified sort order" (https://hl7.org/fhir/R4/search.html#_sort). References and composites have no order of their own.
 */
import type { IndexEntry, SortEntry } from './entries.ts'
import type { SearchParameterType } from '../definitions/definitions.ts'

export const SORTABLE: ReadonlySet<SearchParameterType> = new Set(['string', 'token', 'date', 'number', 'quantity', 'uri'])

/** The sort value of one parameter's entries; undefined where none of them has an order. */
export const sortEntry = (entries: readonly IndexEntry[]): SortEntry | undefined => {
  let found: { param: string; low: string | number; high: string | number } | undefined
  for (const entry of entries) {
    // An identifier's `:of-type` entries stand beside its own.
    const bounds = entry.param === entries[0]!.param ? boundsOf(entry) : undefined
    if (bounds === undefined) continue
    if (found === undefined) found = { param: entry.param, ...bounds }
    else {
      if (bounds.low < found.low) found.low = bounds.low
      if (bounds.high > found.high) found.high = bounds.high
    }
  }
  return found
}

const boundsOf = (entry: IndexEntry): { low: string | number; high: string | number } | undefined => {
  switch (entry.kind) {
    case 'string': return { low: entry.folded, high: entry.folded }
    case 'token': return { low: entry.code, high: entry.code }
    case 'uri': return { low: entry.uri, high: entry.uri }
    case 'date':
    case 'number':
    case 'quantity': return { low: entry.low, high: entry.high }
    case 'text':
    case 'reference':
    case 'url':
    case 'reference-identifier':
    case 'composite':
    case 'words':
    case 'position': return undefined
  }
}
