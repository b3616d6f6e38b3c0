/**
 * The contract of a search by one text and nothing else: every match once, in the order of the text that was asked for, page
 * after page, whatever other texts it has.
 */
import * as fc from 'fast-check'
import { fold } from '../../src/search/fold.ts'
import type { IndexEntry } from '../../src/search/entries.ts'
import { matchesCondition } from '../../src/search/match.ts'
import type { SearchPlan, Test } from '../../src/search/plan.ts'
import { sortEntry } from '../../src/search/sort.ts'
import { START, stores, type Opened } from './stores.ts'
import { allOf, ids, match, pages, plan, put, seenBy, text, write } from './write.ts'

/** Some differ only in case or accents; the last two stand one way round as UTF-8 and the other as UTF-16. */
const NAMES = ['Smith', 'smith', 'SMITH', 'Smith-Jones', 'Smithers', 'Smyth', 'Zoë', 'zoe', 'Zo\u{FF21}', 'Zo\u{1F600}']
const COUNT = 90

const name = (exact: string): IndexEntry => ({ kind: 'string', param: 'name', folded: fold(exact), exact })
const test: fc.Arbitrary<Test> = fc.oneof(
  fc.record({ kind: fc.constant('string' as const), match: fc.constantFrom('starts' as const, 'equals' as const), folded: fc.constantFrom('s', 'smi', 'smith', 'z', 'zo') }),
  fc.constantFrom(...NAMES).map(exact => ({ kind: 'string', match: 'exact', exact }) as const))

describe.each(stores)('%s: a search by a text', (_name, open) => {
  let opened: Opened
  let kept: { id: string; entries: readonly IndexEntry[] }[]
  beforeAll(async () => {
    opened = await open()
    kept = fc.sample(fc.array(fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 4 }), { minLength: COUNT, maxLength: COUNT }), { numRuns: 1, seed: 8 })[0]!
      .map((names, n) => ({ id: `p${n}`, entries: [...names.map(name), text('address', 'smith street')] }))
    await write(opened.store, ...kept.map(({ id, entries }, n) => {
      const sort = [sortEntry(entries.filter(({ param }) => param === 'name')) ?? []].flat()
      return put('Patient', id, { entries, sort, audience: [n % 3 === 0 ? 'org:A' : 'org:B'] })
    }))
  })
  afterAll(async () => { await opened.dispose() })

  /** The first of a resource's texts that meets the test, by the bytes of UTF-8; then the place of its first version. */
  const inOrder = (where: ReturnType<typeof match>): string[] => {
    const firstText = (id: string): Buffer => kept.find(one => one.id === id)!.entries
      .flatMap(entry => (entry.kind === 'string' && matchesCondition(where, { type: 'Patient', id, lastUpdated: START }, { entries: [entry], sort: [] }) ? [Buffer.from(entry.folded)] : []))
      .sort((a, b) => Buffer.compare(a, b))[0]!
    return matching(where).map(id => [id, firstText(id)] as const).sort(([, a], [, b]) => Buffer.compare(a, b)).map(([id]) => id)
  }

  const matching = (where: ReturnType<typeof match>) =>
    kept.filter(({ id, entries }) => matchesCondition(where, { type: 'Patient', id, lastUpdated: START }, { entries, sort: [] })).map(({ id }) => id)

  it('shows each match once, in the order of its text, and only what the caller may see', async () => {
    let hits = 0
    await fc.assert(fc.asyncProperty(test, fc.constantFrom(4, 20, 100), async (test, count) => {
      const where = match('name', test)
      const shown = async (more: object) => (await pages(opened.store, plan('Patient', where, { count, ...more }))).flatMap(page => ids(page.matches))
      expect(await shown({})).toEqual(inOrder(where))
      expect(await shown({ visibility: seenBy('org:A') })).toEqual(inOrder(where).filter(id => Number(id.slice(1)) % 3 === 0))
      hits += matching(where).length
    }), { numRuns: 60, seed: 4 })
    expect(hits).toBeGreaterThan(1_000)
  })

  it('goes on behind the last match, whatever was written meanwhile', async () => {
    const where = match('name', { kind: 'string', match: 'starts', folded: 'smi' })
    const first = await opened.store.search(plan('Patient', where, { count: 5 }))
    await write(opened.store, put('Patient', 'later', { entries: [name('Smith')] }))
    const rest = await pages(opened.store, plan('Patient', where, { count: 5, after: first.next! }))
    expect([...ids(first.matches), ...rest.flatMap(page => ids(page.matches))]).toEqual(inOrder(where))
  })

  it('comes in that order only where nothing else is asked, and of one type', async () => {
    const where = match('name', { kind: 'string', match: 'starts', folded: 'smi' })
    const newestFirst = matching(where).toReversed()
    const shown = async (search: SearchPlan) => (await pages(opened.store, search)).flatMap(page => ids(page.matches)).filter(id => id !== 'later')
    expect(inOrder(where)).not.toEqual(newestFirst)
    expect(await shown(plan(['Patient', 'Group'], where, { count: 9 }))).toEqual(newestFirst)
    expect(await shown(plan('Patient', allOf(where, match('address', { kind: 'string', match: 'starts', folded: 'smith' })), { count: 9 }))).toEqual(newestFirst)
    expect(await shown(plan('Patient', match('name', { kind: 'string', match: 'contains', folded: 'smi' }), { count: 9 }))).toEqual(newestFirst)
  })
})
