/**
 * Reads of single resources. Those that are asked for while an answer is awaited are asked for together next: a statement
 * costs hub and database some 0.5 ms of CPU, and each more resource in it a tenth of that.
 *
 * What may be seen is judged here, by the labels that come with the resource: then one alone is found by its `_id` and
 * nothing else, which MongoDB does without planning.
 */
import { refText, type ResourceRef } from '../../fhir/resource.ts'
import type { Visibility } from '../../search/plan.ts'
import { Unavailable, type StoredVersion } from '../store.ts'
import type { Database } from './database.ts'
import type { RefText, ResourceDocument } from './documents.ts'
import { CURRENT, currentVersion } from './versions.ts'

/** In one statement: a resource has up to 5 MB, and whoever comes behind waits for all of them. */
const TOGETHER = 32

interface Asked {
  readonly ref: RefText
  /** When nobody waits any more. */
  readonly end: number
  readonly resolve: (found: ResourceDocument | undefined) => void
  readonly reject: (error: unknown) => void
}

/** The current version, from the resource itself; undefined where there is none, or none to be seen. */
export type ReadCurrent = (ref: ResourceRef, visibility: Visibility) => Promise<StoredVersion | undefined>

/** Each is given up after `limitMs`. */
export const createPointReads = (
  { resources, read }: Pick<Database, 'resources' | 'read'>, limitMs: number, now: () => number = () => performance.now(),
): ReadCurrent => {
  const asked: Asked[] = []
  let isAsking = false

  const find = (refs: readonly RefText[]): Promise<readonly ResourceDocument[]> => {
    const [only, ...more] = refs
    const filter = more.length === 0 ? { _id: only! } : { _id: { $in: [...refs] } }
    return read(() => resources.find(filter, { projection: { ...CURRENT, seenBy: 1 } }).toArray())
  }

  const answer = async (group: readonly Asked[]): Promise<void> => {
    try {
      const found = new Map((await find([...new Set(group.map(({ ref }) => ref))])).map(one => [one._id, one]))
      for (const { ref, resolve } of group) resolve(found.get(ref))
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  const ask = async (): Promise<void> => {
    isAsking = true
    while (asked.length > 0) {
      const group = asked.splice(0, TOGETHER)
      const at = now()
      // While the database was away others gave up; their questions must not stand before those of who waits.
      for (const { end, reject } of group) if (end < at) reject(new Unavailable('the database was away for too long'))
      const waiting = group.filter(({ end }) => end >= at)
      if (waiting.length > 0) await answer(waiting)
    }
    isAsking = false
  }

  return async (ref, visibility) => {
    const found = await new Promise<ResourceDocument | undefined>((resolve, reject) => {
      asked.push({ ref: refText(ref), end: now() + limitMs, resolve, reject })
      if (!isAsking) void ask()
    })
    return found === undefined || !isSeen(found, visibility) ? undefined : currentVersion(found)
  }
}

const isSeen = ({ seenBy }: ResourceDocument, visibility: Visibility): boolean =>
  visibility.kind === 'all' || visibility.labels.some(label => seenBy.includes(label))
