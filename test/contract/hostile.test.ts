/** The contract of values as clients may write them: whatever a text holds, it is a text, and never part of a question. */
import { Conflict, TooLarge, type Expectation, type Write } from '../../src/store/store.ts'
import type { Test } from '../../src/search/plan.ts'
import { stores, type Opened } from './stores.ts'
import { ALL, allOf, EVERYTHING, found, isToken, match, not, plan, put, seenBy, token, write } from './write.ts'

const HOSTILE = ['$where', '$gt', '{"$ne":null}', 'a.b', '__proto__', "' OR 1=1 --", 'a\u0000b', 'a\u0001b', '.*', '^a', 'a$', '\\', '[', '%', '_', '"', '\u{10FFFF}', 'é', '\ud83d\ude00']

describe.each(stores)('%s: hostile values', (_name, open) => {
  let opened: Opened
  beforeAll(async () => {
    opened = await open()
    await write(opened.store, ...HOSTILE.map((value, n) => put('Patient', `p${n}`, {
      entries: [
        token('identifier', value, 'urn:x'), token('of', 'code', value), { kind: 'string', param: 'name', folded: value, exact: value },
        { kind: 'text', param: 'of', text: value }, { kind: 'uri', param: 'url', uri: value }, { kind: 'url', param: 'link', url: value },
        { kind: 'composite', param: 'both', parts: [token('both', value), { kind: 'string', param: 'both', folded: value, exact: value }] },
      ],
      audience: [`org:${value}`, value],
    })))
  })
  afterAll(async () => { await opened.dispose() })

  const string = (value: string, matching: 'starts' | 'contains' | 'equals' | 'ends'): Test => ({ kind: 'string', match: matching, folded: value })

  it.each(HOSTILE.map((value, n) => [JSON.stringify(value), value, `p${n}`] as const))('finds %s as what it is', async (_text, value, id) => {
    const only = async (param: string, test: Test) => { expect([test, await found(opened.store, 'Patient', match(param, test))]).toEqual([test, [id]]) }
    await only('identifier', { kind: 'token', system: undefined, code: value })
    await only('identifier', { kind: 'token', system: 'urn:x', code: value })
    await only('of', { kind: 'token', system: value, code: undefined })
    await only('of', { kind: 'token', system: value, code: 'code' })
    await only('of', { kind: 'token-in', codes: [{ system: value, code: 'code' }] })
    await only('url', { kind: 'uri', match: 'exact', uri: value })
    await only('link', { kind: 'url', url: value })
    await only('name', string(value, 'equals'))
    await only('both', { kind: 'composite', parts: [{ kind: 'token', system: undefined, code: value }, string(value, 'equals')] })
    for (const matching of value.includes('\0') ? ['starts' as const] : ['starts', 'contains', 'ends'] as const) {
      const expected = HOSTILE.flatMap((other, n) => ({ starts: other.startsWith(value), contains: other.includes(value), ends: other.endsWith(value) }[matching] ? [`p${n}`] : []))
      expect([matching, await found(opened.store, 'Patient', match('name', string(value, matching)))]).toEqual([matching, expected.sort()])
    }
    expect(await found(opened.store, 'Patient', allOf(not(isToken('identifier', value)), { kind: 'ids', ids: [id, 'p0', 'p1'] }))).toEqual(['p0', 'p1'].filter(other => other !== id))
    expect(await found(opened.store, 'Patient', EVERYTHING, { visibility: seenBy(value) })).toEqual([id])
  })

  it('tells a code from a system, wherever one ends', async () => {
    await write(opened.store, put('Basic', 'one', { entries: [token('code', 'x\u0001y', 'z')] }), put('Basic', 'other', { entries: [token('code', 'x', 'y\u0001z')] }))
    expect(await found(opened.store, 'Basic', isToken('code', 'x\u0001y', 'z'))).toEqual(['one'])
    expect(await found(opened.store, 'Basic', isToken('code', 'x', 'y\u0001z'))).toEqual(['other'])
    expect(await found(opened.store, 'Basic', match('code', { kind: 'token', system: 'z', code: undefined }))).toEqual(['one'])
    expect(await found(opened.store, 'Basic', match('code', { kind: 'token', system: 'y', code: undefined }))).toEqual([])
  })

  it('keeps labels, cases and keys as they are', async () => {
    for (const value of HOSTILE) {
      const key = { scope: value, value }
      await write(opened.store, put('Task', 'a', { replaces: (await opened.store.read({ type: 'Task', id: 'a' }, ALL))?.version ?? 0, caseId: value }),
        { kind: 'share', caseId: value, label: value }, { kind: 'key', record: { key, fingerprint: value, ref: { type: 'Task', id: 'a' } } })
      expect(await opened.store.audience(value)).toEqual([value])
      expect(await opened.store.read({ type: 'Task', id: 'a' }, seenBy(value))).toMatchObject({ caseId: value })
      expect(await opened.store.key(key)).toEqual({ key, fingerprint: value, ref: { type: 'Task', id: 'a' } })
    }
  })
})

