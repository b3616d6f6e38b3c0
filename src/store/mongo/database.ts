/**
 * The database as this store uses it: its collections, and reads of one moment.
 *
 * Reads ask the primary for what a majority holds, so what was once read is not rolled back; writes are acknowledged
 * when a majority has them in its journal. https://www.mongodb.com/docs/manual/reference/read-concern-snapshot/
 */
import { MongoClient, type ClientSession, type Collection, type Db } from 'mongodb'
import { withoutCredentials } from '../address.ts'
import { RESOURCES, SEQUENCE, type CaseDocument, type KeyDocument, type ResourceDocument, type SequenceDocument, type VersionDocument } from './documents.ts'
import { createReading } from './reading.ts'
import { unavailable } from './unavailable.ts'

export interface Database {
  readonly client: MongoClient
  readonly db: Db
  readonly resources: Collection<ResourceDocument>
  readonly versions: Collection<VersionDocument>
  readonly cases: Collection<CaseDocument>
  readonly keys: Collection<KeyDocument>
  readonly sequence: Collection<SequenceDocument>
  /** What `work` reads is no older than what was committed before; it is done again when the primary changes under it. */
  readonly read: <T>(work: () => Promise<T>) => Promise<T>
  /** The same, and everything read in `work` is from one moment. */
  snapshot<T>(work: (session: ClientSession) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * How long one statement waits for a primary. A read is refused then (503, Retry-After); a commit asks again for as long as
 * an election takes (`writer.ts`).
 */
const SERVER_SELECTION_MS = 4_000
/** How often each member is asked how it is, and how long it may take: a primary that fell silent is given up after both. */
const HEARTBEAT_MS = 5_000
const CONNECT_MS = 3_000

/** Rejects with `Unavailable` when no primary is to be had, or with what is wrong with the address. */
export const connect = async (url: string): Promise<Database> => {
  const client = clientOf(url)
  try {
    const database = databaseOf(client)
    await client.connect()
    return database
  } catch (error) {
    await client.close()
    throw unavailable(error)
  }
}

const clientOf = (url: string): MongoClient => {
  try {
    return new MongoClient(url, {
      // Of this database: by it, hubs know each other's transactions (`abandoned.ts`).
      appName: `care-connexions ${new MongoClient(url).db().databaseName}`,
      // Reads are begun again by `reading.ts`, which first asks the new primary for what the old one had confirmed.
      retryWrites: true, retryReads: false,
      readPreference: 'primary', readConcern: { level: 'majority' },
      writeConcern: { w: 'majority', journal: true },
      serverSelectionTimeoutMS: SERVER_SELECTION_MS, connectTimeoutMS: CONNECT_MS, heartbeatFrequencyMS: HEARTBEAT_MS,
      ignoreUndefined: true,
      promoteValues: true,
      // What is read was written as UTF-8 by a hub: to look for faults in it again is a tenth of reading a page.
      enableUtf8Validation: false,
    })
  } catch (error) {
    const reason = withoutCredentials(error instanceof Error ? error.message : String(error))
    throw new Error(`the address of STORE cannot be used: ${reason}`, { cause: error })
  }
}

export const databaseOf = (client: MongoClient): Database => {
  const db = client.db()
  const { read, close } = createReading(client)
  return {
    client, db,
    resources: db.collection<ResourceDocument>(RESOURCES),
    versions: db.collection<VersionDocument>('version'),
    cases: db.collection<CaseDocument>('case'),
    keys: db.collection<KeyDocument>('request_key'),
    sequence: db.collection<SequenceDocument>(SEQUENCE),
    read,
    snapshot: work => read(() => client.withSession({ snapshot: true }, work)),
    async close() {
      close()
      await client.close()
    },
  }
}
