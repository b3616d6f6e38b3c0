/** The contract of `_sort` where nothing else is asked: a whole type by its names, dates and amounts, page after page. */
import { fold } from '../../src/search/fold.ts'
import type { IndexEntry } from '../../src/search/entries.ts'
import type { SortKey } from '../../src/search/plan.ts'
import { sortEntry } from '../../src/search/sort.ts'
import { stores, type Opened } from './stores.ts'
import { EVERYTHING, ids, isToken, pages, plan, put, remove, seenBy, token, write } from './write.ts'

const NAMES = ['Smith', 'smith', "O'Brien", 'Zoë', 'Ånn', 'Zz', '漢', '😀']
const COUNT = 60

const name = (exact: string): IndexEntry => ({ kind: 'string', param: 'name', folded: fold(exact), exact })
const date = (low: number, high: number): IndexEntry => ({ kind: 'date', param: 'date', low, high })
const amount = (value: number, code: string): IndexEntry => ({ kind: 'quantity', param: 'amount', low: value, high: value, value, system: '', code })

/** Some have none, one or several values; some say the same twice, written otherwise. */
const entriesOf = (n: number): readonly IndexEntry[] => [
  ...(n % 5 === 0 ? [] : [name(NAMES[n % 8]!), name(NAMES[n % 3]!)]),
  ...(n % 4 === 0 ? [] : [date(n % 6, n % 6 + 1 + n % 3), date(n % 6, 9 + n % 2), date(n % 7, n % 7)]),
  ...(n % 3 === 0 ? [] : [amount(n % 4, 'mg'), amount(n % 4, 'g')]),
]
const sortOf = (entries: readonly IndexEntry[]) => ['name', 'date', 'amount'].flatMap(param =>
  sortEntry(entries.filter(entry => entry.param === param)) ?? [])

const parse = (sort: string): readonly SortKey[] => sort.split(',').map(key =>
  ({ param: key.replace('-', ''), direction: key.startsWith('-') ? 'descending' : 'ascending' }))

describe.each(stores)('%s: a type in order', (_name, open) => {
  let opened: Opened
  beforeAll(async () => {
    opened = await open()
    for (let n = 0; n < COUNT; n++) {
      const entries = [token('status', 'active'), ...entriesOf(n)]
      await write(opened.store, put('Observation', `r${n}`, { entries, sort: sortOf(entries), audience: [n % 2 === 0 ? 'org:A' : 'org:B'] }))
    }
    await write(opened.store, put('Observation', 'gone', { entries: entriesOf(7), sort: sortOf(entriesOf(7)) }), put('Basic', 'x', { entries: entriesOf(1), sort: sortOf(entriesOf(1)) }))
    await write(opened.store, remove('Observation', 'gone', 1))
  })
  afterAll(async () => { await opened.dispose() })

  /** By the definition of `search/sort.ts`, those without a value last, ties in the order of their first version or its reverse. */
  const expected = (sort: readonly SortKey[], shows: (n: number) => boolean = () => true): string[] => {
    const bytes = (value: string | number) => (typeof value === 'string' ? Buffer.from(value) : value)
    const compare = (a: string | number, b: string | number): number => {
      const [one, other] = [bytes(a), bytes(b)]
      return typeof one === 'number' ? one - (other as number) : Buffer.compare(one, other as Buffer)
    }
    const valueOf = (n: number, { param, direction }: SortKey) => sortOf(entriesOf(n)).find(one => one.param === param)?.[direction === 'ascending' ? 'low' : 'high']
    const sign = (key: SortKey): number => (key.direction === 'ascending' ? 1 : -1)
    return Array.from({ length: COUNT }, (_, n) => n).filter(shows).sort((a, b) => {
      for (const key of sort) {
        const [one, other] = [valueOf(a, key), valueOf(b, key)]
        if (one === undefined && other === undefined) continue
        if (one === undefined || other === undefined) return one === undefined ? 1 : -1
        const order = compare(one, other) * sign(key)
        if (order !== 0) return order
      }
      return (a - b) * sign(sort.at(-1)!)
    }).map(n => `r${n}`)
  }

  it.each(['name', '-name', 'date', '-date', 'amount', '-amount', 'name,-date', '-date,name', 'amount,-name,date'])('by %s, in pages of any size', async text => {
    const sort = parse(text)
    for (const count of [1, 7, 20, COUNT]) {
      const shown = (await pages(opened.store, plan('Observation', EVERYTHING, { sort, count }))).flatMap(page => ids(page.matches))
      expect(shown).toEqual(expected(sort))
    }
  })

  it.each(['name', '-date'])('by %s, of what the caller may see, or has a code', async text => {
    const sort = parse(text)
    const shown = async (more: object, where = EVERYTHING) =>
      (await pages(opened.store, plan('Observation', where, { sort, count: 8, ...more }))).flatMap(page => ids(page.matches))
    expect(await shown({ visibility: seenBy('org:A') })).toEqual(expected(sort, n => n % 2 === 0))
    expect(await shown({}, isToken('status', 'active'))).toEqual(expected(sort))
  })
})
