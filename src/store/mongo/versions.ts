/** Versions as they are read: point reads, histories, the event log. Stored text goes out as it was written. */
import type { ClientSession, Document, Filter } from 'mongodb'
import { instant } from '../../fhir/clock.ts'
import { refText, type ResourceRef } from '../../fhir/resource.ts'
import type { Visibility } from '../../search/plan.ts'
import type { HistoryPage, HistoryQuery, StoredVersion } from '../store.ts'
import type { Database } from './database.ts'
import { refOf, RESOURCES, type ResourceDocument, type VersionDocument } from './documents.ts'

/** The current version, from the resource itself. */
export const currentVersion = ({ _id, version, updated, deleted, method, json, caseId, sequence }: ResourceDocument): StoredVersion => ({
  ref: refOf(_id), version, lastUpdated: instant(updated), deleted, method, json, caseId: caseId ?? undefined, sequence,
})

type Cased = VersionDocument & { readonly caseId?: string | null }

const versionOf = ({ _id, ref, version, updated, method, json, caseId }: Cased): StoredVersion => ({
  ref: refOf(ref), version, lastUpdated: instant(updated), deleted: method === 'DELETE', method, json, caseId: caseId ?? undefined, sequence: _id,
})

const seenBy = (visibility: Visibility): Filter<ResourceDocument> => (visibility.kind === 'all' ? {} : { seenBy: { $in: visibility.labels } })

const CURRENT = { _id: 1, version: 1, updated: 1, deleted: 1, method: 1, json: 1, caseId: 1, sequence: 1 } as const

export const readCurrent = async ({ resources }: Database, ref: ResourceRef, visibility: Visibility): Promise<StoredVersion | undefined> => {
  const found = await resources.findOne({ _id: refText(ref), ...seenBy(visibility) }, { projection: CURRENT })
  return found === null ? undefined : currentVersion(found)
}

export const readOne = async (
  { resources, versions }: Database, ref: ResourceRef, version: number, visibility: Visibility,
): Promise<StoredVersion | undefined> => {
  const of = await resources.findOne({ _id: refText(ref), ...seenBy(visibility) }, { projection: { caseId: 1 } })
  const found = of === null ? null : await versions.findOne({ ref: refText(ref), version })
  return found === null ? undefined : versionOf({ ...found, caseId: of!.caseId })
}

/** Versions newest first, of a resource, of a type, or of everything, from one snapshot. */
export const runHistory = (database: Database, query: HistoryQuery, limitMs: number): Promise<HistoryPage> =>
  database.snapshot(session => history(database, session, query, limitMs))

/** A page ends with the version that takes it past this. */
const MAX_PAGE_LENGTH = 16 * 1024 * 1024

const history = async (database: Database, session: ClientSession, query: HistoryQuery, limitMs: number): Promise<HistoryPage> => {
  const options = { session, maxTimeMS: limitMs }
  const since = query.since === undefined ? {} : { _id: { $gte: await firstSince(database, session, query.since) } }
  const own: Document = {
    ...(query.id === undefined ? query.type === undefined ? {} : { type: query.type } : { ref: `${query.type}/${query.id}` }),
    ...since,
    ...(query.at === undefined ? {} : { updated: { $lt: query.at.high } }),
  }
  const visible = [
    { $lookup: { from: RESOURCES, localField: 'ref', foreignField: '_id', pipeline: [{ $match: seenBy(query.visibility) }, { $project: { caseId: 1 } }], as: 'of' } },
    { $match: { 'of.0': { $exists: true } } },
  ]
  const current = query.at === undefined ? [] : currentAfter(query.at.low)
  const counted = query.uncounted === true ? {} : { total: await total(database, [{ $match: own }, ...visible, ...current], options) }
  const cursor = database.versions.aggregate<VersionDocument & { of: readonly { caseId: string | null }[] }>([
    { $match: query.before === undefined ? own : { $and: [own, { _id: { $lt: query.before } }] } },
    { $sort: { _id: -1 } }, ...visible, ...current, { $limit: query.count + 1 },
  ], options)
  const versions: StoredVersion[] = []
  let length = 0
  for await (const { of: [resource], ...version } of cursor) {
    if (versions.length === query.count || length > MAX_PAGE_LENGTH) {
      const last = versions.at(-1)
      return { versions, ...counted, ...(last === undefined ? {} : { next: last.sequence }) }
    }
    length += version.json.length
    versions.push(versionOf({ ...version, caseId: resource?.caseId ?? null }))
  }
  return { versions, ...counted }
}

const total = async ({ versions }: Database, stages: readonly Document[], options: { session: ClientSession; maxTimeMS: number }): Promise<number> => {
  const [counted] = await versions.aggregate<{ total: number }>([...stages, { $count: 'total' }], options).toArray()
  return counted?.total ?? 0
}

/** Versions that were still current after an instant: none of the same resource follows at or before it. */
const currentAfter = (low: number): readonly Document[] => [
  { $lookup: {
    from: 'version', localField: 'ref', foreignField: 'ref', let: { version: '$version' },
    pipeline: [{ $match: { updated: { $lte: low }, $expr: { $gt: ['$version', '$$version'] } } }, { $limit: 1 }, { $project: { _id: 1 } }], as: 'later',
  } },
  { $match: { 'later.0': { $exists: false } } },
]

/** The first sequence written at or after an instant; times never decrease along the sequence. */
const firstSince = async ({ versions }: Database, session: ClientSession, since: number): Promise<number> => {
  const [first] = await versions.find({ updated: { $gte: since } }, { session, sort: { updated: 1, _id: 1 }, limit: 1, projection: { _id: 1 } }).toArray()
  return first?._id ?? Number.MAX_SAFE_INTEGER
}

export const readEvents = async (database: Database, after: number, limit: number): Promise<readonly StoredVersion[]> => {
  const found = await database.versions.aggregate<VersionDocument & { of: readonly { caseId: string | null }[] }>([
    { $match: { _id: { $gt: after } } }, { $sort: { _id: 1 } }, { $limit: limit },
    { $lookup: { from: RESOURCES, localField: 'ref', foreignField: '_id', pipeline: [{ $project: { caseId: 1 } }], as: 'of' } },
  ]).toArray()
  return found.map(({ of: [resource], ...version }) => versionOf({ ...version, caseId: resource?.caseId ?? null }))
}

/** 0 when nothing was ever written. */
export const latestSequence = async ({ sequence }: Database, session?: ClientSession): Promise<number> =>
  (await sequence.findOne({ _id: 'sequence' }, session === undefined ? {} : { session }))?.latest ?? 0

