import * as fc from 'fast-check'
import { fold } from '../../src/search/fold.ts'
import { finds, refusal } from './ask.ts'

const patient = {
  resourceType: 'Patient',
  name: [{ family: 'O\'Brien-Müller', given: ['Siân', 'Mary Ann'], prefix: ['Dr'], text: 'Dr Siân O\'Brien-Müller' }],
  address: [{ line: ['12 High Street'], city: 'Preston', postalCode: 'PR1 2AB' }],
}

describe('string parameters', () => {
  it.each([
    ['name=sian', true, 'case and accents do not count'],
    ['name=SIÂN', true, 'nor in the query'],
    ['name=mary', true, 'a value may start with it'],
    ['name=ann', false, 'but not hold it in the middle'],
    ['name=obrien', true, 'punctuation does not count'],
    ['name=O’Brien', true, 'typographic either'],
    ['name=dr', true, 'a name is searched by all its parts'],
    ['name=mary  ann', true, 'repeated white space is one space'],
    ['name=maryann', false, 'but white space is not nothing'],
    ['family=obrienmuller', true, 'a part has a parameter of its own'],
    ['family=sian', false, 'which does not look at other parts'],
    ['given=sian,jane', true, 'a comma is or'],
    ['given=jane,joan', false, 'none of them'],
    ['given=sian&family=smith', false, 'a repeated parameter is and'],
    ['address=preston', true, 'an address is searched by all its parts'],
    ['address-postalcode=pr1', true, 'a postcode by its beginning'],
    ['name:exact=Siân', true, ':exact is the whole value as written'],
    ['name:exact=Sian', false, 'accents count'],
    ['name:exact=siân', false, 'case counts'],
    ['name:exact=Siâ', false, 'and the end counts'],
    ['family:contains=mull', true, ':contains looks anywhere'],
    ['family:contains=MÜLL', true, 'folded as well'],
    ['family:contains=xyz', false, 'but for something'],
    ['name:missing=false', true, 'it has a name'],
    ['name:missing=true', false, 'so it is not missing'],
    ['address-state:missing=true', true, 'a state is'],
  ])('%s -> %s: %s', (query, expected) => {
    expect(finds(patient, query)).toBe(expected)
  })

  it('a value of a thousand characters is searched by its beginning', () => {
    const long = { resourceType: 'Patient', name: [{ family: 'x'.repeat(5_000) }] }
    expect(finds(long, `family=${'x'.repeat(1_000)}`)).toBe(true)
    expect(finds(long, `family:exact=${'x'.repeat(1_000)}`)).toBe(false)
  })

  it.each([
    ['Patient?name=', 'search-bad-value', /no value; leave the parameter out, or ask name:missing=true/],
    ['Patient?name=a,,b', 'search-bad-value', /empty value/],
    ['Patient?name=---', 'search-bad-value', /letter or digit/],
    ['Patient?name:fuzzy=a', 'search-unsupported', /no modifier ":fuzzy"/],
    ['Patient?name:exakt=a', 'search-unsupported', /did you mean ":exact"/],
    ['Patient?name=a\\b', 'search-bad-value', /backslash/],
    ['Patient?name:exact:contains=a', 'search-bad-value', /more than one modifier/],
    ['Patient?name:missing=yes', 'search-bad-value', /true or false/],
  ])('%s is refused with %s', (search, code, text) => {
    const { status, issues } = refusal(search)
    expect([status, issues[0]?.code]).toEqual([400, code])
    expect(issues[0]?.text).toMatch(text)
  })
})

describe('folding', () => {
  it.each([
    ['Åse', 'ase'], ['STRASSE', 'strasse'], ['Straße', 'strasse'], ['Łukasz', 'lukasz'], ['Søren', 'soren'], ['Æthelred', 'aethelred'],
    ['ﬁona', 'fiona'], ['İpek', 'ipek'], ['Ngũgĩ', 'ngugi'], ['  a \t b\n', 'a b'], ['a.b,c', 'abc'], ['Οδυσσεύς', fold('ΟΔΥΣΣΕΥΣ')], ['李', '李'],
  ])('%j is %j', (text, folded) => {
    expect(fold(text)).toBe(folded)
  })

  it('treats ASCII as it treats other text', () => {
    const [mark, folded] = ['\u0301', (text: string) => fold(text)]
    fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii' }), text => folded(text) === folded(text + mark)))
  })

  it('of folded text changes nothing, and composed and decomposed text fold alike', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), text => {
      const once = fold(text)
      return fold(once) === once && fold(text.normalize('NFD')) === fold(text.normalize('NFC'))
    }))
  })
})
