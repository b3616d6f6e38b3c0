/**
 * One process for each file: a lock beside it that the operating system takes back when its process ends, however.
 *
 * Two hubs on one file would each stamp times and announce commits without knowing of the other's.
 */
import { existsSync, realpathSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** SQLITE_BUSY: another connection holds the lock. */
const BUSY = 5

export interface Ownership {
  release(): void
}

/** Takes the file for this process. Throws when another has it. The lock is `FILE.lock`, an empty file that may stay. */
export const own = (path: string): Ownership => {
  const lock = new DatabaseSync(`${existsSync(path) ? realpathSync(path) : path}.lock`, { timeout: 0 })
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if ((error as { errcode?: number }).errcode !== BUSY) throw error
    throw new Error('another process has it open: end that one, or give this one a file of its own (STORE)', { cause: error })
  }
  return { release: () => { lock.close() } }
}
