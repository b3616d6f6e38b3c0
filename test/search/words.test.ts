import * as fc from 'fast-check'
import { wordsIn } from '../../src/search/words.ts'
import { extracted, finds, refusal, where } from './ask.ts'

const entry = (resource: object, param: string): readonly string[] => {
  const found = extracted(resource).entries.find(entry => entry.param === param)
  return found?.kind === 'words' ? found.words : []
}

const condition = {
  resourceType: 'Condition',
  id: 'c1b2',
  meta: { profile: ['http://x.example/profiled'], source: 'urn:sourced' },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Fall at <b>home</b>;<br/>caf&#233; &amp; <!-- hidden -->stairs</p></div>' },
  clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active', display: 'Still active' }] },
  code: { coding: [{ system: 'http://snomed.info/sct', code: '125605004', display: 'Fracture of bone' }], text: 'Hip fracture' },
  subject: { reference: 'Patient/referred', display: 'Mrs O\'Brien' },
  onsetAge: { value: 82, unit: 'years' },
  contained: [{ resourceType: 'Practitioner', id: 'p', name: [{ family: 'Müller' }] }],
  extension: [{ url: 'http://x.example/extended', valueString: 'Seen by paramedics' }, { url: 'http://x.example/coded', valueCode: 'coded' }],
  note: [{ text: 'Lives alone. *Key safe* by the door: co-op side.' }],
}

