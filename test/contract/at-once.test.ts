/** What is committed is found by the next search, whenever the store indexes it; and other entries can be given to what is stored. */
import type { IndexEntry } from '../../src/search/entries.ts'
import type { Condition } from '../../src/search/plan.ts'
import { Conflict } from '../../src/store/store.ts'
import { stores, type Opened } from './stores.ts'
import {
  ALL, allOf, anyOf, date, EVERYTHING, found, ids, isToken, match, not, plan, put, reference, refersTo, remove, text, token, write,
} from './write.ts'

const words = (param: '_text' | '_content', ...folded: string[]): IndexEntry => ({ kind: 'words', param, words: folded })
const says = (param: '_text' | '_content', ...folded: string[]): Condition => match(param, { kind: 'words', words: folded })

const audit = (id: string, patient: string, action = 'R') => put('AuditEvent', id, {
  entries: [token('action', action), reference('patient', `Patient/${patient}`), date('date', 1_000, 1_001)],
  sort: [{ param: 'date', low: 1_000, high: 1_001 }],
})

describe.each(stores)('%s: found at once', (_name, open) => {
  let opened: Opened
  beforeEach(async () => { opened = await open() })
  afterEach(async () => { await opened.dispose() })

  it('finds each AuditEvent by what it says as soon as its commit resolves', async () => {
    for (let n = 0; n < 40; n++) {
      await write(opened.store, audit(`a${n}`, 'p'))
      expect(await found(opened.store, 'AuditEvent', refersTo('patient', 'Patient/p'))).toHaveLength(n + 1)
    }
  })

  it('finds AuditEvents by what they lack, in their order, in a search of several types, and counts them', async () => {
    await write(opened.store, audit('a', 'p'), audit('b', 'q'), put('AuditEvent', 'none'), put('Patient', 'p', { entries: [token('action', 'R')] }))
    expect(await found(opened.store, 'AuditEvent', { kind: 'missing', param: 'patient', missing: true })).toEqual(['none'])
    await write(opened.store, put('AuditEvent', 'earlier', { entries: [token('action', 'R')], sort: [{ param: 'date', low: 5, high: 6 }] }))
    const inOrder = await opened.store.search(plan('AuditEvent', isToken('action', 'R'), { sort: [{ param: 'date', direction: 'ascending' }], total: 'accurate' }))
    expect(ids(inOrder.matches)).toEqual(['earlier', 'a', 'b'])
    expect(inOrder.total).toBe(3)
    await write(opened.store, audit('c', 'p'))
    expect(await found(opened.store, ['AuditEvent', 'Patient'], isToken('action', 'R'))).toEqual(['a', 'b', 'c', 'earlier', 'p'])
  })

  it('finds what AuditEvents refer to, and them by it', async () => {
    await write(opened.store, put('Patient', 'p', { entries: [token('identifier', '1')] }), put('Patient', 'q'))
    await write(opened.store, audit('a', 'p', 'U'))
    expect(await found(opened.store, 'Patient', { kind: 'has', type: 'AuditEvent', param: 'patient', where: isToken('action', 'U') })).toEqual(['p'])
    await write(opened.store, audit('b', 'p', 'U'))
    expect(await found(opened.store, 'AuditEvent', { kind: 'chain', param: 'patient', types: ['Patient'], where: isToken('identifier', '1') })).toEqual(['a', 'b'])
    await write(opened.store, audit('c', 'q'))
    const by = await opened.store.search(plan('Patient', { kind: 'ids', ids: ['q'] }, {
      includes: [{ direction: 'revinclude', source: 'AuditEvent', param: 'patient', iterate: false }] }))
    expect(ids(by.included)).toEqual(['c'])
    await write(opened.store, audit('d', 'q'))
    const any = await opened.store.search(plan('Patient', { kind: 'ids', ids: ['q'] }, {
      includes: [{ direction: 'revinclude', source: 'AuditEvent', param: '*', iterate: false }] }))
    expect(ids(any.included).sort()).toEqual(['c', 'd'])
    await write(opened.store, audit('e', 'q'))
    const from = await opened.store.search(plan('AuditEvent', { kind: 'ids', ids: ['e'] }, {
      includes: [{ direction: 'include', source: 'AuditEvent', param: 'patient', iterate: false }] }))
    expect(ids(from.included)).toEqual(['q'])
  })

  it('judges an expectation by what was committed before it', async () => {
    const audits = plan('AuditEvent', refersTo('patient', 'Patient/p'))
    const said = plan('Basic', says('_content', 'fever'))
    const refsOf = (type: string, ...named: string[]) => named.map(id => ({ type, id }))
    await Promise.all([
      write(opened.store, audit('a', 'p'), put('Basic', 'b', { entries: [words('_content', 'fever')] })),
      opened.store.commit({
        expect: [{ kind: 'matches', plan: audits, refs: refsOf('AuditEvent', 'a') }, { kind: 'matches', plan: said, refs: refsOf('Basic', 'b') }],
        writes: [put('Basic', 'c', { entries: [words('_content', 'fever')] })],
      }),
    ])
    await expect(opened.store.commit({ expect: [{ kind: 'matches', plan: said, refs: refsOf('Basic', 'b') }], writes: [] }))
      .rejects.toMatchObject({ failed: { kind: 'matches' } })
    expect(await found(opened.store, 'Basic', says('_content', 'fever'))).toEqual(['b', 'c'])
  })

  it('finds a resource by all words of its narrative or of what it says, and by none that only the other has', async () => {
    await write(opened.store,
      put('Basic', 'a', { entries: [words('_text', 'chest', 'pain'), words('_content', 'chest', 'pain', '9476719931', '38')] }),
      put('Basic', 'b', { entries: [words('_content', 'pain', 'obriens', 'muller')] }),
      put('Basic', 'c', { entries: [words('_content', 'боль', '疼痛', 'हद', '1⁄2', 'đau')] }))
    const by = (...asked: string[]) => found(opened.store, 'Basic', says('_content', ...asked))
    expect(await by('pain')).toEqual(['a', 'b'])
    expect(await by('pain', 'chest')).toEqual(['a'])
    expect(await by('pai')).toEqual([])
    expect(await by('9476719931')).toEqual(['a'])
    expect(await by('38', 'muller')).toEqual([])
    for (const word of ['боль', '疼痛', 'हद', '1⁄2', 'đau']) expect(await by(word)).toEqual(['c'])
    for (const word of ['疼', '1', '2', 'dau', 'AND', 'pain*', '"', 'content']) expect(await by(word)).toEqual([])
    expect(await found(opened.store, 'Basic', says('_text', 'pain'))).toEqual(['a'])
    expect(await found(opened.store, 'Basic', says('_text', '38'))).toEqual([])
    expect(await found(opened.store, 'Basic', allOf(says('_content', 'pain'), not(says('_text', 'pain'))))).toEqual(['b'])
    expect(await found(opened.store, 'Basic', anyOf(says('_content', 'muller'), says('_text', 'chest')))).toEqual(['a', 'b'])
    expect(await found(opened.store, 'Patient', says('_content', 'pain'))).toEqual([])
  })

  it('forgets the words of an earlier version and of what was deleted, and knows them again when they come back', async () => {
    const saying = (replaces: number, ...said: string[]) => put('Basic', 'a', { replaces, entries: said.length === 0 ? [] : [words('_content', ...said)] })
    const by = (word: string) => found(opened.store, 'Basic', says('_content', word))
    await write(opened.store, saying(0, 'fever'))
    expect(await by('fever')).toEqual(['a'])
    await write(opened.store, saying(1, 'cough'))
    expect([await by('fever'), await by('cough')]).toEqual([[], ['a']])
    await write(opened.store, saying(2, 'cold'))
    await write(opened.store, saying(3))
    expect([await by('cough'), await by('cold')]).toEqual([[], []])
    await write(opened.store, saying(4, 'fever'))
    await write(opened.store, remove('Basic', 'a', 5))
    expect(await by('fever')).toEqual([])
    await write(opened.store, saying(6, 'fever', 'chills'))
    expect([await by('fever'), await by('chills')]).toEqual([['a'], ['a']])
  })

  it('keeps what was not yet indexed over a restart', async () => {
    await write(opened.store, audit('a', 'p'), put('Basic', 'b', { entries: [words('_content', 'fever')] }))
    opened = await opened.reopen()
    expect(await found(opened.store, 'AuditEvent', refersTo('patient', 'Patient/p'))).toEqual(['a'])
    expect(await found(opened.store, 'Basic', says('_content', 'fever'))).toEqual(['b'])
  })
})

