/** Postcodes as people write them, and the numbers under which a directory keeps them. */
import fc from 'fast-check'
import { normalPostcode, postcodeKey, postcodeOfKey, sectorOf, UNITS_OF_SECTOR } from '../../../src/directory/coverage/postcode.ts'

const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
const digit = fc.constantFrom(...'0123456789')
const outward = fc.oneof(
  fc.tuple(letter, digit), fc.tuple(letter, digit, digit), fc.tuple(letter, letter, digit),
  fc.tuple(letter, letter, digit, digit), fc.tuple(letter, digit, letter), fc.tuple(letter, letter, digit, letter),
).map(parts => parts.join(''))
const postcode = fc.tuple(outward, digit, letter, letter).map(([out, sector, ...unit]) => `${out} ${sector}${unit.join('')}`)

describe('a postcode', () => {
  it.each([
    ['PR1 2AB', 'PR1 2AB'], ['pr12ab', 'PR1 2AB'], [' PR25  1hr ', 'PR25 1HR'], ['PR1-2AB.', 'PR1 2AB'], ['p r 1 2 a b', 'PR1 2AB'],
    ['ＰＲ１２ＡＢ', 'PR1 2AB'], ['PR1\u00a02AB', 'PR1 2AB'], ['PR1\u30002AB', 'PR1 2AB'], ['PR1\u200b2AB', 'PR1 2AB'],
    ['w1a 1aa', 'W1A 1AA'], ['M11AA', 'M1 1AA'], ['EC1A1BB', 'EC1A 1BB'],
  ])('%j is read as %s', (text, expected) => {
    expect(normalPostcode(text)).toBe(expected)
  })

  it.each([
    '', 'PR1', 'PR1 2', 'PR1 2A', 'PR', '12', 'nonsense', 'GIR 0AA', 'BFPO 801', 'BFPO801', 'PR1 OAB', 'PRI 2AB', 'PR1 2AB, Preston', 'PR1é2AB', 'ßR1 2AB',
    'PR1 2AB;', 'PR1/2AB', '0PR1 2AB', 'PR123 4AB', ' '.repeat(1_000_000),
  ])('%j is not a whole one', text => {
    expect(normalPostcode(text)).toBeUndefined()
  })

  it('is its own normal form, and has one number', () => {
    fc.assert(fc.property(postcode, text => {
      expect(normalPostcode(text)).toBe(text)
      const key = postcodeKey(text)
      expect(postcodeOfKey(key)).toBe(text)
      expect(key).toBeLessThan(2 ** 32)
    }), { numRuns: 2_000, seed: 8 })
  })

  it('has its number beside those of its sector, and theirs only', () => {
    fc.assert(fc.property(postcode, postcode, (one, other) => {
      const sector = (text: string): number => Math.floor(postcodeKey(text) / UNITS_OF_SECTOR)
      expect(sector(one) === sector(other)).toBe(sectorOf(one) === sectorOf(other))
      expect(sector(one)).toBe(sector(`${sectorOf(one)}ZZ`))
    }), { numRuns: 2_000, seed: 8 })
  })

  it('may be any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), text => {
      const read = normalPostcode(text)
      if (read !== undefined) expect(normalPostcode(read)).toBe(read)
    }), { numRuns: 5_000, seed: 8 })
  })
})
