/**
 * The contract of `near`: what is within a distance of a place, the nearest first, each with how far it is, by its own
 * position or by that of what it refers to; against a slow and obvious model that knows only angles on the globe.
 */
import fc from 'fast-check'
import type { IndexEntry } from '../../src/search/entries.ts'
import { DISTANCE, type Condition } from '../../src/search/plan.ts'
import { START, stores, type Opened } from './stores.ts'
import { allOf, anyOf, found, ids, isToken, match, not, pages, plan, put, reference, seenBy, text, token, write } from './write.ts'

interface Place { readonly latitude: number; readonly longitude: number }

const at = (latitude: number, longitude: number): IndexEntry => ({ kind: 'position', param: 'near', latitude, longitude })
const near = (latitude: number, longitude: number, withinMetres: number): Condition => match('near', { kind: 'near', latitude, longitude, withinMetres })
const located = (where: Condition): Condition => ({ kind: 'chain', param: 'location', types: ['Location'], where })

/** Law of cosines, as it stands in a school book: right to a metre, but for what is closer. */
const metres = (one: Place, other: Place): number => {
  const [a, b, c] = [one.latitude, other.latitude, one.longitude - other.longitude].map(degrees => degrees * Math.PI / 180) as [number, number, number]
  return 6_371_008.8 * Math.acos(Math.min(1, Math.max(-1, Math.sin(a) * Math.sin(b) + Math.cos(a) * Math.cos(b) * Math.cos(c))))
}

