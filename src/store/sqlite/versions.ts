/** Version rows as StoredVersions: point reads, histories, the event log. Stored text goes out as it was written. */
import { instant } from '../../fhir/clock.ts'
import type { ResourceRef } from '../../fhir/resource.ts'
import type { Visibility } from '../../search/plan.ts'
import { MAX_PAGE_LENGTH } from '../limits.ts'
import type { HistoryPage, HistoryQuery, Method, StoredVersion } from '../store.ts'
import { and, raw, sql, TRUE, type Sql } from './compile/sql.ts'
import { inTime } from './compile/scope.ts'
import { visible } from './compile/visible.ts'
import type { Connection, Row } from './connection.ts'
import type { Names } from './names.ts'

export const COLUMNS = 'v.sequence, v.version, v.updated, v.method, v.json, r.type, r.id, r.case_id'
const R = raw('r')

export const versionOf = (names: Names, row: Row): StoredVersion => ({
  ref: { type: names.text(row['type'] as number), id: row['id'] as string },
  version: row['version'] as number,
  lastUpdated: instant(row['updated'] as number),
  deleted: row['method'] === 'DELETE',
  method: row['method'] as Method,
  json: row['json'] as string,
  caseId: (row['case_id'] as string | null) ?? undefined,
  sequence: row['sequence'] as number,
})

/** A page ends with the resource that takes it past this: 1,000 Tasks are 2.6 MB, a Binary can be 6.7 MB alone. */

/** Up to `most` rows, until a page is full. */
const pageOf = (names: Names, rows: Iterable<Row>, most: number): { readonly versions: readonly StoredVersion[]; readonly more: boolean } => {
  const versions: StoredVersion[] = []
  let length = 0
  for (const row of rows) {
    if (versions.length === most || length > MAX_PAGE_LENGTH) return { versions, more: true }
    const version = versionOf(names, row)
    length += version.json.length
    versions.push(version)
  }
  return { versions, more: false }
}

/** The versions of sequence numbers that stand in the file, in their order, by one statement; fewer when a page is full. */
export const versionsAt = (connection: Connection, names: Names, sequences: readonly number[]): readonly StoredVersion[] =>
  sequences.length === 0 ? [] : pageOf(names, connection.each(
    `SELECT ${COLUMNS} FROM json_each(?) j CROSS JOIN version v ON v.sequence = j.value CROSS JOIN resource r ON r.row = v.row`,
    [`[${sequences.join()}]`]), sequences.length).versions

export const readCurrent = (connection: Connection, names: Names, ref: ResourceRef, visibility: Visibility): StoredVersion | undefined => {
  const test = visible(names, visibility, R)
  const row = connection.get(
    `SELECT ${COLUMNS} FROM resource r CROSS JOIN version v ON v.sequence = r.sequence WHERE r.type = ? AND r.id = ? AND ${test.text}`,
    [names.find(ref.type), ref.id, ...test.values])
  return row === undefined ? undefined : versionOf(names, row)
}

export const readOne = (
  connection: Connection, names: Names, ref: ResourceRef, version: number, visibility: Visibility,
): StoredVersion | undefined => {
  const test = visible(names, visibility, R)
  const row = connection.get(
    `SELECT ${COLUMNS} FROM resource r CROSS JOIN version v ON v.row = r.row AND v.version = ?
      WHERE r.type = ? AND r.id = ? AND ${test.text}`,
    [version, names.find(ref.type), ref.id, ...test.values])
  return row === undefined ? undefined : versionOf(names, row)
}

/** Versions newest first, of a resource, of a type, or of everything. Throws TooCostly after `limitMs`. */
export const runHistory = (connection: Connection, names: Names, query: HistoryQuery, limitMs: number): HistoryPage =>
  connection.within(limitMs, () => connection.snapshot(() => history(connection, names, query)))

const history = (connection: Connection, names: Names, query: HistoryQuery): HistoryPage => {
  const { from, order } = historyWalk(query)
  const test = and([
    query.type === undefined ? TRUE : sql`${query.id === undefined ? raw('v') : R}.type = ${names.find(query.type)}`,
    query.id === undefined ? TRUE : sql`r.id = ${query.id}`,
    query.since === undefined ? TRUE : sql`v.sequence >= ${firstSince(connection, query.since)}`,
    query.at === undefined ? TRUE : currentIn(connection, query.at),
    inTime(raw('v.sequence')),
    visible(names, query.visibility, R),
  ])
  const before = query.before === undefined ? TRUE : sql`v.sequence < ${query.before}`
  const counted = query.uncounted ? {} : {
    total: connection.get(`SELECT count(*) AS total FROM ${from} WHERE ${test.text}`, test.values)!['total'] as number,
  }
  const page: Sql = sql`SELECT ${raw(COLUMNS)} FROM ${raw(from)} WHERE ${and([test, before])}
    ORDER BY ${raw(order)} DESC LIMIT ${query.count + 1}`
  const { versions, more } = pageOf(names, connection.each(page.text, page.values), query.count)
  const last = versions.at(-1)
  return { versions, ...counted, ...(more && last !== undefined ? { next: last.sequence } : {}) }
}

/** Written before the end of [low, high), and the next version of the resource, if there is one, after its beginning. */
const currentIn = (connection: Connection, { low, high }: NonNullable<HistoryQuery['at']>): Sql => {
  const begin = firstSince(connection, low)
  return sql`v.sequence < ${firstSince(connection, high)} AND (v.sequence >= ${begin} OR NOT EXISTS (
    SELECT 1 FROM version n WHERE n.row = v.row AND n.version = v.version + 1 AND n.updated <= ${low}))`
}

/** The first sequence written at or after an instant: times never decrease along it, so it is found by halving. */
const firstSince = (connection: Connection, since: number): number => {
  let low = 0
  let high = latestSequence(connection) + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const row = connection.get('SELECT sequence, updated FROM version WHERE sequence >= ? ORDER BY sequence LIMIT 1', [middle])
    if (row === undefined || (row['updated'] as number) >= since) high = middle
    else low = (row['sequence'] as number) + 1
  }
  return low
}

/** One resource's versions are found by its row, and are in order by their number; others by the sequence. */
const historyWalk = (query: HistoryQuery): { readonly from: string; readonly order: string } =>
  query.id === undefined
    ? { from: 'version v CROSS JOIN resource r ON r.row = v.row', order: 'v.sequence' }
    : { from: 'resource r CROSS JOIN version v ON v.row = r.row', order: 'v.version' }

export const readEvents = (connection: Connection, names: Names, after: number, limit: number): readonly StoredVersion[] =>
  connection.all(
    `SELECT ${COLUMNS} FROM version v CROSS JOIN resource r ON r.row = v.row
      WHERE v.sequence > ? ORDER BY v.sequence LIMIT ?`, [after, limit],
  ).map(row => versionOf(names, row))

/** 0 when nothing was ever written. */
export const latestSequence = (connection: Connection): number =>
  connection.get('SELECT coalesce(max(sequence), 0) AS latest FROM version')!['latest'] as number

/** Time of the newest version, milliseconds; 0 when nothing was ever written. */
export const latestUpdate = (connection: Connection): number =>
  connection.get('SELECT coalesce((SELECT updated FROM version ORDER BY sequence DESC LIMIT 1), 0) AS latest')!['latest'] as number
