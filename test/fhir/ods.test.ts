import { isDictionaryOdsCode, isOdsCode, isOdsSiteCode, normaliseOdsCode } from '../../src/fhir/ods.ts'

describe('ODS codes', () => {
  it.each(['RX7', 'P81001', 'RXN', 'A99999', '8HK12'])('%s is as the Data Dictionary describes', code => {
    expect(isDictionaryOdsCode(code)).toBe(true)
    expect(isOdsCode(code)).toBe(true)
  })
  it.each(['VM4G12AB', 'ABCDEFGHIJKL'])('%s is longer than the dictionary but taken by the national interfaces', code => {
    expect(isDictionaryOdsCode(code)).toBe(false)
    expect(isOdsCode(code)).toBe(true)
  })
  it.each(['', 'RX', 'rx7', 'RX 7', 'RX-7', 'ABCDEFGHIJKLM', 'https://x'])('"%s" is none', code => {
    expect(isOdsCode(code)).toBe(false)
  })
  it('takes site codes', () => expect(isOdsSiteCode('RR813')).toBe(true))
  it('puts what partners write into the issued form', () => expect(normaliseOdsCode(' rx7 ')).toBe('RX7'))
})
