/**
 * What a primitive means beyond its form: URNs that are what they say, canonicals that are absolute, years in which
 * people live. The form is `definitions/primitives.ts`. https://hl7.org/fhir/R4/datatypes.html#primitive
 */
import type { Finding } from './findings.ts'
import { shown } from './shown.ts'
import { narrativeFinding } from './xhtml.ts'

/** A URI with a scheme. */
export const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\S/

const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/

const wrongUri = (text: string): Finding => ({ severity: 'error', type: 'value', code: 'uri-form', text })

const uriMeaning = (uri: string): Finding | undefined => {
  const first = uri.charCodeAt(0) | 0x20
  // o, u: nearly all others are http
  if (first !== 0x6f && first !== 0x75) return undefined
  if (/^(?:oid|uuid):/i.test(uri)) return wrongUri(`${shown(uri)} is no URN; send urn:${uri.toLowerCase()}`)
  if (/^urn:oid:/i.test(uri) && !OID.test(uri)) return wrongUri(`${shown(uri)} is not an OID; send it as urn:oid:1.2.3`)
  if (/^urn:uuid:/i.test(uri) && !UUID.test(uri)) {
    return UUID.test(uri.toLowerCase())
      ? { severity: 'warning', type: 'value', code: 'uri-form', text: `UUIDs are written in lower case; send ${uri.toLowerCase()}` }
      : wrongUri(`${shown(uri)} is not a UUID; send urn:uuid: and 8-4-4-4-12 hex digits in lower case`)
  }
  return undefined
}

const canonicalMeaning = (canonical: string): Finding | undefined =>
  ABSOLUTE.test(canonical) || canonical.startsWith('#') ? uriMeaning(canonical)
    : { severity: 'warning', type: 'value', code: 'canonical-relative',
      text: `${shown(canonical)} is not absolute; send the canonical URL of the definition, or "#id" of a contained one` }

/** Nobody who is referred was born before it; periods that never end are written up to 9999. */
const FIRST_YEAR = '1800', LAST_YEAR = '2100', FOREVER = '9999'

const dateMeaning = (date: string): Finding | undefined => {
  const year = date.slice(0, 4)
  return (year >= FIRST_YEAR && year <= LAST_YEAR) || year === FOREVER ? undefined
    : { severity: 'warning', type: 'value', code: 'date-unlikely', text: `the year ${year} is not between ${FIRST_YEAR} and ${LAST_YEAR}; send the year that is meant` }
}

/** `Element.id` may be any text without blanks (https://hl7.org/fhir/R4/element.html). */
export const elementId = (id: string): Finding | undefined =>
  (/\s/.test(id) ? { severity: 'error', type: 'value', code: 'element-id', text: 'the id of an element has no blanks; take them out, and out of what refers to it' } : undefined)

/** By type; what is asked of the text of a value that has the form of its type. */
export const meanings: Readonly<Record<string, (text: string) => Finding | undefined>> = {
  uri: uriMeaning,
  url: uriMeaning,
  canonical: canonicalMeaning,
  date: dateMeaning,
  dateTime: dateMeaning,
  instant: dateMeaning,
  xhtml: narrativeFinding,
}
