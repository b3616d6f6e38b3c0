/**
 * The postcode as a word: read as people write it, its sector, and the number under which a directory keeps it.
 *
 * Six forms: A9 9AA, A99 9AA, AA9 9AA, AA99 9AA, A9A 9AA, AA9A 9AA (Royal Mail; BS 7666 part 0). GIR 0AA and addresses
 * of BFPO by number have none of them: nobody can be visited there, and nothing is known of them.
 */

const COMPACT = /^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$/
const NORMAL = /^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$/

// Seven characters, a space and what people put around them; a longer text is something else.
const LONGEST = 40

/**
 * `pr1 2ab`, `PR12AB`, `ＰＲ１２ＡＢ` to `PR1 2AB`; undefined when it is not a whole postcode. Spaces, hyphens, commas and
 * full stops may stand anywhere, other characters nowhere: what would have to be guessed is not a postcode.
 */
export const normalPostcode = (text: string): string | undefined => {
  if (text.length > LONGEST) return undefined
  if (NORMAL.test(text)) return text
  const compact = text.normalize('NFKC').replaceAll(/[\s\p{Cf}.,-]/gu, '').replaceAll(/[a-z]/g, letter => letter.toUpperCase())
  return COMPACT.test(compact) ? `${compact.slice(0, -3)} ${compact.slice(-3)}` : undefined
}

/** `PR1 2AB` to `PR1 2`. */
export const sectorOf = (postcode: string): string => postcode.slice(0, -2)

const A = 65
const ZERO = 48

/** Units of a sector: two letters. The keys of a sector are its number times this, and those that follow. */
export const UNITS_OF_SECTOR = 26 * 26

/** A normal postcode as a number below 2^32, so that the postcodes of a sector follow each other. */
export const postcodeKey = (postcode: string): number => {
  const space = postcode.length - 4
  const at = (index: number): number => postcode.charCodeAt(index)
  const districtAt = at(1) >= A ? 2 : 1
  const area = (at(0) - A) * 27 + (districtAt === 2 ? at(1) - A + 1 : 0)
  const district = (at(districtAt) - ZERO) * 37 + (districtAt + 1 < space ? second(at(districtAt + 1)) : 0)
  return ((area * 370 + district) * 10 + at(space + 1) - ZERO) * UNITS_OF_SECTOR + (at(space + 2) - A) * 26 + at(space + 3) - A
}

/** The postcode of a key. */
export const postcodeOfKey = (key: number): string => {
  const unit = key % UNITS_OF_SECTOR
  const sector = Math.floor(key / UNITS_OF_SECTOR)
  const outward = Math.floor(sector / 10)
  const area = Math.floor(outward / 370)
  const [district1, district2] = [Math.floor((outward % 370) / 37), outward % 37]
  const written = district2 === 0 ? '' : district2 <= 10 ? String(district2 - 1) : LETTERS[district2 - 11]
  return `${LETTERS[Math.floor(area / 27)]}${area % 27 === 0 ? '' : LETTERS[area % 27 - 1]}${district1}${written} ${sector % 10}`
    + `${LETTERS[Math.floor(unit / 26)]}${LETTERS[unit % 26]}`
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** 1 to 10 for a digit, 11 to 36 for a letter; 0 stands for none. */
const second = (code: number): number => (code >= A ? code - A + 11 : code - ZERO + 1)
