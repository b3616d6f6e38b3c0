/**
 * Moving from one store to another: everything that is kept, in an order, and where a copy of it stands.
 *
 * A store that can be copied from offers `Contents`, one that can be copied to is a `Target`, which keeps the place
 * reached beside what was written up to it: a copy that was killed goes on from there. docs/stores.md
 */
import type { Extracted } from '../search/entries.ts'
import type { KeyRecord, Label, RequestKey, StoredVersion } from './store.ts'

/** A version; where it is the current one, also what is kept of its resource beside it. */
export interface KeptVersion {
  readonly version: StoredVersion
  readonly current?: {
    /** Its place among resources that a sort holds equal. Page links name it, so it stays the same. */
    readonly row: number
    /** Its own, sorted. */
    readonly labels: readonly Label[]
  }
}

export interface KeptCase {
  readonly caseId: string
  /** Sorted, at least one. */
  readonly labels: readonly Label[]
}

export interface Size {
  readonly versions: number
  readonly cases: number
  readonly keys: number
}

/** One after the other, so that memory does not grow with them. */
export type Stream<T> = AsyncIterable<T> | Iterable<T>

/** Everything of a store that is not made of the rest of it. Nobody may write to it meanwhile. */
export interface Contents {
  size(): Promise<Size>
  /** In the order of their sequence, those after `after`. */
  versions(after: number): Stream<KeptVersion>
  /** In the order of the bytes of their id; '' begins before the first. */
  cases(after: string): Stream<KeptCase>
  /** In the order of the bytes of scope and value; undefined begins before the first. */
  keys(after: RequestKey | undefined): Stream<KeyRecord>
}

export interface Source extends Contents {
  /** Other sources, and this one when something was committed since, have another mark. */
  mark(): Promise<string>
}

/** The last of each kind that was written. */
export interface Place {
  readonly versions: number
  readonly cases: string
  readonly keys?: RequestKey
}

export interface Target extends Contents {
  /**
   * Claims an empty store for a copy of the source, or takes up the one that was begun. Rejects with `Refused` when there
   * is anything else. Until `release`, no hub opens it.
   */
  begin(mark: string): Promise<Place>
  /** Each of these may be said twice of the same, and is durable, with the place it leads to, when it resolves. */
  writeVersions(versions: readonly IndexedVersion[]): Promise<void>
  writeCases(cases: readonly KeptCase[]): Promise<void>
  writeKeys(keys: readonly KeyRecord[]): Promise<void>
  /** Makes it a store that a hub could open. */
  complete(): Promise<void>
  /** From now on hubs may open it. */
  release(): Promise<void>
}

/** `index` where the version is current and not deleted. */
export type IndexedVersion = KeptVersion & { readonly index?: Extracted }

/** What cannot be copied, or not to there: said to whoever asked for it. */
export class Refused extends Error {}

export interface Progress {
  readonly phase: 'copying' | 'indexing' | 'comparing'
  readonly done: number
  readonly total: number
}

/** Of one write: as many as a bulk write of the driver likes, and as much text as may be in memory twice. */
const BATCH = 500
const BATCH_LENGTH = 4 * 1024 * 1024

/** Writes what is not there yet. `report` is called with each batch. */
export const copy = async (
  source: Source, target: Target, extract: (version: StoredVersion) => Extracted, report: (progress: Progress) => void,
): Promise<void> => {
  const place = await target.begin(await source.mark())
  const total = totalOf(await source.size())
  let done = totalOf(await target.size())
  const told = (count: number): void => {
    done += count
    report({ phase: 'copying', done, total })
  }
  told(0)
  // Labels of cases first: a resource is written with those of its case.
  for await (const cases of batches(source.cases(place.cases), () => 0)) await target.writeCases(cases).then(() => told(cases.length))
  for await (const keys of batches(source.keys(place.keys), () => 0)) await target.writeKeys(keys).then(() => told(keys.length))
  for await (const versions of batches(source.versions(place.versions), ({ version }) => version.json.length)) {
    await target.writeVersions(versions.map(one => indexed(one, extract)))
    told(versions.length)
  }
  report({ phase: 'indexing', done: 1, total: 1 })
  await target.complete()
}

export const totalOf = ({ versions, cases, keys }: Size): number => versions + cases + keys

const indexed = (one: KeptVersion, extract: (version: StoredVersion) => Extracted): IndexedVersion =>
  (one.current === undefined || one.version.deleted ? one : { ...one, index: extract(one.version) })

async function* batches<T>(stream: Stream<T>, lengthOf: (one: T) => number): AsyncGenerator<readonly T[]> {
  let batch: T[] = []
  let length = 0
  for await (const one of stream) {
    batch.push(one)
    length += lengthOf(one)
    if (batch.length < BATCH && length < BATCH_LENGTH) continue
    yield batch
    batch = []
    length = 0
  }
  if (batch.length > 0) yield batch
}
