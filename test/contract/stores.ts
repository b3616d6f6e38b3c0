/** The stores that must mean the same: every file of this folder runs on each of them. A new store is one more line. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '../../src/fhir/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'

export const START = Date.parse('2026-11-23T09:00:00.000Z')

export interface Opened {
  readonly store: Store
  readonly clock: ReturnType<typeof manualClock>
  /** Closes it and opens it again on what it kept. */
  reopen(): Promise<Opened>
  /** Closes it and removes what it kept. */
  dispose(): Promise<void>
}

const sqlite = async (folder = mkdtempSync(join(tmpdir(), 'contract-')), clock = manualClock(START)): Promise<Opened> => {
  const store = await openSqliteStore({ path: join(folder, 'hub.db'), clock })
  return {
    store, clock,
    async reopen() {
      await store.close()
      return sqlite(folder, clock)
    },
    async dispose() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Name and opener of an empty store. */
export const stores: readonly (readonly [string, () => Promise<Opened>])[] = [
  ['SQLite', () => sqlite()],
]
