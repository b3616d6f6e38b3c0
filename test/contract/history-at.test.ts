/** The contract of `_at`: versions that were current at some time of a span. R4: https://hl7.org/fhir/R4/http.html#history */
import { START, stores, type Opened } from './stores.ts'
import { put, remove, seenBy, write } from './write.ts'

describe.each(stores)('%s: histories at a time', (_name, open) => {
  let opened: Opened
  /** Task/a: versions 1, 2, 3 at seconds 0, 10, 20, deleted at 30. Task/b: one version at 15. Patient/p at 5. */
  beforeEach(async () => {
    opened = await open()
    const at = async (second: number, ...writes: Parameters<typeof write>[1][]) => {
      opened.clock.move(START + second * 1_000)
      await write(opened.store, ...writes)
    }
    await at(0, put('Task', 'a'))
    await at(5, put('Patient', 'p', { audience: ['org:A'] }))
    await at(10, put('Task', 'a', { replaces: 1 }))
    await at(15, put('Task', 'b', { audience: ['org:A'] }))
    await at(20, put('Task', 'a', { replaces: 2 }))
    await at(30, remove('Task', 'a', 3))
  })
  afterEach(async () => { await opened.dispose() })

  const of = async (low: number, high: number, query: { type?: string; id?: string } = {}, visibility = { kind: 'all' } as Parameters<typeof opened.store.history>[0]['visibility']) => {
    const page = await opened.store.history({ visibility, count: 50, at: { low: START + low * 1_000, high: START + high * 1_000 }, ...query })
    expect(page.total).toBe(page.versions.length)
    return page.versions.map(({ ref, version }) => `${ref.id}${version}`)
  }
  const a = { type: 'Task', id: 'a' }

  it.each<[string, number, number, string[]]>([
    ['before anything was', -10, 0, []],
    ['an instant: the last one written before it', 4, 4.001, ['a1']],
    ['the very instant of a version: that one, no longer the one before', 10, 10.001, ['a2']],
    ['a span that ends with the instant of a version: not yet that one', 5, 10, ['a1']],
    ['a span over several', 9, 21, ['a3', 'a2', 'a1']],
    ['after the deletion, which is a version like others', 40, 50, ['a4']],
    ['around the deletion', 29, 31, ['a4', 'a3']],
    ['everything', -10, 100, ['a4', 'a3', 'a2', 'a1']],
  ])('lists a resource\'s at %s', async (_what, low, high, expected) => {
    expect(await of(low, high, a)).toEqual(expected)
  })

  it('lists those of a type and of everything, newest first', async () => {
    expect(await of(16, 17, { type: 'Task' })).toEqual(['b1', 'a2'])
    expect(await of(16, 21)).toEqual(['a3', 'b1', 'a2', 'p1'])
    expect(await of(-5, 0)).toEqual([])
  })

  it('lists only what the caller may see', async () => {
    expect(await of(16, 21, {}, seenBy('org:A'))).toEqual(['b1', 'p1'])
    expect(await of(16, 21, a, seenBy('org:A'))).toEqual([])
  })

  it('lists each of several versions of one instant, which were all written in the span', async () => {
    opened.clock.move(START + 40_000)
    await write(opened.store, put('Task', 'c'))
    await write(opened.store, put('Task', 'c', { replaces: 1 }))
    expect(await of(40, 41, { type: 'Task', id: 'c' })).toEqual(['c2', 'c1'])
    expect(await of(40.001, 41, { type: 'Task', id: 'c' })).toEqual(['c2'])
  })

  it('goes on from page to page', async () => {
    const at = { low: START + 9_000, high: START + 21_000 }
    const first = await opened.store.history({ visibility: { kind: 'all' }, count: 3, at })
    expect(first.versions.map(({ ref, version }) => `${ref.id}${version}`)).toEqual(['a3', 'b1', 'a2'])
    const second = await opened.store.history({ visibility: { kind: 'all' }, count: 3, at, before: first.next! })
    expect(second.versions.map(({ ref, version }) => `${ref.id}${version}`)).toEqual(['p1', 'a1'])
    expect(second.next).toBeUndefined()
  })
})
