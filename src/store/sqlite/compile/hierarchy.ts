/**
 * `:above` and `:below` in the hierarchy that a type forms by one of its references (`Location.partof`).
 *
 * Every step is over current resources the caller may see, and each resource is reached once, so that a cycle ends.
 * There is no other bound than the search's time: a hierarchy cut at a number would answer wrongly and say nothing.
 */
import type { Condition } from '../../../search/plan.ts'
import { current, inTime, parameters, subjectOf, type Scope, type Subject } from './scope.ts'
import { and, oneOf, sql, type Sql } from './sql.ts'

type Within = Extract<Condition, { kind: 'within' }>

/** What refers to a resource that was reached: found by the key of the reference. */
const stepBelow = (scope: Scope, reached: Sql, next: Subject, { type, param }: Within): Sql => {
  const entry = scope.alias('e')
  return sql`entry ${entry} ON ${oneOf(sql`${entry}.parameter`, parameters(scope, [type], param))} AND ${entry}.value = ${reached}.id
    AND ${entry}.system = ${scope.names.find(type)} CROSS JOIN resource ${next.alias} ON ${next.alias}.row = ${entry}.row`
}

/** What a resource that was reached refers to: found in what was indexed for it. */
const stepAbove = (scope: Scope, reached: Sql, next: Subject, { type, param }: Within): Sql => {
  const kept = scope.alias('x')
  const one = scope.alias('j')
  const target = scope.names.find(type)
  return sql`indexed ${kept} ON ${kept}.row = ${reached}.row CROSS JOIN json_each(${kept}.entries) ${one}
    ON ${one}.value ->> 0 = 'e' AND ${oneOf(sql`(${one}.value ->> 1)`, parameters(scope, [type], param))} AND ${one}.value ->> 3 = ${target}
    CROSS JOIN resource ${next.alias} ON ${next.alias}.type = ${target} AND ${next.alias}.id = ${one}.value ->> 2`
}

/** The resource it starts from, if the caller may see it, and all that lies above or below. */
export const rowsWithin = (scope: Scope, within: Within): Sql => {
  const reached = scope.alias('w')
  const start = subjectOf(scope.alias('r'), [within.type])
  const next = subjectOf(scope.alias('r'), [within.type])
  const step = within.direction === 'below' ? stepBelow : stepAbove
  return sql`SELECT row FROM (WITH RECURSIVE ${reached} (row, id) AS (
    SELECT ${start.alias}.row, ${start.alias}.id FROM resource ${start.alias}
      WHERE ${and([current(scope, start), sql`${start.alias}.id = ${within.id}`])}
    UNION SELECT ${next.alias}.row, ${next.alias}.id FROM ${reached} CROSS JOIN ${step(scope, reached, next, within)}
      WHERE ${and([inTime(sql`${next.alias}.row`), current(scope, next)])}
  ) SELECT row FROM ${reached})`
}
