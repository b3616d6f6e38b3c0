/**
 * What this process has heard of definitions: every version of them, in the order of commits, those that other hubs on the
 * same database have committed too.
 *
 * Until it has heard of a new one, what it writes is validated and indexed without it. So its commits say how far it had
 * heard; one that comes too early conflicts, and is made again by whoever caught up.
 * docs/decisions/0016-custom-search-parameters.md, docs/decisions/0030-definitions-at-run-time.md
 */
import { Conflict, isDefinitionType, type Expectation, type Store, type StoredVersion } from '../store/store.ts'

/** Versions read at once. */
const BATCH = 500

export type Heard = Extract<Expectation, { kind: 'definitions' }>

export interface Hearing {
  /** What a commit expects that is validated and indexed by what has been heard until now. */
  expectation(): Heard
  /** Hears of all that has been committed, by whomever. */
  catchUp(): Promise<void>
}

/** Sequence of the latest version of anything: where to hear on from for who reads the current definitions next. 0: there is none. */
export const latestSequence = async (store: Store): Promise<number> =>
  (await store.history({ visibility: { kind: 'all' }, count: 1, uncounted: true })).versions[0]?.sequence ?? 0

/** Tells `hear` of versions of definitions after `since`, each once, in their order. */
export const openHearing = async (store: Store, since: number, hear: (versions: readonly StoredVersion[]) => void): Promise<Hearing> => {
  /** All versions up to here have been heard of: the log and a look at the store may tell of the same one. */
  let place = since
  let upTo = since

  const tell = (versions: readonly StoredVersion[]): void => {
    const fresh = versions.filter(({ sequence }) => sequence > place)
    place = fresh.at(-1)?.sequence ?? place
    const definitions = fresh.filter(({ ref }) => isDefinitionType(ref.type))
    if (definitions.length === 0) return
    upTo = definitions.at(-1)!.sequence
    hear(definitions)
  }

  const catchUp = async (): Promise<void> => {
    for (let versions = await store.events(place, BATCH); versions.length > 0; versions = await store.events(place, BATCH)) tell(versions)
  }

  // What was committed before the log tells of anything is told first, or it would be passed over.
  let early: StoredVersion[] | undefined = []
  store.onCommit(({ versions }) => { if (early === undefined) tell(versions); else early.push(...versions) })
  await catchUp()
  tell(early)
  early = undefined
  return { expectation: () => ({ kind: 'definitions', upTo }), catchUp }
}

/** Whether a commit came too early: a definition was written that this process had not heard of. */
export const isUnheard = (error: unknown): boolean => error instanceof Conflict && error.failed.kind === 'definitions'
