/**
 * Hub policy on British addresses: a postcode is written as Royal Mail and the NHS Data Dictionary write it, so that the
 * place is found; UPRN and PAF key are the digits that PDS takes. What people send is told, not repeated.
 */
import { isObject } from '../../fhir/json.ts'
import type { Findings } from '../findings.ts'
import { policy } from './identifiers.ts'

const ADDRESS_KEY = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-AddressKey'

/** `PR1 0AA`, `SW1A 1AA`, the pseudo codes `ZZ99 3VZ`, and `GIR 0AA`. */
const POSTCODE = /^(?:[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2}|ZZ99 [0-9][A-Z]{2}|GIR 0AA)$/
const BRITISH = /^(?:gb|gbr|uk|gb-(?:eng|sct|wls|nir)|england|scotland|wales|northern ireland|great britain|united kingdom)$/i

interface Key {
  readonly form: RegExp
  readonly words: string
  readonly code: string
  readonly severity: 'error' | 'warning'
}

/** Forms of PDS: UPRN `^[0-9]{1,12}$`, PAF `^[0-9]{8}$`, which UK Core's own example has not. */
const KEYS: Readonly<Record<string, Key>> = {
  UPRN: { form: /^[0-9]{1,12}$/, words: 'a UPRN is one to twelve digits', code: 'hub-uprn', severity: 'error' },
  PAF: { form: /^[0-9]{8}$/, words: 'a PAF key is eight digits', code: 'hub-paf', severity: 'warning' },
}

type Json = Readonly<Record<string, unknown>>

/** Checks one Address; `path` is its place. An address without a country is taken for a British one. */
export const checkAddress = ({ postalCode, country, extension }: Json, path: string, findings: Findings): void => {
  if (Array.isArray(extension)) {
    extension.forEach((item: unknown, i) => {
      if (isObject(item) && item['url'] === ADDRESS_KEY) checkKey(item['extension'], `${path}.extension[${i}]`, findings)
    })
  }
  if (typeof postalCode !== 'string' || (typeof country === 'string' && !BRITISH.test(country.trim())) || POSTCODE.test(postalCode)) return
  const letters = postalCode.toUpperCase().replace(/[^A-Z0-9]/g, '')
  const isMeant = POSTCODE.test(`${letters.slice(0, -3)} ${letters.slice(-3)}`)
  findings.add(`${path}.postalCode`, policy('hub-postcode', 'warning', isMeant
    ? 'a postcode is written in capitals with one blank before the last three characters; send it so'
    : 'this is not a British postcode; send one as "PR1 0AA", or the country where the address is abroad'))
}

const checkKey = (parts: unknown, path: string, findings: Findings): void => {
  if (!Array.isArray(parts)) return
  const objects = parts.map(part => (isObject(part) ? part : {}))
  const type = objects.find(({ url }) => url === 'type')
  const at = objects.findIndex(({ url }) => url === 'value')
  const value = objects[at]?.['valueString']
  checkForm(KEYS[codeOf(type) ?? ''], value, `${path}.extension[${at}]`, findings)
}

const checkForm = (key: Key | undefined, value: unknown, path: string, findings: Findings): void => {
  if (key === undefined || typeof value !== 'string' || key.form.test(value)) return
  findings.add(`${path}.value.ofType(string)`, policy(key.code, key.severity, `${key.words}, without blanks; send the digits, or leave the key out`))
}

const codeOf = (part: Json | undefined): string | undefined => {
  const concept = part?.['valueCodeableConcept']
  const coding: unknown = isObject(concept) && Array.isArray(concept['coding']) ? concept['coding'][0] : part?.['valueCoding']
  const code = isObject(coding) ? coding['code'] : undefined
  return typeof code === 'string' ? code : undefined
}

/** A part `UPRN` of an extension (BaRS LocationExtension) holds nothing else. */
export const checkPart = ({ url, valueString }: Json, path: string, findings: Findings): void => {
  if (url === 'UPRN') checkForm(KEYS['UPRN'], valueString, path, findings)
}
