/**
 * Reindexing: what is stored is given the index entries that it would be given today, page by page in the background.
 *
 * A page and its place in the ledger are one commit, so a crash at any instant loses and repeats nothing, and the next
 * start goes on. Nothing but the index changes: no version, no event, no place in the order of updates.
 * docs/decisions/0016-custom-search-parameters.md
 */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { instant, type Clock } from '../../fhir/clock.ts'
import { FhirError } from '../../fhir/outcomes.ts'
import type { Resource } from '../../fhir/resource.ts'
import { typesOf } from '../../search/custom/definition.ts'
import type { Extracted } from '../../search/entries.ts'
import type { Cursor, SearchPlan } from '../../search/plan.ts'
import type { SearchPage, Store, StoredVersion, Write } from '../../store/store.ts'
import { isUnheard, type Hearing } from '../hearing.ts'
import type { LiveParameters } from '../search-parameters/live.ts'
import { createTurns } from '../turns.ts'
import { parseStored } from '../unit-of-work.ts'
import { LEDGER } from './ledger-resource.ts'
import { isPassedBy, openKeptLedger, type Kept } from './kept.ts'
import { advance, begin, complete, fail, forgetOthers, heard, unheard, type Ledger, type Run } from './ledger.ts'

/** Resources of one commit: one that comes behind it waits some 10 ms (what that does to others: docs/search.md). */
const PAGE = 25
/** Resources indexed before other requests have their turn on the serving thread: about a millisecond. */
const AT_ONCE = 5
/**
 * What the store cannot do just now (searches queue, writes wait, the disk is full) is tried again after so long, and the
 * run has failed when it cannot after all of them: half a minute.
 */
const PAUSES_MS = [250, 1_000, 4_000, 8_000, 16_000]

export interface ReindexParts {
  readonly store: Store
  readonly live: LiveParameters
  readonly hearing: Hearing
  readonly clock: Clock
  readonly extract: (resource: Resource) => Extracted
  /** Told why a run failed; the ledger only says that it did. */
  readonly onFault: (error: unknown) => void
}

export interface Reindexer {
  /** As of the last commit, once what became live before the call is known in it. */
  ledger(): Promise<Ledger>
  /** Begins runs of these types, those without resources left out, or joins those in progress; `also` is stored in any case. */
  start(types: readonly string[], also?: readonly Write[]): Promise<void>
  /** Resolves when no page is under way any more; runs in progress go on at the next start. */
  stop(): Promise<void>
}

