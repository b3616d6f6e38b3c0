/**
 * The collections and their indexes, made when the store opens, and the version of their form: a database that a newer
 * hub wrote is refused, an older one is brought up to date, one step after the other.
 */
import type { IndexDescription } from 'mongodb'
import type { Database } from './database.ts'
import { RESOURCES } from './documents.ts'

/** Raised when documents change their form; each step from one to the next is a function in `steps`. */
export const SCHEMA = 1

interface SchemaDocument {
  readonly _id: 'schema'
  readonly version: number
}

/** Every search walks one of these; `updated` and `row` stand behind a key, so that what it finds comes in their order. */
const resourceIndexes: readonly IndexDescription[] = [
  { key: { keys: 1, updated: -1, row: -1 } },
  { key: { type: 1, updated: -1, row: -1 } },
  { key: { seenBy: 1, type: 1, updated: -1, row: -1 } },
  { key: { 'strings.p': 1, 'strings.folded': 1 } },
  { key: { 'ranges.p': 1, 'ranges.high': 1 } },
  { key: { 'composites.p': 1 } },
  { key: { 'positions.at': '2dsphere' } },
  { key: { words: 1 } },
  { key: { refersTo: 1 } },
  { key: { caseId: 1 }, partialFilterExpression: { caseId: { $type: 'string' } } },
  ...['authored-on', 'modified'].flatMap((date): IndexDescription[] => [
    { key: { pairs: 1, [`sort.${date}.high`]: -1, row: -1 } },
    { key: { pairs: 1, [`sort.${date}.low`]: 1, row: 1 } },
  ]).map(index => ({ ...index, partialFilterExpression: { type: 'Task' } })),
]

const versionIndexes: readonly IndexDescription[] = [
  { key: { ref: 1, version: 1 }, unique: true },
  { key: { type: 1, _id: -1 } },
  { key: { updated: 1, _id: 1 } },
]

/** Makes what is missing. Throws when a newer hub wrote the database. */
export const prepare = async (database: Database): Promise<void> => {
  const schema = database.db.collection<SchemaDocument>('schema')
  const found = await schema.findOneAndUpdate(
    { _id: 'schema' }, { $setOnInsert: { version: SCHEMA } }, { upsert: true, returnDocument: 'after' })
  const version = found?.version ?? SCHEMA
  if (version > SCHEMA) {
    throw new Error(`the database's schema is version ${version}, this hub knows ${SCHEMA}: start a newer hub, or restore an older copy`)
  }
  const known = new Set((await database.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name))
  for (const name of [RESOURCES, 'version', 'case', 'request_key', 'sequence']) {
    // Two hubs may start at once: whoever comes second finds it made.
    if (!known.has(name)) await database.db.createCollection(name).catch(ignoreExisting)
  }
  await database.resources.createIndexes([...resourceIndexes])
  await database.versions.createIndexes([...versionIndexes])
  await database.sequence.updateOne({ _id: 'sequence' }, { $setOnInsert: { latest: 0, updated: 0, turn: 0 } }, { upsert: true })
}

const NAMESPACE_EXISTS = 48

const ignoreExisting = (error: unknown): void => {
  if ((error as { code?: unknown }).code !== NAMESPACE_EXISTS) throw error
}
