/** The parameters of a history: https://hl7.org/fhir/R4/http.html#history */
import { dateRange, type Span } from '../../fhir/dates.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import type { HistoryQuery } from '../../store/store.ts'
import { PAGE_PARAMETER } from '../bundle.ts'
import type { FhirRequest } from '../request.ts'

const DEFAULT_COUNT = 50
const MAX_COUNT = 500

export type HistoryParameters = Pick<HistoryQuery, 'count' | 'since' | 'at'>

const NAMES = ['_count', '_since', '_at', '_summary', '_elements', '_format', '_pretty']

/**
 * `_since` and `_at` together hold together. Throws FhirError (400): `search-unknown-parameter` unless lenient,
 * `search-bad-value` for a value that cannot be read.
 */
export const historyParameters = (query: FhirRequest['query'], lenient: boolean): HistoryParameters => {
  const asked: { count: number; since?: number; at?: Span } = { count: DEFAULT_COUNT }
  const seen = new Set<string>()
  for (const [name, value] of query) {
    if (name === PAGE_PARAMETER || name === '_pretty') continue
    if (seen.has(name)) throw outcomes.badParameter(name, `${name} is there twice; send it once`)
    seen.add(name)
    switch (name) {
      case '_count': asked.count = Math.min(wholeNumber(name, value), MAX_COUNT); break
      case '_since': asked.since = timeOf(name, value).low; break
      case '_at': asked.at = timeOf(name, value); break
      // What is shown of each version is read by rest/shape.
      case '_summary': case '_elements': case '_format': break
      case '_list':
        if (!lenient) throw outcomes.unsupportedSearch(name, '_list is not supported for a history; search by _list, and ask for the history of each')
        break
      default: if (!lenient) throw outcomes.unknownParameter('history', name, nearest(name, NAMES))
    }
  }
  return asked
}

const wholeNumber = (name: string, value: string): number => {
  if (!/^\d{1,15}$/.test(value)) throw outcomes.badParameter(name, `${name} takes a whole number`)
  return Number(value)
}

/** A date stands for all of it: `_at=2026-11-24` is any time of that day, `_since` counts from its beginning. */
const timeOf = (name: string, value: string): Span => {
  const span = dateRange(value)
  if (span === undefined) {
    throw outcomes.badParameter(name, `${name} takes a date or an instant, without a prefix, such as 2026-11-24 or 2026-11-24T10:15:00Z`)
  }
  return span
}
