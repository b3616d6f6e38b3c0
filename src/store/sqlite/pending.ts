/**
 * The row of `pending` that a commit leaves for what is indexed later, and how such rows become index rows: many at a
 * time, in the order of their keys, each removed in the transaction that indexes it. A crash repeats none and loses none.
 */
import type { Connection } from './connection.ts'
import type { Words } from './deferred.ts'
import { addRows, insertRows, newBatch, sortRows } from './index-rows.ts'
import { keptRows, type Kept } from './indexed.ts'

/** Resources indexed together: 4,000 rows of AuditEvents, of which those under one parameter are one run; some 9 ms. */
const CHUNK = 256
/** Characters read for them, whatever they hold: 8,000 words, which take some 20 ms. */
const CHUNK_LENGTH = 64 * 1_024

/** What the version at `sequence` leaves to be indexed; what was left for it before goes. */
export const defer = (connection: Connection, sequence: number, row: number, entries: Kept | undefined, words: Words | undefined): void => {
  connection.run('INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?, ?, ?)',
    [sequence, row, entries?.entries ?? null, entries?.sort ?? null, words?.text ?? null, words?.content ?? null])
}

/** Sequence of the last version that has something to be indexed; 0: none. Everything up to it may wait. */
export const lastPending = (connection: Connection): number =>
  connection.get('SELECT coalesce(max(sequence), 0) AS last FROM pending WHERE sequence > 0')!['last'] as number

/** Sequence of the first; Infinity: none. Everything before it is indexed. */
export const firstPending = (connection: Connection): number =>
  (connection.get('SELECT min(sequence) AS first FROM pending WHERE sequence > 0')!['first'] as number | null) ?? Infinity

export const countPending = (connection: Connection): number =>
  connection.get('SELECT count(*) AS waiting FROM pending WHERE sequence > 0')!['waiting'] as number

interface Waiting {
  readonly sequence: number
  readonly row: number
  readonly entries: string | null
  readonly text: string | null
  readonly content: string | null
  readonly updated: number
  /** 0: another version followed, and left what is to be indexed to that one. */
  readonly current: number
}

const waiting = (connection: Connection, until: number, most: number): readonly Waiting[] => {
  const rows: Waiting[] = []
  let length = 0
  for (const row of connection.each(`SELECT p.sequence, p.row, p.entries, p.text, p.content, r.updated,
      r.sequence = p.sequence AS current FROM pending p CROSS JOIN resource r ON r.row = p.row
      WHERE p.sequence > 0 AND p.sequence <= ? ORDER BY p.sequence LIMIT ?`,
  [until, most]) as Iterable<unknown> as Iterable<Waiting>) {
    rows.push(row)
    length += (row.entries?.length ?? 0) + (row.text?.length ?? 0) + (row.content?.length ?? 0)
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
export const indexSome = (connection: Connection, until: number, most = CHUNK): number => {
  const some = waiting(connection, until, most)
  const last = some.at(-1)
  if (last === undefined) return 0
  const batch = newBatch()
  for (const { row, entries, text, content, updated, current } of some) {
    if (current === 0) continue
    if (entries !== null) addRows(batch, keptRows(entries), row, updated)
    if (text !== null && content !== null) writeWords(connection, row, { text, content })
  }
  sortRows(batch)
  insertRows(connection, batch)
  connection.run(`INSERT INTO indexed SELECT p.row, p.entries, p.sort FROM pending p CROSS JOIN resource r ON r.row = p.row
    WHERE p.sequence > 0 AND p.sequence <= ? AND p.entries IS NOT NULL AND r.sequence = p.sequence`, [last.sequence])
  connection.run('DELETE FROM pending WHERE sequence > 0 AND sequence <= ?', [last.sequence])
  return some.length
}

/**
 * The same one by one, for some that cannot be indexed together: what cannot be at all is set aside under its sequence
 * made negative, and told of, so that everything behind it is found. Throws what is no fault of theirs.
 */
export const indexEach = (connection: Connection, until: number, onFault: (sequence: number, error: unknown) => void): void => {
  for (let done = 0; done < CHUNK; done++) {
    const next = firstPending(connection)
    if (next > until) return
    connection.run('SAVEPOINT each')
    try {
      indexSome(connection, until, 1)
    } catch (error) {
      if (!isItsOwn(error)) throw error
      connection.run('ROLLBACK TO each')
      connection.run('UPDATE OR REPLACE pending SET sequence = -sequence WHERE sequence = ?', [next])
      onFault(next, error)
    }
    connection.run('RELEASE each')
  }
}

/** SQLite's primary result codes for what is wrong with a value: TOOBIG, CONSTRAINT, MISMATCH. All others are the file's or the disk's. */
const OF_VALUES: ReadonlySet<number> = new Set([18, 19, 20])

/** Whether an error is about what was to be indexed: it would come again, whatever becomes of the disk. */
export const isItsOwn = (error: unknown): boolean =>
  !(error instanceof Error && 'errcode' in error) || OF_VALUES.has(Number(error.errcode) & 0xff)

/** Indexes everything that waits, in the transaction that is open: for what must be true within a commit. */
export const indexAll = (connection: Connection): void => {
  while (indexSome(connection, Number.MAX_SAFE_INTEGER) > 0);
}
