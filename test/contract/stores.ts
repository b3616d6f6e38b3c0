/** The stores that must mean the same: every file of this folder runs on each of them. A new store is one more line. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '../../src/fhir/clock.ts'
import { MongoClient } from 'mongodb'
import { openMongoStore } from '../../src/store/mongo/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { databaseAt } from '../../scripts/mongod/replica-set.ts'
import type { Store } from '../../src/store/store.ts'

export const START = Date.parse('2026-11-23T09:00:00.000Z')

export interface Opened {
  readonly store: Store
  readonly clock: ReturnType<typeof manualClock>
  /** Where another hub could find it. */
  readonly url?: string
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

const mongo = async (url: string, clock = manualClock(START)): Promise<Opened> => {
  const store = await openMongoStore({ url, clock })
  return {
    store, clock, url,
    async reopen() {
      await store.close()
      return mongo(url, clock)
    },
    async dispose() {
      await store.close()
      const client = await MongoClient.connect(url)
      await client.db().dropDatabase()
      await client.close()
    },
  }
}

/** Stores of other hubs on the same database; the embedded store has none, its file is one hub's. */
export const openBeside = async (name: string, { clock, url }: Opened): Promise<readonly Store[]> =>
  (name === 'MongoDB' && url !== undefined ? [await openMongoStore({ url, clock })] : [])

const server = process.env['MONGO_URL']

/** Name and opener of an empty store. */
export const stores: readonly (readonly [string, () => Promise<Opened>])[] = [
  ['SQLite', () => sqlite()],
  ...(server === undefined ? [] : [['MongoDB', () => mongo(databaseAt(server, `contract-${randomUUID()}`))] as const]),
]
