/**
 * A type in the order of one of its parameters: a walk along the index of its texts or of its dates and numbers.
 *
 * Each resource comes once, at the value that sorts it (`search/sort.ts`). Those without a value are not in the index:
 * the walk is good for as long as it fills its pages. Tokens have no such walk: few values, many ties.
 */
import type { SortKey } from '../../../search/plan.ts'
import { inTime, parameters, type Scope } from './scope.ts'
import { raw, sql, type Sql } from './sql.ts'

export interface SortedWalk {
  readonly by: 'sorted'
  readonly key: SortKey
  /** The index as `d`. */
  readonly from: Sql
  readonly where: Sql
  readonly value: Sql
}

interface SortIndex {
  readonly from: string
  readonly value: string
  /** One of several equal entries of a resource. */
  readonly isFirst: string
}

const TEXTS: SortIndex = {
  from: 'string_entry d', value: 'd.folded',
  isFirst: `NOT EXISTS (SELECT 1 FROM string_entry o WHERE o.parameter = d.parameter AND o.folded = d.folded AND o.row = d.row
    AND o.exact < d.exact)`,
}
const LOWEST: SortIndex = {
  from: 'range_entry d INDEXED BY range_entry_by_low', value: 'd.low',
  isFirst: `NOT EXISTS (SELECT 1 FROM range_entry o WHERE o.row = d.row AND +o.parameter = d.parameter AND o.low = d.low
    AND (o.high, o.value, o.system, o.code) < (d.high, d.value, d.system, d.code))`,
}
const HIGHEST: SortIndex = {
  from: 'range_entry d INDEXED BY range_entry_by_high', value: 'd.high',
  isFirst: `NOT EXISTS (SELECT 1 FROM range_entry o WHERE o.row = d.row AND +o.parameter = d.parameter AND o.high = d.high
    AND (o.low, o.value, o.system, o.code) < (d.low, d.value, d.system, d.code))`,
}

/** undefined: nothing is indexed under the first key that could be walked in its order. */
export const sortedWalk = (scope: Scope, types: readonly string[], [key]: readonly SortKey[]): SortedWalk | undefined => {
  if (key === undefined || types.length !== 1) return undefined
  const [parameter] = parameters(scope, types, key.param)
  if (parameter === undefined) return undefined
  const index = [TEXTS, key.direction === 'ascending' ? LOWEST : HIGHEST]
    .find(({ from }) => scope.size(sql`SELECT 1 FROM ${raw(from)} WHERE d.parameter = ${parameter}`, 1) > 0)
  if (index === undefined) return undefined
  const value = raw(index.value)
  return {
    by: 'sorted', key, from: raw(index.from), value,
    // The one that sorts it: the others of a resource with several values are passed by.
    where: sql`${inTime(raw('d.row'))} AND d.parameter = ${parameter} AND ${raw(index.isFirst)}
      AND ${value} = (SELECT x.sort ->> ${`$."${key.param}"[${key.direction === 'ascending' ? 0 : 1}]`} FROM indexed x WHERE x.row = d.row)`,
  }
}
