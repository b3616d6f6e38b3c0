/**
 * The store for more than one machine: a MongoDB replica set, and as many hubs on it as are wanted.
 *
 * Reads and searches go to the primary and see what a majority holds; every commit is a transaction (`writer.ts`);
 * what other hubs commit is announced here too (`follower.ts`). What it guarantees: docs/stores.md
 */
import type { Clock } from '../../fhir/clock.ts'
import type { Committed, Store } from '../store.ts'
import { connect, type Database } from './database.ts'
import { refOf } from './documents.ts'
import { createFollower } from './follower.ts'
import { prepare } from './schema.ts'
import { runSearch } from './search.ts'
import { readCurrent, readEvents, readOne, runHistory } from './versions.ts'
import { createWriter } from './writer.ts'

export interface MongoOptions {
  /** `mongodb://host:port,…/database?replicaSet=…` */
  readonly url: string
  /** Stamps lastUpdated. */
  readonly clock: Clock
  /** A search is stopped after this long and answered with TooCostly; default 2,000. */
  readonly searchDeadlineMs?: number
}

const SEARCH_DEADLINE_MS = 2_000

/** Rejects when the database is not to be had, is no replica set, or was written by a newer hub. */
export const openMongoStore = async ({ url, clock, searchDeadlineMs = SEARCH_DEADLINE_MS }: MongoOptions): Promise<Store> => {
  const database = await connect(url)
  try {
    await requireReplicaSet(database)
    await prepare(database)
  } catch (error) {
    await database.client.close()
    throw error
  }
  const listeners = new Set<(committed: Committed) => void>()
  const follower = await createFollower(database, committed => { for (const listener of listeners) tell(listener, committed) })
  const writer = createWriter(database, clock, committed => follower.own(committed))

  return {
    read: (ref, visibility) => readCurrent(database, ref, visibility),
    readVersion: (ref, version, visibility) => readOne(database, ref, version, visibility),
    search: plan => runSearch(database, plan, searchDeadlineMs),
    history: query => runHistory(database, query, searchDeadlineMs),
    async audience(...caseIds) {
      const cases = await database.cases.find({ _id: { $in: [...caseIds] } }).toArray()
      return [...new Set(cases.flatMap(({ labels }) => labels))].sort()
    },
    async key(key) {
      const found = await database.keys.findOne({ _id: { scope: key.scope, value: key.value } })
      return found === null ? undefined : { key, fingerprint: found.fingerprint, ref: refOf(found.ref) }
    },
    commit: commit => writer.commit(commit),
    events: (after, limit) => readEvents(database, after, limit),
    onCommit(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      await writer.close()
      await follower.close()
      await database.client.close()
    },
  }
}

const tell = (listener: (committed: Committed) => void, committed: Committed): void => {
  try {
    listener(committed)
  } catch (error) {
    process.emitWarning(`a listener to commits failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const requireReplicaSet = async ({ db }: Database): Promise<void> => {
  const hello = await db.admin().command({ hello: 1 })
  if (typeof hello['setName'] !== 'string') {
    throw new Error('this MongoDB is no replica set, and without one nothing can be committed together: '
      + 'start mongod with --replSet and run rs.initiate() once')
  }
}
