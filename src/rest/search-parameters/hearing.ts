/**
 * What this process has heard of search parameters: every version of them once, those that other hubs on the same database
 * have committed too.
 *
 * Until it has heard of a new one, what it writes lacks that parameter's index entries. So its commits say how far it has
 * heard; one that comes too early conflicts, and is made again by whoever caught up.
 * docs/decisions/0016-custom-search-parameters.md
 */
import { Conflict, type Expectation, type Store, type StoredVersion } from '../../store/store.ts'

const TYPE = 'SearchParameter'
const PAGE = 100

export interface Hearing {
  /** What a commit expects whose index entries are made now. */
  expectation(): Expectation
  /** Hears of all that has been committed, by whomever. */
  catchUp(): Promise<void>
}

/** Sequence of the latest version of any; 0: there is none. */
export const latestParameter = async (store: Store): Promise<number> =>
  (await store.history({ type: TYPE, visibility: { kind: 'all' }, count: 1, uncounted: true })).versions[0]?.sequence ?? 0

/** Tells `hear` of versions after `since`: of some at once, of one resource in their order. */
export const openHearing = async (store: Store, since: number, hear: (versions: readonly StoredVersion[]) => void): Promise<Hearing> => {
  /** Sequence of the latest version by id; the log and a look at the store may tell of the same one. */
  const heard = new Map<string, number>()
  let upTo = since

  const tell = (versions: readonly StoredVersion[]): void => {
    const fresh = versions.filter(({ ref: { type, id }, sequence }) => type === TYPE && sequence > (heard.get(id) ?? since))
    if (fresh.length === 0) return
    for (const { ref: { id }, sequence } of fresh) {
      heard.set(id, sequence)
      upTo = Math.max(upTo, sequence)
    }
    hear(fresh)
  }

  const catchUp = async (): Promise<void> => {
    const versions: StoredVersion[] = []
    for (let before: number | undefined; ;) {
      const page = await store.history({
        type: TYPE, visibility: { kind: 'all' }, count: PAGE, uncounted: true, ...(before === undefined ? {} : { before }),
      })
      versions.push(...page.versions.filter(({ sequence }) => sequence > upTo))
      before = page.next
      if (before === undefined || before <= upTo) break
    }
    tell(versions.reverse())
  }

  store.onCommit(({ versions }) => tell(versions))
  // What others committed between the first look and now was told to nobody here.
  await catchUp()
  return { expectation: () => ({ kind: 'parameters', upTo }), catchUp }
}

/** Whether a commit came too early: a search parameter was written that this process has not heard of. */
export const isUnheard = (error: unknown): boolean => error instanceof Conflict && error.failed.kind === 'parameters'
