/**
 * The primitive types of R4: how each is written in JSON and which texts are members.
 *
 * The patterns are those of https://hl7.org/fhir/R4/datatypes.html#primitive with two differences: `\s` there is
 * XML's (space, tab, return, line feed), not JavaScript's, and dates must exist in the calendar. Every test is
 * linear in the length of the text (the published base64Binary pattern is not).
 */

export type Primitive =
  | { readonly json: 'boolean' }
  | { readonly json: 'number' }
  | { readonly json: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly json: 'string'; readonly test: (text: string) => boolean }

/** "FHIR strings SHALL NOT exceed 1MB" (1024 × 1024 characters). */
export const MAX_STRING_LENGTH = 1024 * 1024
const MAX_INT = 2 ** 31 - 1

const CODE = /^[^\u0000-\u0020]+([ \t\r\n][^\u0000-\u0020]+)*$/
const ID = /^[A-Za-z0-9\-.]{1,64}$/
const OID = /^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$/
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const TIME = /^([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?$/
const DATE = /^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$/
const CLOCK = '([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))'
const DATE_TIME = new RegExp(`^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T${CLOCK})?)?)?$`)
const INSTANT = new RegExp(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T${CLOCK}$`)

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** Whether the day of a text that starts `YYYY[-MM[-DD]]` exists; the year 0000 does not. */
function exists(text: string): boolean {
  const year = Number(text.slice(0, 4))
  if (year === 0) return false
  if (text.length < 10) return true
  const month = Number(text.slice(5, 7))
  const day = Number(text.slice(8, 10))
  if (month === 2 && day === 29) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (DAYS[month - 1] ?? 0)
}

/** Groups of four of the base64 alphabet, white space anywhere, padding only at the end. */
function isBase64(text: string): boolean {
  if (!/^[A-Za-z0-9+/ \t\r\n]*(=[ \t\r\n]*){0,2}$/.test(text)) return false
  let length = 0
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 32) length++
  return length > 0 && length % 4 === 0
}

/** Not empty, and of the control characters only those that XML 1.0 has: tab, line feed, return. R4 bounds no narrative's length. */
function isXhtml(text: string): boolean {
  // a loop: on the short texts of a resource twice as fast as a pattern
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 && code !== 9 && code !== 10 && code !== 13) return false
  }
  return text.length > 0
}

function isString(text: string): boolean {
  return text.length <= MAX_STRING_LENGTH && isXhtml(text)
}

/** Not empty, no white space, no control characters. */
function isUri(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) <= 32) return false
  return text.length > 0
}

const matches = (pattern: RegExp) => (text: string): boolean => pattern.test(text)
const matchesDate = (pattern: RegExp) => (text: string): boolean => pattern.test(text) && exists(text)

const text = (test: (text: string) => boolean): Primitive => ({ json: 'string', test })

/** By type name: `primitives.date`. */
export const primitives: Readonly<Record<string, Primitive>> = {
  boolean: { json: 'boolean' },
  decimal: { json: 'number' },
  integer: { json: 'integer', minimum: -MAX_INT - 1, maximum: MAX_INT },
  unsignedInt: { json: 'integer', minimum: 0, maximum: MAX_INT },
  positiveInt: { json: 'integer', minimum: 1, maximum: MAX_INT },
  string: text(isString),
  markdown: text(isString),
  xhtml: text(isXhtml),
  code: text(matches(CODE)),
  id: text(matches(ID)),
  uri: text(isUri),
  url: text(isUri),
  canonical: text(isUri),
  oid: text(matches(OID)),
  uuid: text(matches(UUID)),
  date: text(matchesDate(DATE)),
  dateTime: text(matchesDate(DATE_TIME)),
  instant: text(matchesDate(INSTANT)),
  time: text(matches(TIME)),
  base64Binary: text(isBase64),
}