describe('full text', () => {
  it.each<[string, boolean, string]>([
    ['_text=fall', true, 'a word of the narrative'],
    ['_text=FALL HOME', true, 'every word occurs, case does not count'],
    ['_text=fall garden', false, 'one does not'],
    ['_text=garden,home', true, 'a comma is or'],
    ['_text=cafe', true, 'entities are what they stand for, accents do not count'],
    ['_text=homestairs', false, 'tags part words'],
    ['_text=hidden', false, 'comments are not said'],
    ['_text=div', false, 'nor are tags'],
    ['_text=fal', false, 'words are whole'],
    ['_text=fracture', false, 'what only the elements say is not in the narrative'],
    ['_content=fracture', true, 'it is in the content'],
    ['_content=fall fracture', true, 'as is the narrative'],
    ['_content=(bone OR liver) and fracture', true, 'or and brackets'],
    ['_content=(kidney or liver) fracture', false, 'neither'],
    ['_content=liver or hip fracture', true, 'and binds closer than or'],
    ['_content=paramedics', true, 'the string of an extension'],
    ['_content=muller', true, 'a contained resource'],
    ['_content=obriens', false, 'not what was not said'],
    ['_content=O’Brien', true, 'an apostrophe is part of a name'],
    ['_content=co-op', true, 'a hyphen parts words, in the query too'],
    ['_content=years', true, 'a unit is read by people'],
    ['_content=active', true, 'a display'],
    ['_content=125605004', false, 'a code is not'],
    ['_content=coded', false, 'nor one in an extension'],
    ['_content=c1b2', false, 'nor an id'],
    ['_content=referred', false, 'nor a reference'],
    ['_content=snomed', false, 'nor a system'],
    ['_content=sourced,profiled,extended', false, 'nor an address'],
  ])('Condition?%s -> %s: %s', (query, expected) => {
    expect(finds(condition, query)).toBe(expected)
  })

  it.each([
    ['_content=alone,', /empty value/], ['_text= ', /no value/], ['_text=---', /no letter or digit/], ['_content=fall OR', /stand between words/], ['_content=or', /stand between words/],
    ['_content=and fall', /"and" stands between/], ['_content=fall and', /"and" stands between/], ['_content=(fall', /not closed/], ['_content=fall)', /not opened/],
    ['_content=()', /stand between words/], ['_content="hip fracture"', /phrases/], ['_text:exact=fall', /takes no modifier/], ['_text=a\\b', /backslash/],
    ['_text:missing=true', /takes no modifier/], [`_content=${'('.repeat(20)}a${')'.repeat(20)}`, /8 deep/],
  ])('Condition?%s is refused: %s', (query, text) => {
    const { status, issues } = refusal(`Condition?${query}`)
    expect(status).toBe(400)
    expect(issues[0]?.text).toMatch(text)
    expect(issues[0]?.expression?.[0]).toMatch(/^http\._(text|content)/)
  })

  it('is asked of every type at once, and those without words have none', () => {
    expect(where('?_content=fall hip')).toEqual({ kind: 'match', param: '_content', test: { kind: 'words', words: ['fall', 'hip'] } })
    expect(extracted({ resourceType: 'Binary', contentType: 'text/plain', data: 'aGVsbG8=' }).entries).toEqual([])
    expect(entry({ resourceType: 'AuditEvent', agent: [{ name: 'somebody' }] }, '_content')).toEqual([])
  })

  it('of a Bundle is that of its entries, narrative included', () => {
    const bundle = { resourceType: 'Bundle', type: 'document', entry: [{ fullUrl: 'urn:uuid:1', resource: condition }] }
    expect(entry(bundle, '_content')).toEqual(expect.arrayContaining(['fall', 'hip', 'paramedics', 'muller']))
    expect(entry(bundle, '_text')).toEqual([])
  })

  it('reaches items inside items', () => {
    const item = { linkId: '1', text: 'outer', item: [{ linkId: '2', text: 'inner', answer: [{ valueString: 'answered', item: [{ linkId: '3', text: 'innermost' }] }] }] }
    expect(entry({ resourceType: 'QuestionnaireResponse', item: [item] }, '_content')).toEqual(['outer', 'inner', 'answered', 'innermost'])
  })

  it('is bounded in number and length of words', () => {
    const long = { resourceType: 'Basic', text: { div: `<div>${Array.from({ length: 3_000 }, (_, index) => `w${index}`).join(' ')}</div>` } }
    expect(entry(long, '_text')).toHaveLength(500)
    expect(entry({ resourceType: 'Basic', code: { text: 'x'.repeat(10_000) } }, '_content')).toEqual(['x'.repeat(40)])
    expect(finds({ resourceType: 'Basic', code: { text: 'x'.repeat(10_000) } }, `_content=${'x'.repeat(900)}`)).toBe(true)
  })

  it('reads a narrative once, whatever is left open in it', () => {
    const narrative = (div: string) => entry({ resourceType: 'Basic', text: { div } }, '_text')
    expect(narrative(`<div>fall ${'<!--'.repeat(500_000)}</div>`)).toEqual(['fall'])
    expect(narrative('<div>fall<!-- at > home -->hip</div>')).toEqual(['fall', 'hip'])
  })

  it('leaves out addresses and UUIDs that stand in strings', () => {
    const identifier = [{ value: 'urn:oid:1.2.3' }, { value: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed' }, { value: '9000000009' }]
    expect(entry({ resourceType: 'Patient', identifier }, '_content')).toEqual(['9000000009'])
  })
})

describe('words', () => {
  it.each([
    ['O\'Brien\'s Co-op', ['obriens', 'co', 'op']], ['BP 120/80, SpO2 94%', ['bp', '120', '80', 'spo2', '94']], ['\'quoted\' rock\'n\'roll', ['quoted', 'rocknroll']],
    ['Straße São', ['strasse', 'sao']], ['1½ hours', ['11', '2', 'hours']], ['fall fall', ['fall']], ['–—…', []],
  ])('%j are %j', (text, words) => {
    expect(wordsIn(text)).toEqual(words)
  })
  it('of words are themselves, and what is found can be asked for', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), text => {
      const words = wordsIn(text)
      return JSON.stringify(wordsIn(words.join(' '))) === JSON.stringify(words) && words.every(word => /^[\p{L}\p{N}]+$/u.test(word))
    }))
  })
  it('of ASCII are those of other text', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 60 }), text =>
      JSON.stringify(wordsIn(`${text} é`)) === JSON.stringify([...new Set([...wordsIn(text), 'e'])])))
  })
})
