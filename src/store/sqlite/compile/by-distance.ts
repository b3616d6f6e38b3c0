/**
 * Matches with how far they are: what is near is found first, whole, and then judged by the other conditions. Where
 * another order is asked for, the distance comes behind it (`search/order.ts`).
 */
import { conjuncts } from '../../../search/join.ts'
import type { Order } from '../../../search/order.ts'
import type { Condition } from '../../../search/plan.ts'
import { holds } from './conditions.ts'
import type { Walk } from './drive.ts'
import { SQUARE } from './order.ts'
import { rowsWithSquare } from './positions.ts'
import { current, inTime, type Scope, type Subject } from './scope.ts'
import { and, raw, sql } from './sql.ts'

/** undefined: nothing near is asked for. */
export const walkByDistance = (scope: Scope, subject: Subject, where: Condition, order: Order): Walk | undefined => {
  const key = order.find(({ near }) => near !== undefined)
  if (key?.near === undefined) return undefined
  const rows = rowsWithSquare(scope, subject.types, key.near)
  const row = raw('d.row')
  return {
    from: sql`(SELECT row, min(square) AS square FROM (${rows}) GROUP BY row) d CROSS JOIN resource ${subject.alias} ON ${subject.alias}.row = d.row`,
    where: and([
      inTime(row), current(scope, subject),
      ...conjuncts(where).filter(one => one !== key.near).map(one => holds(scope, { ...subject, row }, one)),
    ]),
    order: { by: [key], value: SQUARE, row },
  }
}
