/** Versions as they are read: point reads, histories, the event log. Stored text goes out as it was written. */
import type { ClientSession, Document, Filter } from 'mongodb'
import { instant } from '../../fhir/clock.ts'
import { refText, type ResourceRef } from '../../fhir/resource.ts'
import type { Visibility } from '../../search/plan.ts'
import { MAX_PAGE_LENGTH } from '../limits.ts'
import type { HistoryPage, HistoryQuery, StoredVersion } from '../store.ts'
import type { Database } from './database.ts'
import { within } from './deadline.ts'
import { refOf, RESOURCES, type ResourceDocument, type VersionDocument } from './documents.ts'

/** The current version, from the resource itself. */
export const currentVersion = ({ _id, version, updated, deleted, method, json, caseId, sequence }: ResourceDocument): StoredVersion => ({
  ref: refOf(_id), version, lastUpdated: instant(updated), deleted, method, json, caseId: caseId ?? undefined, sequence,
})

type Cased = VersionDocument & { readonly caseId?: string | null }

export const versionOf = ({ _id, ref, version, updated, method, json, caseId }: Cased): StoredVersion => ({
  ref: refOf(ref), version, lastUpdated: instant(updated), deleted: method === 'DELETE', method, json, caseId: caseId ?? undefined, sequence: _id,
})

const seenBy = (visibility: Visibility): Filter<ResourceDocument> => (visibility.kind === 'all' ? {} : { seenBy: { $in: visibility.labels } })

/** What `currentVersion` needs. */
export const CURRENT = { _id: 1, version: 1, updated: 1, deleted: 1, method: 1, json: 1, caseId: 1, sequence: 1 } as const

export const readOne = async (
  { resources, versions, read }: Database, ref: ResourceRef, version: number, visibility: Visibility,
): Promise<StoredVersion | undefined> => {
  const of = await read(() => resources.findOne({ _id: refText(ref), ...seenBy(visibility) }, { projection: { caseId: 1 } }))
  const found = of === null ? null : await read(() => versions.findOne({ ref: refText(ref), version }))
  return found === null ? undefined : versionOf({ ...found, caseId: of!.caseId })
}

/** Versions of a cursor up to `most`, until a page is full; no more of them is in memory at a time than the driver fetches. */
const pageOf = async (cursor: AsyncIterable<Found>, most: number): Promise<{ readonly versions: readonly StoredVersion[]; readonly more: boolean }> => {
  const versions: StoredVersion[] = []
  let length = 0
  for await (const { of: [resource], ...version } of cursor) {
    if (versions.length === most || length > MAX_PAGE_LENGTH) return { versions, more: true }
    length += version.json.length
    versions.push(versionOf({ ...version, caseId: resource?.caseId ?? null }))
  }
  return { versions, more: false }
}

type Found = VersionDocument & { readonly of: readonly { readonly caseId: string | null }[] }

/** The resource of a version, where the caller may see it. */
const resourceOf = (visibility: Visibility): Document => ({
  $lookup: { from: RESOURCES, localField: 'ref', foreignField: '_id', pipeline: [{ $match: seenBy(visibility) }, { $project: { caseId: 1 } }], as: 'of' },
})

/** Versions newest first, of a resource, of a type, or of everything, from one snapshot. Throws TooCostly after `limitMs`. */
export const runHistory = (database: Database, query: HistoryQuery, limitMs: number): Promise<HistoryPage> =>
  database.snapshot(session => within(limitMs, left => history(database, session, query, left)))

const history = async (database: Database, session: ClientSession, query: HistoryQuery, left: () => number): Promise<HistoryPage> => {
  const options = () => ({ session, maxTimeMS: left() })
  const since = query.since === undefined ? {} : { _id: { $gte: await firstSince(database, query.since, options()) } }
  const own: Document = {
    ...(query.id === undefined ? query.type === undefined ? {} : { type: query.type } : { ref: `${query.type}/${query.id}` }),
    ...since,
    ...(query.at === undefined ? {} : { updated: { $lt: query.at.high } }),
  }
  // Every version has its resource: who sees everything need not ask each for it.
  const visible = query.visibility.kind === 'all' ? [] : [resourceOf(query.visibility), { $match: { 'of.0': { $exists: true } } }]
  const current = query.at === undefined ? [] : currentAfter(query.at.low)
  const counted = query.uncounted === true ? {} : { total: await total(database, [{ $match: own }, ...visible, ...current], options()) }
  const cursor = database.versions.aggregate<Found>([
    { $match: query.before === undefined ? own : { $and: [own, { _id: { $lt: query.before } }] } },
    // One resource's versions are in order by their number, too.
    { $sort: query.id === undefined ? { _id: -1 } : { version: -1 } },
    ...visible, ...current, { $limit: query.count + 1 },
    ...(visible.length > 0 ? [] : [resourceOf(query.visibility)]),
  ], options())
  const { versions, more } = await pageOf(cursor, query.count)
  const last = versions.at(-1)
  return { versions, ...counted, ...(more && last !== undefined ? { next: last.sequence } : {}) }
}

interface Options {
  readonly session: ClientSession
  readonly maxTimeMS: number
}

const total = async ({ versions }: Database, stages: readonly Document[], options: Options): Promise<number> => {
  const [counted] = await versions.aggregate<{ total: number }>([...stages, { $count: 'total' }], options).toArray()
  return counted?.total ?? 0
}

/** Written at or after an instant, or still current then: the next version of the same resource came after it. */
const currentAfter = (low: number): readonly Document[] => [
  { $lookup: {
    from: 'version', let: { ref: '$ref', next: { $add: ['$version', 1] } },
    pipeline: [
      { $match: { $expr: { $and: [{ $eq: ['$ref', '$$ref'] }, { $eq: ['$version', '$$next'] }] }, updated: { $lte: low } } }, { $project: { _id: 1 } },
    ],
    as: 'later',
  } },
  { $match: { $or: [{ updated: { $gte: low } }, { 'later.0': { $exists: false } }] } },
]

/** The first sequence written at or after an instant; times never decrease along the sequence. */
const firstSince = async ({ versions }: Database, since: number, options: Options): Promise<number> => {
  const [first] = await versions.find({ updated: { $gte: since } }, { ...options, sort: { updated: 1, _id: 1 }, limit: 1, projection: { _id: 1 } }).toArray()
  return first?._id ?? Number.MAX_SAFE_INTEGER
}

/** In commit order; fewer than `limit` where more would be past a page's length. */
export const readEvents = ({ versions, read }: Database, after: number, limit: number): Promise<readonly StoredVersion[]> => read(async () =>
  (await pageOf(versions.aggregate<Found>([
    { $match: { _id: { $gt: after } } }, { $sort: { _id: 1 } }, { $limit: limit }, resourceOf({ kind: 'all' }),
  ]), limit)).versions)

/** Sequence of the newest version of any resource of these types, 0 when there is none. */
export const latestOf = async ({ versions }: Pick<Database, 'versions'>, types: readonly string[]): Promise<number> =>
  (await versions.findOne({ type: { $in: types } }, { sort: { _id: -1 }, projection: { _id: 1 } }))?._id ?? 0

/** 0 when nothing was ever written. */
export const latestSequence = async ({ sequence }: Database, session?: ClientSession): Promise<number> =>
  (await sequence.findOne({ _id: 'sequence' }, session === undefined ? {} : { session }))?.latest ?? 0
