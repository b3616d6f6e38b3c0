/** The contract of hierarchies: `:above` and `:below` by a reference of a type to itself, through the caller's eyes. */
import type { Condition } from '../../src/search/plan.ts'
import { stores, type Opened } from './stores.ts'
import { ALL, allOf, found, isToken, not, put, reference, remove, seenBy, token, write } from './write.ts'

const SEEN = ['public']

describe.each(stores)('%s: hierarchies', (_name, open) => {
  let opened: Opened
  /** a > b > c > d, a > e, hidden between a and f; x > y > x. */
  beforeEach(async () => {
    opened = await open()
    const location = (id: string, parent: string | undefined, audience = SEEN) => put('Location', id, {
      audience, entries: [token('status', 'active'), ...(parent === undefined ? [] : [reference('partof', `Location/${parent}`)])],
    })
    await write(opened.store, location('a', undefined), location('b', 'a'), location('c', 'b'), location('d', 'c'), location('e', 'a'),
      location('hidden', 'a', ['org:A']), location('f', 'hidden'), location('x', 'y'), location('y', 'x'), location('lost', 'nowhere'),
      put('Task', 'a', { audience: SEEN, entries: [reference('location', 'Location/c')] }))
  })
  afterEach(async () => { await opened.dispose() })

  const within = (direction: 'above' | 'below', id: string): Condition => ({ kind: 'within', direction, type: 'Location', param: 'partof', id })
  const locations = (where: Condition, visibility = ALL) => found(opened.store, 'Location', where, { visibility })

  it('finds what lies below, itself included', async () => {
    expect(await locations(within('below', 'a'))).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'hidden'])
    expect(await locations(within('below', 'c'))).toEqual(['c', 'd'])
    expect(await locations(within('below', 'none'))).toEqual([])
    expect(await locations(within('below', 'nowhere'))).toEqual([])
  })

  it('finds what lies above, itself included', async () => {
    expect(await locations(within('above', 'd'))).toEqual(['a', 'b', 'c', 'd'])
    expect(await locations(within('above', 'f'))).toEqual(['a', 'f', 'hidden'])
    expect(await locations(within('above', 'lost'))).toEqual(['lost'])
  })

  it('ends in a cycle', async () => {
    expect(await locations(within('below', 'x'))).toEqual(['x', 'y'])
    expect(await locations(within('above', 'x'))).toEqual(['x', 'y'])
  })

  it('goes no way over what the caller may not see, or what was deleted', async () => {
    expect(await locations(within('below', 'a'), seenBy('public'))).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(await locations(within('above', 'f'), seenBy('public'))).toEqual(['f'])
    expect(await locations(within('below', 'hidden'), seenBy('public'))).toEqual([])
    await write(opened.store, remove('Location', 'b', 1))
    expect(await locations(within('below', 'a'))).toEqual(['a', 'e', 'f', 'hidden'])
    expect(await locations(within('above', 'd'))).toEqual(['c', 'd'])
  })

  it('follows a move', async () => {
    await write(opened.store, put('Location', 'c', { replaces: 1, entries: [reference('partof', 'Location/e')] }))
    expect(await locations(within('below', 'b'))).toEqual(['b'])
    expect(await locations(within('above', 'd'))).toEqual(['a', 'c', 'd', 'e'])
  })

  it('stands among other conditions, at the end of a chain, and means its own type only', async () => {
    expect(await locations(allOf(isToken('status', 'active'), not(within('below', 'b')), within('below', 'a')))).toEqual(['a', 'e', 'f', 'hidden'])
    const chain: Condition = { kind: 'chain', param: 'location', types: ['Location'], where: within('below', 'b') }
    expect(await found(opened.store, 'Task', chain)).toEqual(['a'])
    expect(await found(opened.store, 'Task', { ...chain, where: within('below', 'e') })).toEqual([])
    expect(await found(opened.store, ['Task', 'Location'], within('below', 'd'))).toEqual(['d'])
    expect(await found(opened.store, 'Task', within('below', 'a'))).toEqual([])
  })

  it('reads a hierarchy of a thousand levels', async () => {
    await write(opened.store, ...Array.from({ length: 1_000 }, (_, n) =>
      put('Organization', `o${n}`, { entries: n === 0 ? [] : [reference('partof', `Organization/o${n - 1}`)] })))
    const deep = (direction: 'above' | 'below', id: string): Condition => ({ kind: 'within', direction, type: 'Organization', param: 'partof', id })
    expect(await found(opened.store, 'Organization', deep('below', 'o0'), { count: 1_000 })).toHaveLength(1_000)
    expect(await found(opened.store, 'Organization', deep('above', 'o999'), { count: 1_000 })).toHaveLength(1_000)
  })
})
