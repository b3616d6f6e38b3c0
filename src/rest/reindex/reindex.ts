/**
 * Reindexing: what is stored is given the index entries that it would be given today, page by page in the background.
 *
 * A page and its place in the ledger are one commit, so a crash at any instant loses and repeats nothing, and the next
 * start goes on. Nothing but the index changes: no version, no event, no place in the order of updates.
 * docs/decisions/0016-custom-search-parameters.md
 */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { ADMINISTRATORS } from '../../access/visibility.ts'
import { instant, type Clock } from '../../fhir/clock.ts'
import { FhirError } from '../../fhir/outcomes.ts'
import { refText, type Resource, type ResourceRef } from '../../fhir/resource.ts'
import { typesOf } from '../../search/custom/definition.ts'
import type { Extracted } from '../../search/entries.ts'
import type { SearchPlan } from '../../search/plan.ts'
import { Conflict, type Store, type StoredVersion, type Write } from '../../store/store.ts'
import { frame } from '../frame.ts'
import type { LiveParameters } from '../search-parameters/live.ts'
import { createTurns } from '../turns.ts'
import { parseStored } from '../unit-of-work.ts'
import { advance, begin, complete, EMPTY, fail, forgetOthers, heard, unheard, type Ledger, type Run } from './ledger.ts'
import { LEDGER, ledgerIn, ledgerResource } from './ledger-resource.ts'

/** Resources of one commit: one that comes behind it waits some 10 ms (what that does to others: docs/search.md). */
const PAGE = 25
/** Resources indexed before other requests have their turn on the serving thread: 0.2 ms each at most, where parameters need the FHIRPath engine. */
const AT_ONCE = 5
/**
 * What the store cannot do just now (searches queue, writes wait, the disk is full) is tried again after so long, and the
 * run has failed when it cannot after all of them: half a minute.
 */
const PAUSES_MS = [250, 1_000, 4_000, 8_000, 16_000]

