/**
 * What a group of commits has read and changed, and how it is written: with few statements at its end, or before a
 * conditional search looks at it.
 *
 * Each commit works on a layer of its own, which joins the group's when the commit holds.
 */
import { BSON, type AnyBulkWriteOperation, type ClientSession, type Filter } from 'mongodb'
import { refText, type ResourceRef } from '../../fhir/resource.ts'
import { TooLarge, type Commit, type Label, type RequestKey } from '../store.ts'
import type { Database } from './database.ts'
import {
  type IndexFields, type KeyDocument, type RefText, type ResourceDocument, type VersionDocument,
} from './documents.ts'
import { coordinates } from './invariants.ts'

/** A resource without its text and what it is found by, which a commit never reads. */
export type Head = Omit<ResourceDocument, keyof IndexFields | 'json' | 'seenBy'>

/** `json` and `fields` are there when they change. */
export interface Changed {
  readonly head: Head
  readonly json?: string
  readonly fields?: IndexFields
}

export interface Layer {
  /** undefined: there is none. */
  readonly heads: Map<RefText, Head | undefined>
  readonly changed: Map<RefText, Changed>
  readonly cases: Map<string, ReadonlySet<Label>>
  /** Cases whose labels changed. */
  readonly shared: Set<string>
  /** By `keyText`. */
  readonly keys: Map<string, KeyDocument | undefined>
  readonly newKeys: KeyDocument[]
  readonly versions: VersionDocument[]
}

export interface Group extends Layer {
  readonly database: Database
  readonly session: ClientSession
  /** Bytes of the text of what is to be indexed anew. */
  readonly lengths: Map<RefText, number>
}

export const layer = (): Layer => ({
  heads: new Map(), changed: new Map(), cases: new Map(), shared: new Set(), keys: new Map(), newKeys: [], versions: [],
})

export const keyText = ({ scope, value }: RequestKey): string => JSON.stringify([scope, value])

const HEAD = {
  _id: 1, type: 1, id: 1, row: 1, version: 1, sequence: 1, updated: 1, deleted: 1, method: 1, caseId: 1, labels: 1,
} as const

/** Reads whatever the commits will ask: what they write or expect, their keys and their cases. */
export const load = async (group: Group, commits: readonly Commit[]): Promise<void> => {
  const refs = new Set<RefText>()
  const keys = new Map<string, RequestKey>()
  const cases = new Set<string>()
  for (const { expect, writes } of commits) {
    for (const one of [...expect, ...writes]) {
      if ('ref' in one) refs.add(refText(one.ref))
      if (one.kind === 'unseen') keys.set(keyText(one.key), one.key)
      if (one.kind === 'key') keys.set(keyText(one.record.key), one.record.key)
      if ('caseId' in one && one.caseId !== undefined) cases.add(one.caseId)
    }
  }
  const { database, session } = group
  await loadLengths(group, commits)
  for (const ref of refs) group.heads.set(ref, undefined)
  const heads = refs.size === 0 ? [] : await database.resources.find({ _id: { $in: [...refs] } }, { session, projection: HEAD }).toArray()
  for (const head of heads) {
    group.heads.set(head._id, head)
    if (head.caseId !== null) cases.add(head.caseId)
  }
  for (const key of keys.keys()) group.keys.set(key, undefined)
  const seen = keys.size === 0 ? [] : await database.keys.find({ _id: { $in: [...keys.values()].map(({ scope, value }) => ({ scope, value })) } }, { session }).toArray()
  for (const key of seen) group.keys.set(keyText(key._id), key)
  for (const caseId of cases) group.cases.set(caseId, new Set())
  const labels = cases.size === 0 ? [] : await database.cases.find({ _id: { $in: [...cases] } }, { session }).toArray()
  for (const one of labels) group.cases.set(one._id, new Set(one.labels))
}

