/**
 * In what order the matches of a search come: as its `_sort` says, and where it says nothing as its conditions suggest.
 *
 * R4 leaves the order without `_sort` to the server. It is part of what a plan means all the same, decided here and for
 * every store: a page link taken from one store goes on in another that holds a copy.
 * https://hl7.org/fhir/R4/search.html#sort
 */
import { conjuncts } from './join.ts'
import { nearAsked, type Near } from './near.ts'
import { DISTANCE, type Condition, type SearchPlan, type SortKey, type StringTest } from './plan.ts'
import { metresOfSquare } from './positions.ts'
import { isClosed, windowsOf } from './windows.ts'

/** One key at least; resources that all keys hold equal come by the place of their first version, in the last one's direction. */
export type Order = readonly [SortKey, ...SortKey[]]

/** Last updated first. */
const NEWEST_FIRST: Order = [{ param: '_lastUpdated', direction: 'descending' }]

export const orderOf = ({ sort, types, where }: Pick<SearchPlan, 'sort' | 'types' | 'where'>): Order => {
  const conditions = conjuncts(where)
  const near = types.length === 1 ? nearAsked(conditions) : undefined
  const [first, ...more] = near === undefined ? sort.filter(({ param }) => param !== DISTANCE) : withDistance(sort, near)
  if (first !== undefined) return [first, ...more]
  if (types.length !== 1) return NEWEST_FIRST
  return byText(conditions) ?? byDate(conditions) ?? NEWEST_FIRST
}

/** The nearest first, or, where another order is asked for, of equals the nearest; either way each is told how far it is. */
const withDistance = (sort: readonly SortKey[], near: Near): readonly SortKey[] => {
  const measured = sort.map(key => (key.param === DISTANCE ? { ...key, near } : key))
  return measured.some(({ param }) => param === DISTANCE) ? measured : [...measured, { param: DISTANCE, direction: 'ascending', near }]
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

/** Metres to each match by its values under the keys, where one of them is the distance. */
export const distancesIn = (order: Order, values: readonly (readonly (string | number | null)[])[]): { readonly distances?: readonly number[] } => {
  const index = order.findIndex(({ near }) => near !== undefined)
  return index < 0 ? {} : { distances: values.map(each => metresOfSquare(Number(each[index]))) }
}

/** Whether it is that of updates, either way. */
export const isByUpdate = ([first, ...more]: Order): boolean => more.length === 0 && first.param === '_lastUpdated'
