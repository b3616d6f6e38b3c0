/** The primitive types of https://hl7.org/fhir/R4/datatypes.html#primitive: texts that are members and texts that are not. */
import { loadDefinitions } from '../../src/definitions/load.ts'
import { MAX_STRING_LENGTH, primitives } from '../../src/definitions/primitives.ts'

const isMember = (type: string, text: string): boolean => {
  const primitive = primitives[type]
  if (primitive?.json !== 'string') throw new Error(`${type} is not written as a text`)
  return primitive.test(text)
}

it('are those of R4, no more and no fewer', () => {
  const definitions = loadDefinitions()
  const defined = definitions.canonicals('StructureDefinition').map(url => definitions.structure(url))
    .filter(structure => structure?.kind === 'primitive-type').map(structure => structure?.name)
  expect(new Set(Object.keys(primitives))).toEqual(new Set(defined))
})

it.each([
  ['date', ['1939', '1939-02', '1939-02-28', '2024-02-29', '2000-02-29'],
    ['', '39', '1939-2', '1939-13', '1939-00-01', '1939-02-29', '1900-02-29', '2023-04-31', '0000-01-01', '1939-02-28 ',
      '1939-02-28T00:00:00Z', '01/02/1939']],
  ['dateTime', ['2026', '2026-01', '2026-01-31', '2026-01-31T10:00:00Z', '2026-01-31T10:00:00.123+01:00', '2016-12-31T23:59:60Z'],
    ['2026-01-31T10:00Z', '2026-01-31T10:00:00', '2026-01-31T24:00:00Z', '2026-02-30T10:00:00Z', '2026-01-31T10:00:00+14:30',
      '2026-01-31t10:00:00z', '2026-01T10:00:00Z']],
  ['instant', ['2026-01-31T10:00:00Z', '2026-01-31T10:00:00.5-05:00'],
    ['2026', '2026-01-31', '2026-02-29T10:00:00Z', '2026-01-31T10:00:00']],
  ['time', ['00:00:00', '23:59:59.999'], ['24:00:00', '10:00', '10:00:00Z']],
  ['code', ['final', 'two words'], ['', ' final', 'final ', 'two  words', 'a\u0000b']],
  ['id', ['a', 'A-1.b', 'a'.repeat(64)], ['', 'a'.repeat(65), 'a/b', 'a_b']],
  ['uri', ['urn:uuid:x', 'http://example.org/a b'.replace(' ', '%20'), '#a'], ['', 'a b', 'a\tb']],
  ['canonical', ['http://example.org/a|1.0'], ['http://example.org/a |1.0']],
  ['oid', ['urn:oid:2.16.840.1'], ['2.16.840.1', 'urn:oid:3.1', 'urn:oid:2.01']],
  ['uuid', ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520'],
    ['c757873d-ec9a-4326-a141-556f43239520', 'urn:uuid:C757873D-EC9A-4326-A141-556F43239520']],
  ['base64Binary', ['QQ==', 'QUI=', 'QUJD', 'QU\nJD', ' QUJD '], ['', '   ', 'QUJ', 'Q===', 'Q=QQ', 'QUJD!', 'QQ==QQ==']],
  ['string', ['a', ' ', 'two\nlines', 'caf\u00e9 \u00a0', '\u{1f691}'], ['', 'a\u0000', '\u000b', '\u001f']],
  ['markdown', ['# Plan\n\n- visit'], ['']],
] as const)('%s', (type, members, others) => {
  expect(members.filter(text => !isMember(type, text))).toEqual([])
  expect(others.filter(text => isMember(type, text))).toEqual([])
})

it('a string is at most 1 MB', () => {
  expect(isMember('string', 'a'.repeat(MAX_STRING_LENGTH))).toBe(true)
  expect(isMember('string', 'a'.repeat(MAX_STRING_LENGTH + 1))).toBe(false)
})

it('takes time in proportion to the text, also when it is refused', () => {
  const took = (length: number): number => {
    const text = `${'QUJD '.repeat(length / 5)}!`
    const from = performance.now()
    expect(isMember('base64Binary', text)).toBe(false)
    return performance.now() - from
  }
  expect(took(2_000_000)).toBeLessThan(1000) // the published pattern would not end within a lifetime
})