export interface ReindexParts {
  readonly store: Store
  readonly live: LiveParameters
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

/** The ledger and the version in which it is stored; 0: not yet. */
interface Kept {
  readonly version: number
  readonly ledger: Ledger
}

export const openReindexer = async (parts: ReindexParts): Promise<Reindexer> => {
  const { store, live, clock, extract } = parts
  let kept: Kept = { version: 0, ledger: EMPTY }
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  const inTurn = createTurns()

  /** Also what another process of the hub wrote. */
  const adopt = (stored: StoredVersion | undefined): void => {
    if (stored === undefined || stored.version <= kept.version) return
    kept = { version: stored.version, ledger: stored.deleted ? EMPTY : ledgerIn(parseStored(stored)) }
  }

  /** What was made of `from` takes its place, with what belongs to it; a Conflict where it is not the latest any more. */
  const save = async ({ version }: Kept, ledger: Ledger, writes: readonly Write[] = []): Promise<Kept> => {
    const resource = ledgerResource(ledger)
    await store.commit({ expect: [], writes: [...writes, {
      kind: 'put', ref: LEDGER, replaces: version, method: 'PUT', json: frame(resource, version + 1), index: extract(resource),
      audience: [ADMINISTRATORS],
    }] })
    const saved = { version: version + 1, ledger }
    if (kept.version <= saved.version) kept = saved
    return saved
  }

  /** Again from the ledger as it is by now, where another process of the hub changed it meanwhile. */
  const onLatest = async (work: () => Promise<void>): Promise<void> => {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!isPassedBy(error, LEDGER)) throw error
        adopt(await store.read(LEDGER, { kind: 'all' }))
      }
    }
  }

  const count = async (type: string): Promise<number> => (await store.search({ ...everything(type), count: 0, total: 'accurate' })).total ?? 0

  /**
   * What a new parameter owes is counted after a commit of our own: the store takes commits in their order, so what was
   * indexed without the parameter has been stored by then.
   */
  const settle = (): Promise<void> => onLatest(async () => {
    if (stopping.signal.aborted || isSettled()) return
    const fresh = unheard(kept.ledger, live.all())
    const without = await save(kept, forgetOthers(kept.ledger, live.all()))
    const records = []
    for (const { id, since, parameter } of fresh) {
      const owes = []
      for (const type of typesOf(live.definitions(), parameter)) {
        const total = await count(type)
        if (total > 0) owes.push({ type, total })
      }
      records.push({ id, since, owes })
    }
    if (records.length > 0) await save(without, heard(without.ledger, records))
  })

  const isSettled = (): boolean => {
    const { ledger } = kept
    return unheard(ledger, live.all()).length === 0 && forgetOthers(ledger, live.all()).parameters.length === ledger.parameters.length
  }

  /** One page of a run. */
  const step = async (from: Kept, run: Run): Promise<void> => {
    const found = await store.search({ ...everything(run.type), ...(run.after === undefined ? { total: 'accurate' } : { after: run.after }) })
    const total = found.total ?? run.total
    const writes = await indexed(found.matches, extract)
    for (;;) {
      const skipped = found.matches.length - writes.length
      const next = found.next === undefined
        ? complete(from.ledger, run, { total, changed: writes.length, ended: instant(clock.now()) })
        : advance(from.ledger, run, { total, changed: writes.length, skipped, after: found.next })
      try {
        await save(from, next, writes)
        return
      } catch (error) {
        const passed = writes.findIndex(({ ref }) => isPassedBy(error, ref))
        if (passed < 0) throw error
        writes.splice(passed, 1)
      }
    }
  }

  const inProgress = ({ ledger }: Kept): Run | undefined => ledger.runs.find(({ status }) => status === 'in-progress')

  /** Times in a row that the store could not take a step. */
  let tries = 0

  /** Answers how long to rest before the next step (ms), undefined when there is none. */
  const stepOrFail = async (): Promise<number | undefined> => {
    const run = inProgress(kept)
    if (stopping.signal.aborted || run === undefined) return undefined
    const start = performance.now()
    try {
      await onLatest(async () => {
        const from = kept
        const latest = inProgress(from)
        if (latest !== undefined) await step(from, latest)
      })
      tries = 0
      return performance.now() - start
    } catch (error) {
      if (stopping.signal.aborted) return undefined
      const again = isForNow(error) ? PAUSES_MS[tries++] : undefined
      if (again !== undefined) return again
      tries = 0
      parts.onFault(error)
      const { version, ledger } = kept
      const failed = fail(ledger, run, instant(clock.now()))
      // Where nothing can be stored, the run goes on at the next start.
      await save(kept, failed).catch(() => { kept = { version, ledger: failed } })
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

  store.onCommit(({ versions }) => {
    for (const version of versions) if (refText(version.ref) === refText(LEDGER)) adopt(version)
  })
  adopt(await store.read(LEDGER, { kind: 'all' }))
  let settling = settled()
  live.onChange(() => { settling = settled() })
  await settling
  running = work()

  return {
    async ledger() {
      await settling
      // What could not be settled when it came is tried again by whoever asks.
      if (!isSettled() && !stopping.signal.aborted) await (settling = settled())
      return kept.ledger
    },
    async start(types, also = []) {
      await inTurn(async () => {
        // What a run pays must be known to be owed.
        await settle()
        await onLatest(async () => {
          const covers = Math.max(0, ...live.all().map(({ since }) => since))
          const from = kept
          let next = from.ledger
          for (const type of types) {
            const total = await count(type)
            if (total > 0) next = begin(next, type, { covers, total, started: instant(clock.now()) })
          }
          await save(from, next, also)
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

/** Whether the commit failed because somebody wrote the resource since it was read. */
const isPassedBy = (error: unknown, ref: ResourceRef): boolean =>
  error instanceof Conflict && error.failed.kind === 'version' && refText(error.failed.ref) === refText(ref)
