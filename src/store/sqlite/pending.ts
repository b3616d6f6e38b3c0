/**
 * The row of `pending` that a commit leaves for what is indexed later, and how such rows become index rows: many at a
 * time, in the order of their keys, each removed in the transaction that indexes it. A crash repeats none and loses none.
 */
import type { Connection, Row } from './connection.ts'
import type { Deferred, Words } from './deferred.ts'
import { addRows, insertRows, newBatch, sortRows } from './index-rows.ts'
import { keeping } from './indexed.ts'
import type { WritableNames } from './names.ts'

/** Resources indexed together: 2,000 rows of AuditEvents, of which those under one parameter are one run. */
const CHUNK = 256
/** Characters: what is read for them stays within some MB, whatever they hold. */
const CHUNK_LENGTH = 1_024 * 1_024

/** Leaves `content` (a Deferred as JSON) of the version at `sequence` to be indexed; what was left for it before goes. */
export const defer = (connection: Connection, sequence: number, row: number, content: string): void => {
  connection.run('INSERT OR REPLACE INTO pending VALUES (?, ?, ?)', [sequence, row, content])
}

/** Sequence of the last version that has something to be indexed; 0: none. Everything up to it may wait. */
export const lastPending = (connection: Connection): number =>
  connection.get('SELECT coalesce(max(sequence), 0) AS last FROM pending')!['last'] as number

export const countPending = (connection: Connection): number =>
  connection.get('SELECT count(*) AS waiting FROM pending')!['waiting'] as number

const waiting = (connection: Connection, until: number): readonly Row[] => {
  const rows: Row[] = []
  let length = 0
  for (const row of connection.each(`SELECT p.sequence, p.row, p.content, r.updated, r.sequence = p.sequence AS current
    FROM pending p CROSS JOIN resource r ON r.row = p.row WHERE p.sequence <= ? ORDER BY p.sequence LIMIT ${CHUNK}`, [until])) {
    rows.push(row)
    length += (row['content'] as string).length
    if (length > CHUNK_LENGTH) break
  }
  return rows
}

const writeWords = (connection: Connection, row: number, { text, content }: Words): void => {
  if (text === '' && content === '') connection.run('DELETE FROM words WHERE rowid = ?', [row])
  else connection.run('INSERT OR REPLACE INTO words (rowid, text, content) VALUES (?, ?, ?)', [row, text, content])
}

/**
 * Indexes the next of what waits, up to the version `until`, in the transaction that is open.
 * Returns how many versions it dealt with; 0: nothing waits any more.
 */
export const indexSome = (connection: Connection, names: WritableNames, until: number): number => {
  const some = waiting(connection, until)
  const last = some.at(-1)
  if (last === undefined) return 0
  const batch = newBatch()
  for (const { row, updated, content, current } of some as readonly { row: number; updated: number; content: string; current: number }[]) {
    // A version that was followed by another left it to that one.
    if (current === 0) continue
    const { index, words } = JSON.parse(content) as Deferred
    if (index !== undefined) {
      const kept = keeping(names, index)
      addRows(batch, kept.rows, row, updated)
      connection.run('INSERT INTO indexed VALUES (?, ?, ?)', [row, kept.entries, kept.sort])
      connection.run('UPDATE resource SET present = ? WHERE row = ?', [kept.present, row])
    }
    if (words !== undefined) writeWords(connection, row, words)
  }
  sortRows(batch)
  insertRows(connection, batch)
  connection.run('DELETE FROM pending WHERE sequence <= ?', [last['sequence'] as number])
  return some.length
}

/** Indexes everything that waits, in the transaction that is open: for what must be true within a commit. */
export const indexAll = (connection: Connection, names: WritableNames): void => {
  while (indexSome(connection, names, Number.MAX_SAFE_INTEGER) > 0);
}
