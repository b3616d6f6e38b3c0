/**
 * Reindexing: what is stored is given the index entries that it would be given today, page by page in the background.
 *
 * A page and its place in the ledger are one commit, so a crash at any instant loses and repeats nothing, and the next
 * start goes on. Nothing but the index changes: no version, no event, no place in the order of updates.
 * docs/decisions/0016-custom-search-parameters.md
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ADMINISTRATORS } from '../../access/visibility.ts'
import { instant, type Clock } from '../../fhir/clock.ts'
import { refText, type Resource } from '../../fhir/resource.ts'
import { typesOf } from '../../search/custom/definition.ts'
import type { Extracted } from '../../search/entries.ts'
import type { SearchPlan } from '../../search/plan.ts'
import { Conflict, type Store, type StoredVersion, type Write } from '../../store/store.ts'
import { frame } from '../frame.ts'
import type { LiveParameters } from '../search-parameters/live.ts'
import { parseStored } from '../unit-of-work.ts'
import { advance, begin, complete, EMPTY, fail, forgetOthers, heard, unheard, type Ledger, type Run } from './ledger.ts'
import { LEDGER, ledgerIn, ledgerResource } from './ledger-resource.ts'

/** Resources of one commit: few enough that an ordinary commit behind it waits some 10 ms (docs/search.md). */
const PAGE = 25
/** Resources indexed before other requests have their turn on the serving thread: about a millisecond. */
const AT_ONCE = 5

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

export const openReindexer = async (parts: ReindexParts): Promise<Reindexer> => {
  const { store, live, clock, extract } = parts
  const stored = await store.read(LEDGER, { kind: 'all' })
  let version = stored?.version ?? 0
  let ledger = stored === undefined || stored.deleted ? EMPTY : ledgerIn(parseStored(stored))
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  const inTurn = createTurns()

  const save = async (next: Ledger, writes: readonly Write[] = []): Promise<void> => {
    const resource = ledgerResource(next)
    await store.commit({ expect: [], writes: [...writes, {
      kind: 'put', ref: LEDGER, replaces: version, method: 'PUT', json: frame(resource, version + 1), index: extract(resource),
      audience: [ADMINISTRATORS],
    }] })
    version += 1
    ledger = next
  }

  const count = async (type: string): Promise<number> => (await store.search({ ...everything(type), count: 0, total: 'accurate' })).total ?? 0

  /**
   * What a new parameter owes is counted after a commit of our own: the store takes commits in their order, so what was
   * indexed without the parameter has been stored by then.
   */
  const settle = async (): Promise<void> => {
    if (stopped) return
    const fresh = unheard(ledger, live.all())
    const kept = forgetOthers(ledger, live.all())
    if (fresh.length === 0 && kept.parameters.length === ledger.parameters.length) return
    await save(kept)
    const records = []
    for (const { id, since, parameter } of fresh) {
      const owes = []
      for (const type of typesOf(live.definitions(), parameter)) {
        const total = await count(type)
        if (total > 0) owes.push({ type, total })
      }
      records.push({ id, since, owes })
    }
    if (records.length > 0) await save(heard(ledger, records))
  }

  /** One page of a run. */
  const step = async (run: Run): Promise<void> => {
    const found = await store.search({ ...everything(run.type), ...(run.after === undefined ? { total: 'accurate' } : { after: run.after }) })
    const total = found.total ?? run.total
    const writes = await indexed(found.matches, extract)
    for (;;) {
      const skipped = found.matches.length - writes.length
      const next = found.next === undefined
        ? complete(ledger, run, { total, changed: writes.length, ended: instant(clock.now()) })
        : advance(ledger, run, { total, changed: writes.length, skipped, after: found.next })
      try {
        return await save(next, writes)
      } catch (error) {
        const passed = writes.findIndex(write => isPassedBy(error, write))
        if (passed < 0) throw error
        writes.splice(passed, 1)
      }
    }
  }

  const inProgress = (): Run | undefined => ledger.runs.find(({ status }) => status === 'in-progress')

  const stepOrFail = async (): Promise<boolean> => {
    const run = inProgress()
    if (stopped || run === undefined) return false
    try {
      await step(run)
    } catch (error) {
      if (stopped) return false
      parts.onFault(error)
      const failed = fail(ledger, run, instant(clock.now()))
      // Where nothing can be stored, the run goes on at the next start.
      await save(failed).catch(() => { ledger = failed })
    }
    return true
  }

  const work = async (): Promise<void> => {
    while (await inTurn(stepOrFail)) await nextTurn()
  }

  const settled = (): Promise<void> => inTurn(settle).catch(parts.onFault)

  let settling = settled()
  live.onChange(() => { settling = settled() })
  await settling
  running = work()

  return {
    async ledger() {
      await settling
      return ledger
    },
    async start(types, also = []) {
      await inTurn(async () => {
        const covers = Math.max(0, ...live.all().map(({ since }) => since))
        let next = ledger
        for (const type of types) {
          const total = await count(type)
          if (total > 0) next = begin(next, type, { covers, total, started: instant(clock.now()) })
        }
        await save(next, also)
      })
      running = running.then(work)
    },
    async stop() {
      stopped = true
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

/** Whether the commit failed because somebody wrote the resource since the page was read. */
const isPassedBy = (error: unknown, { ref }: IndexWrite): boolean =>
  error instanceof Conflict && error.failed.kind === 'version' && refText(error.failed.ref) === refText(ref)

/** Runs one after the other what is given to it, whatever became of the one before. */
const createTurns = (): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}
