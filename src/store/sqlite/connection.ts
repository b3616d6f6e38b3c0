/**
 * One open connection: its pragmas, its prepared statements, and the deadline its searches run under.
 *
 * `node:sqlite` cannot interrupt a statement; the SQL function `in_time(row)` throws once the deadline has passed,
 * and every loop of a compiled search calls it now and then.
 */
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { TooCostly } from '../store.ts'

export type Value = SQLInputValue
export type Row = Record<string, SQLOutputValue>

export interface Connection {
  readonly db: DatabaseSync
  get(sql: string, values?: readonly Value[]): Row | undefined
  all(sql: string, values?: readonly Value[]): Row[]
  /** Row by row, for results that may be large; leaving the loop ends the statement. */
  each(sql: string, values?: readonly Value[]): Iterable<Row>
  /** Runs a change; returns the row it inserted, if it did. */
  run(sql: string, values?: readonly Value[]): number | bigint
  /** Runs `work`, whose compiled searches throw TooCostly after so many milliseconds. */
  within<T>(limitMs: number, work: () => T): T
  /** Runs `work`, whose compiled searches give up when they have read some `rows` rows; undefined: they did. */
  attempt<T>(rows: number, work: () => T): T | undefined
  /** All statements of `work` see the store as it is at the first. Not inside a transaction. */
  snapshot<T>(work: () => T): T
  close(): void
}

/** Compiled searches are few shapes; a caller who invents many must not fill the memory. */
const STATEMENTS = 400
/** Pages of 4 KB in each connection's cache: 16 MB. */
const CACHE_KIB = 16_384

/** 16 MB of log before it goes into the file: a page that many commits touch is then written once (a third off a commit at 1,000). */
const CHECKPOINT_PAGES = 4_000

/** A compiled search calls `in_time` for one row in so many (`compile/scope.ts`). */
const ROWS_PER_ASK = 64

class GivenUp extends Error {}

export const openConnection = (path: string, readOnly: boolean): Connection => {
  const db = new DatabaseSync(path, { readOnly, timeout: 5_000 })
  // Writing is WAL with FULL: the log is synced before a COMMIT returns, and readers never wait for it.
  if (!readOnly) db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  db.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF`)

  let limitMs = 0
  let deadline = Infinity
  let asksLeft = Infinity
  db.function('in_time', () => {
    if (performance.now() > deadline) throw new TooCostly(limitMs)
    if (--asksLeft < 0) throw new GivenUp()
    return 1
  })

  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    if (statements.size >= STATEMENTS) statements.delete(statements.keys().next().value!)
    const statement = db.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  const run: Connection['run'] = (sql, values = []) => prepare(sql).run(...values).lastInsertRowid

  return {
    db,
    get: (sql, values = []) => prepare(sql).get(...values),
    all: (sql, values = []) => prepare(sql).all(...values),
    *each(sql, values = []) {
      try {
        yield* prepare(sql).iterate(...values)
      } catch (error) {
        // A statement that failed on its way says so again when it is next reset: another takes its place.
        statements.delete(sql)
        throw error
      }
    },
    run,
    snapshot(work) {
      run('BEGIN')
      try {
        return work()
      } finally {
        run('COMMIT')
      }
    },
    attempt(rows, work) {
      asksLeft = rows / ROWS_PER_ASK
      try {
        return work()
      } catch (error) {
        if (error instanceof GivenUp) return undefined
        throw error
      } finally {
        asksLeft = Infinity
      }
    },
    within(limit, work) {
      limitMs = limit
      deadline = performance.now() + limit
      try {
        return work()
      } finally {
        deadline = Infinity
      }
    },
    close() {
      statements.clear()
      if (db.isOpen) db.close()
    },
  }
}
