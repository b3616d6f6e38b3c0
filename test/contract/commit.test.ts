/** The contract of `commit`: all or nothing, expectations, versions, keys, events. */
import { Conflict, NotDurable, type Expectation, type Write } from '../../src/store/store.ts'
import { stores, START, type Opened } from './stores.ts'
import { ALL, EVERYTHING, found, ids, isToken, plan, put, remove, seenBy, token, write } from './write.ts'

const conflict = async (promise: Promise<unknown>): Promise<Conflict> => {
  const error = await promise.then(() => undefined, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(Conflict)
  return error as Conflict
}

describe.each(stores)('%s: commit', (_name, open) => {
  let opened: Opened
  beforeEach(async () => { opened = await open() })
  afterEach(async () => { await opened.dispose() })

  it('stamps lastUpdated into the text, which goes out as it was written', async () => {
    const [version] = await write(opened.store, put('Patient', 'a', { text: 'Zoë "\\\u0001' }))
    const read = await opened.store.read({ type: 'Patient', id: 'a' }, ALL)
    expect(read).toEqual(version)
    expect(read).toMatchObject({ version: 1, lastUpdated: '2026-11-23T09:00:00.000Z', deleted: false, method: 'POST', caseId: undefined })
    expect(JSON.parse(read!.json)).toMatchObject({ meta: { versionId: '1', lastUpdated: '2026-11-23T09:00:00.000Z' }, text: 'Zoë "\\\u0001' })
  })

  it('keeps every version, a deletion among them, and counts on when the resource comes back', async () => {
    await write(opened.store, put('Patient', 'a', { text: 'one' }))
    await write(opened.store, put('Patient', 'a', { text: 'two', replaces: 1 }))
    await write(opened.store, remove('Patient', 'a', 2))
    const ref = { type: 'Patient', id: 'a' }
    expect(await opened.store.read(ref, ALL)).toMatchObject({ version: 3, deleted: true, method: 'DELETE', json: '' })
    expect(await found(opened.store, 'Patient', EVERYTHING)).toEqual([])
    await write(opened.store, put('Patient', 'a', { text: 'four', replaces: 3 }))
    expect(JSON.parse((await opened.store.readVersion(ref, 2, ALL))!.json)).toMatchObject({ text: 'two' })
    expect(await opened.store.read(ref, ALL)).toMatchObject({ version: 4, deleted: false })
    expect(await found(opened.store, 'Patient', EVERYTHING)).toEqual(['a'])
    expect(await opened.store.readVersion(ref, 5, ALL)).toBeUndefined()
  })

  it('writes nothing of a commit of which one part fails', async () => {
    await write(opened.store, put('Task', 'old'))
    const before = (await opened.store.events(0, 100)).length
    await conflict(write(opened.store, put('Task', 'new', { entries: [token('status', 'draft')] }), put('Task', 'old', { replaces: 0 })))
    expect(await opened.store.read({ type: 'Task', id: 'new' }, ALL)).toBeUndefined()
    expect(await found(opened.store, 'Task', isToken('status', 'draft'))).toEqual([])
    expect(await opened.store.events(0, 100)).toHaveLength(before)
  })

  it('refuses a put that does not follow the current version, and names what is current', async () => {
    await write(opened.store, put('Task', 'a'))
    await write(opened.store, put('Task', 'a', { replaces: 1 }))
    const error = await conflict(write(opened.store, put('Task', 'a', { replaces: 1 })))
    expect(error.failed).toEqual({ kind: 'version', ref: { type: 'Task', id: 'a' }, version: 1 })
    expect(error.current).toBe(2)
    expect((await conflict(write(opened.store, put('Task', 'a')))).current).toBe(2)
    expect((await conflict(write(opened.store, remove('Task', 'none', 1)))).current).toBe(0)
  })

  it('lets exactly one of 64 simultaneous updates of a version win, the others leave the group unharmed', async () => {
    await write(opened.store, put('Task', 'a'))
    const tries = await Promise.allSettled(Array.from({ length: 64 }, (_, n) =>
      write(opened.store, put('Task', 'a', { replaces: 1, text: `${n}` }), put('Task', `beside-${n}`))))
    expect(tries.filter(one => one.status === 'fulfilled')).toHaveLength(1)
    expect(await opened.store.read({ type: 'Task', id: 'a' }, ALL)).toMatchObject({ version: 2 })
    expect(await found(opened.store, 'Task', EVERYTHING)).toHaveLength(2)
  })

  it('lets exactly one of 64 simultaneous conditional creates win', async () => {
    const where = isToken('identifier', '9000000009', 'https://fhir.nhs.uk/Id/nhs-number')
    const tries = await Promise.allSettled(Array.from({ length: 64 }, (_, n) => opened.store.commit({
      expect: [{ kind: 'matches', plan: plan('Patient', where), refs: [] }],
      writes: [put('Patient', `p${n}`, { entries: [token('identifier', '9000000009', 'https://fhir.nhs.uk/Id/nhs-number')] })],
    })))
    expect(tries.filter(one => one.status === 'fulfilled')).toHaveLength(1)
    expect(await found(opened.store, 'Patient', where)).toHaveLength(1)
  })

  it.each<[string, Expectation, number | undefined]>([
    ['another version', { kind: 'version', ref: { type: 'Task', id: 'a' }, version: 2 }, 1],
    ['no resource', { kind: 'version', ref: { type: 'Task', id: 'a' }, version: 0 }, 1],
    ['fewer matches', { kind: 'matches', plan: plan('Task', EVERYTHING), refs: [] }, undefined],
    ['more matches', { kind: 'matches', plan: plan('Task', EVERYTHING), refs: [{ type: 'Task', id: 'a' }, { type: 'Task', id: 'b' }] }, undefined],
    ['other matches', { kind: 'matches', plan: plan('Task', EVERYTHING), refs: [{ type: 'Task', id: 'b' }] }, undefined],
    ['an unseen key', { kind: 'unseen', key: { scope: 'client-a', value: '1' } }, undefined],
  ])('fails a commit that expects %s', async (_what, expectation, current) => {
    const key = { scope: 'client-a', value: '1' }
    await write(opened.store, put('Task', 'a'), { kind: 'key', record: { key, fingerprint: 'f', ref: { type: 'Task', id: 'a' } } })
    const error = await conflict(opened.store.commit({ expect: [expectation], writes: [put('Task', 'c')] }))
    expect(error.failed).toEqual(expectation)
    expect(error.current).toBe(current)
    expect(await opened.store.read({ type: 'Task', id: 'c' }, ALL)).toBeUndefined()
  })

  it.each(['SearchParameter', 'StructureDefinition', 'ValueSet', 'CodeSystem'])('fails a commit that was judged before a %s that was written since', async type => {
    const judgedBy = (upTo: number, ...writes: readonly Write[]) => opened.store.commit({ expect: [{ kind: 'definitions', upTo }], writes })
    await judgedBy(0, put('Task', 'before'))
    const [written] = await write(opened.store, put(type, 'colour'))
    expect((await conflict(judgedBy(written!.sequence - 1, put('Task', 'early')))).failed).toEqual({ kind: 'definitions', upTo: written!.sequence - 1 })
    expect(await opened.store.read({ type: 'Task', id: 'early' }, ALL)).toBeUndefined()
    await conflict(write(opened.store, put(type, 'other'), put('Task', 'before')))
    await judgedBy(written!.sequence, put('Task', 'after'))
    const [deleted] = await write(opened.store, remove(type, 'colour', 1))
    await conflict(judgedBy(written!.sequence, put('Task', 'early')))
    opened = await opened.reopen()
    await conflict(judgedBy(written!.sequence, put('Task', 'early')))
    await judgedBy(deleted!.sequence, put('Task', 'later'))
  })

  it('takes definitions and what was judged without them in the order in which they were asked for', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => (n === 10
      ? write(opened.store, put('StructureDefinition', 'colour'))
      : opened.store.commit({ expect: [{ kind: 'definitions', upTo: 0 }], writes: [put('Task', `t${n}`)] }))))
    expect(tries.map(({ status }) => status === 'fulfilled')).toEqual(Array.from({ length: 20 }, (_, n) => n <= 10))
  })

  it('takes matches in any order, in the sight of the plan, and ignores its paging', async () => {
    await write(opened.store, put('Task', 'a'), put('Task', 'b'), put('Task', 'c'))
    const refs = ['c', 'a', 'b'].map(id => ({ type: 'Task', id }))
    await opened.store.commit({ expect: [{ kind: 'matches', plan: plan('Task', EVERYTHING, { count: 1 }), refs }], writes: [put('Task', 'd')] })
    const unseen = plan('Task', EVERYTHING, { visibility: seenBy('nobody') })
    await opened.store.commit({ expect: [{ kind: 'matches', plan: unseen, refs: [] }], writes: [] })
    expect(await found(opened.store, 'Task', EVERYTHING)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('remembers a key once', async () => {
    const record = { key: { scope: 'client-a', value: 'request-1' }, fingerprint: 'abc', ref: { type: 'ServiceRequest', id: 's' } }
    expect(await opened.store.key(record.key)).toBeUndefined()
    await write(opened.store, { kind: 'key', record })
    expect(await opened.store.key(record.key)).toEqual(record)
    expect(await opened.store.key({ scope: 'client-b', value: 'request-1' })).toBeUndefined()
    expect((await conflict(write(opened.store, { kind: 'key', record }))).failed).toEqual({ kind: 'unseen', key: record.key })
  })

  it('gives every version the next place in the commit order, and announces commits in it', async () => {
    const heard: number[] = []
    const stop = opened.store.onCommit(({ versions }) => heard.push(...versions.map(version => version.sequence)))
    await Promise.all(Array.from({ length: 50 }, (_, n) => write(opened.store, put('Task', `a${n}`), put('Task', `b${n}`))))
    stop()
    await write(opened.store, put('Task', 'unheard'))
    const events = await opened.store.events(0, 1_000)
    expect(events).toHaveLength(101)
    expect(events.map(event => event.sequence)).toEqual(events.map(event => event.sequence).toSorted((a, b) => a - b))
    expect(heard).toEqual(events.slice(0, 100).map(event => event.sequence))
    expect(ids(await opened.store.events(heard[2]!, 2))).toEqual(ids(events.slice(3, 5)))
  })

  it('never lets lastUpdated decrease in commit order, over a restart too', async () => {
    opened.clock.move(START + 5_000)
    await write(opened.store, put('Task', 'a'))
    opened = await opened.reopen()
    await write(opened.store, put('Task', 'b'))
    opened.clock.move(START + 6_000)
    await write(opened.store, put('Task', 'c'))
    expect((await opened.store.events(0, 10)).map(event => event.lastUpdated))
      .toEqual(['2026-11-23T09:00:05.000Z', '2026-11-23T09:00:05.000Z', '2026-11-23T09:00:06.000Z'])
  })

  it('keeps everything over a restart', async () => {
    const record = { key: { scope: 's', value: 'v' }, fingerprint: 'f', ref: { type: 'Task', id: 'a' } }
    const writes: Write[] = [put('Task', 'a', { entries: [token('status', 'draft')], caseId: 'c' }), { kind: 'share', caseId: 'c', label: 'org:A' }, { kind: 'key', record }]
    const [version] = await write(opened.store, ...writes)
    opened = await opened.reopen()
    expect(await opened.store.read({ type: 'Task', id: 'a' }, seenBy('org:A'))).toEqual(version)
    expect(await found(opened.store, 'Task', isToken('status', 'draft'))).toEqual(['a'])
    expect(await opened.store.key(record.key)).toEqual(record)
    expect(await opened.store.audience('c')).toEqual(['org:A'])
  })

  it('rejects commits after it was closed', async () => {
    const reopened = await opened.reopen()
    await expect(write(opened.store, put('Task', 'late'))).rejects.toBeInstanceOf(NotDurable)
    opened = reopened
    expect(await opened.store.read({ type: 'Task', id: 'late' }, ALL)).toBeUndefined()
  })
})
