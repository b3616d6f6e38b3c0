/** The contract of pages: order, keyset, totals, includes, and what happens while others write. */
import type { Condition, SortKey } from '../../src/search/plan.ts'
import { START, stores, type Opened } from './stores.ts'
import { ALL, allOf, EVERYTHING, found, ids, isToken, pages, plan, put, reference, refersTo, remove, token, write } from './write.ts'

const by = (param: string, direction: SortKey['direction'] = 'ascending'): SortKey => ({ param, direction })

describe.each(stores)('%s: pages', (_name, open) => {
  let opened: Opened
  beforeEach(async () => { opened = await open() })
  afterEach(async () => { await opened.dispose() })

  /** Tasks t00 … of which every third has no date; two share each update time. */
  const tasks = async (count: number) => {
    for (let n = 0; n < count; n++) {
      opened.clock.move(START + Math.floor(n / 2) * 1_000)
      await write(opened.store, put('Task', `t${String(n).padStart(2, '0')}`, {
        entries: [token('status', n % 2 === 0 ? 'requested' : 'accepted'), reference('owner', 'Organization/o')],
        sort: [
          ...(n % 3 === 0 ? [] : [{ param: 'authored-on', low: 100 - n % 5, high: 200 - n % 5 }]),
          { param: 'code', low: n % 2 === 0 ? 'b' : 'a', high: 'c' },
        ],
      }))
    }
  }

  it('comes newest first where no order is asked for', async () => {
    await tasks(6)
    expect(ids((await opened.store.search(plan('Task', EVERYTHING))).matches)).toEqual(['t05', 't04', 't03', 't02', 't01', 't00'])
    expect(ids((await opened.store.search(plan('Task', isToken('status', 'requested')))).matches)).toEqual(['t04', 't02', 't00'])
  })

  it('sorts by the lowest value upwards, by the highest downwards, those without one last', async () => {
    await write(opened.store,
      put('Task', 'wide', { sort: [{ param: 'period', low: 1, high: 9 }] }),
      put('Task', 'none'),
      put('Task', 'narrow', { sort: [{ param: 'period', low: 3, high: 4 }] }))
    const order = async (direction: SortKey['direction']) => ids((await opened.store.search(plan('Task', EVERYTHING, { sort: [by('period', direction)] }))).matches)
    expect(await order('ascending')).toEqual(['wide', 'narrow', 'none'])
    expect(await order('descending')).toEqual(['wide', 'narrow', 'none'])
    await write(opened.store, put('Task', 'early', { sort: [{ param: 'period', low: 0, high: 0 }] }))
    expect(await order('ascending')).toEqual(['early', 'wide', 'narrow', 'none'])
    expect(await order('descending')).toEqual(['wide', 'narrow', 'early', 'none'])
  })

  it.each<[string, readonly SortKey[]]>([
    ['no order', []],
    ['_lastUpdated', [by('_lastUpdated')]],
    ['-_lastUpdated', [by('_lastUpdated', 'descending')]],
    ['_id', [by('_id')]],
    ['authored-on, with nulls', [by('authored-on')]],
    ['-authored-on, with nulls', [by('authored-on', 'descending')]],
    ['code, -authored-on, _id', [by('code'), by('authored-on', 'descending'), by('_id')]],
    ['-code, _lastUpdated', [by('code', 'descending'), by('_lastUpdated')]],
  ])('gives each match once over pages of any size, in the same order: %s', async (_what, sort) => {
    await tasks(17)
    const owned = refersTo('owner', 'Organization/o')
    for (const [where, length] of [[EVERYTHING, 17], [owned, 17], [allOf(owned, isToken('status', 'requested')), 9]] as const) {
      const whole = ids((await opened.store.search(plan('Task', where, { sort }))).matches)
      expect(whole).toHaveLength(length)
      for (const count of [1, 3, 8, length]) {
        const all = await pages(opened.store, plan('Task', where, { sort, count }))
        expect(all.flatMap(page => ids(page.matches))).toEqual(whole)
        expect(all).toHaveLength(Math.ceil(length / count))
      }
    }
  })

  it.each([by('authored-on'), by('authored-on', 'descending')])('sorts a worklist of owner and status as it sorts all others: %j', async key => {
    await tasks(17)
    const order = async (where: Condition, ...types: string[]) =>
      ids((await opened.store.search(plan(types, where, { sort: [key] }))).matches)
    const worklist = allOf(refersTo('owner', 'Organization/o'), isToken('status', 'requested'))
    expect(await order(worklist, 'Task')).toEqual(await order(worklist, 'Task', 'Patient'))
    expect(await order(worklist, 'Task')).toEqual(await order(isToken('status', 'requested'), 'Task'))
  })

  it.each<[string, readonly SortKey[]]>([
    ['no order', []], ['_lastUpdated', [by('_lastUpdated')]], ['authored-on', [by('authored-on')]], ['-code', [by('code', 'descending')]],
  ])('shows what did not change exactly once while others write, what changed at most once: %s', async (_what, sort) => {
    await tasks(20)
    const changed = new Set(['t01', 't04', 't09', 't13', 't18', 't06', 't15'])
    const all = await pages(opened.store, plan('Task', EVERYTHING, { sort, count: 4 }), async (_page, number) => {
      opened.clock.move(START + 60_000 * number)
      if (number === 1) {
        for (const id of ['t01', 't04', 't09', 't13', 't18']) {
          await write(opened.store, put('Task', id, { replaces: 1, sort: [{ param: 'authored-on', low: 1, high: 999 }, { param: 'code', low: 'z', high: 'z' }] }))
        }
      }
      if (number === 2) await write(opened.store, remove('Task', 't06', 1), remove('Task', 't15', 1), put('Task', 'created'))
    })
    const seen = all.flatMap(page => ids(page.matches))
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).not.toContain('created')
    const unchanged = Array.from({ length: 20 }, (_, n) => `t${String(n).padStart(2, '0')}`).filter(id => !changed.has(id))
    expect(seen.filter(id => !changed.has(id)).sort()).toEqual(unchanged)
  })

  it('counts all matches, whatever the page shows', async () => {
    await tasks(9)
    const first = await opened.store.search(plan('Task', isToken('status', 'requested'), { count: 2, total: 'accurate' }))
    expect(first).toMatchObject({ total: 5 })
    expect(first.matches).toHaveLength(2)
    const second = await opened.store.search(plan('Task', isToken('status', 'requested'), { count: 2, total: 'accurate', after: first.next! }))
    expect(second.total).toBe(5)
    expect(await opened.store.search(plan('Task', EVERYTHING, { count: 0 }))).toMatchObject({ matches: [], total: 9 })
    expect((await opened.store.search(plan('Task', EVERYTHING))).total).toBeUndefined()
  })

  it('has no next page behind the last', async () => {
    await tasks(4)
    expect((await opened.store.search(plan('Task', EVERYTHING, { count: 4 }))).next).toBeUndefined()
    expect((await opened.store.search(plan('Task', EVERYTHING, { count: 3 }))).next).toBeDefined()
  })

  it('shows a resource once that has the same code in two systems', async () => {
    await write(opened.store, put('Task', 'twice', { entries: [token('code', 'x', 'http://a'), token('code', 'x', 'http://b')] }))
    expect(await found(opened.store, 'Task', isToken('code', 'x'))).toEqual(['twice'])
    expect(await opened.store.search(plan('Task', isToken('code', 'x'), { total: 'accurate' }))).toMatchObject({ total: 1 })
  })

  it('finds a worklist of owner and status, before and after either changes', async () => {
    const content = (owner: string, status: string) => ({ entries: [reference('owner', `Organization/${owner}`), token('status', status, 'http://hl7.org/fhir/task-status')] })
    const list = (owner: string, status: string, system?: string) => found(opened.store, 'Task', { kind: 'all-of', of: [isToken('status', status, system), refersTo('owner', `Organization/${owner}`)] })
    await write(opened.store, put('Task', 'a', content('x', 'requested')), put('Task', 'b', content('x', 'accepted')), put('Task', 'c', content('y', 'requested')))
    expect(await list('x', 'requested')).toEqual(['a'])
    expect(await list('x', 'requested', 'http://hl7.org/fhir/task-status')).toEqual(['a'])
    expect(await list('x', 'requested', 'http://elsewhere')).toEqual([])
    await write(opened.store, put('Task', 'a', { replaces: 1, ...content('x', 'accepted') }), put('Task', 'c', { replaces: 1, ...content('x', 'requested') }))
    expect(await list('x', 'requested')).toEqual(['c'])
    expect(await list('x', 'accepted')).toEqual(['a', 'b'])
    expect(await found(opened.store, 'Task', { kind: 'all-of', of: [
      { kind: 'any-of', of: [isToken('status', 'accepted'), isToken('status', 'requested')] }, refersTo('owner', 'Organization/x')] })).toEqual(['a', 'b', 'c'])
    expect(await list('y', 'requested')).toEqual([])
  })

  it('pages through several types at once', async () => {
    await write(opened.store, put('Task', 'a'), put('Patient', 'b'), put('Group', 'c'), put('Task', 'd'))
    const all = await pages(opened.store, plan(['Task', 'Patient', 'Unknown'], EVERYTHING, { count: 1, sort: [by('_id')] }))
    expect(all.flatMap(page => ids(page.matches))).toEqual(['a', 'b', 'd'])
  })
})