describe.each(stores)('%s: near', (_name, open) => {
  let opened: Opened
  beforeEach(async () => { opened = await open() })
  afterEach(async () => { await opened.dispose() })

  const search = (where: Condition, type = 'Location', more = {}) => opened.store.search(plan(type, where, more))

  it('finds what is within the distance, the nearest first, and says how far', async () => {
    await write(opened.store,
      put('Location', 'lancaster', { entries: [at(54.0466, -2.8007)] }),
      put('Location', 'preston', { entries: [at(53.7632, -2.7031)] }),
      put('Location', 'chorley', { entries: [at(53.6535, -2.6326)] }),
      put('Location', 'nowhere'))
    const page = await search(near(53.76, -2.7, 35_000))
    expect(ids(page.matches)).toEqual(['preston', 'chorley', 'lancaster'])
    expect(page.distances!.map(Math.round)).toEqual([410, 12_646, 32_544])
    expect(ids((await search(near(53.76, -2.7, 12_000))).matches)).toEqual(['preston'])
  })

  it('crosses the antimeridian and the poles', async () => {
    await write(opened.store,
      put('Location', 'east', { entries: [at(-16.5, 179.99)] }), put('Location', 'west', { entries: [at(-16.5, -179.99)] }),
      put('Location', 'pole', { entries: [at(90, 45)] }), put('Location', 'beyond', { entries: [at(89.9, -135)] }), put('Location', 'before', { entries: [at(89.9, 45)] }),
      put('Location', 'south', { entries: [at(-90, 0)] }), put('Location', 'line', { entries: [at(0, -180)] }))
    expect(await found(opened.store, 'Location', near(-16.5, 180, 1_100))).toEqual(['east', 'west'])
    expect(await found(opened.store, 'Location', near(-16.5, -179.995, 600))).toEqual(['west'])
    expect(await found(opened.store, 'Location', near(89.9, 45, 23_000))).toEqual(['before', 'beyond', 'pole'])
    expect(await found(opened.store, 'Location', near(90, -170, 0))).toEqual(['pole'])
    expect(await found(opened.store, 'Location', near(-90, 99, 0))).toEqual(['south'])
    expect(await found(opened.store, 'Location', near(0, 180, 0))).toEqual(['line'])
    const all = await search(near(90, 0, 30_000_000))
    expect(all.matches).toHaveLength(7)
    expect(ids(all.matches).at(-1)).toBe('south')
  })

  it('counts the nearest of several places, whether they are its own or asked for', async () => {
    await write(opened.store,
      put('Location', 'two', { entries: [at(50, 0), at(53.7, -2.7)] }), put('Location', 'one', { entries: [at(53.71, -2.7)] }))
    const page = await search(anyOf(near(53.7, -2.7, 5_000), near(53.705, -2.7, 5_000)))
    expect(ids(page.matches)).toEqual(['two', 'one'])
    expect(page.distances!.map(Math.round)).toEqual([0, 556])
  })

  it('asks along a reference, of what may be seen', async () => {
    await write(opened.store,
      put('Location', 'far', { entries: [at(54, -2.7)], audience: ['public'] }), put('Location', 'close', { entries: [at(53.7, -2.7)], audience: ['public'] }),
      put('Location', 'secret', { entries: [at(53.69, -2.7)], audience: ['org:A'] }),
      put('HealthcareService', 'a', { entries: [reference('location', 'Location/far')], audience: ['public'] }),
      put('HealthcareService', 'b', { entries: [reference('location', 'Location/far'), reference('location', 'Location/close')], audience: ['public'] }),
      put('HealthcareService', 'c', { entries: [reference('location', 'Location/secret')], audience: ['public'] }))
    const page = await search(located(near(53.69, -2.7, 50_000)), 'HealthcareService', { visibility: seenBy('public') })
    expect(ids(page.matches)).toEqual(['b', 'a'])
    expect(page.distances!.map(Math.round)).toEqual([1_112, 34_470])
    expect(ids((await search(located(near(53.69, -2.7, 50_000)), 'HealthcareService')).matches)).toEqual(['c', 'b', 'a'])
    const refers: Condition = { kind: 'has', type: 'HealthcareService', param: 'location', where: allOf() }
    expect(ids((await search(allOf(near(53.69, -2.7, 50_000), refers))).matches)).toEqual(['secret', 'close', 'far'])
  })

  it('goes along references to more places than can be named one by one', async () => {
    const numbers = Array.from({ length: 1_100 }, (_, n) => n)
    await write(opened.store, ...numbers.map(n => put('Location', `l${n}`, { entries: [at(53.7 + n / 1e5, -2.7)] })),
      ...[1_099, 3, 500].map(n => put('HealthcareService', `s${n}`, { entries: [reference('location', `Location/l${n}`)] })))
    const page = await search(located(near(53.7, -2.7, 50_000)), 'HealthcareService')
    expect(ids(page.matches)).toEqual(['s3', 's500', 's1099'])
    expect(page.distances!.map(Math.round)).toEqual([3, 556, 1_222])
  })

  it('goes along two references', async () => {
    await write(opened.store,
      put('Location', 'far', { entries: [at(54, -2.7)] }), put('Location', 'close', { entries: [at(53.7, -2.7)] }),
      ...['far', 'close'].flatMap(id => [
        put('Schedule', id, { entries: [reference('actor', `Location/${id}`)] }), put('Slot', id, { entries: [reference('schedule', `Schedule/${id}`)] })]))
    const where: Condition = { kind: 'chain', param: 'schedule', types: ['Schedule'], where: { kind: 'chain', param: 'actor', types: ['Location'], where: near(53.69, -2.7, 50_000) } }
    const page = await search(where, 'Slot')
    expect(ids(page.matches)).toEqual(['close', 'far'])
    expect(page.distances!.map(Math.round)).toEqual([1_112, 34_470])
  })

  it('goes with other conditions, "or" and "not"', async () => {
    await write(opened.store,
      put('Location', 'a', { entries: [at(53.7, -2.7), token('status', 'active')] }), put('Location', 'b', { entries: [at(53.7, -2.7), token('status', 'suspended')] }),
      put('Location', 'c', { entries: [at(50, 0), token('status', 'active')] }))
    const here = near(53.7, -2.7, 1_000)
    expect(ids((await search(allOf(here, isToken('status', 'active')))).matches)).toEqual(['a'])
    expect(await found(opened.store, 'Location', anyOf(here, isToken('status', 'active')))).toEqual(['a', 'b', 'c'])
    expect(await found(opened.store, 'Location', not(here))).toEqual(['c'])
    expect((await search(not(here))).distances).toBeUndefined()
  })

  it('comes behind another order where one is asked for, and downwards on request', async () => {
    await write(opened.store, ...[['b', 53.7], ['a', 53.72], ['a', 53.71]].map(([name, latitude], n) =>
      put('Location', `${name}${n}`, { entries: [at(latitude as number, -2.7), text('name', name as string)], sort: [{ param: 'name', low: name as string, high: name as string }] })))
    const here = near(53.7, -2.7, 50_000)
    const byName = await search(here, 'Location', { sort: [{ param: 'name', direction: 'ascending' }] })
    expect(ids(byName.matches)).toEqual(['a2', 'a1', 'b0'])
    expect(byName.distances!.map(Math.round)).toEqual([1_112, 2_224, 0])
    expect(ids((await search(here, 'Location', { sort: [{ param: DISTANCE, direction: 'descending' }] })).matches)).toEqual(['a1', 'a2', 'b0'])
  })

  it('gives each match once over pages of any size, in the same order, while others move in and away', async () => {
    const places = Array.from({ length: 17 }, (_, n) => ({ id: `l${n}`, latitude: 53.7 + (n % 6) / 100, longitude: -2.7 }))
    await write(opened.store, ...places.map(({ id, latitude, longitude }) => put('Location', id, { entries: [at(latitude, longitude)] })))
    for (const sort of [[], [{ param: DISTANCE, direction: 'descending' as const }], [{ param: '_id', direction: 'ascending' as const }]]) {
      const whole = ids((await search(near(53.7, -2.7, 50_000), 'Location', { sort })).matches)
      expect(whole).toHaveLength(17)
      for (const count of [1, 4, 16]) {
        const all = await pages(opened.store, plan('Location', near(53.7, -2.7, 50_000), { sort, count }))
        expect(all.flatMap(page => ids(page.matches))).toEqual(whole)
        expect(all.flatMap(page => page.distances!)).toHaveLength(17)
      }
    }
    opened.clock.move(START + 1_000)
    const seen = await pages(opened.store, plan('Location', near(53.7, -2.7, 50_000), { count: 5 }), async (_page, number) => {
      await write(opened.store, put('Location', `new${number}`, { entries: [at(53.74, -2.7)] }))
    })
    expect(new Set(seen.flatMap(page => ids(page.matches))).size).toBe(17)
  })

  it('follows a place that moves, and forgets one that is deleted', async () => {
    await write(opened.store, put('Location', 'a', { entries: [at(53.7, -2.7)] }), put('Location', 'b', { entries: [at(53.7, -2.7)] }))
    await write(opened.store, put('Location', 'a', { replaces: 1, entries: [at(10, 10)] }), { kind: 'delete', ref: { type: 'Location', id: 'b' }, replaces: 1 })
    expect(await found(opened.store, 'Location', near(53.7, -2.7, 1_000))).toEqual([])
    expect(await found(opened.store, 'Location', near(10, 10, 1))).toEqual(['a'])
  })

  it('is found in a store of an older form', async () => {
    await write(opened.store, put('Location', 'a', { entries: [at(53.7, -2.7)] }))
    opened = await opened.reopenOlder()
    expect((await search(near(53.71, -2.7, 2_000))).distances!.map(Math.round)).toEqual([1_112])
  })

  it('means what angles on the globe mean', async () => {
    const places = fc.sample(fc.record({
      latitude: fc.oneof(fc.double({ min: -90, max: 90, noNaN: true }), fc.constantFrom(90, -90, 89.999, 0, 53.7)),
      longitude: fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.constantFrom(180, -180, 179.999, 0, -2.7)),
    }), { numRuns: 200, seed: 8 })
    await write(opened.store, ...places.map(({ latitude, longitude }, n) => put('Location', `p${n}`, { entries: [at(latitude, longitude)] })))
    const asked = fc.record({
      from: fc.oneof(fc.constantFrom(...places), fc.constantFrom({ latitude: 90, longitude: 0 }, { latitude: 0, longitude: 180 })),
      withinMetres: fc.oneof(fc.double({ min: 0, max: 2.1e7, noNaN: true }), fc.constantFrom(0, 1, 4_999_999, 5_000_001, 20_015_114, 3e7)),
    })
    await fc.assert(fc.asyncProperty(asked, async ({ from, withinMetres }) => {
      const page = await search(near(from.latitude, from.longitude, withinMetres), 'Location', { count: 500 })
      const obvious = new Map<string, number>(places.map((place, n) => [`p${n}`, metres(from, place)]))
      const [sure, possible] = [-2, 2].map(slack => [...obvious].filter(([, far]) => far <= withinMetres + slack).map(([id]) => id)) as [string[], string[]]
      const shown = ids(page.matches)
      expect(shown).toEqual(expect.arrayContaining(sure))
      expect(possible).toEqual(expect.arrayContaining(shown))
      page.distances!.forEach((far, n) => expect(Math.abs(far - obvious.get(shown[n]!)!)).toBeLessThan(2))
      expect(page.distances).toEqual([...page.distances!].sort((a, b) => a - b))
    }), { numRuns: 60, seed: 8 })
  })
})

