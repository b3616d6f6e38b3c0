/** A store of an older hub is brought up to date and answers as before; one of a newer hub is refused and left alone. */
import { allOf, ALL, date, ids, isToken, match, pages, plan, put, reference, refersTo, remove, text, token, write } from './write.ts'
import { stores, type Opened } from './stores.ts'
import type { SearchPlan } from '../../src/search/plan.ts'
import type { Store } from '../../src/store/store.ts'

const searches: readonly SearchPlan[] = [
  plan('Task', allOf(refersTo('owner', 'Organization/o'), isToken('status', 'requested')), { sort: [{ param: 'authored-on', direction: 'ascending' }] }),
  plan('Task', match('authored-on', { kind: 'date', prefix: 'lt', low: 5_000, high: 6_000 }), { total: 'accurate' }),
  plan('Patient', match('family', { kind: 'string', match: 'starts', folded: 'har' }), { sort: [{ param: 'family', direction: 'descending' }] }),
  plan(['Task', 'Patient'], allOf(), { count: 3, visibility: { kind: 'labels', labels: ['hub:H'] } }),
  plan('Task', { kind: 'chain', param: 'patient', types: ['Patient'], where: match('family', { kind: 'string', match: 'exact', exact: 'hartley' }) }),
]

const fill = async (store: Store): Promise<void> => {
  for (let n = 0; n < 8; n++) {
    await write(store,
      put('Patient', `p${n}`, { entries: [text('family', n % 2 === 0 ? 'hartley' : 'khan')], sort: [{ param: 'family', low: `${n}`, high: `${n}` }], caseId: `c${n % 2}` }),
      put('Task', `t${n}`, {
        caseId: `c${n % 2}`, sort: [{ param: 'authored-on', low: 1_000 * n, high: 1_000 * n + 1 }],
        entries: [reference('owner', 'Organization/o'), reference('patient', `Patient/p${n}`), token('status', n < 6 ? 'requested' : 'completed'),
          date('authored-on', 1_000 * n, 1_000 * n + 1)],
      }))
  }
  await write(store, { kind: 'share', caseId: 'c1', label: 'hub:H' }, remove('Patient', 'p2', 1))
}

const answers = async (store: Store): Promise<unknown> => ({
  pages: await Promise.all(searches.map(async search => (await pages(store, search)).map(page => ({ ids: ids(page.matches), total: page.total })))),
  history: await store.history({ type: 'Patient', visibility: ALL, count: 100 }),
  events: await store.events(0, 1_000),
  read: await store.read({ type: 'Patient', id: 'p2' }, ALL),
})

describe.each(stores)('%s: migrations', (_name, open) => {
  let opened: Opened
  beforeEach(async () => { opened = await open() })
  afterEach(() => opened.dispose())

  it('brings a store of an older hub up to date, and it answers as before', async () => {
    await fill(opened.store)
    const before = await answers(opened.store)
    opened = await opened.reopenOlder()
    expect(await answers(opened.store)).toEqual(before)
    const [written] = await write(opened.store, put('Task', 'later'))
    expect(written!.sequence).toBe((await opened.store.events(0, 1_000)).length)
  })

  it('refuses a store of a newer hub, saying what this one knows', async () => {
    await fill(opened.store)
    await expect(opened.reopenNewer()).rejects.toThrow(/schema is version \d+, this hub knows \d+: start a newer hub, or restore an older copy/)
  })
})
