/**
 * In what order the matches of a search come: as its `_sort` says, and where it says nothing as its conditions suggest.
 *
 * R4 leaves the order without `_sort` to the server. It is part of what a plan means all the same, decided here and for
 * every store: a page link taken from one store goes on in another that holds a copy.
 * https://hl7.org/fhir/R4/search.html#sort
 */
import { conjuncts } from './join.ts'
import type { Condition, SearchPlan, SortKey, StringTest } from './plan.ts'
import { isClosed, windowsOf } from './windows.ts'

/** One key at least; resources that all keys hold equal come by the place of their first version, in the last one's direction. */
export type Order = readonly [SortKey, ...SortKey[]]

/** Last updated first. */
const NEWEST_FIRST: Order = [{ param: '_lastUpdated', direction: 'descending' }]

export const orderOf = ({ sort, types, where }: Pick<SearchPlan, 'sort' | 'types' | 'where'>): Order => {
  const [first, ...more] = sort
  if (first !== undefined) return [first, ...more]
  if (types.length !== 1) return NEWEST_FIRST
  const conditions = conjuncts(where)
  return byText(conditions) ?? byDate(conditions) ?? NEWEST_FIRST
}

/**
 * `Patient?family=smith` and nothing else: in the order of the text, Smith before Smith-Jones, so that a walk along it ends
 * with the page; in that of updates all of a common name would be gathered.
 */
const byText = ([only, ...more]: readonly Condition[]): Order | undefined => {
  if (more.length > 0 || only?.kind !== 'match' || only.test.kind !== 'string' || !isAnchored(only.test)) return undefined
  return [{ param: only.param, direction: 'ascending', among: only.test }]
}

const isAnchored = ({ match }: StringTest): boolean => match !== 'contains' && match !== 'ends'

/** Within a window of dates the latest first, for the same reason; but who asks by updates polls, and wants their order. */
const byDate = (conditions: readonly Condition[]): Order | undefined => {
  if (conditions.some(({ kind }) => kind === 'last-updated')) return undefined
  const window = windowsOf(conditions).find(isClosed)
  return window === undefined ? undefined : [{ param: window.param, direction: 'descending' }]
}

/** Whether it is that of updates, either way. */
export const isByUpdate = ([first, ...more]: Order): boolean => more.length === 0 && first.param === '_lastUpdated'
