/** The steps of a reindex at the port: what comes between a page and its commit, and what comes before the first. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { loadDefinitions } from '../../../src/definitions/load.ts'
import { manualClock } from '../../../src/fhir/clock.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { latestSequence, openHearing } from '../../../src/rest/hearing.ts'
import { openReindexer } from '../../../src/rest/reindex/reindex.ts'
import { runOf, type Run } from '../../../src/rest/reindex/ledger.ts'
import { openLiveParameters } from '../../../src/rest/search-parameters/live.ts'
import { createExtractor, createFollowingExtractor } from '../../../src/search/extract.ts'
import type { SearchPlan } from '../../../src/search/plan.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { Overloaded, type Store } from '../../../src/store/store.ts'
import { answering } from '../../../src/rest/answered.ts'
import { frame } from '../../../src/rest/frame.ts'
import { favourite, patient } from './asking.ts'

const definitions = loadDefinitions()
const clock = manualClock(Date.parse('2026-11-24T10:15:00.000Z'))
const plain = createExtractor(definitions)

const put = (store: Store, resource: Resource, replaces = 0, extract: (resource: Resource) => ReturnType<typeof plain> = plain) => store.commit({ expect: [], writes: [{
  kind: 'put', ref: { type: resource.resourceType, id: String(resource.id) }, replaces, method: 'PUT',
  json: frame(resource, replaces + 1), index: extract(resource), audience: ['public'],
}] })

/** A page of the run; what looks whether anything is owed asks for an order. */
const isPage = ({ types, count, sort }: SearchPlan): boolean => types[0] === 'Patient' && count > 0 && sort.length === 0

