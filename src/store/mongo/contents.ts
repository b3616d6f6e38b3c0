/**
 * Everything a database holds, read as what a copy is compared with. The primary is asked for what a majority holds.
 */
import type { Contents, KeptCase, KeptVersion } from '../copy.ts'
import type { KeyRecord, RequestKey } from '../store.ts'
import type { Database } from './database.ts'
import { refOf, RESOURCES, type ResourceDocument, type VersionDocument } from './documents.ts'
import { versionOf } from './versions.ts'

type Of = Pick<ResourceDocument, 'caseId' | 'row' | 'sequence' | 'labels'>

export const contentsOf = (database: Database): Contents => ({
  async size() {
    const [versions, cases, keys] = await Promise.all([
      database.versions.estimatedDocumentCount(), database.cases.countDocuments(HAS_LABELS), database.keys.estimatedDocumentCount(),
    ])
    return { versions, cases, keys }
  },
  versions: after => versions(database, after),
  cases: after => cases(database, after),
  keys: after => keys(database, after),
})

/** A case from which every label was taken again is no more than one that never had any. */
const HAS_LABELS = { 'labels.0': { $exists: true } }

async function* versions(database: Database, after: number): AsyncGenerator<KeptVersion> {
  const cursor = database.versions.aggregate<VersionDocument & { of: readonly Of[] }>([
    { $match: { _id: { $gt: after } } }, { $sort: { _id: 1 } },
    { $lookup: {
      from: RESOURCES, localField: 'ref', foreignField: '_id',
      pipeline: [{ $project: { caseId: 1, row: 1, sequence: 1, labels: 1 } }], as: 'of',
    } },
  ])
  for await (const { of: [resource], ...document } of cursor) {
    const version = versionOf({ ...document, caseId: resource?.caseId ?? null })
    if (resource?.sequence !== version.sequence) yield { version }
    else yield { version, current: { row: resource.row, labels: [...resource.labels].sort() } }
  }
}

async function* cases({ cases }: Database, after: string): AsyncGenerator<KeptCase> {
  for await (const { _id: caseId, labels } of cases.find({ ...HAS_LABELS, _id: { $gt: after } }, { sort: { _id: 1 } })) {
    yield { caseId, labels: [...labels].sort() }
  }
}

async function* keys({ keys }: Database, after: RequestKey | undefined): AsyncGenerator<KeyRecord> {
  const behind = after === undefined ? {} : { _id: { $gt: { scope: after.scope, value: after.value } } }
  for await (const { _id: { scope, value }, fingerprint, ref } of keys.find(behind, { sort: { _id: 1 } })) {
    yield { key: { scope, value }, fingerprint, ref: refOf(ref) }
  }
}