describe.each(stores)('%s: other entries for what is stored', (_name, open) => {
  let opened: Opened
  beforeEach(async () => { opened = await open() })
  afterEach(async () => { await opened.dispose() })

  const again = (type: string, id: string, version: number, entries: readonly IndexEntry[], sort: readonly number[] = []) => write(opened.store, {
    kind: 'index', ref: { type, id }, version, index: { entries, sort: sort.map(low => ({ param: 'date', low, high: low })) },
  })

  it('finds it by these and no longer by the others, and sorts it by them', async () => {
    await write(opened.store,
      put('Task', 'a', { entries: [token('status', 'requested'), text('name', 'old'), date('period', 1, 2), words('_content', 'old')], sort: [{ param: 'date', low: 1, high: 1 }] }),
      put('Task', 'b', { sort: [{ param: 'date', low: 2, high: 2 }] }))
    await again('Task', 'a', 1, [token('status', 'requested'), text('name', 'new'), date('period', 5, 6), words('_content', 'new')], [3])
    const by = (where: Condition) => found(opened.store, 'Task', where)
    expect(await by(isToken('status', 'requested'))).toEqual(['a'])
    expect(await by(match('name', { kind: 'string', match: 'starts', folded: 'old' }))).toEqual([])
    expect(await by(match('name', { kind: 'string', match: 'starts', folded: 'new' }))).toEqual(['a'])
    expect(await by(match('period', { kind: 'date', prefix: 'eq', low: 1, high: 2 }))).toEqual([])
    expect(await by(match('period', { kind: 'date', prefix: 'eq', low: 5, high: 6 }))).toEqual(['a'])
    expect(await by(says('_content', 'old'))).toEqual([])
    expect(await by(says('_content', 'new'))).toEqual(['a'])
    const sorted = await opened.store.search(plan('Task', EVERYTHING, { sort: [{ param: 'date', direction: 'ascending' }] }))
    expect(ids(sorted.matches)).toEqual(['b', 'a'])
    await again('Task', 'a', 1, [])
    expect(await by({ kind: 'missing', param: 'status', missing: true })).toEqual(['a', 'b'])
    expect(await by(says('_content', 'new'))).toEqual([])
  })

  it('is no version, no event, and leaves the place in the order of updates', async () => {
    await write(opened.store, put('Task', 'a', { entries: [token('status', 'x')] }))
    opened.clock.move(opened.clock.now() + 1_000)
    await write(opened.store, put('Task', 'b', { entries: [token('status', 'x')] }))
    const before = [await opened.store.read({ type: 'Task', id: 'a' }, ALL), await opened.store.events(0, 10)]
    opened.clock.move(opened.clock.now() + 1_000)
    expect(await again('Task', 'a', 1, [token('status', 'y'), token('code', 'z')])).toEqual([])
    expect([await opened.store.read({ type: 'Task', id: 'a' }, ALL), await opened.store.events(0, 10)]).toEqual(before)
    const newest = await opened.store.search(plan('Task', anyOf(isToken('status', 'y'), isToken('status', 'x'))))
    expect(ids(newest.matches)).toEqual(['b', 'a'])
    await write(opened.store, put('Task', 'a', { replaces: 1, entries: [token('status', 'x')] }))
    expect(await found(opened.store, 'Task', isToken('code', 'z'))).toEqual([])
    expect(await found(opened.store, 'Task', isToken('status', 'x'))).toEqual(['a', 'b'])
  })

  it('gives an AuditEvent other entries, whether the first were indexed yet or not', async () => {
    await write(opened.store, audit('a', 'p'))
    await again('AuditEvent', 'a', 1, [token('action', 'C')])
    expect(await found(opened.store, 'AuditEvent', isToken('action', 'R'))).toEqual([])
    await again('AuditEvent', 'a', 1, [token('action', 'D')])
    expect(await found(opened.store, 'AuditEvent', anyOf(isToken('action', 'C'), isToken('action', 'R')))).toEqual([])
    expect(await found(opened.store, 'AuditEvent', isToken('action', 'D'))).toEqual(['a'])
  })

  it('is refused for a version passed by, for what was deleted and for what never was', async () => {
    await write(opened.store, put('Task', 'a', { entries: [token('status', 'x')] }), put('Task', 'gone'))
    await write(opened.store, put('Task', 'a', { replaces: 1, entries: [token('status', 'y')] }), remove('Task', 'gone', 1))
    for (const [id, version, current] of [['a', 1, 2], ['gone', 2, 2], ['gone', 1, 2], ['never', 1, 0]] as const) {
      const refused = await again('Task', id, version, [token('status', 'z')]).then(() => undefined, (error: unknown) => error)
      expect(refused).toBeInstanceOf(Conflict)
      expect(refused).toMatchObject({ failed: { kind: 'version', ref: { type: 'Task', id }, version }, current })
    }
    expect(await found(opened.store, 'Task', isToken('status', 'z'))).toEqual([])
    expect(await found(opened.store, 'Task', isToken('status', 'y'))).toEqual(['a'])
  })
})
