/**
 * The store for more than one machine: a MongoDB replica set, and as many hubs on it as are wanted.
 *
 * Reads and searches go to the primary and see what a majority holds; every commit is a transaction (`writer.ts`);
 * what other hubs commit is announced here too (`follower.ts`). What it guarantees: docs/stores.md
 */
import type { Clock } from '../../fhir/clock.ts'
import { SEARCH_DEADLINE_MS } from '../limits.ts'
import { createListeners } from '../listeners.ts'
import { NotDurable, Unavailable, type Committed, type KeyRecord, type Label, type RequestKey, type Store } from '../store.ts'
import { connect, type Database } from './database.ts'
import { refOf } from './documents.ts'
import { createFollower, type Follower } from './follower.ts'
import { createPointReads } from './point-reads.ts'
import { prepare } from './schema.ts'
import { runSearch } from './search.ts'
import { asked, unavailable } from './unavailable.ts'
import { readEvents, readOne, runHistory } from './versions.ts'
import { createWriter } from './writer.ts'

export interface MongoOptions {
  /** `mongodb://host:port,…/database?replicaSet=…` */
  readonly url: string
  /** Stamps lastUpdated. */
  readonly clock: Clock
  /** A search is stopped after this long and answered with TooCostly; default 2,000. */
  readonly searchDeadlineMs?: number
}

/** A read waits for an answer this long, a search for as long more than its deadline: no caller hangs on a silent primary. */
const ANSWER_MS = 5_000
/** Readiness is asked every few seconds by what stands in front, which waits no longer. */
const CHECK_MS = 2_000

/** Rejects with `Unavailable` while the database is not to be had, is no replica set, or was written by a newer hub. */
export const openMongoStore = async ({ url, clock, searchDeadlineMs = SEARCH_DEADLINE_MS }: MongoOptions): Promise<Store> => {
  const database = await connect(url)
  const { announce, onCommit } = createListeners()
  const follower = await prepared(database, announce)
  const writer = createWriter(database, clock, committed => follower.own(committed))
  const soon = <T>(work: Promise<T>): Promise<T> => asked(work, ANSWER_MS)
  const inTime = <T>(work: Promise<T>): Promise<T> => asked(work, searchDeadlineMs + ANSWER_MS)
  const readCurrent = createPointReads(database, ANSWER_MS)
  /** Whether the last commit could not be made: then readiness asks for a write. */
  let isRefusing = false

  return {
    read: (ref, visibility) => soon(readCurrent(ref, visibility)),
    readVersion: (ref, version, visibility) => soon(readOne(database, ref, version, visibility)),
    search: plan => inTime(runSearch(database, plan, searchDeadlineMs)),
    history: query => inTime(runHistory(database, query, searchDeadlineMs)),
    audience: (...caseIds) => soon(audienceOf(database, caseIds)),
    key: key => soon(keyRecord(database, key)),
    async commit(commit) {
      try {
        const committed = await writer.commit(commit)
        isRefusing = false
        return committed
      } catch (error) {
        if (error instanceof NotDurable) isRefusing = true
        throw error
      }
    },
    events: (after, limit) => inTime(readEvents(database, after, limit)),
    onCommit,
    async check() {
      await asked(isRefusing ? requireWritable(database) : requirePrimary(database), CHECK_MS)
      isRefusing = false
    },
    async close() {
      await writer.close()
      await follower.close()
      await database.close()
    },
  }
}

const prepared = async (database: Database, announce: (committed: Committed) => void): Promise<Follower> => {
  try {
    await requireReplicaSet(database)
    await prepare(database)
    return await createFollower(database, announce)
  } catch (error) {
    await database.client.close()
    throw unavailable(error)
  }
}

const audienceOf = async ({ cases, read }: Database, caseIds: readonly string[]): Promise<readonly Label[]> => {
  const found = await read(() => cases.find({ _id: { $in: [...caseIds] } }).toArray())
  return [...new Set(found.flatMap(({ labels }) => labels))].sort()
}

const keyRecord = async ({ keys, read }: Database, key: RequestKey): Promise<KeyRecord | undefined> => {
  const found = await read(() => keys.findOne({ _id: { scope: key.scope, value: key.value } }))
  return found === null ? undefined : { key, fingerprint: found.fingerprint, ref: refOf(found.ref) }
}

/** Throws `Unavailable`: without a replica set there are no transactions. */
export const requireReplicaSet = async ({ db }: Database): Promise<void> => {
  const hello = await db.admin().command({ hello: 1 })
  if (typeof hello['setName'] !== 'string') {
    throw new Unavailable('this MongoDB is no replica set, and without one nothing can be committed together: '
      + 'start mongod with --replSet and run rs.initiate() once')
  }
}

const requirePrimary = async ({ db }: Database): Promise<void> => {
  const hello = await db.admin().command({ hello: 1 })
  if (hello['isWritablePrimary'] !== true) throw new Unavailable('the MongoDB that answers is no primary')
}

/** What every commit does first, alone: a database that is full, or may only be read, refuses it. */
const requireWritable = async ({ sequence }: Database): Promise<void> => {
  await sequence.updateOne({ _id: 'sequence' }, { $inc: { turn: 1 } })
}
