/**
 * Runs a SearchPlan on one connection: the page, its includes, its total, all from one snapshot of the store.
 *
 * The same code runs on the serving thread, in the search worker and, for the `matches` expectation, in the writer.
 */
import type { SearchPlan } from '../../search/plan.ts'
import type { ResourceRef } from '../../fhir/resource.ts'
import type { SearchPage } from '../store.ts'
import { drive, matching } from './compile/drive.ts'
import { orderOf } from './compile/order.ts'
import { createScope, type Scope, type Subject } from './compile/scope.ts'
import { join, raw, sql, type Sql } from './compile/sql.ts'
import type { Connection, Row } from './connection.ts'
import { includedRows } from './includes.ts'
import type { Names } from './names.ts'
import { latestSequence, versionsAt } from './versions.ts'

const NOTHING = raw('')

const scopeOf = (connection: Connection, names: Names, plan: SearchPlan): Scope =>
  createScope(names, plan.visibility, (rows, cap) => {
    const counted = connection.get(`SELECT count(*) AS size FROM (${rows.text} LIMIT ${cap})`, rows.values)
    return counted?.['size'] as number
  }, matching)

/** The statement for one page: `row`, `sequence` and the sort values `k0`, `k1`, … of up to `limit` matches, in order. */
export const pageStatement = (connection: Connection, names: Names, plan: SearchPlan, limit: number): Sql => {
  const scope = scopeOf(connection, names, plan)
  const subject: Subject = { alias: raw('r'), types: plan.types }
  const walk = drive(scope, subject, plan.where, { limit, sort: plan.sort })
  const order = orderOf(plan.sort, subject.alias, walk.order)
  const values = order.values.map((value, index) => sql`, ${value} AS ${raw(`k${index}`)}`)
  return sql`SELECT r.row AS row, r.sequence AS sequence${join(values, '')} FROM ${walk.from} ${order.join} WHERE ${walk.where}
    ${plan.after === undefined ? NOTHING : sql`AND ${order.after(plan.after)}`} ORDER BY ${order.orderBy} LIMIT ${limit}`
}

const count = (connection: Connection, names: Names, plan: SearchPlan): number => {
  const counting = matching(scopeOf(connection, names, plan), plan.types, plan.where,
    () => ({ select: raw('count(*) AS total'), join: NOTHING }))
  return connection.get(counting.text, counting.values)?.['total'] as number
}

const valuesOf = (row: Row): readonly (string | number | null)[] =>
  Object.keys(row).filter(name => /^k\d+$/.test(name)).map(name => row[name] as string | number | null)

const page = (connection: Connection, names: Names, plan: SearchPlan): SearchPage => {
  const total = plan.total === 'none' && plan.count > 0 ? {} : { total: count(connection, names, plan) }
  if (plan.count === 0) return { matches: [], included: [], includesCut: false, ...total }

  const statement = pageStatement(connection, names, plan, plan.count + 1)
  const rows = connection.all(statement.text, statement.values)
  const matches = versionsAt(connection, names, rows.slice(0, plan.count).map(row => row['sequence'] as number))
  const shown = rows.slice(0, matches.length)
  const last = shown.at(-1)
  const { sequences, cut } = includedRows(connection, names, plan, shown.map(row => row['row'] as number))
  const included = versionsAt(connection, names, sequences)
  return {
    matches, included,
    includesCut: cut || included.length < sequences.length,
    ...(rows.length > shown.length && last !== undefined
      ? { next: { values: valuesOf(last), row: String(last['row']), sequence: plan.after?.sequence ?? latestSequence(connection) } }
      : {}),
    ...total,
  }
}

/** The page a plan asks for. Throws TooCostly after `limitMs`. */
export const runSearch = (connection: Connection, names: Names, plan: SearchPlan, limitMs: number): SearchPage =>
  connection.within(limitMs, () => connection.snapshot(() => page(connection, names, plan)))

/** Whether a plan matches exactly these resources in the sight of its visibility; for use inside the writer's transaction. */
export const matchesExactly = (
  connection: Connection, names: Names, plan: SearchPlan, refs: readonly ResourceRef[], limitMs: number,
): boolean => connection.within(limitMs, () => {
  const found = matching(scopeOf(connection, names, plan), plan.types, plan.where,
    found => ({ select: sql`DISTINCT ${found.alias}.type AS type, ${found.alias}.id AS id`, join: NOTHING }))
  const rows = connection.all(`${found.text} LIMIT ${refs.length + 1}`, found.values)
  const expected = new Set(refs.map(ref => `${ref.type}/${ref.id}`))
  return rows.length === expected.size && rows.every(row => expected.has(`${names.text(row['type'] as number)}/${row['id'] as string}`))
})