describe.each(stores)('%s: includes', (_name, open) => {
  let opened: Opened
  beforeEach(async () => {
    opened = await open()
    await write(opened.store,
      put('Organization', 'o'),
      put('Patient', 'p', { entries: [reference('organization', 'Organization/o')] }),
      put('ServiceRequest', 's', { entries: [reference('subject', 'Patient/p'), reference('requester', 'Organization/o'), token('status', 'active')] }),
      put('Task', 't1', { entries: [reference('focus', 'ServiceRequest/s/_history/1'), reference('part-of', 'Task/t2'), reference('owner', 'Organization/gone')] }),
      put('Task', 't2', { entries: [reference('focus', 'ServiceRequest/s'), reference('part-of', 'Task/t1')] }))
  })
  afterEach(async () => { await opened.dispose() })

  const included = async (type: string, id: string, ...includes: [direction: 'include' | 'revinclude', source: string, param: string, iterate?: boolean, target?: string][]) =>
    ids((await opened.store.search(plan(type, { kind: 'ids', ids: [id] }, {
      includes: includes.map(([direction, source, param, iterate = false, target]) => ({ direction, source, param, iterate, ...(target === undefined ? {} : { target }) })),
    }))).included).sort()

  it('brings what a match refers to, once, not the match itself', async () => {
    expect(await included('Task', 't1', ['include', 'Task', 'focus'])).toEqual(['s'])
    expect(await included('ServiceRequest', 's', ['include', 'ServiceRequest', '*'])).toEqual(['o', 'p'])
    expect(await included('ServiceRequest', 's', ['include', 'ServiceRequest', '*', false, 'Patient'])).toEqual(['p'])
    expect(await included('Task', 't1', ['include', 'ServiceRequest', 'subject'])).toEqual([])
    expect(await included('Task', 't1', ['include', 'Task', 'owner'])).toEqual([])
  })

  it('brings what refers to a match', async () => {
    expect(await included('ServiceRequest', 's', ['revinclude', 'Task', 'focus'])).toEqual(['t1', 't2'])
    await write(opened.store, put('AuditEvent', 'seen', { entries: [reference('entity', 'Organization/o')] }))
    expect(await included('Organization', 'o', ['revinclude', '*', '*'])).toEqual(['p', 's'])
    expect(await included('Organization', 'o', ['revinclude', 'AuditEvent', '*'])).toEqual(['seen'])
    expect(await included('Organization', 'o', ['revinclude', 'Patient', '*'])).toEqual(['p'])
  })

  it('follows what was included only where it iterates, and ends in a circle', async () => {
    expect(await included('Task', 't1', ['include', 'Task', 'focus'], ['include', 'ServiceRequest', 'subject'])).toEqual(['s'])
    expect(await included('Task', 't1', ['include', 'Task', 'focus'], ['include', 'ServiceRequest', 'subject', true], ['include', 'Patient', 'organization', true]))
      .toEqual(['o', 'p', 's'])
    expect(await included('Task', 't1', ['include', 'Task', 'part-of', true])).toEqual(['t2'])
    expect(await included('Patient', 'p', ['revinclude', 'ServiceRequest', 'subject'], ['revinclude', 'Task', 'focus', true])).toEqual(['s', 't1', 't2'])
  })

  it('says when it was cut', async () => {
    await write(opened.store, ...Array.from({ length: 1_001 }, (_, n) => put('Observation', `n${n}`, { entries: [reference('subject', 'Patient/p')] })))
    const page = await opened.store.search(plan('Patient', EVERYTHING, { includes: [{ direction: 'revinclude', source: 'Observation', param: 'subject', iterate: false }] }))
    expect(page.included).toHaveLength(1_000)
    expect(page.includesCut).toBe(true)
  })

  it('leaves out what was deleted', async () => {
    await write(opened.store, remove('Patient', 'p', 1))
    expect(await included('ServiceRequest', 's', ['include', 'ServiceRequest', 'subject'])).toEqual([])
  })
})

