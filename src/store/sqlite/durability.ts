/** What makes a COMMIT durable, read back from the live connection: asking for it is not having it. */
import type { Connection } from './connection.ts'

export interface Durability {
  readonly journal: string
  /** 2: FULL. The log is synced before each COMMIT returns. */
  readonly synchronous: number
}

export const FULL = 2

/** Throws when the connection would acknowledge what a power cut can take back. */
export const durabilityOf = (connection: Connection): Durability => {
  const journal = connection.db.prepare('PRAGMA journal_mode').get()!['journal_mode'] as string
  const synchronous = connection.db.prepare('PRAGMA synchronous').get()!['synchronous'] as number
  if (journal !== 'wal' || synchronous !== FULL) {
    throw new Error(`the store cannot promise durability here: journal_mode ${journal} (needs wal), `
      + `synchronous ${synchronous} (needs ${FULL}, FULL)`)
  }
  return { journal, synchronous }
}

/** Throws where nothing can be written: SQLite opens a read-only file without a word and fails at the first commit. */
export const refuseReadOnly = (connection: Connection): void => {
  connection.db.exec('BEGIN; DELETE FROM name WHERE id < 0; ROLLBACK')
}
