/**
 * The collections and their indexes, made when the store opens, and the version of their form: a database that a newer
 * hub wrote is refused, an older one is brought up to date, one step after the other.
 *
 * Several hubs may start at once: whatever is done here may be done by each of them.
 */
import type { IndexDescription } from 'mongodb'
import { pointOf } from '../../search/positions.ts'
import { OWN_DATES } from '../dated.ts'
import { DEFINITION_TYPES, Unavailable } from '../store.ts'
import { COPY, type CopyDocument } from './copy-place.ts'
import type { Database } from './database.ts'
import { RESOURCES } from './documents.ts'
import { oneCoordinatingTask } from './invariants.ts'
import { latestOf } from './versions.ts'

/** Brings documents from one form to the next. Another hub may do the same at the same time, and a kill may cut it short. */
export type Step = (database: Database) => Promise<void>

/** Places as points of the unit sphere beside their degrees (`search/positions.ts`). */
const locatePoints: Step = async ({ resources }) => {
  const older = resources.find({ 'positions.at': { $exists: true }, 'positions.x': { $exists: false } }, { projection: { positions: 1, sequence: 1 } })
  for await (const { _id, sequence, positions } of older) {
    const located = positions.map(({ p, at }) => ({ p, at, ...pointOf({ longitude: at.coordinates[0], latitude: at.coordinates[1] }) }))
    // Another hub may have written it anew in the meantime, and located it.
    await resources.updateOne({ _id, sequence }, { $set: { positions: located } })
  }
}

/** Every commit has to know of the newest search parameter. */
const rememberParameters: Step = async database => {
  await database.sequence.updateOne(
    { _id: 'sequence', parameters: { $exists: false } }, { $set: { parameters: await latestOf(database, ['SearchParameter']) } })
}

/** And of the newest definition of any kind. */
const rememberDefinitions: Step = async database => {
  await database.sequence.updateOne(
    { _id: 'sequence', definitions: { $exists: false } },
    { $set: { definitions: await latestOf(database, DEFINITION_TYPES) }, $unset: { parameters: '' } })
}

/** The date that a type is asked for by has one name in all types. */
const nameDates: Step = async ({ resources }) => {
  for (const [type, date] of Object.entries(OWN_DATES)) {
    await resources.updateMany({ type, dated: { $exists: false } }, [{ $set: { dated: { $ifNull: [`$sort.${date}`, null] } } }])
  }
}

/** In order; the first leads from version 1 to 2. Never change one that was released. */
export const steps: readonly Step[] = [locatePoints, rememberParameters, nameDates, rememberDefinitions]

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
  { key: { 'ranges.p': 1, 'ranges.low': 1 } },
  { key: { 'composites.p': 1 } },
  { key: { 'positions.at': '2dsphere' } },
  { key: { words: 1 } },
  { key: { refersTo: 1 } },
  { key: { caseId: 1 }, partialFilterExpression: { caseId: { $type: 'string' } } },
  { key: { pairs: 1, updated: -1, row: -1 }, partialFilterExpression: { type: 'Task' } },
  ...['authored-on', 'modified'].flatMap((date): IndexDescription[] => [
    { key: { pairs: 1, [`sort.${date}.high`]: -1, row: -1 } },
    { key: { pairs: 1, [`sort.${date}.low`]: 1, row: 1 } },
  ]).map(index => ({ ...index, partialFilterExpression: { type: 'Task' } })),
  // A type by its own date, latest first: charts by `_sort=-date`, and windows, of which what begins too late is told by the key
  // alone. One index for all: nine, each for its type, made an update of any resource cost the database 0.6 ms more.
  { key: { type: 1, 'dated.high': -1, row: -1, 'dated.low': 1 } },
  oneCoordinatingTask,
]

const versionIndexes: readonly IndexDescription[] = [
  { key: { ref: 1, version: 1 }, unique: true },
  { key: { type: 1, _id: -1 } },
  { key: { updated: 1, _id: 1 } },
]

/**
 * Makes what is missing and brings an older form up to date. Throws `Unavailable` when a newer hub wrote the
 * database, and while it is being copied to.
 * @param through the steps to go through; all of them unless a test says otherwise
 */
export const prepare = async (database: Database, through: readonly Step[] = steps): Promise<void> => {
  await refuseUnfinishedCopy(database)
  await makeCollections(database)
  await bringUpToDate(database, through)
  await makeIndexes(database)
  await database.sequence.updateOne({ _id: 'sequence' }, { $setOnInsert: { latest: 0, definitions: 0, updated: 0, turn: 0 } }, { upsert: true })
}

const refuseUnfinishedCopy = async ({ db }: Database): Promise<void> => {
  const copying = await db.collection<CopyDocument>(COPY).findOne({ _id: 'place' })
  if (copying !== null && !copying.isReleased) {
    throw new Unavailable('the database is being copied to, and the copy is not finished: run `npm run copy` again, it goes on where it was')
  }
}

/** A database that holds nothing yet is of the newest form. */
const bringUpToDate = async ({ db, ...database }: Database, through: readonly Step[]): Promise<void> => {
  const newest = through.length + 1
  const schema = db.collection<SchemaDocument>('schema')
  const found = await schema.findOneAndUpdate(
    { _id: 'schema' }, { $setOnInsert: { version: newest } }, { upsert: true, returnDocument: 'after' })
  const version = found?.version ?? newest
  if (version > newest) {
    throw new Unavailable(`the database's schema is version ${version}, this hub knows ${newest}: start a newer hub, or restore an older copy`)
  }
  for (const [index, step] of [...through.entries()].slice(version - 1)) {
    await step({ db, ...database })
    await schema.updateOne({ _id: 'schema', version: index + 1 }, { $set: { version: index + 2 } })
  }
}

export const makeCollections = async ({ db }: Database): Promise<void> => {
  const known = new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name))
  for (const name of [RESOURCES, 'version', 'case', 'request_key', 'sequence', 'schema']) {
    // Whoever comes second finds it made.
    if (!known.has(name)) await db.createCollection(name).catch(ignoreExisting)
  }
}

export const makeIndexes = async ({ resources, versions }: Database): Promise<void> => {
  await resources.createIndexes([...resourceIndexes])
  await versions.createIndexes([...versionIndexes])
}

const NAMESPACE_EXISTS = 48

const ignoreExisting = (error: unknown): void => {
  if ((error as { code?: unknown }).code !== NAMESPACE_EXISTS) throw error
}
