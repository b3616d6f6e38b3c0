/**
 * Runs a SearchPlan on one connection: the page, its includes, its total, all from one snapshot of the store.
 *
 * The same code runs on the serving thread, in the search worker and, for the `matches` expectation, in the writer.
 */
import { distancesIn, orderOf } from '../../search/order.ts'
import type { SearchPlan } from '../../search/plan.ts'
import type { ResourceRef } from '../../fhir/resource.ts'
import { TooCostly, type SearchPage } from '../store.ts'

import { bear, drive, matching, type Walk, type Wanted } from './compile/drive.ts'
import { walkByDistance } from './compile/by-distance.ts'
import { walkByName } from './compile/by-name.ts'
import { compileOrder, mergedOrder } from './compile/order.ts'
import { createScope, subjectOf, type Scope, type Subject } from './compile/scope.ts'
import { join, raw, sql, type Sql } from './compile/sql.ts'
import { eachType, type Alternative } from './compile/types.ts'
import type { Connection, Row } from './connection.ts'
import { includedRows } from './includes.ts'
import type { Names } from './names.ts'
import { latestSequence, versionsAt } from './versions.ts'

const NOTHING = raw('')

/** What a search may do where it holds others up; what would be more throws TooCostly before it is begun. */
interface Bounds {
  /** Rows gathered and sorted. */
  readonly rows: number
  /** Matches, and as many includes, that a page may have. */
  readonly matches: number
}

const UNBOUNDED: Bounds = { rows: Infinity, matches: Infinity }
/** 1,000 gathered rows are 1 to 5 ms; 200 resources of 2.6 KB are read in 1 ms. */
const BRIEF: Bounds = { rows: 1_000, matches: 200 }

const scopeOf = (connection: Connection, names: Names, plan: SearchPlan, { rows: most } = UNBOUNDED): Scope =>
  createScope(names, plan.visibility, (rows, cap) => {
    const counted = connection.get(`SELECT count(*) AS size FROM (${rows.text} LIMIT ${cap})`, rows.values)
    return counted?.['size'] as number
  }, matching, most)

/** The page over a walk: `row`, `sequence` and the sort values `k0`, `k1`, … of up to `limit` matches, in order. */
const pageOver = (walk: Walk, subject: Subject, plan: SearchPlan, wanted: Wanted): Sql => {
  const order = compileOrder(wanted.order, subject.alias, walk.order)
  const values = order.values.map((value, index) => sql`, ${value} AS ${raw(`k${index}`)}`)
  return sql`SELECT ${subject.alias}.row AS row, ${subject.alias}.sequence AS sequence${join(values, '')} FROM ${walk.from} ${order.join}
    WHERE ${walk.where} ${plan.after === undefined ? NOTHING : sql`AND ${order.after(plan.after)}`} ORDER BY ${order.orderBy} LIMIT ${wanted.limit}`
}

export interface PageStatements {
  readonly sure: () => Sql
  /** Given up after so many rows; `partial`: and is right only if it fills the page. */
  readonly tried?: { readonly page: Sql; readonly rows: number; readonly partial: boolean }
}

/** The statements for one page of a type: the sure one, and one that is worth a try. */
const pageOfType = (scope: Scope, plan: SearchPlan, { types, where }: Alternative, wanted: Wanted): PageStatements => {
  const subject = subjectOf(scope.alias('r'), types)
  const byName = walkByName(scope, subject, wanted.order)
  if (byName !== undefined) return { sure: () => pageOver(byName, subject, plan, wanted) }
  const byDistance = walkByDistance(scope, subject, where, wanted.order)
  if (byDistance !== undefined) return whole(scope, pageOver(byDistance, subject, plan, wanted))
  const { sure, tried } = drive(scope, subject, where, wanted)
  // Behind the last that has a value come those that no index of values holds.
  const partial = tried?.walk.order?.partial === true
  const isLost = partial && plan.after?.values[0] === null
  return {
    sure: () => pageOver(sure(), subject, plan, wanted),
    ...(tried === undefined || isLost
      ? {}
      : { tried: { page: pageOver(tried.walk, subject, plan, wanted), rows: tried.rows, partial } }),
  }
}