const loadLengths = async ({ database, session, lengths }: Group, commits: readonly Commit[]): Promise<void> => {
  const refs = commits.flatMap(({ writes }) => writes.flatMap(write => (write.kind === 'index' ? [refText(write.ref)] : [])))
  if (refs.length === 0) return
  const found = await database.resources.find<{ _id: RefText; length: number }>(
    { _id: { $in: refs } }, { session, projection: { length: { $strLenBytes: '$json' } } }).toArray()
  for (const { _id, length } of found) lengths.set(_id, length)
}

/** A commit that held: what it did is the group's. */
export const join = (group: Group, own: Layer): void => {
  for (const [ref, head] of own.heads) group.heads.set(ref, head)
  for (const [ref, changed] of own.changed) group.changed.set(ref, { ...group.changed.get(ref), ...changed })
  for (const [caseId, labels] of own.cases) group.cases.set(caseId, labels)
  for (const caseId of own.shared) group.shared.add(caseId)
  for (const [text, key] of own.keys) group.keys.set(text, key)
  group.newKeys.push(...own.newKeys)
  group.versions.push(...own.versions)
}

/** Writes what has changed since the last time. */
export const flush = async (group: Group): Promise<void> => {
  const { database, session } = group
  if (group.changed.size > 0) {
    const changed = [...group.changed.values()]
    const isLast = ({ fields }: Changed): boolean => fields !== undefined && coordinates(fields)
    const inOrder = [...changed.filter(one => !isLast(one)), ...changed.filter(isLast)]
    await database.resources.bulkWrite(inOrder.map(one => operation(group, one)), { session, ordered: true })
  }
  if (group.versions.length > 0) await database.versions.insertMany(group.versions, { session, ordered: false })
  if (group.newKeys.length > 0) await database.keys.insertMany(group.newKeys, { session, ordered: false })
  for (const caseId of group.shared) {
    const labels = [...labelsOf(group, caseId)].sort()
    await database.cases.updateOne({ _id: caseId }, { $set: { labels } }, { session, upsert: true })
    await database.resources.updateMany(ofCase(caseId), [{ $set: { seenBy: { $setUnion: ['$labels', { $literal: labels }] } } }], { session })
  }
  group.changed.clear()
  group.shared.clear()
  group.versions.length = 0
  group.newKeys.length = 0
}

/** The index of cases holds only what belongs to one, and is not taken for a question that does not say so. */
const ofCase = (caseId: string): Filter<ResourceDocument> => ({ caseId: { $eq: caseId, $type: 'string' } })

const labelsOf = (group: Group, caseId: string | null): ReadonlySet<Label> => (caseId === null ? NONE : group.cases.get(caseId) ?? NONE)
const NONE: ReadonlySet<Label> = new Set()

const operation = (group: Group, { head, json, fields }: Changed): AnyBulkWriteOperation<ResourceDocument> => {
  const seenBy = [...new Set([...head.labels, ...labelsOf(group, head.caseId)])]
  if (json === undefined || fields === undefined) {
    return { updateOne: { filter: { _id: head._id }, update: { $set: { ...head, ...fields, seenBy } } } }
  }
  return { replaceOne: { filter: { _id: head._id }, replacement: { ...head, ...fields, json, seenBy }, upsert: true } }
}

/** MongoDB's bound of a document, less what the fields around text and index take. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024 - 64 * 1024
/** Below this no document can reach the bound: a word of a few characters may take thirty bytes in each array it is found by. */
const SURELY_SMALL = 128 * 1024

/** Throws TooLarge when the document could not be kept. */
export const requireSize = (ref: ResourceRef, json: string, fields: IndexFields): void => {
  if (json.length < SURELY_SMALL) return
  if (BSON.calculateObjectSize({ ...fields, json }) > MAX_DOCUMENT_BYTES) throw new TooLarge(ref, MAX_DOCUMENT_BYTES)
}

/** The same for other index entries beside a text of so many bytes. */
export const requireIndexSize = (ref: ResourceRef, fields: IndexFields, textBytes: number): void => {
  if (BSON.calculateObjectSize({ ...fields }) + textBytes > MAX_DOCUMENT_BYTES) throw new TooLarge(ref, MAX_DOCUMENT_BYTES)
}
