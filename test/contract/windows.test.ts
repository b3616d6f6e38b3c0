/**
 * The contract of several conditions on one date parameter: R4 joins them with AND, and of a resource with several dates one
 * may meet the one condition and another the other. Instants, days, long and open periods, found and in order.
 */
import * as fc from 'fast-check'
import type { IndexEntry } from '../../src/search/entries.ts'
import { matchesCondition } from '../../src/search/match.ts'
import type { Condition, Prefix, SortKey } from '../../src/search/plan.ts'
import { sortEntry } from '../../src/search/sort.ts'
import { START, stores, type Opened } from './stores.ts'
import { allOf, ids, isToken, match, pages, plan, put, token, write } from './write.ts'

const HOUR_MS = 3_600_000
/** More than a store gathers without looking for a walk that ends with the page. */
const COUNT = 600
const PREFIXES: readonly Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']
/** Hours: a second, an hour, a day, the day on which clocks go back, more than it, three weeks, no end. */
const LENGTHS = [1 / 3_600, 1, 24, 25, 26, 500, Infinity]

const time = fc.integer({ min: 0, max: 30 }).map(n => n * 8 * HOUR_MS)
const dates = (lengths: readonly number[]): fc.Arbitrary<IndexEntry> =>
  fc.record({ low: time, hours: fc.constantFrom(...lengths) }).map(({ low, hours }) => ({ kind: 'date', param: 'date', low, high: low + hours * HOUR_MS }))
const few = (lengths: readonly number[], most: number) =>
  fc.array(fc.array(dates(lengths), { maxLength: most }), { minLength: COUNT, maxLength: COUNT })

const test = fc.record({ prefix: fc.constantFrom(...PREFIXES), low: time, hours: fc.constantFrom(1, 24, 168) })
  .map(({ prefix, low, hours }): Condition => match('date', { kind: 'date', prefix, low, high: low + hours * HOUR_MS }))
const ORDERS: readonly (readonly SortKey[])[] = [
  [], [{ param: 'date', direction: 'ascending' }], [{ param: 'date', direction: 'descending' }], [{ param: '_lastUpdated', direction: 'descending' }],
]

const LATEST_FIRST: readonly SortKey[] = [{ param: 'date', direction: 'descending' }]
const NEWEST_FIRST: readonly SortKey[] = [{ param: '_lastUpdated', direction: 'descending' }]

/** Some condition says when it begins at the earliest, and some when it ends at the latest. */
const isWindow = (tests: readonly Condition[]): boolean => {
  const has = (...prefixes: readonly Prefix[]): boolean =>
    tests.some(one => one.kind === 'match' && one.test.kind === 'date' && prefixes.includes(one.test.prefix))
  return has('eq', 'ap') || (has('ge', 'gt', 'sa') && has('le', 'lt', 'eb'))
}

const KINDS: readonly (readonly [string, readonly number[], number])[] = [
  ['one short date each', LENGTHS.slice(0, 4), 1], ['one date of any length each', LENGTHS, 1], ['several dates of any length', LENGTHS, 4],
]

describe.each(stores)('%s: conditions on one date', (_name, open) => {
  describe.each(KINDS)('of resources with %s', (_kind, lengths, most) => {
    let opened: Opened
    let kept: { id: string; entries: readonly IndexEntry[] }[]
    /** By the sequence of the first version. */
    const places = new Map<string, number>()
    beforeAll(async () => {
      opened = await open()
      kept = fc.sample(few(lengths, most), { numRuns: 1, seed: 5 })[0]!
        .map((dates, n) => ({ id: `r${n}`, entries: [...dates, token('status', n % 3 === 0 ? 'planned' : 'finished')] }))
      const sort = (entries: readonly IndexEntry[]) => [sortEntry(entries.filter(({ param }) => param === 'date')) ?? []].flat()
      // Some had other dates before: nothing of them may stay in the index.
      const earlier = (n: number) => kept[(n + 9) % kept.length]!.entries
      const first = await write(opened.store, ...kept.flatMap(({ id }, n) => (n % 4 === 0 ? [put('Encounter', id, { entries: earlier(n), sort: sort(earlier(n)) })] : [])))
      const second = await write(opened.store, ...kept.map(({ id, entries }, n) => put('Encounter', id, { entries, sort: sort(entries), replaces: n % 4 === 0 ? 1 : 0 })))
      for (const { ref, sequence } of [...second, ...first]) places.set(ref.id, sequence)
    })
    afterAll(async () => { await opened.dispose() })

    const expected = (where: Condition) =>
      kept.filter(({ id, entries }) => matchesCondition(where, { type: 'Encounter', id, lastUpdated: START }, { entries, sort: [] }))
    /** What a resource is sorted by: its earliest or its latest. */
    const valueOf = (id: string, { direction }: SortKey): number | undefined => {
      const found = sortEntry(kept.find(one => one.id === id)!.entries.filter(({ param }) => param === 'date'))
      return (direction === 'ascending' ? found?.low : found?.high) as number | undefined
    }

    /** By the value; of equal ones, and of those without, the place of the first version in the same direction. */
    const inOrder = (found: readonly string[], key: SortKey): string[] => {
      const sign = key.direction === 'ascending' ? 1 : -1
      const value = (id: string): number => (key.param === '_lastUpdated' ? 0 : valueOf(id, key) ?? sign * Number.MAX_VALUE)
      return found.toSorted((a, b) => sign * (value(a) === value(b) ? places.get(a)! - places.get(b)! : value(a) - value(b)))
    }

    it.each([false, true])('finds what memory finds, each once, in the order asked for; with a status: %s', async hasStatus => {
      let hits = 0
      await fc.assert(fc.asyncProperty(fc.array(test, { minLength: 1, maxLength: 3 }), fc.constantFrom(...ORDERS), async (tests, sort) => {
        const where = allOf(...tests, ...(hasStatus ? [isToken('status', 'finished')] : []))
        const shown = (await pages(opened.store, plan('Encounter', where, { sort, count: 60 }))).flatMap(page => ids(page.matches))
        expect([...shown].sort()).toEqual(expected(where).map(({ id }) => id).sort())
        hits += shown.length
        // Where no order is asked for, a window that has both ends comes latest first, anything else last updated first.
        const [key] = sort.length > 0 ? sort : isWindow(tests) ? LATEST_FIRST : NEWEST_FIRST
        expect(shown).toEqual(inOrder(expected(where).map(({ id }) => id), key!))
      }), { numRuns: 80, seed: 3 })
      expect(hits).toBeGreaterThan(500)
    })
  })
})