export const openReindexer = async (parts: ReindexParts): Promise<Reindexer> => {
  const { store, live, hearing, clock, extract } = parts
  const kept = await openKeptLedger(store, extract)
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  const inTurn = createTurns()

  const count = async (type: string): Promise<number> => (await store.search({ ...everything(type), count: 0, total: 'accurate' })).total ?? 0

  /**
   * Whether some resource was stored before a version, in the order of updates: after those of a later instant comes no
   * earlier version. What clients write between a parameter's commit and the count has been indexed by it.
   */
  const isAnyBefore = async (type: string, version: StoredVersion): Promise<boolean> => {
    const inOrder = { ...everything(type), sort: [{ param: '_lastUpdated', direction: 'ascending' as const }] }
    for (let after: Cursor | undefined; ;) {
      const page: SearchPage = await store.search(after === undefined ? inOrder : { ...inOrder, after })
      if (page.matches.some(({ sequence }) => sequence < version.sequence)) return true
      if (page.next === undefined || page.matches.at(-1)!.lastUpdated > version.lastUpdated) return false
      after = page.next
    }
  }

  /**
   * What a new parameter owes is counted after a commit of our own: the store takes commits in their order, so what was
   * indexed without the parameter has been stored by then.
   */
  const settle = (): Promise<void> => kept.onLatest(async () => {
    if (stopping.signal.aborted || isSettled()) return
    const from = kept.latest()
    const fresh = unheard(from.ledger, live.all())
    const without = await kept.save(from, forgetOthers(from.ledger, live.all()))
    const own = await store.read(LEDGER, { kind: 'all' })
    const records = []
    for (const { id, since, parameter } of fresh) {
      const owes = []
      for (const type of typesOf(live.definitions(), parameter)) {
        const total = own === undefined || await isAnyBefore(type, own) ? await count(type) : 0
        if (total > 0) owes.push({ type, total })
      }
      records.push({ id, since, owes })
    }
    if (records.length > 0) await kept.save(without, heard(without.ledger, records))
  })

  const isSettled = (): boolean => {
    const { ledger } = kept.latest()
    return unheard(ledger, live.all()).length === 0 && forgetOthers(ledger, live.all()).parameters.length === ledger.parameters.length
  }

  /** One page of a run. */
  const step = async (from: Kept, run: Run): Promise<void> => {
    const found = await store.search({ ...everything(run.type), ...(run.after === undefined ? { total: 'accurate' } : { after: run.after }) })
    const total = found.total ?? run.total
    const known = hearing.expectation()
    const writes = await indexed(found.matches, extract)
    for (;;) {
      const skipped = found.matches.length - writes.length
      const next = found.next === undefined
        ? complete(from.ledger, run, { total, changed: writes.length, ended: instant(clock.now()) })
        : advance(from.ledger, run, { total, changed: writes.length, skipped, after: found.next })
      try {
        await kept.save(from, next, writes, [known])
        return
      } catch (error) {
        const passed = writes.findIndex(({ ref }) => isPassedBy(error, ref))
        if (passed < 0) throw error
        writes.splice(passed, 1)
      }
    }
  }

  /** Another hub may have committed a definition that this one has yet to hear of. */
  const upToDate = async (work: () => Promise<void>): Promise<void> => {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!isUnheard(error)) throw error
        await hearing.catchUp()
      }
    }
  }

  const inProgress = ({ ledger }: Kept): Run | undefined => ledger.runs.find(({ status }) => status === 'in-progress')

  /** Times in a row that the store could not take a step. */
  let tries = 0

  /** Answers how long to rest before the next step (ms), undefined when there is none. */
  const stepOrFail = async (): Promise<number | undefined> => {
    const run = inProgress(kept.latest())
    if (stopping.signal.aborted || run === undefined) return undefined
    const start = performance.now()
    try {
      await kept.onLatest(async () => {
        const from = kept.latest()
        const latest = inProgress(from)
        if (latest !== undefined) await upToDate(() => step(from, latest))
      })
      tries = 0
      return performance.now() - start
    } catch (error) {
      if (stopping.signal.aborted) return undefined
      const again = isForNow(error) ? PAUSES_MS[tries++] : undefined
      if (again !== undefined) return again
      tries = 0
      parts.onFault(error)
      const from = kept.latest()
      const failed = fail(from.ledger, run, instant(clock.now()))
      // Where nothing can be stored, the run goes on at the next start.
      await kept.save(from, failed).catch(() => kept.pretend(failed))
      return 0
    }
  }

  /** A step rests for as long as it took: half of the writer's time, and of this thread's, is everybody else's. */
  const work = async (): Promise<void> => {
    for (let rest = await inTurn(stepOrFail); rest !== undefined; rest = await inTurn(stepOrFail)) {
      await pause(rest, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  const settled = (): Promise<void> => inTurn(settle).catch(parts.onFault)

  let settling = settled()
  live.onChange(() => { settling = settled() })
  await settling
  running = work()

  return {
    async ledger() {
      await settling
      // What could not be settled when it came is tried again by whoever asks.
      if (!isSettled() && !stopping.signal.aborted) await (settling = settled())
      return kept.latest().ledger
    },
    async start(types, also = []) {
      await inTurn(async () => {
        // What a run pays must be known to be owed.
        await settle()
        await kept.onLatest(async () => {
          const covers = Math.max(0, ...live.all().map(({ since }) => since))
          const from = kept.latest()
          let next = from.ledger
          for (const type of types) {
            const total = await count(type)
            if (total > 0) next = begin(next, type, { covers, total, started: instant(clock.now()) })
          }
          await kept.save(from, next, also)
        })
      })
      running = running.then(work)
    },
    async stop() {
      stopping.abort()
      await inTurn(async () => undefined)
      await running
    },
  }
}

const everything = (type: string): SearchPlan => ({
  types: [type], where: { kind: 'all-of', of: [] }, visibility: { kind: 'all' }, sort: [], count: PAGE, includes: [], total: 'none',
})

type IndexWrite = Extract<Write, { kind: 'index' }>

const indexed = async (versions: readonly StoredVersion[], extract: ReindexParts['extract']): Promise<IndexWrite[]> => {
  const writes: IndexWrite[] = []
  for (const version of versions) {
    if (writes.length % AT_ONCE === AT_ONCE - 1) await nextTurn()
    writes.push({ kind: 'index', ref: version.ref, version: version.version, index: extract(parseStored(version)) })
  }
  return writes
}

/** Whether the store may be asked again: searches queue, writes wait, nothing can be stored at the moment. */
const isForNow = (error: unknown): boolean => error instanceof FhirError && error.status === 503