describe.each(stores)('%s: histories', (_name, open) => {
  let opened: Opened
  beforeEach(async () => {
    opened = await open()
    for (let n = 0; n < 5; n++) {
      opened.clock.move(START + n * 1_000)
      await write(opened.store, put('Task', 'a', { replaces: n }), put('Patient', `p${n}`))
    }
    await write(opened.store, remove('Task', 'a', 5))
  })
  afterEach(async () => { await opened.dispose() })

  const history = (query: { type?: string; id?: string; since?: number; before?: number; count?: number; uncounted?: true }) =>
    opened.store.history({ visibility: { kind: 'all' }, count: 3, ...query })

  it('lists a resource\'s versions newest first, the deletion among them, in pages', async () => {
    const first = await history({ type: 'Task', id: 'a' })
    expect(first.versions.map(version => version.version)).toEqual([6, 5, 4])
    expect(first).toMatchObject({ total: 6, versions: [{ deleted: true, method: 'DELETE' }, { method: 'PUT' }, {}] })
    const second = await history({ type: 'Task', id: 'a', before: first.next! })
    expect(second.versions.map(version => [version.version, version.method])).toEqual([[3, 'PUT'], [2, 'PUT'], [1, 'POST']])
    expect(second.next).toBeUndefined()
  })

  it('lists a type\'s and the whole store\'s', async () => {
    expect(await history({ type: 'Patient', count: 10 })).toMatchObject({ total: 5, versions: [{ ref: { id: 'p4' } }, {}, {}, {}, { ref: { id: 'p0' } }] })
    expect(await history({ count: 20 })).toMatchObject({ total: 11 })
    expect(await history({ type: 'Group' })).toEqual({ versions: [], total: 0 })
    expect(await history({ type: 'Task', id: 'none' })).toEqual({ versions: [], total: 0 })
  })

  it('begins at an instant', async () => {
    expect(await history({ since: START + 4_000, count: 10 })).toMatchObject({ total: 3 })
    expect(await history({ type: 'Task', id: 'a', since: START + 3_000, count: 10 })).toMatchObject({ total: 3 })
    expect(await history({ since: START - 1, count: 20 })).toMatchObject({ total: 11 })
    expect(await history({ since: START + 1_000_000, count: 20 })).toEqual({ versions: [], total: 0 })
  })

  it('leaves the total out where it is not asked for', async () => {
    const { versions, total, next } = await history({ type: 'Patient', count: 4, uncounted: true })
    expect([versions.length, total, next]).toEqual([4, undefined, versions[3]?.sequence])
  })

  it('ends a page that grows too large, whatever count was asked for, and goes on behind it', async () => {
    const large = 'x'.repeat(6_000_000)
    for (let n = 0; n < 7; n++) await write(opened.store, put('Binary', `b${n}`, { text: large, entries: [reference('security-context', 'Patient/p')] }))
    const shown = (await pages(opened.store, plan('Binary', EVERYTHING, { count: 50 }))).map(page => ids(page.matches))
    expect(shown.map(page => page.length)).toEqual([3, 3, 1])
    expect(shown.flat()).toEqual(['b6', 'b5', 'b4', 'b3', 'b2', 'b1', 'b0'])
    await write(opened.store, put('Patient', 'p'))
    const including = await opened.store.search(plan('Patient', EVERYTHING, {
      includes: [{ direction: 'revinclude', source: 'Binary', param: 'security-context', iterate: false }],
    }))
    expect(including.included).toHaveLength(3)
    expect(including.includesCut).toBe(true)
    const first = await opened.store.history({ type: 'Binary', visibility: ALL, count: 50 })
    expect(ids(first.versions)).toEqual(['b6', 'b5', 'b4'])
    expect(first.total).toBe(7)
    const second = await opened.store.history({ type: 'Binary', visibility: ALL, count: 50, before: first.next! })
    expect(ids(second.versions)).toEqual(['b3', 'b2', 'b1'])
  })
})
