/**
 * A type in the order of one of its parameters: a walk along the index of its texts or of its dates and numbers.
 *
 * Each resource comes once, at the value that sorts it (`search/sort.ts`). Those without a value are not in the index:
 * the walk is good for as long as it fills its pages. Tokens have no such walk: few values, many ties.
 */
import type { Order } from '../../../search/order.ts'
import type { Condition, SortKey } from '../../../search/plan.ts'
import { windowsOf, type Window } from '../../../search/windows.ts'
import { parameters, type Scope } from './scope.ts'
import { and, raw, sql, TRUE, type Sql } from './sql.ts'
import { withinWindow } from './windows.ts'

export interface SortedWalk {
  readonly by: 'sorted'
  readonly key: SortKey
  /** The index as `d`. */
  readonly from: Sql
  readonly where: Sql
  readonly value: Sql
  readonly covers: readonly Condition[]
  /** Every match has a value, because a condition asks about it. */
  readonly isWhole: boolean
  /** The window that it keeps to, beginning and end. */
  readonly within: Window | undefined
}

interface SortIndex {
  readonly from: string
  readonly value: string
  /** Of the resource's entries the one that sorts it, and of equal ones one: the others are passed by. */
  readonly isFirst: (key: SortKey) => Sql
}

const TEXTS: SortIndex = {
  from: 'string_entry d', value: 'd.folded',
  isFirst: ({ param, direction }) => sql`NOT EXISTS (SELECT 1 FROM string_entry o WHERE o.parameter = d.parameter AND o.folded = d.folded
    AND o.row = d.row AND o.exact < d.exact)
    AND d.folded = (SELECT x.sort ->> ${`$."${param}"[${direction === 'ascending' ? 0 : 1}]`} FROM indexed x WHERE x.row = d.row)`,
}
const LOWEST: SortIndex = {
  from: 'range_entry d INDEXED BY range_entry_by_low', value: 'd.low',
  isFirst: () => raw(`NOT EXISTS (SELECT 1 FROM range_entry o WHERE o.row = d.row AND +o.parameter = d.parameter
    AND (o.low, o.high, o.value, o.system, o.code) < (d.low, d.high, d.value, d.system, d.code))`),
}
const HIGHEST: SortIndex = {
  from: 'range_entry d INDEXED BY range_entry_by_high', value: 'd.high',
  isFirst: () => raw(`NOT EXISTS (SELECT 1 FROM range_entry o WHERE o.row = d.row AND +o.parameter = d.parameter
    AND (o.high, o.low, o.value, o.system, o.code) > (d.high, d.low, d.value, d.system, d.code))`),
}

/** undefined: nothing is indexed under the first key that could be walked in its order. */
export const sortedWalk = (
  scope: Scope, types: readonly string[], conditions: readonly Condition[], [key]: Order,
): SortedWalk | undefined => {
  if (types.length !== 1) return undefined
  const [parameter] = parameters(scope, types, key.param)
  if (parameter === undefined) return undefined
  const index = [TEXTS, key.direction === 'ascending' ? LOWEST : HIGHEST]
    .find(({ from }) => scope.size(sql`SELECT 1 FROM ${raw(from)} WHERE d.parameter = ${parameter}`, 1) > 0)
  if (index === undefined) return undefined
  const window = windowsOf(conditions).find(({ param }) => param === key.param)
  const bound = window && withinWindow(scope, types[0]!, window, key)
  const covers = bound?.covers ?? []
  return {
    by: 'sorted', key, from: raw(index.from), value: raw(index.value),
    where: and([sql`d.parameter = ${parameter}`, bound?.test ?? TRUE, covers.length > 0 ? TRUE : index.isFirst(key)]),
    covers,
    isWhole: window !== undefined,
    within: bound?.isClosed === true ? window : undefined,
  }
}
