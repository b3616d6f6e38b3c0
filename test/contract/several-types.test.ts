/** The contract of searches over several types: alternatives told apart by `of-type`, one order, pages over all of them. */
import type { Condition, SortKey } from '../../src/search/plan.ts'
import { START, stores, type Opened } from './stores.ts'
import { allOf, anyOf, EVERYTHING, found, ids, isToken, not, pages, plan, put, reference, refersTo, seenBy, text, token, write } from './write.ts'

const TYPES = ['Task', 'ServiceRequest', 'Patient', 'Observation']
const ofType = (...types: string[]): Condition => ({ kind: 'of-type', types })
const by = (param: string, direction: SortKey['direction'] = 'ascending'): SortKey => ({ param, direction })

describe.each(stores)('%s: several types', (_name, open) => {
  let opened: Opened
  beforeAll(async () => {
    opened = await open()
    for (let n = 0; n < 40; n++) {
      opened.clock.move(START + Math.floor(n / 3) * 1_000)
      const type = TYPES[n % TYPES.length]!
      await write(opened.store, put(type, `${type.slice(0, 1)}${n}`, {
        audience: [n % 2 === 0 ? 'org:A' : 'org:B'],
        entries: [token('status', n % 8 < 4 ? 'active' : 'done'), text('name', `name ${n % 5}`), ...(type === 'Patient' ? [] : [reference('subject', 'Patient/P2')])],
        sort: n % 3 === 0 ? [] : [{ param: 'date', low: n % 7, high: 10 - n % 7 }],
      }))
    }
  })
  afterAll(async () => { await opened.dispose() })

  const number = (id: string): number => Number(id.slice(1))
  const expected = (matches: (n: number) => boolean): number[] => Array.from({ length: 40 }, (_, n) => n).filter(matches)
  const numbers = async (where: Condition, more = {}) => (await found(opened.store, TYPES, where, more)).map(number).sort((a, b) => a - b)

  it('judges each type by its own alternative', async () => {
    const where = anyOf(allOf(ofType('Task'), isToken('status', 'active')), allOf(ofType('ServiceRequest', 'Observation'), isToken('status', 'done')))
    expect(await numbers(where)).toEqual(expected(n => (n % 4 === 0 && n % 8 < 4) || ((n % 4 === 1 || n % 4 === 3) && n % 8 >= 4)))
    expect(await numbers(not(where))).toEqual(expected(n => !((n % 4 === 0 && n % 8 < 4) || ((n % 4 === 1 || n % 4 === 3) && n % 8 >= 4))))
    expect(await numbers(allOf(ofType('Task'), ofType('Patient')))).toEqual([])
    expect(await numbers(ofType('Unknown'))).toEqual([])
  })

  it('finds a compartment: the resource, and what refers to it', async () => {
    const where = anyOf(
      allOf(ofType('Patient'), { kind: 'ids', ids: ['P2'] }),
      allOf(ofType('Task', 'ServiceRequest', 'Observation'), refersTo('subject', 'Patient/P2')))
    expect(await numbers(where)).toEqual(expected(n => n % 4 !== 2 || n === 2))
    expect(await numbers(where, { visibility: seenBy('org:A') })).toEqual(expected(n => n % 2 === 0 && (n % 4 !== 2 || n === 2)))
    expect((await opened.store.search(plan(TYPES, where, { count: 0 }))).total).toBe(31)
  })

  it('takes types apart at the end of a chain too', async () => {
    const chain: Condition = { kind: 'chain', param: 'subject', types: ['Patient', 'Task'],
      where: anyOf(allOf(ofType('Patient'), isToken('status', 'active')), allOf(ofType('Task'), isToken('status', 'done'))) }
    expect(await numbers(chain)).toEqual(expected(n => n % 4 !== 2))
    expect(await numbers({ ...chain, where: ofType('Task') })).toEqual([])
  })

  it.each<[string, readonly SortKey[]]>([
    ['no order', []], ['_lastUpdated', [by('_lastUpdated')]], ['-_id', [by('_id', 'descending')]],
    ['date, of which some have none', [by('date')]], ['-date', [by('date', 'descending')]], ['-date, _id', [by('date', 'descending'), by('_id')]],
  ])('pages over all of them in one order, each once: %s', async (_what, sort) => {
    for (const where of [EVERYTHING, anyOf(allOf(ofType('Task'), isToken('status', 'active')), ofType('Patient', 'Observation'))]) {
      const whole = ids((await opened.store.search(plan(TYPES, where, { sort }))).matches)
      for (const count of [1, 4, 15]) {
        const shown = (await pages(opened.store, plan(TYPES, where, { sort, count }))).flatMap(page => ids(page.matches))
        expect(shown).toEqual(whole)
      }
      expect(new Set(whole).size).toBe(whole.length)
    }
  })

  it('puts those without a value last, whatever their type', async () => {
    for (const direction of ['ascending', 'descending'] as const) {
      const shown = ids((await opened.store.search(plan(TYPES, EVERYTHING, { sort: [by('date', direction)] }))).matches).map(number)
      const dated = shown.filter(n => n % 3 !== 0)
      expect(shown.slice(0, dated.length)).toEqual(dated)
      const values = dated.map(n => (direction === 'ascending' ? n % 7 : -(10 - n % 7)))
      expect(values).toEqual(values.toSorted((a, b) => a - b))
    }
  })

  it('counts over all of them', async () => {
    const page = await opened.store.search(plan([...TYPES, 'Unknown'], EVERYTHING, { count: 3, total: 'accurate' }))
    expect([page.total, page.matches.length]).toEqual([40, 3])
  })
})
