/**
 * The stores that are measured beside each other: how each is served from what it keeps, where the hub finds it, and what
 * its own process costs, if it has one.
 */
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { MongoClient } from 'mongodb'
import { databaseAt, startReplicaSet } from '../scripts/mongod/replica-set.ts'

export const STORES = ['sqlite', 'mongo'] as const
export type StoreName = typeof STORES[number]

/** A store that can be opened, and the process that serves it. */
export interface ServedStore {
  readonly name: StoreName
  /** As the hub's STORE. */
  readonly address: string
  /** CPU of the database's own process, ms, of all its threads; 0 where the hub does the work. */
  databaseCpuMs(): Promise<number>
  /** Bytes on the disk now. */
  bytes(): Promise<number>
  /** What was written is kept, and whole. */
  close(): Promise<void>
}

/** Reads the `--store` of a command: one of them, or several to be measured beside each other. */
export const storesNamed = (text: string): readonly StoreName[] => text.split(',').map(name => {
  const found = STORES.find(each => each === name)
  if (found === undefined) throw new Error(`there is no store "${name}" to measure; there are: ${STORES.join(', ')}`)
  return found
})

/** A MongoDB that is there already; without it, one is started for each store on files of its own. */
const MONGO_URL = process.env['MONGO_URL'] ?? ''
/** Whether what is kept of a store can be copied: not what a server that was there already keeps. */
export const isCopied = (name: StoreName): boolean => name === 'sqlite' || MONGO_URL === ''

/** Serves what is kept at a path, or an empty store where nothing is. */
export const serve = (name: StoreName, path: string): Promise<ServedStore> => {
  mkdirSync(dirname(path), { recursive: true })
  if (name === 'sqlite') return Promise.resolve(embedded(path))
  return MONGO_URL === '' ? started(path) : shared(path)
}

const embedded = (path: string): ServedStore => ({
  name: 'sqlite', address: `sqlite:${path}`,
  databaseCpuMs: () => Promise.resolve(0),
  bytes: () => Promise.resolve(statSync(path).size),
  close: () => Promise.resolve(),
})

/** A bound for both: what SQLite does not hold itself is held by the kernel, and so is what mongod reads past this. */
const CACHE_GB = 2
const DATABASE = 'care-connexions'

/** A replica set of one, on a folder. */
const started = async (path: string): Promise<ServedStore> => {
  const replicaSet = await startReplicaSet({ folder: path, cacheGb: CACHE_GB })
  const address = replicaSet.database(DATABASE)
  const client = await MongoClient.connect(address)
  return {
    name: 'mongo', address,
    databaseCpuMs: () => cpuMs(client),
    bytes: () => storedBytes(client),
    async close() {
      await client.close()
      await replicaSet.stop()
    },
  }
}

/** A database of a server that is there already, dropped in the end. */
const shared = async (path: string): Promise<ServedStore> => {
  const address = databaseAt(MONGO_URL, path.replace(/[^\w-]+/g, '-').slice(-38))
  const client = await MongoClient.connect(address)
  await client.db().dropDatabase()
  return {
    name: 'mongo', address,
    databaseCpuMs: () => cpuMs(client),
    bytes: () => storedBytes(client),
    async close() {
      await client.db().dropDatabase()
      await client.close()
    },
  }
}

/** https://www.mongodb.com/docs/manual/reference/command/serverStatus/#extra_info: microseconds of the whole process. */
const cpuMs = async (client: MongoClient): Promise<number> => {
  const { extra_info: used } = await client.db('admin').command({ serverStatus: 1 }) as { extra_info: { user_time_us: number; system_time_us: number } }
  return (used.user_time_us + used.system_time_us) / 1_000
}

/** Documents and indexes as they lie on the disk, compressed; without the journal and the oplog, which have their bounds. */
const storedBytes = async (client: MongoClient): Promise<number> => {
  await client.db('admin').command({ fsync: 1 })
  const { storageSize, indexSize } = await client.db().stats() as unknown as { storageSize: number; indexSize: number }
  return storageSize + indexSize
}
