/**
 * A window of dates (`search/windows.ts`) as one stretch of the index of lows, because nearly all entries are instants,
 * days and visits: of those no longer than a day, whatever ends after `from` begins less than a day before it.
 *
 * The longer ones have an index of their own (`range_entry_long`). Where a resource has several dates, one may meet the
 * one condition and another the other: its whole extent, from the first to the last, is kept under `PARAM:several`.
 * A stretch holds more than matches, so each condition is still judged by itself.
 */
import type { Condition, SortKey } from '../../../search/plan.ts'
import type { Window } from '../../../search/windows.ts'
import { compare, rangeColumns } from './ranges.ts'
import { inTime, parameters, type Scope } from './scope.ts'
import { and, oneOf, raw, sql, TRUE, union, type Sql } from './sql.ts'

/** Entries longer than this are in `range_entry_long`, whose definition says the same (`schema.ts`). */
const DAY_MS = 90_000_000
const IS_LONG = raw(`high - low > ${DAY_MS}`)

const numbers = (scope: Scope, types: readonly string[], param: string): readonly number[] =>
  [...parameters(scope, types, param), ...parameters(scope, types, `${param}:several`)]

/** The rows of a closed window, and some beside it. */
export const rowsInWindow = (scope: Scope, types: readonly string[], { param, from, until }: Window): Sql => {
  const ids = numbers(scope, types, param)
  const rows = (index: string, among: Sql): Sql => {
    const entry = scope.alias('g')
    return sql`SELECT ${entry}.row FROM range_entry ${entry} INDEXED BY ${raw(index)}
      WHERE ${inTime(sql`${entry}.row`)} AND ${oneOf(sql`${entry}.parameter`, ids)} AND ${among}`
  }
  return union([
    rows('range_entry_by_low', sql`low >= ${from! - DAY_MS} AND low <= ${until!}`),
    rows('range_entry_long', sql`${IS_LONG} AND high >= ${from!} AND low <= ${until!}`),
  ])
}

/** Neither a long entry nor a resource with several reaches into the window. */
const isPlain = (scope: Scope, type: string, { param, from = -Infinity, until = Infinity }: Window): boolean => {
  const [low, high] = [Math.max(from, -Number.MAX_VALUE), Math.min(until, Number.MAX_VALUE)]
  const several = parameters(scope, [type], `${param}:several`)
  const own = parameters(scope, [type], param)
  return scope.size(sql`SELECT 1 FROM range_entry INDEXED BY range_entry_long WHERE ${oneOf(raw('parameter'), own)}
      AND ${IS_LONG} AND high >= ${low} AND low <= ${high}`, 1) === 0
    && (several.length === 0
      || scope.size(sql`SELECT 1 FROM range_entry INDEXED BY range_entry_by_high WHERE ${oneOf(raw('parameter'), several)}
        AND high >= ${low} AND low <= ${high}`, 1) === 0)
}

/**
 * Where a walk in the order of a parameter may begin and end. The latest end of what meets the conditions is not before
 * `from`, the earliest beginning not behind `until`; where all are short and single it is known how far their other ends
 * reach.
 */
const endsOf = ({ from, until }: Window, { direction }: SortKey, isKnown: boolean): Ends => (direction === 'ascending'
  ? { least: isKnown && from !== undefined ? from - DAY_MS : undefined, most: until }
  : { least: from, most: isKnown && until !== undefined ? until + DAY_MS : undefined })

interface Ends {
  readonly least: number | undefined
  readonly most: number | undefined
}

const between = ({ least, most }: Ends, value: Sql): Sql => and([
  least === undefined ? TRUE : sql`${value} >= ${least}`,
  most === undefined ? TRUE : sql`${value} <= ${most}`,
])

/** The test of a sort value that keeps a walk to the window. */
export const boundsWithin = (scope: Scope, type: string, window: Window, key: SortKey, value: Sql): Sql =>
  between(endsOf(window, key, isPlain(scope, type, window)), value)

export interface Stretch {
  readonly test: Sql
  /** It has both a beginning and an end. */
  readonly isClosed: boolean
  /** The conditions that are met: those of the window, where each entry is the only one of its resource. */
  readonly covers: readonly Condition[]
}

/** The same for entries walked as `d`. */
export const withinWindow = (scope: Scope, type: string, window: Window, key: SortKey): Stretch => {
  const isKnown = isPlain(scope, type, window)
  const ends = endsOf(window, key, isKnown)
  return {
    test: and([
      between(ends, raw(key.direction === 'ascending' ? 'd.low' : 'd.high')),
      ...(isKnown ? window.conditions.map(one => compare(one.test, rangeColumns(scope, raw('d')))) : []),
    ]),
    isClosed: ends.least !== undefined && ends.most !== undefined,
    covers: isKnown ? window.conditions : [],
  }
}
