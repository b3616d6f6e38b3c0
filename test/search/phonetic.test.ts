import { metaphone, soundsOf } from '../../src/search/phonetic.ts'
import { finds, refusal } from './ask.ts'

const patient = { resourceType: 'Patient', name: [{ family: 'Smith-Wright', given: ['Catherine'], prefix: ['Mrs'] }] }

describe('phonetic parameters', () => {
  it.each<[object, string, boolean, string]>([
    [patient, 'phonetic=smyth', true, 'sounds the same'],
    [patient, 'phonetic=kathryn', true, 'a given name too'],
    [patient, 'phonetic=Rite', true, 'each part of a double name'],
    [patient, 'phonetic=kathryn smyth', true, 'every word'],
    [patient, 'phonetic=kathryn jones', false, 'not one only'],
    [patient, 'phonetic=jones,smyth', true, 'or, by a comma'],
    [patient, 'phonetic=smythson', false, 'whole words'],
    [patient, 'phonetic=mrs', false, 'no titles'],
    [patient, 'phonetic:missing=false', true, 'it has a name'],
    [patient, '_filter=phonetic eq smyth', true, 'in a filter'],
    [{ resourceType: 'Practitioner', name: [{ text: 'Dr Geoffrey Clarke' }] }, 'phonetic=jeffrey clark', true, 'of practitioners, from the text'],
    [{ resourceType: 'Organization', name: 'Phoenix Care' }, 'phonetic=fenix', true, 'of organisations'],
    [{ resourceType: 'Patient', name: [{ family: '李' }] }, 'phonetic=李', true, 'what has no sound here stands for itself'],
  ])('%j: %s -> %s: %s', (resource, query, expected) => {
    expect(finds(resource, query)).toBe(expected)
  })
  it.each([['phonetic=---', /letter or digit/], ['phonetic:exact=x', /no modifier but :missing/], ['_filter=phonetic co smy', /takes the operators eq, pr/]])(
    'Patient?%s is refused: %s', (query, text) => {
      expect(refusal(`Patient?${query}`).issues[0]?.text).toMatch(text)
    })
})

describe('Metaphone', () => {
  it.each([
    ['Smith', 'Smyth'], ['Catherine', 'Kathryn'], ['Philip', 'Filip'], ['Knight', 'Night'], ['Wright', 'Right'], ['Thomson', 'Tomson'], ['Stephen', 'Steven'],
    ['Geoffrey', 'Jeffrey'], ['Clark', 'Clarke'], ['Reid', 'Reed'], ['Brian', 'Bryan'], ['Anne', 'Ann'], ['Zoe', 'Zoey'], ['Whyte', 'White'], ['Leigh', 'Lee'],
    ['Jackson', 'Jaxon'], ['Walsh', 'Welsh'], ['Lynch', 'Linch'], ['Allan', 'Alan'], ['Nicholls', 'Nichols'],
  ])('%s and %s sound the same', (one, other) => {
    expect(soundsOf(one)).toEqual(soundsOf(other))
  })
  it.each([['Smith', 'Schmidt'], ['Brown', 'Browning'], ['Shaw', 'Snow'], ['Patel', 'Batel'], ['Khan', 'Kahl']])('%s and %s do not', (one, other) => {
    expect(soundsOf(one)).not.toEqual(soundsOf(other))
  })
  it.each([
    ['metaphone', 'mtfn'], ['thumb', '0m'], ['school', 'skl'], ['nation', 'nxn'], ['judge', 'jj'], ['science', 'sns'], ['higgins', 'hkns'], ['gnome', 'nm'], ['which', 'wx'],
    ['xavier', 'sfr'], ['bridget', 'brjt'], ['knuth', 'n0'], ['church', 'xrx'], ['aethelred', 'e0lrt'],
  ])('the code of %s is %s', (word, code) => {
    expect(metaphone(word)).toBe(code)
  })
})