const [one, other] = stores
const both = other === undefined ? describe.skip : describe

both('on both stores', () => {
  it('the same is found in the same order, to the last bit of its distance', async () => {
    const opened = await Promise.all([one![1](), other![1]()])
    try {
      const places = fc.sample(fc.record({ latitude: fc.double({ min: 49, max: 56, noNaN: true }), longitude: fc.double({ min: -6, max: 2, noNaN: true }) }), { numRuns: 150, seed: 3 })
      for (const { store } of opened) await write(store, ...places.map(({ latitude, longitude }, n) => put('Location', `p${n}`, { entries: [at(latitude, longitude)] })))
      for (const { latitude, longitude } of places.slice(0, 40)) {
        // Exactly as far as one of them is: the last that is found, or not, on both.
        const first = await opened[0].store.search(plan('Location', near(latitude, longitude, 80_000)))
        for (const withinMetres of first.distances!.slice(0, 5)) {
          const [here, there] = await Promise.all(opened.map(({ store }) => store.search(plan('Location', near(latitude, longitude, withinMetres)))))
          expect(ids(there!.matches)).toEqual(ids(here!.matches))
          expect(there!.distances).toEqual(here!.distances)
        }
      }
    } finally {
      for (const each of opened) await each.dispose()
    }
  })
})
