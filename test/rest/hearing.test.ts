/** What a starting hub hears of definitions, at the ports of both stores: everything since its first reading, once, in order. */
import { isUnheard, latestSequence, openHearing } from '../../src/rest/hearing.ts'
import type { Store } from '../../src/store/store.ts'
import { stores, type Opened } from '../contract/stores.ts'
import { put, remove, write } from '../contract/write.ts'

describe.each(stores)('%s: hearing', (_name, open) => {
  let opened: Opened
  beforeEach(async () => { opened = await open() })
  afterEach(async () => { await opened.dispose() })

  const listening = async (over: Store, since: number) => {
    const heard: string[] = []
    const hearing = await openHearing(over, since, versions => heard.push(...versions.map(({ ref, version }) => `${ref.id} ${version}`)))
    return { heard, hearing }
  }

  it('tells of what was committed after the first reading, of definitions only', async () => {
    await write(opened.store, put('ValueSet', 'read'))
    const since = await latestSequence(opened.store)
    await write(opened.store, put('StructureDefinition', 'profile'), put('Task', 'other'), put('SearchParameter', 'colour'))
    await write(opened.store, remove('StructureDefinition', 'profile', 1))
    const { heard } = await listening(opened.store, since)
    expect(heard).toEqual(['profile 1', 'colour 1', 'profile 2'])
    await write(opened.store, put('CodeSystem', 'later'))
    expect(heard).toEqual(['profile 1', 'colour 1', 'profile 2', 'later 1'])
  })

  it('tells once and in order of what is committed while it opens, however many look', async () => {
    await write(opened.store, put('ValueSet', 'before'))
    let number = 0
    const busy: Store = { ...opened.store, async events(after, limit) {
      if (number < 3) await write(opened.store, put('ValueSet', `early-${number}`))
      const found = await opened.store.events(after, limit)
      if (number < 3) await write(opened.store, put('ValueSet', `late-${number}`))
      number += 1
      return found
    } }
    const { heard, hearing } = await listening(busy, 0)
    const all = ['before 1', ...[0, 1, 2].flatMap(n => [`early-${n} 1`, `late-${n} 1`])]
    expect(heard).toEqual(all)
    await Promise.all([hearing.catchUp(), hearing.catchUp(), write(opened.store, put('ValueSet', 'more')), hearing.catchUp()])
    expect(heard).toEqual([...all, 'more 1'])
  })

  it('lets a commit in that has heard of every definition, and no other', async () => {
    const { hearing } = await listening({ ...opened.store, onCommit: () => () => undefined }, await latestSequence(opened.store))
    const attempt = (id: string) => opened.store.commit({ expect: [hearing.expectation()], writes: [put('Task', id)] })
    await attempt('a')
    await attempt('b')
    await write(opened.store, put('CodeSystem', 'new'))
    expect(isUnheard(await attempt('c').catch((error: unknown) => error))).toBe(true)
    await hearing.catchUp()
    await attempt('c')
  })
})
