/**
 * A database that another store is copied to. Each batch is written before the place it leads to, so a copy that was
 * killed writes at most that batch again, document by document in its own place. Indexes of resources are made at the
 * end, when there is something to sort.
 */
import { refText } from '../../fhir/resource.ts'
import { Refused, type IndexedVersion, type Place, type Target } from '../copy.ts'
import { DEFINITION_TYPES, type Label } from '../store.ts'
import { contentsOf } from './contents.ts'
import { COPY, type CopyDocument } from './copy-place.ts'
import { connect, type Database } from './database.ts'
import { indexFields, NOT_INDEXED, type ResourceDocument, type VersionDocument } from './documents.ts'
import { requireSize } from './group.ts'
import { requireReplicaSet } from './open.ts'
import { makeCollections, makeIndexes, prepare } from './schema.ts'
import { unavailable } from './unavailable.ts'
import { latestOf } from './versions.ts'

export interface MongoTarget extends Target {
  close(): Promise<void>
}

/** Rejects with `Unavailable` when there is no replica set to be had. */
export const openMongoTarget = async (url: string): Promise<MongoTarget> => {
  const database = await connect(url)
  try {
    await requireReplicaSet(database)
  } catch (error) {
    await database.client.close()
    throw unavailable(error)
  }
  return { ...targetOf(database), close: () => database.client.close() }
}

const BEGINNING: Place = { versions: 0, cases: '' }

export const targetOf = (database: Database): Target => {
  const copies = database.db.collection<CopyDocument>(COPY)
  let place = BEGINNING

  const reach = async (next: Partial<Place>): Promise<void> => {
    place = { ...place, ...next }
    await copies.updateOne({ _id: 'place' }, { $set: { place } })
  }

  return {
    ...contentsOf(database),

    async begin(mark) {
      const begun = await copies.findOne({ _id: 'place' })
      if (begun === null) {
        if (!await isEmpty(database)) throw new Refused('the target holds something already: name another database, or drop this one')
        await copies.insertOne({ _id: 'place', mark, place, isReleased: false })
        await makeCollections(database)
        return place
      }
      if (begun.mark !== mark) {
        throw new Refused(begun.isReleased
          ? 'the target is the finished copy of another store, or of an earlier state of this one'
          : 'the target is the unfinished copy of another store, or of this one before more was written to it: drop it and begin again')
      }
      return place = begun.place
    },

    async writeCases(cases) {
      await database.cases.bulkWrite(cases.map(({ caseId, labels }) => (
        { replaceOne: { filter: { _id: caseId }, replacement: { labels }, upsert: true } })), { ordered: false })
      await reach({ cases: cases.at(-1)!.caseId })
    },

    async writeKeys(keys) {
      await database.keys.bulkWrite(keys.map(({ key: { scope, value }, fingerprint, ref }) => (
        { replaceOne: { filter: { _id: { scope, value } }, replacement: { fingerprint, ref: refText(ref) }, upsert: true } })), { ordered: false })
      await reach({ keys: keys.at(-1)!.key })
    },

    async writeVersions(batch) {
      const labels = await labelsOf(database, batch)
      const resources = batch.flatMap(one => resourceDocument(one, labels) ?? [])
      await Promise.all([
        database.versions.bulkWrite(batch.map(versionDocument).map(({ _id, ...replacement }) => (
          { replaceOne: { filter: { _id }, replacement, upsert: true } })), { ordered: false }),
        ...(resources.length === 0 ? [] : [database.resources.bulkWrite(resources.map(({ _id, ...replacement }) => (
          { replaceOne: { filter: { _id }, replacement, upsert: true } })), { ordered: false })]),
      ])
      await reach({ versions: batch.at(-1)!.version.sequence })
    },

    async complete() {
      await makeIndexes(database)
      const [last] = await database.versions.find({}, { sort: { _id: -1 }, limit: 1, projection: { updated: 1 } }).toArray()
      await database.sequence.updateOne(
        { _id: 'sequence' },
        { $set: { latest: last?._id ?? 0, definitions: await latestOf(database, DEFINITION_TYPES), updated: last?.updated ?? 0, turn: 0 } },
        { upsert: true })
    },

    async release() {
      await copies.updateOne({ _id: 'place' }, { $set: { isReleased: true } })
      await prepare(database)
    },
  }
}

const isEmpty = async ({ db }: Database): Promise<boolean> => {
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    if (!name.startsWith('system.') && await db.collection(name).findOne({}) !== null) return false
  }
  return true
}

/** Labels of the cases of a batch. */
const labelsOf = async ({ cases }: Database, batch: readonly IndexedVersion[]): Promise<ReadonlyMap<string, readonly Label[]>> => {
  const ids = new Set(batch.flatMap(({ version, current }) => (current === undefined ? [] : version.caseId ?? [])))
  const found = ids.size === 0 ? [] : await cases.find({ _id: { $in: [...ids] } }).toArray()
  return new Map(found.map(({ _id, labels }) => [_id, labels]))
}

const versionDocument = ({ version: { sequence, ref, version, lastUpdated, method, json } }: IndexedVersion): VersionDocument =>
  ({ _id: sequence, ref: refText(ref), type: ref.type, version, updated: Date.parse(lastUpdated), method, json })

/** Undefined for a version that is not current. */
const resourceDocument = (
  { version, current, index }: IndexedVersion, cases: ReadonlyMap<string, readonly Label[]>,
): ResourceDocument | undefined => {
  if (current === undefined) return undefined
  const { ref, sequence, lastUpdated, deleted, method, json, caseId = null } = version
  const fields = index === undefined ? NOT_INDEXED : indexFields(ref.type, index)
  requireSize(ref, json, fields)
  const { row, labels } = current
  return {
    _id: refText(ref), type: ref.type, id: ref.id, row, version: version.version, sequence, updated: Date.parse(lastUpdated), deleted, method,
    caseId, labels, ...fields, json, seenBy: [...new Set([...labels, ...(caseId === null ? [] : cases.get(caseId) ?? [])])],
  }
}