describe('a reindex', () => {
  let folder: string
  let store: Store
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'care-connexions-reindex-'))
    store = await openSqliteStore({ path: join(folder, 'hub.db'), clock })
  })
  afterEach(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const open = async (over: Store = store, onFault: (error: unknown) => void = error => { throw error }) => {
    const since = await latestSequence(over)
    const live = await openLiveParameters(over, definitions)
    const hearing = await openHearing(over, since, versions => live.hear(versions))
    const extract = createFollowingExtractor(live.definitions)
    return { live, extract, reindexer: await openReindexer({ store: over, live, hearing, clock, extract, onFault }) }
  }

  const finished = async (reindexer: Awaited<ReturnType<typeof open>>['reindexer'], type = 'Patient'): Promise<Run> => {
    for (const end = Date.now() + 20_000; Date.now() < end; await nextTurn()) {
      const run = runOf(await reindexer.ledger(), type)
      if (run !== undefined && run.status !== 'in-progress') return run
    }
    throw new Error('the run has not ended')
  }

  const count = async (colour: string): Promise<number | undefined> => (await store.search({
    types: ['Patient'], where: { kind: 'match', param: 'favourite', test: { kind: 'string', match: 'starts', folded: colour } },
    visibility: { kind: 'all' }, sort: [], count: 0, includes: [], total: 'accurate',
  })).total

  const fill = async (size: number): Promise<void> => {
    for (let index = 0; index < size; index += 1) await put(store, patient(`p${index}`, 'teal'))
  }

  it('leaves what was written between its page and its commit to the writer, and counts it as skipped', async () => {
    await fill(20)
    await put(store, favourite({ id: 'favourite' }))
    let wrote = false
    const between: Store = { ...store, async search(plan) {
      const page = await store.search(plan)
      if (isPage(plan) && !wrote) {
        wrote = true
        await put(store, patient('p3', 'red'), 1, extract)
        await store.commit({ expect: [], writes: [{ kind: 'delete', ref: { type: 'Patient', id: 'p4' }, replaces: 1 }] })
      }
      return page
    } }
    const { extract, reindexer } = await open(between)
    await reindexer.start(['Patient'])
    expect(await finished(reindexer)).toMatchObject({ status: 'completed', total: 20, changed: 18, skipped: 2 })
    expect([await count('teal'), await count('red')]).toEqual([18, 1])
    await reindexer.stop()
  })

  it('counts what was written before its page was reached as skipped too', async () => {
    await fill(30)
    await put(store, favourite({ id: 'favourite' }))
    let pages = 0
    const before: Store = { ...store, async search(plan) {
      if (isPage(plan) && ++pages === 2) await put(store, patient('p0', 'red'), 1, extract)
      return store.search(plan)
    } }
    const { extract, reindexer } = await open(before)
    await reindexer.start(['Patient'])
    expect(await finished(reindexer)).toMatchObject({ total: 30, changed: 29, skipped: 1 })
    expect([await count('teal'), await count('red')]).toEqual([29, 1])
    await reindexer.stop()
  })

  it('goes on where it was when it is opened again, and pays what was owed', async () => {
    await fill(60)
    await put(store, favourite({ id: 'favourite' }))
    let pages = 0
    const stopping: Store = { ...store, async search(plan) {
      if (isPage(plan) && ++pages === 3) throw new Error('the process ends here')
      return store.search(plan)
    }, async commit(commit) {
      if (pages === 3) throw new Error('the process ends here')
      return store.commit(commit)
    } }
    const faults: unknown[] = []
    const first = await open(stopping, error => { faults.push(error) })
    await first.reindexer.start(['Patient'])
    expect(await finished(first.reindexer)).toMatchObject({ status: 'failed', changed: 50 })
    expect(faults).toHaveLength(1)
    await first.reindexer.stop()

    const second = await open()
    expect(await finished(second.reindexer)).toMatchObject({ status: 'completed', total: 60, changed: 60, skipped: 0 })
    expect((await second.reindexer.ledger()).parameters).toMatchObject([{ id: 'favourite', owes: [] }])
    expect(await count('teal')).toBe(60)
    await second.reindexer.stop()
  })

  it('begun again while it runs is the same run, of which every page is read once', async () => {
    await fill(60)
    await put(store, favourite({ id: 'favourite' }))
    const read: unknown[] = []
    const again: Promise<void>[] = []
    const counting: Store = { ...store, async search(plan) {
      if (isPage(plan)) {
        read.push(plan.after?.row)
        if (read.length === 2) again.push(reindexer.start(['Patient']))
      }
      return store.search(plan)
    } }
    const { reindexer } = await open(counting)
    await reindexer.start(['Patient'])
    expect(await finished(reindexer)).toMatchObject({ status: 'completed', total: 60, changed: 60, skipped: 0 })
    await Promise.all(again)
    expect(again).toHaveLength(1)
    expect([read.length, new Set(read).size]).toEqual([3, 3])
    await reindexer.stop()
  })

  it('asks again where the store was too busy for a page, and for what a parameter owes', async () => {
    await fill(30)
    await put(store, favourite({ id: 'favourite' }))
    let refused = 0
    const busy: Store = answering({ ...store, async search(plan) {
      if (plan.types[0] === 'Patient' && (plan.count === 0 ? refused === 0 : plan.after !== undefined && refused === 1)) {
        refused += 1
        throw new Overloaded('too many')
      }
      return store.search(plan)
    } })
    const faults: unknown[] = []
    const { reindexer } = await open(busy, error => { faults.push(error) })
    expect([refused, faults.length]).toEqual([1, 1])
    expect((await reindexer.ledger()).parameters).toMatchObject([{ id: 'favourite', owes: [{ type: 'Patient', total: 30 }] }])
    await reindexer.start(['Patient'])
    expect(await finished(reindexer)).toMatchObject({ status: 'completed', total: 30, changed: 30, skipped: 0 })
    expect([refused, faults.length]).toEqual([2, 1])
    expect((await reindexer.ledger()).parameters).toMatchObject([{ owes: [] }])
    await reindexer.stop()
  })

  it('of two processes on one store counts every resource once, and both know when it is done', async () => {
    await fill(120)
    const first = await open()
    const second = await open()
    await put(store, favourite({ id: 'favourite' }))
    await Promise.all([first.reindexer.start(['Patient']), second.reindexer.start(['Patient'])])
    expect(await finished(first.reindexer)).toMatchObject({ status: 'completed', total: 120, changed: 120, skipped: 0 })
    expect(await finished(second.reindexer)).toEqual(await finished(first.reindexer))
    expect((await second.reindexer.ledger()).parameters).toMatchObject([{ id: 'favourite', owes: [] }])
    expect(await count('teal')).toBe(120)
    await first.reindexer.stop()
    await second.reindexer.stop()
  })

  it('knows at the next start since when a parameter has been indexed without a break', async () => {
    await fill(3)
    const own = favourite({ id: 'favourite' }) as Resource
    await put(store, own)
    const first = await open()
    const since = first.live.find('favourite')!.since
    await put(store, { ...own, description: 'said otherwise' }, 1)
    expect(first.live.find('favourite')).toMatchObject({ since })
    await put(store, { ...own, status: 'retired' }, 2)
    expect(first.live.find('favourite')).toBeUndefined()
    await put(store, own, 3)
    const again = first.live.find('favourite')!.since
    expect(again).toBeGreaterThan(since)
    await first.reindexer.stop()
    const second = await open()
    expect(second.live.find('favourite')).toMatchObject({ since: again })
    expect((await second.reindexer.ledger()).parameters).toMatchObject([{ since: again, owes: [{ type: 'Patient', total: 3 }] }])
    await second.reindexer.stop()
  })

  it('leaves out at the start what can no longer be used', async () => {
    await put(store, favourite({ id: 'broken', expression: 'Patient.nothing' }))
    const { live, reindexer } = await open()
    expect(live.all()).toEqual([])
    await reindexer.stop()
  })
})
