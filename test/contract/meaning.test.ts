/**
 * What conditions mean: a store finds exactly what `search/match.ts` finds in memory, for every kind of test,
 * alone and put together at random.
 */
import * as fc from 'fast-check'
import { fold } from '../../src/search/fold.ts'
import type { IndexEntry } from '../../src/search/entries.ts'
import { matchesCondition } from '../../src/search/match.ts'
import type { Condition, Prefix, Test } from '../../src/search/plan.ts'
import { START, stores, type Opened } from './stores.ts'
import { allOf, anyOf, found, match, not, plan, put, write } from './write.ts'

const PREFIXES: readonly Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']
const SYSTEMS = ['', 'http://a', 'http://b']
const CODES = ['1', '2', '']
const NAMES = ['Smith', 'smith', 'Smithers', "O'Brien", 'Zoë', 'zoe ann', 'Ånn']
const URIS = ['http://a', 'http://a/', 'http://a/b', 'http://a/b/c', 'http://a/bc', 'urn:oid:1.2']
const WORDS = ['fell', 'falls', 'home', 'zoe', '痛み']
const EDGES = [0, 10, 20, 30]

const of = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const span = fc.tuple(of(EDGES), of(EDGES)).map(([one, other]) => ({ low: Math.min(one, other), high: Math.max(one, other) + 1 }))

const entryOf = (param: string): fc.Arbitrary<IndexEntry> => {
  switch (param) {
    case 'code': return fc.oneof(
      fc.record({ kind: fc.constant('token' as const), param: fc.constant(param), system: of(SYSTEMS), code: of(CODES) }),
      of(NAMES).map(name => ({ kind: 'text' as const, param, text: fold(name) })))
    case 'name': return of(NAMES).map(exact => ({ kind: 'string', param, folded: fold(exact), exact }))
    case 'date': return span.map(range => ({ kind: 'date', param, ...range }))
    case 'open': return of(EDGES).map(low => ({ kind: 'date', param, low, high: Infinity }))
    case 'number': return of(EDGES).map(value => ({ kind: 'number', param, low: value, high: value, value }))
    case 'quantity': return fc.record({ system: of(SYSTEMS), code: of(CODES), value: of(EDGES), width: of([0, 10]) })
      .map(({ system, code, value, width }) => ({ kind: 'quantity', param, system, code, low: value, high: value + width, value }))
    case 'subject': return fc.oneof(
      fc.record({ kind: fc.constant('reference' as const), param: fc.constant(param), type: of(['Patient', 'Group']), id: of(['x', 'y']), version: of(['', '2']) }),
      fc.record({ kind: fc.constant('reference-identifier' as const), param: fc.constant(param), system: of(SYSTEMS), code: of(CODES) }),
      of(URIS).map(url => ({ kind: 'url' as const, param, url })))
    case 'url': return of(URIS).map(uri => ({ kind: 'uri', param, uri }))
    case '_text': return fc.uniqueArray(of(WORDS), { minLength: 1 }).map(words => ({ kind: 'words', param: '_text', words }))
    case 'position': return fc.record({ latitude: of([53.7, 53.76, 54.5]), longitude: of([-2.7, -2.6]) }).map(at => ({ kind: 'position', param, ...at }))
    default: return fc.record({ code: entryOf('code').filter(entry => entry.kind === 'token'), quantity: entryOf('quantity') })
      .map(({ code, quantity }) => ({ kind: 'composite', param, parts: [code, quantity] }))
  }
}

const maybe = <T>(values: readonly T[]): fc.Arbitrary<T | undefined> => of([undefined, ...values])
const range = fc.record({ prefix: of(PREFIXES), low: of(EDGES), width: of([1, 11]) }).map(({ prefix, low, width }) => ({ prefix, low, high: low + width }))
const about = of(EDGES).chain(value => of(PREFIXES).map(prefix => ({ prefix, low: value - 0.5, high: value + 0.5, value })))

const testOf = (param: string): fc.Arbitrary<Test> => {
  switch (param) {
    case 'code': return fc.oneof(
      fc.record({ kind: fc.constant('token' as const), system: maybe(SYSTEMS), code: maybe(CODES) })
        .filter(({ system, code }) => system !== undefined || code !== undefined),
      fc.array(fc.record({ system: of(SYSTEMS), code: of(CODES) }), { maxLength: 3 }).map(codes => ({ kind: 'token-in' as const, codes })),
      of(NAMES).map(name => ({ kind: 'text' as const, folded: fold(name).slice(0, 3) })))
    case 'name': return fc.oneof(
      fc.record({ match: of(['starts', 'contains'] as const), name: of(NAMES) }).map(({ match, name }) => ({ kind: 'string' as const, match, folded: fold(name).slice(0, 4) })),
      of(NAMES).map(exact => ({ kind: 'string' as const, match: 'exact' as const, exact })))
    case 'date': case 'open': return range.map(test => ({ kind: 'date', ...test }))
    case 'number': return about.map(test => ({ kind: 'number', ...test }))
    case 'quantity': return fc.tuple(about, maybe(SYSTEMS), maybe(CODES)).map(([test, system, code]) => ({ kind: 'quantity', ...test, system, code }))
    case 'subject': return fc.oneof(
      fc.record({ types: of([[], ['Patient'], ['Patient', 'Group']]), id: of(['x', 'y']), version: maybe(['2']) })
        .map(({ types, id, version }) => ({ kind: 'reference' as const, types, id, ...(version === undefined ? {} : { version }) })),
      fc.record({ kind: fc.constant('reference-identifier' as const), system: maybe(SYSTEMS), code: of(CODES) }),
      of(URIS).map(url => ({ kind: 'url' as const, url })))
    case 'url': return fc.record({ kind: fc.constant('uri' as const), match: of(['exact', 'below', 'above'] as const), uri: of(URIS) })
    case '_text': return fc.uniqueArray(of(WORDS), { minLength: 1, maxLength: 3 }).map(words => ({ kind: 'words', words }))
    case 'position': return of([1, 5_000, 8_000, 200_000]).map(withinMetres => ({ kind: 'near', latitude: 53.76, longitude: -2.7, withinMetres }))
    default: return fc.tuple(testOf('code').filter(test => test.kind === 'token' || test.kind === 'token-in'), testOf('quantity'))
      .map(parts => ({ kind: 'composite', parts }))
  }
}

