/** The contract of visibility: one predicate, and no way round it (docs/decisions/0003-visibility.md). */
import type { Condition, Visibility } from '../../src/search/plan.ts'
import { stores, type Opened } from './stores.ts'
import { ALL, EVERYTHING, found, ids, isToken, plan, put, reference, remove, seenBy, token, write } from './write.ts'

const GP = seenBy('org:GP')
const UCR = seenBy('org:UCR')

/** A referral of the GP (case c), seen by the team only while it is shared, beside a patient of another practice. */
const referral = [
  put('Patient', 'p', { entries: [token('gender', 'female')], caseId: 'c' }),
  put('ServiceRequest', 's', { entries: [token('status', 'active'), reference('subject', 'Patient/p')], caseId: 'c' }),
  put('Task', 't', { entries: [reference('focus', 'ServiceRequest/s'), reference('for', 'Patient/p')], caseId: 'c', audience: ['org:UCR'] }),
  put('Patient', 'other', { entries: [token('gender', 'female')], audience: ['org:OTHER'] }),
  put('Observation', 'o', { entries: [reference('subject', 'Patient/other'), token('code', 'news2')], audience: ['org:GP'] }),
  put('HealthcareService', 'h', { audience: ['public'] }),
]

describe.each(stores)('%s: visibility', (_name, open) => {
  let opened: Opened
  beforeEach(async () => {
    opened = await open()
    await write(opened.store, ...referral, { kind: 'share', caseId: 'c', label: 'org:GP' })
  })
  afterEach(async () => { await opened.dispose() })

  it('shows a resource to whoever shares a label with it or with its case', async () => {
    const { store } = opened
    expect(await store.read({ type: 'Patient', id: 'p' }, GP)).toMatchObject({ caseId: 'c' })
    expect(await store.read({ type: 'Patient', id: 'p' }, UCR)).toBeUndefined()
    expect(await store.read({ type: 'Task', id: 't' }, UCR)).toBeDefined()
    expect(await store.read({ type: 'HealthcareService', id: 'h' }, seenBy('public', 'org:NEW'))).toBeDefined()
    expect(await store.read({ type: 'HealthcareService', id: 'h' }, seenBy())).toBeUndefined()
    expect(await store.readVersion({ type: 'Patient', id: 'other' }, 1, GP)).toBeUndefined()
    expect(await store.readVersion({ type: 'Patient', id: 'other' }, 1, ALL)).toBeDefined()
  })

  it('does not mistake a label for the beginning of another', async () => {
    await write(opened.store, ...Array.from({ length: 30 }, (_, n) => put('Basic', `b${n}`, { audience: [`org:${n}`] })))
    for (const n of [1, 2, 11]) expect(await found(opened.store, 'Basic', EVERYTHING, { visibility: seenBy(`org:${n}`) })).toEqual([`b${n}`])
  })

  it('shares a case, with what it gets later, and takes it back', async () => {
    const { store } = opened
    await write(store, { kind: 'share', caseId: 'c', label: 'org:UCR' }, put('Task', 't2', { caseId: 'c' }))
    expect(await store.audience('c')).toEqual(['org:GP', 'org:UCR'])
    expect(await found(store, ['Patient', 'ServiceRequest', 'Task'], EVERYTHING, { visibility: UCR })).toEqual(['p', 's', 't', 't2'])
    await write(store, { kind: 'unshare', caseId: 'c', label: 'org:UCR' })
    expect(await found(store, ['Patient', 'ServiceRequest', 'Task'], EVERYTHING, { visibility: UCR })).toEqual(['t'])
    expect(await store.audience('c')).toEqual(['org:GP'])
    expect(await store.audience('unknown')).toEqual([])
  })

  it('grants one resource without a new version, once or twice', async () => {
    const grant = { kind: 'grant', ref: { type: 'ServiceRequest', id: 's' }, label: 'org:UCR' } as const
    await write(opened.store, grant, grant)
    expect(await opened.store.read({ type: 'ServiceRequest', id: 's' }, UCR)).toMatchObject({ version: 1 })
    expect(await opened.store.read({ type: 'Patient', id: 'p' }, UCR)).toBeUndefined()
  })

  it('may grant what the same commit puts', async () => {
    await write(opened.store, { kind: 'grant', ref: { type: 'Task', id: 'new' }, label: 'org:X' }, put('Task', 'new'))
    expect(await opened.store.read({ type: 'Task', id: 'new' }, seenBy('org:X'))).toBeDefined()
  })

  it('keeps case and labels over updates that do not speak of them, and replaces labels that are given', async () => {
    await write(opened.store, put('Task', 't', { replaces: 1 }))
    expect(await opened.store.read({ type: 'Task', id: 't' }, UCR)).toMatchObject({ version: 2, caseId: 'c' })
    await write(opened.store, put('Task', 't', { replaces: 2, audience: [] }))
    expect(await opened.store.read({ type: 'Task', id: 't' }, UCR)).toBeUndefined()
    expect(await opened.store.read({ type: 'Task', id: 't' }, GP)).toBeDefined()
  })

  it.each<[string, string, Condition, string[]]>([
    ['matches', 'Patient', isToken('gender', 'female'), ['p']],
    ['negations', 'Patient', { kind: 'not', of: isToken('gender', 'male') }, ['p']],
    ['targets of chains', 'Observation', { kind: 'chain', param: 'subject', types: ['Patient'], where: isToken('gender', 'female') }, []],
    ['targets of chains it may see', 'Task', { kind: 'chain', param: 'for', types: ['Patient', 'Group'], where: isToken('gender', 'female') }, ['t']],
    ['chains of chains', 'Task', { kind: 'chain', param: 'focus', types: ['ServiceRequest'], where: { kind: 'chain', param: 'subject', types: ['Patient'], where: EVERYTHING } }, ['t']],
    ['sources of _has', 'Patient', { kind: 'has', type: 'Task', param: 'for', where: EVERYTHING }, ['p']],
    ['sources of _has it may not see', 'Patient', { kind: 'has', type: 'Communication', param: 'subject', where: EVERYTHING }, []],
  ])('applies to %s', async (_what, type, where, expected) => {
    expect(await found(opened.store, type, where, { visibility: GP })).toEqual(expected)
    expect((await opened.store.search(plan(type, where, { visibility: GP, count: 0, total: 'accurate' }))).total).toBe(expected.length)
  })

  it('finds by chain and _has what those may see who see everything', async () => {
    expect(await found(opened.store, 'Observation', { kind: 'chain', param: 'subject', types: ['Patient'], where: isToken('gender', 'female') })).toEqual(['o'])
    const has: Condition = { kind: 'has', type: 'Observation', param: 'subject', where: isToken('code', 'news2') }
    expect(await found(opened.store, 'Patient', has)).toEqual(['other'])
    expect(await found(opened.store, 'Patient', { kind: 'not', of: has })).toEqual(['p'])
    expect(await found(opened.store, 'Patient', has, { visibility: seenBy('org:OTHER') })).toEqual([])
  })

  it('applies to includes in both directions', async () => {
    const forward = await opened.store.search(plan('Observation', EVERYTHING, {
      visibility: GP, includes: [{ direction: 'include', source: 'Observation', param: 'subject', iterate: false }] }))
    expect(ids(forward.matches)).toEqual(['o'])
    expect(ids(forward.included)).toEqual([])
    const backward = await opened.store.search(plan('Patient', EVERYTHING, {
      visibility: seenBy('org:OTHER'), includes: [{ direction: 'revinclude', source: 'Observation', param: 'subject', iterate: false }] }))
    expect(ids(backward.matches)).toEqual(['other'])
    expect(ids(backward.included)).toEqual([])
  })

  it('applies to histories and their totals, by the labels of now', async () => {
    await write(opened.store, put('Patient', 'p', { replaces: 1 }))
    const history = (visibility: Visibility) => opened.store.history({ visibility, count: 50 })
    expect((await history(GP)).total).toBe(5)
    expect((await history(seenBy('org:OTHER'))).versions.map(version => version.ref.id)).toEqual(['other'])
    expect((await opened.store.history({ type: 'Patient', id: 'other', visibility: GP, count: 10 })).versions).toEqual([])
    await write(opened.store, { kind: 'share', caseId: 'c', label: 'org:UCR' })
    expect((await opened.store.history({ type: 'Patient', id: 'p', visibility: UCR, count: 10 })).total).toBe(2)
  })

  it('holds for what was deleted', async () => {
    await write(opened.store, remove('Patient', 'p', 1))
    expect(await opened.store.read({ type: 'Patient', id: 'p' }, GP)).toMatchObject({ deleted: true })
    expect(await opened.store.read({ type: 'Patient', id: 'p' }, UCR)).toBeUndefined()
  })
})
