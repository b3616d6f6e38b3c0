/**
 * Text as searches compare it: case, accents, punctuation and repeated white space do not count.
 *
 * R4 string search: "insensitive to casing and included combining characters, like accents; punctuation and
 * non-significant whitespace should also be ignored" (https://hl7.org/fhir/R4/search.html#string).
 */

/** Sorts after every text that begins with the one before it. */
export const LAST_CHARACTER = '\u{10FFFF}'

/** Letters that Unicode does not decompose, as the names of people have them. */
const LETTERS: Readonly<Record<string, string>> = {
  ø: 'o', ł: 'l', đ: 'd', ħ: 'h', ı: 'i', æ: 'ae', œ: 'oe', þ: 'th', ð: 'd',
}
const PLAIN = /^[a-z0-9]*$/
const ASCII = /^[ -~]*$/

/** `"  O'Brien-Müller "` -> `obrienmuller`; may be empty when there is no letter, digit or symbol. */
export const fold = (text: string): string => {
  const lower = text.toLowerCase()
  if (PLAIN.test(lower)) return lower
  if (ASCII.test(lower)) return lower.replace(/[!"#%&'()*,\-./:;?@[\\\]_{}]+/g, '').replace(/ {2,}/g, ' ').trim()
  return text.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKD')
    .replace(/[\p{M}\p{P}]+/gu, '')
    .replace(/[øłđħıæœþð]/g, letter => LETTERS[letter]!)
    .replace(/\s+/gu, ' ').trim()
}