const PARAMETERS = ['code', 'name', 'date', 'open', 'number', 'quantity', 'subject', 'url', 'position', 'code-value', '_text']
/** Full text has no `:missing`. */
const PRESENT = PARAMETERS.filter(param => param !== '_text')

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 8, arbitrary: of(PARAMETERS).chain(param => testOf(param).map(test => match(param, test))) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('missing' as const), param: of(PRESENT), missing: fc.boolean() }) },
  { weight: 1, arbitrary: fc.subarray(['Observation', 'Task', 'Unknown']).map(types => ({ kind: 'of-type' as const, types })) },
  { weight: 1, arbitrary: fc.array(of(['r0', 'r1', 'r2', 'none']), { maxLength: 3 }).map(ids => ({ kind: 'ids' as const, ids })) },
  { weight: 1, arbitrary: fc.record({ prefix: of(PREFIXES), from: of([-1, 0, 1, 2]) })
    .map(({ prefix, from }) => ({ kind: 'last-updated' as const, prefix, low: START + from, high: START + from + 2 })) })

const condition: fc.Arbitrary<Condition> = fc.letrec<{ one: Condition }>(one => ({
  one: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf,
    fc.array(one('one'), { maxLength: 3 }).map(of => allOf(...of)),
    fc.array(one('one'), { maxLength: 3 }).map(of => anyOf(...of)),
    one('one').map(of => not(of))),
})).one

/** Of words a resource has one entry under each parameter. */
const once = (params: readonly string[]): readonly string[] =>
  params.filter((param, index) => param !== '_text' || params.indexOf(param) === index)

const resources = fc.array(
  fc.array(of(PARAMETERS), { maxLength: 6 }).chain(params => fc.tuple(...once(params).map(entryOf))), { minLength: 60, maxLength: 60 })

describe.each(stores)('%s: what a condition means', (_name, open) => {
  let opened: Opened
  let kept: { id: string; lastUpdated: number; entries: readonly IndexEntry[] }[]

  beforeAll(async () => {
    opened = await open()
    kept = fc.sample(resources, { numRuns: 1, seed: 20261123 })[0]!.map((entries, n) => ({ id: `r${n}`, lastUpdated: START + n % 4, entries }))
    for (const [n, { id, entries }] of kept.toSorted((a, b) => a.lastUpdated - b.lastUpdated).entries()) {
      opened.clock.move(START + Math.floor(n / 15))
      // Every third one had other content before: what an update takes out of the index must be gone.
      const before = n % 3 === 0 ? kept[(n + 7) % kept.length]!.entries : undefined
      if (before !== undefined) await write(opened.store, put('Observation', id, { entries: before }))
      await write(opened.store, put('Observation', id, { entries, replaces: before === undefined ? 0 : 1 }))
    }
  })
  afterAll(async () => { await opened.dispose() })

  const expected = (where: Condition): string[] =>
    kept.filter(({ id, lastUpdated, entries }) => matchesCondition(where, { type: 'Observation', id, lastUpdated }, { entries, sort: [] })).map(({ id }) => id).sort()

  it.each(PARAMETERS)('agrees on every test of "%s"', async param => {
    await fc.assert(fc.asyncProperty(testOf(param), async test => {
      expect(await found(opened.store, 'Observation', match(param, test))).toEqual(expected(match(param, test)))
    }), { numRuns: 100, seed: 1 })
  })

  it('agrees on conditions put together, and on their number', async () => {
    let hits = 0
    await fc.assert(fc.asyncProperty(condition, async where => {
      const page = await opened.store.search(plan('Observation', where, { total: 'accurate' }))
      expect(page.matches.map(one => one.ref.id).sort()).toEqual(expected(where))
      expect(page.total).toBe(page.matches.length)
      hits += page.matches.length
    }), { numRuns: 600, seed: 2 })
    expect(hits).toBeGreaterThan(1_000)
  }, 120_000)

  it('takes a thousand alternatives', async () => {
    const codes = Array.from({ length: 1_000 }, (_, n) => match('code', { kind: 'token', system: undefined, code: `${n}` }))
    const names = Array.from({ length: 1_000 }, (_, n) => match('name', { kind: 'string', match: 'starts', folded: `smi${n || ''}` }))
    expect(await found(opened.store, 'Observation', anyOf(...codes, ...names))).toEqual(expected(anyOf(...codes, ...names)))
    expect(await found(opened.store, 'Observation', not(anyOf(...codes)))).toEqual(expected(not(anyOf(...codes))))
  })
})