/** A page for which all that is near is gathered: where that must be little, it is given up once it is more. */
const whole = (scope: Scope, page: Sql): PageStatements => ({
  sure: () => {
    bear(scope, Infinity)
    return page
  },
  ...(scope.most === Infinity ? {} : { tried: { page, rows: scope.most, partial: false } }),
})

/** One for each type of which there may be matches. */
export const pageStatements = (
  connection: Connection, names: Names, plan: SearchPlan, wanted: Wanted, bounds = UNBOUNDED,
): readonly PageStatements[] =>
  // A scope for each: alike pages are then the same text, prepared once.
  eachType(names, plan.types, plan.where).map(alternative => pageOfType(scopeOf(connection, names, plan, bounds), plan, alternative, wanted))

/** The first matches, up to the limit. Of several types, the first of each are put together and sorted once more. */
const firstRows = (connection: Connection, names: Names, plan: SearchPlan, wanted: Wanted, bounds: Bounds): readonly Row[] => {
  const read = ({ sure, tried }: PageStatements): readonly Row[] => {
    const soon = tried && connection.attempt(tried.rows, () => connection.all(tried.page.text, tried.page.values))
    if (soon !== undefined && (soon.length === wanted.limit || tried?.partial === false)) return soon
    const { text, values } = sure()
    return connection.all(text, values)
  }
  const pages = pageStatements(connection, names, plan, wanted, bounds).map(read).filter(rows => rows.length > 0)
  if (pages.length <= 1) return pages[0] ?? []
  const keys = Object.keys(pages[0]![0]!)
  const columns = join(keys.map((key, index) => raw(`value ->> ${index} AS ${key}`)), ', ')
  const rows = JSON.stringify(pages.flatMap(page => page.map(row => keys.map(key => row[key]))))
  const merged = sql`SELECT ${columns} FROM json_each(${rows}) ORDER BY ${mergedOrder(wanted.order)} LIMIT ${wanted.limit}`
  return connection.all(merged.text, merged.values)
}

const count = (connection: Connection, names: Names, plan: SearchPlan, bounds: Bounds): number => {
  const counting = matching(scopeOf(connection, names, plan, bounds), plan.types, plan.where,
    () => ({ select: raw('count(*) AS total'), join: NOTHING }))
  return connection.all(counting.text, counting.values).reduce((sum, { total }) => sum + Number(total ?? 0), 0)
}

const valuesOf = (row: Row): readonly (string | number | null)[] =>
  Object.keys(row).filter(name => /^k\d+$/.test(name)).map(name => row[name] as string | number | null)

const page = (connection: Connection, names: Names, plan: SearchPlan, bounds: Bounds): SearchPage => {
  const total = plan.total === 'none' && plan.count > 0 ? {} : { total: count(connection, names, plan, bounds) }
  if (plan.count === 0) return { matches: [], included: [], includesCut: false, ...total }

  const order = orderOf(plan)
  const rows = firstRows(connection, names, plan, { limit: plan.count + 1, order }, bounds)
  if (rows.length > bounds.matches) throw new TooCostly(0)
  const matches = versionsAt(connection, names, rows.slice(0, plan.count).map(row => row['sequence'] as number))
  const shown = rows.slice(0, matches.length)
  const last = shown.at(-1)
  const { sequences, cut } = includedRows(connection, names, plan, shown.map(row => row['row'] as number))
  if (sequences.length > bounds.matches) throw new TooCostly(0)
  const included = versionsAt(connection, names, sequences)
  return {
    matches, included, ...distancesIn(order, shown.map(valuesOf)),
    includesCut: cut || included.length < sequences.length,
    ...(rows.length > shown.length && last !== undefined
      ? { next: { values: valuesOf(last), row: String(last['row']), sequence: plan.after?.sequence ?? latestSequence(connection) } }
      : {}),
    ...total,
  }
}

/** The page a plan asks for. Throws TooCostly after `limitMs`. */
export const runSearch = (connection: Connection, names: Names, plan: SearchPlan, limitMs: number, bounds = UNBOUNDED): SearchPage =>
  connection.within(limitMs, () => connection.snapshot(() => page(connection, names, plan, bounds)))

/** The same where it holds others up: throws TooCostly at once where it is seen that it would be long, too. */
export const runBriefSearch = (connection: Connection, names: Names, plan: SearchPlan, limitMs: number): SearchPage =>
  runSearch(connection, names, plan, limitMs, BRIEF)

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
