/** The contract of full text: every word asked for occurs, as a whole; nothing asked is read as anything but words. */
import type { Condition } from '../../src/search/plan.ts'
import { stores, type Opened } from './stores.ts'
import { allOf, anyOf, found, isToken, match, not, put, remove, seenBy, token, write } from './write.ts'

const words = (param: '_text' | '_content', ...of: string[]): Condition => match(param, { kind: 'words', words: of })

describe.each(stores)('%s: full text', (_name, open) => {
  let opened: Opened
  beforeEach(async () => {
    opened = await open()
    const note = (id: string, text: string, content: string, replaces = 0) => put('Communication', id, {
      replaces, audience: ['public'],
      entries: [token('status', 'completed'), { kind: 'words', param: '_text', words: text.split(' ') }, { kind: 'words', param: '_content', words: content.split(' ') }],
    })
    await write(opened.store, note('a', 'unable to stand', 'unable to stand fell at home'), note('b', 'fell', 'fell zoe müller 120'),
      put('Communication', 'none'), put('Communication', 'hidden', { audience: ['org:A'], entries: [{ kind: 'words', param: '_text', words: ['fell'] }] }))
    await write(opened.store, note('b', 'wound', 'wound dressing 痛み', 1))
  })
  afterEach(async () => { await opened.dispose() })

  const communications = (where: Condition, visibility = seenBy('public')) => found(opened.store, 'Communication', where, { visibility })

  it('finds by every word, in the narrative or in all of it', async () => {
    expect(await communications(words('_text', 'stand', 'unable'))).toEqual(['a'])
    expect(await communications(words('_text', 'home'))).toEqual([])
    expect(await communications(words('_content', 'home', 'unable'))).toEqual(['a'])
    expect(await communications(words('_content', 'home', 'wound'))).toEqual([])
    expect(await communications(words('_content', '痛み'))).toEqual(['b'])
  })

  it('finds whole words, of the current version, that the caller may see', async () => {
    expect(await communications(words('_text', 'stan'))).toEqual([])
    expect(await communications(words('_content', 'müller'))).toEqual([])
    expect(await communications(words('_text', 'fell'))).toEqual([])
    expect(await communications(words('_text', 'fell'), seenBy('org:A'))).toEqual(['hidden'])
    await write(opened.store, remove('Communication', 'a', 1))
    expect(await communications(words('_text', 'unable'))).toEqual([])
  })

  it('stands among other conditions', async () => {
    expect(await communications(anyOf(words('_text', 'wound'), words('_text', 'stand')))).toEqual(['a', 'b'])
    expect(await communications(allOf(isToken('status', 'completed'), not(words('_text', 'wound'))))).toEqual(['a'])
  })

  it.each(['"', 'a" OR text:"stand', '*', 'NEAR(', '-', '^', '{text}', ':', '\'', 'stand*', '(', 'AND', 'or', ''])('reads %j as a word like others', async word => {
    expect(await communications(words('_text', word))).toEqual([])
  })
})
