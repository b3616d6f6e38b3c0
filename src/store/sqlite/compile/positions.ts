/**
 * `near`: the boxes of an R*Tree lead to the points around a place, then the straight line to each decides
 * (`search/positions.ts`). R4: https://hl7.org/fhir/R4/location.html#positional
 */
import type { Near, NearTest } from '../../../search/near.ts'
import { pointOf, squareWithin } from '../../../search/positions.ts'
import { current, inTime, parameters, subjectOf, type Scope } from './scope.ts'
import { and, NO_ROWS, oneOf, sql, union, type Sql } from './sql.ts'

/** The rows that are near, each with the `square` of how far it is. */
const positionsNear = (scope: Scope, types: readonly string[], code: string, test: NearTest): Sql => {
  const [box, at] = [scope.alias('b'), scope.alias('p')]
  const { x, y, z } = pointOf(test)
  const most = squareWithin(test.withinMetres)
  // What leads to the points may be too wide: a millionth of a radius is 6 m, more than 32 bits round away.
  const reach = Math.sqrt(most) + 1e-6
  const inBox = and([
    sql`${box}.most_x >= ${x - reach} AND ${box}.least_x <= ${x + reach}`,
    sql`${box}.most_y >= ${y - reach} AND ${box}.least_y <= ${y + reach}`,
    sql`${box}.most_z >= ${z - reach} AND ${box}.least_z <= ${z + reach}`,
  ])
  const square = sql`(((${at}.x - ${x}) * (${at}.x - ${x}) + (${at}.y - ${y}) * (${at}.y - ${y})) + (${at}.z - ${z}) * (${at}.z - ${z}))`
  return sql`SELECT row, square FROM (
    SELECT ${at}.row AS row, ${square} AS square FROM position_box ${box} CROSS JOIN position_entry ${at} ON ${at}.id = ${box}.id
    WHERE ${inTime(sql`${at}.row`)} AND ${inBox} AND ${oneOf(sql`${at}.parameter`, parameters(scope, types, code))}) WHERE square <= ${most}`
}

export const rowsNear = (scope: Scope, types: readonly string[], code: string, test: NearTest): Sql =>
  sql`SELECT row FROM (${positionsNear(scope, types, code, test)})`

/** The rows for which the condition holds, with the `square` of each way by which it does: a row may come more than once. */
export const rowsWithSquare = (scope: Scope, types: readonly string[], near: Near): Sql => {
  switch (near.kind) {
    case 'match': return positionsNear(scope, types, near.param, near.test)
    case 'any-of': return union(near.of.map(one => rowsWithSquare(scope, types, one)))
    case 'chain': {
      const referring = parameters(scope, types, near.param)
      if (referring.length === 0) return sql`SELECT row, 0 AS square FROM (${NO_ROWS})`
      const [found, entry, target] = [scope.alias('n'), scope.alias('e'), subjectOf(scope.alias('r'), near.types)]
      return sql`SELECT ${entry}.row AS row, ${found}.square AS square FROM (${rowsWithSquare(scope, near.types, near.where)}) ${found}
        CROSS JOIN resource ${target.alias} ON ${target.alias}.row = ${found}.row
        CROSS JOIN entry ${entry} ON ${oneOf(sql`${entry}.parameter`, referring)} AND ${entry}.value = ${target.alias}.id
          AND ${entry}.system = ${target.alias}.type WHERE ${inTime(sql`${entry}.row`)} AND ${current(scope, target)}`
    }
  }
}
