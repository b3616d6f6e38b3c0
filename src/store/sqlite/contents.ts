/**
 * Everything a file of the embedded store holds, to be copied to another store. Who reads it holds the file
 * (`owner.ts`), so that nothing is written meanwhile.
 */
import { createHash } from 'node:crypto'
import type { KeptCase, KeptVersion, Source } from '../copy.ts'
import type { KeyRecord, RequestKey } from '../store.ts'
import { openConnection, type Connection, type Row } from './connection.ts'
import { createNames, type Names } from './names.ts'
import { COLUMNS, latestSequence, versionOf } from './versions.ts'

export interface SqliteContents extends Source {
  close(): void
}

/** The file must be of this hub's schema: the store that holds it has seen to that. */
export const openSqliteContents = (path: string): SqliteContents => {
  const connection = openConnection(path, true)
  const names = createNames(connection)
  return {
    size: async () => ({
      versions: countOf(connection, 'SELECT count(*) AS n FROM version'),
      cases: countOf(connection, 'SELECT count(DISTINCT case_id) AS n FROM case_label'),
      keys: countOf(connection, 'SELECT count(*) AS n FROM request_key'),
    }),
    mark: async () => markOf(connection),
    versions: after => versions(connection, names, after),
    cases: after => cases(connection, after),
    keys: after => keys(connection, after),
    close: () => connection.close(),
  }
}

const countOf = (connection: Connection, sql: string): number => connection.get(sql)!['n'] as number

/** The first version, with its random id, tells files apart; the last one, a file from what it was. */
const markOf = (connection: Connection): string => {
  const hash = createHash('sha256')
  const rows = connection.all(`SELECT v.sequence, v.version, v.updated, v.json, r.id FROM version v CROSS JOIN resource r ON r.row = v.row
    WHERE v.sequence IN ((SELECT min(sequence) FROM version), ?) ORDER BY v.sequence`, [latestSequence(connection)])
  for (const row of rows) hash.update(JSON.stringify(row))
  return hash.digest('hex')
}

function* versions(connection: Connection, names: Names, after: number): Generator<KeptVersion> {
  for (const row of connection.each(`SELECT ${COLUMNS}, r.row, r.labels, r.sequence AS latest
    FROM version v CROSS JOIN resource r ON r.row = v.row WHERE v.sequence > ? ORDER BY v.sequence`, [after])) {
    const version = versionOf(names, row)
    if (row['latest'] !== version.sequence) yield { version }
    else yield { version, current: { row: row['row'] as number, labels: labelsOf(names, row['labels'] as string) } }
  }
}

/** Kept as `,3,17,`. */
const labelsOf = (names: Names, list: string): readonly string[] =>
  list.split(',').filter(number => number !== '').map(number => names.text(Number(number))).sort()

function* cases(connection: Connection, after: string): Generator<KeptCase> {
  for (const row of connection.each(`SELECT c.case_id, json_group_array(n.text) AS labels FROM case_label c CROSS JOIN name n ON n.id = c.label
    WHERE c.case_id > ? GROUP BY c.case_id ORDER BY c.case_id`, [after])) {
    yield { caseId: row['case_id'] as string, labels: (JSON.parse(row['labels'] as string) as string[]).sort() }
  }
}

function* keys(connection: Connection, after: RequestKey | undefined): Generator<KeyRecord> {
  for (const row of connection.each(`SELECT scope, value, fingerprint, type, id FROM request_key
    WHERE (scope, value) > (?, ?) ORDER BY scope, value`, [after?.scope ?? '', after?.value ?? ''])) yield keyOf(row)
}

const keyOf = (row: Row): KeyRecord => ({
  key: { scope: row['scope'] as string, value: row['value'] as string },
  fingerprint: row['fingerprint'] as string, ref: { type: row['type'] as string, id: row['id'] as string },
})
