/**
 * The database as this store uses it: its collections, and sessions that read one snapshot.
 *
 * Reads ask the primary for what a majority holds, so what was once read is not rolled back; writes are acknowledged
 * when a majority has them in its journal. https://www.mongodb.com/docs/manual/reference/read-concern-snapshot/
 */
import { MongoClient, type ClientSession, type Collection, type Db } from 'mongodb'
import { RESOURCES, type CaseDocument, type KeyDocument, type ResourceDocument, type SequenceDocument, type VersionDocument } from './documents.ts'

export interface Database {
  readonly client: MongoClient
  readonly db: Db
  readonly resources: Collection<ResourceDocument>
  readonly versions: Collection<VersionDocument>
  readonly cases: Collection<CaseDocument>
  readonly keys: Collection<KeyDocument>
  readonly sequence: Collection<SequenceDocument>
  /** Everything read in `work` is from one moment. */
  snapshot<T>(work: (session: ClientSession) => Promise<T>): Promise<T>
}

/** How long a request waits for a primary; longer than an election (10 to 12 s), shorter than a client's patience. */
const SERVER_SELECTION_MS = 15_000
/** At start nobody waits for an election: a database that is not there is said at once. */
const CONNECT_MS = 5_000

/** Rejects with what the driver says when there is no server to be had. */
export const connect = async (url: string): Promise<Database> => {
  const client = new MongoClient(url, {
    appName: 'care-connexions',
    retryWrites: true, retryReads: true,
    readPreference: 'primary', readConcern: { level: 'majority' },
    writeConcern: { w: 'majority', journal: true },
    serverSelectionTimeoutMS: SERVER_SELECTION_MS, connectTimeoutMS: CONNECT_MS,
    ignoreUndefined: true,
    promoteValues: true,
  })
  await client.connect()
  return databaseOf(client)
}

export const databaseOf = (client: MongoClient): Database => {
  const db = client.db()
  return {
    client, db,
    resources: db.collection<ResourceDocument>(RESOURCES),
    versions: db.collection<VersionDocument>('version'),
    cases: db.collection<CaseDocument>('case'),
    keys: db.collection<KeyDocument>('request_key'),
    sequence: db.collection<SequenceDocument>('sequence'),
    snapshot: work => client.withSession({ snapshot: true }, work),
  }
}