describe.each(stores)('%s: a commit that cannot be made', (_name, open) => {
  let opened: Opened
  beforeEach(async () => { opened = await open() })
  afterEach(async () => { await opened.dispose() })

  it('harms none of those that are made with it', async () => {
    const at = (latitude: number, longitude: number) => [{ kind: 'position' as const, param: 'near', latitude, longitude }]
    const missing: Expectation = { kind: 'version', ref: { type: 'Task', id: 'none' }, version: 3 }
    const tries: readonly (readonly [string, Promise<unknown>])[] = [
      ['good', write(opened.store, put('Location', 'good', { entries: at(53.7, -2.7) }))],
      ['nowhere on earth', write(opened.store, put('Location', 'nowhere', { entries: at(1_000, 5_000) }))],
      ['conflict', opened.store.commit({ expect: [missing], writes: [put('Task', 'never')] })],
      ['nothing to grant', write(opened.store, { kind: 'grant', ref: { type: 'Task', id: 'none' }, label: 'org:A' })],
      ['another good', write(opened.store, put('Task', 'good'))],
    ]
    const settled = await Promise.allSettled(tries.map(([, commit]) => commit))
    expect(settled.map(({ status }, n) => [tries[n]![0], status])).toEqual([
      ['good', 'fulfilled'], ['nowhere on earth', 'fulfilled'], ['conflict', 'rejected'], ['nothing to grant', 'rejected'], ['another good', 'fulfilled'],
    ])
    expect(await found(opened.store, 'Task', EVERYTHING)).toEqual(['good'])
    expect(await found(opened.store, 'Location', match('near', { kind: 'near', latitude: 53.7, longitude: -2.7, withinMetres: 5_000 }))).toEqual(['good'])
    expect(await opened.store.events(0, 10)).toHaveLength(3)
  })

  it('sees within one group what the commits before it did, and nothing of one that failed', async () => {
    const where = isToken('code', '1')
    const none: Expectation = { kind: 'matches', plan: plan('Basic', where), refs: [] }
    const one = (id: string, ...also: Write[]) => opened.store.commit({ expect: [none], writes: [put('Basic', id, { entries: [token('code', '1')] }), ...also] })
    const settled = await Promise.allSettled([
      one('failed', put('Basic', 'failed-too', { replaces: 7 })), one('first'), one('second'),
      write(opened.store, put('Basic', 'first', { replaces: 1 })), one('third'),
    ])
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect((settled[2] as PromiseRejectedResult).reason).toBeInstanceOf(Conflict)
    expect(await found(opened.store, 'Basic', where)).toEqual(['third'])
    expect((await opened.store.events(0, 10)).map(({ ref, sequence }) => [ref.id, sequence])).toEqual([['first', 1], ['first', 2], ['third', 3]])
  })

  it('gives what is put the labels of its case, shared before, beside or after it in one group', async () => {
    const labels = ['before', 'beside', 'after'].map(label => ({ kind: 'share', caseId: 'c', label }) as const)
    await Promise.all([
      write(opened.store, labels[0]!), write(opened.store, labels[1]!, put('Task', 'a', { caseId: 'c', audience: ['own'] })),
      write(opened.store, put('Task', 'b', { caseId: 'c' })), write(opened.store, labels[2]!),
      write(opened.store, { kind: 'grant', ref: { type: 'Task', id: 'b' }, label: 'granted' }),
      write(opened.store, put('Task', 'b', { replaces: 1 })),
    ])
    for (const label of ['before', 'beside', 'after']) expect(await found(opened.store, 'Task', EVERYTHING, { visibility: seenBy(label) })).toEqual(['a', 'b'])
    expect(await found(opened.store, 'Task', EVERYTHING, { visibility: seenBy('own') })).toEqual(['a'])
    expect(await found(opened.store, 'Task', EVERYTHING, { visibility: seenBy('granted') })).toEqual(['b'])
    await Promise.all([write(opened.store, { kind: 'unshare', caseId: 'c', label: 'beside' }), write(opened.store, put('Task', 'd', { caseId: 'c' }))])
    expect(await found(opened.store, 'Task', EVERYTHING, { visibility: seenBy('beside') })).toEqual([])
    expect(await found(opened.store, 'Task', EVERYTHING, { visibility: seenBy('after') })).toEqual(['a', 'b', 'd'])
  })

  it('keeps what is large, or says that it is too large, and nothing of it is there', async () => {
    const words = Array.from({ length: 300_000 }, (_, n) => `w${n.toString(36)}`)
    const large = put('Basic', 'large', { text: words.join(' '), entries: [{ kind: 'words', param: '_content', words: [...words, ...words.map(word => `${word}x`.repeat(3))] }] })
    const outcome = await write(opened.store, large).then(() => 'written', (error: unknown) => error)
    if (outcome === 'written') {
      expect(await found(opened.store, 'Basic', match('_content', { kind: 'words', words: [words[7]!] }))).toEqual(['large'])
    } else {
      expect(outcome).toBeInstanceOf(TooLarge)
      expect(await found(opened.store, 'Basic', EVERYTHING)).toEqual([])
    }
    await write(opened.store, put('Basic', 'small'))
    expect(await found(opened.store, 'Basic', isToken('none', '1'))).toEqual([])
  })

  it('takes a hundred large resources that come at the same time, each with hundreds of entries', async () => {
    const entries = Array.from({ length: 400 }, (_, n) => token('code', `c${n}`))
    const text = 'x'.repeat(200_000)
    const written = await Promise.all(Array.from({ length: 100 }, (_, n) => write(opened.store, put('Basic', `b${n}`, { text, entries }))))
    expect(written.flat().map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
    expect((await opened.store.search(plan('Basic', isToken('code', 'c7'), { count: 0 }))).total).toBe(100)
  }, 60_000)

  it('fits many large resources on pages and in lists of events, none of them passed over', async () => {
    const text = 'x'.repeat(2_400_000)
    for (let n = 0; n < 8; n++) await write(opened.store, put('Binary', `b${n}`, { text }))
    const page = await opened.store.search(plan('Binary', EVERYTHING, { count: 50 }))
    expect(page.matches.length).toBeLessThan(8)
    expect(page.next).toBeDefined()
    const events = []
    for (let more = await opened.store.events(0, 50); more.length > 0; more = await opened.store.events(events.at(-1)!, 50)) events.push(...more.map(({ sequence }) => sequence))
    expect(events).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })
})
