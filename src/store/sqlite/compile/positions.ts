/**
 * `near`: a band of latitude from the index, then the great-circle distance.
 * R4: https://hl7.org/fhir/R4/location.html#positional; a directory has thousands of places, a band of it a few dozen.
 */
import { EARTH_RADIUS_METRES } from '../../../search/compare.ts'
import type { Test } from '../../../search/plan.ts'
import { inTime, parameters, type Scope } from './scope.ts'
import { and, oneOf, sql, type Sql } from './sql.ts'

const METRES_PER_DEGREE = (Math.PI / 180) * EARTH_RADIUS_METRES

export const rowsNear = (scope: Scope, types: readonly string[], code: string, test: Extract<Test, { kind: 'near' }>): Sql => {
  const at = scope.alias('p')
  const band = test.withinMetres / METRES_PER_DEGREE
  const cosine = sql`sin(radians(${test.latitude})) * sin(radians(${at}.latitude))
    + cos(radians(${test.latitude})) * cos(radians(${at}.latitude)) * cos(radians(${at}.longitude - ${test.longitude}))`
  const condition = and([
    oneOf(sql`${at}.parameter`, parameters(scope, types, code)),
    sql`${at}.latitude BETWEEN ${test.latitude - band} AND ${test.latitude + band}`,
    // Rounding takes the cosine of a point's distance from itself past 1, where acos has no value.
    sql`acos(min(1.0, max(-1.0, ${cosine}))) * ${EARTH_RADIUS_METRES} <= ${test.withinMetres}`,
  ])
  return sql`SELECT ${at}.row FROM position_entry ${at} WHERE ${inTime(sql`${at}.row`)} AND ${condition}`
}
