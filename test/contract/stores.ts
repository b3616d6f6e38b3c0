/** The stores that must mean the same: every file of this folder runs on each of them. A new store is one more line. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { manualClock } from '../../src/fhir/clock.ts'
import { MongoClient, type Db } from 'mongodb'
import { openMongoStore } from '../../src/store/mongo/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { migrations } from '../../src/store/sqlite/schema.ts'
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
  /** Closes it, takes away what the newest hubs have added to its form, and opens it as a newest hub does. */
  reopenOlder(): Promise<Opened>
  /** Closes it and says that a newer hub wrote it; rejects as the hub that would open it does. */
  reopenNewer(): Promise<Opened>
  /** Closes it and removes what it kept. */
  dispose(): Promise<void>
}

/** Indexes that came with the migrations after so many. */
const indexesSince = (version: number): readonly string[] =>
  migrations.slice(version).flatMap(step => [...step.matchAll(/CREATE INDEX (\w+) ON/g)].map(([, name]) => name!))

/** Positions as they stood before they were points of the sphere. */
const OLDER_POSITIONS = `CREATE TABLE older AS SELECT parameter, latitude, longitude, row FROM position_entry;
  DROP TABLE position_entry; DROP TABLE position_box; ALTER TABLE older RENAME TO position_entry;`

const execute = (path: string, sql: string): void => {
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}

const inDatabase = async (url: string, work: (db: Db) => Promise<unknown>): Promise<void> => {
  const client = await MongoClient.connect(url)
  await work(client.db())
  await client.close()
}

const sqlite = async (folder = mkdtempSync(join(tmpdir(), 'contract-')), clock = manualClock(START)): Promise<Opened> => {
  const store = await openSqliteStore({ path: join(folder, 'hub.db'), clock })
  return {
    store, clock,
    async reopen() {
      await store.close()
      return sqlite(folder, clock)
    },
    async reopenOlder() {
      await store.close()
      execute(join(folder, 'hub.db'), `${OLDER_POSITIONS} ${indexesSince(3).map(name => `DROP INDEX ${name};`).join('')} DELETE FROM migration WHERE version > 3`)
      return sqlite(folder, clock)
    },
    async reopenNewer() {
      await store.close()
      execute(join(folder, 'hub.db'), "INSERT INTO migration SELECT max(version) + 1, '2030-01-01T00:00:00Z' FROM migration")
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
    async reopenOlder() {
      await store.close()
      await inDatabase(url, async db => { for (const name of ['resource', 'version']) await db.collection(name).dropIndexes() })
      return mongo(url, clock)
    },
    async reopenNewer() {
      await store.close()
      await inDatabase(url, db => db.collection<{ _id: string; version: number }>('schema').updateOne({ _id: 'schema' }, { $inc: { version: 1 } }))
      return mongo(url, clock)
    },
    async dispose() {
      await store.close()
      await inDatabase(url, db => db.dropDatabase())
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
