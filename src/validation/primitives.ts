/**
 * A primitive value against its type: what it is in JSON, its form and its meaning (a day that exists, whole base64).
 * The rules are `definitions/primitives.ts`; here is what people are told.
 */
import type { Primitive } from '../definitions/primitives.ts'
import type { Finding } from './findings.ts'
import { kindOf, shownOf } from './shown.ts'

/** What to send, by type: https://hl7.org/fhir/R4/datatypes.html#primitive. */
const EXPECTED: Readonly<Record<string, string>> = {
  boolean: 'true or false, without quotes',
  decimal: 'a number without quotes',
  integer: 'a whole number from -2147483648 to 2147483647, without quotes',
  unsignedInt: 'a whole number from 0 to 2147483647, without quotes',
  positiveInt: 'a whole number from 1 to 2147483647, without quotes',
  string: 'text of at least one character and at most 1 MB, without control characters',
  markdown: 'text of at least one character and at most 1 MB, without control characters',
  xhtml: 'an XHTML <div> as text',
  code: 'a code: no blanks at either end, single blanks within',
  id: '1 to 64 of the letters A-Z and a-z, digits, "-" and "."',
  uri: 'a URI without blanks',
  url: 'a URL without blanks',
  canonical: 'a canonical URL without blanks',
  oid: 'an OID as urn:oid:1.2.3',
  uuid: 'a lower-case UUID as urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  date: 'a date that exists, as 2026-02-28, 2026-02 or 2026',
  dateTime: 'a date that exists, as 2026-02-28, or with a time and zone as 2026-02-28T14:30:00Z',
  instant: 'an instant with time and zone, as 2026-02-28T14:30:00.000Z',
  time: 'a time as 14:30:00',
  base64Binary: 'base64 in groups of four characters',
}

/** What is wrong with the value, or undefined. */
export const primitiveFault = (value: unknown, type: string, primitive: Primitive): Finding | undefined => {
  const expected = EXPECTED[type] ?? `a ${type}`
  const wanted = primitive.json === 'integer' ? 'number' : primitive.json
  if (typeof value !== wanted) {
    return { severity: 'error', type: 'structure', code: `json-type:${type}`, text: `found ${kindOf(value)} where the type is ${type}; send ${expected}` }
  }
  if (isMember(value, primitive)) return undefined
  return { severity: 'error', type: 'value', code: `primitive:${type}`, text: `${shownOf(type, value)} is not a valid ${type}; send ${expected}` }
}

const isMember = (value: unknown, primitive: Primitive): boolean => {
  switch (primitive.json) {
    case 'boolean': return true
    case 'number': return Number.isFinite(value)
    case 'integer': return Number.isInteger(value) && (value as number) >= primitive.minimum && (value as number) <= primitive.maximum
    case 'string': return primitive.test(value as string)
  }
}
