/**
 * National variants that partners really send, rewritten to what UK Core binds today. Each rule is listed with its
 * source; nothing else of a resource is touched, and what was sent stays in the Binary.
 */
import { cloneJson, isObject } from '../fhir/json.ts'
import type { Resource } from '../fhir/resource.ts'

export interface Normalised {
  readonly resource: Resource
  readonly changes: readonly Normalisation[]
}

export interface Normalisation {
  /** Id of the rule, e.g. `identifier-system`. */
  readonly rule: string
  readonly text: string
  /** FHIRPath inside the resource. */
  readonly expression: string
}

type Member = Record<string, unknown>
/** Rewrites one object in place; answers what it did. */
type Rule = (holder: Member, context: { readonly url: string | undefined }) => { rule: string; text: string } | undefined

/** NamingSystems of NHS England and HL7 UK; partners mix `http`, `id` and upper case (BaRS examples 1.0.0). */
const IDENTIFIER_SYSTEMS = new Map([
  ...['nhs-number', 'ods-organization-code', 'ods-site-code', 'dos-service-id', 'UBRN', 'sds-user-id', 'sds-role-profile-id',
    'cross-care-setting-identifier', 'BaRS-Identifier', 'product-id'].map(name => `https://fhir.nhs.uk/Id/${name}`),
  ...['gmc', 'gmp', 'nmc', 'hcpc', 'gdc', 'goc'].map(name => `https://fhir.hl7.org.uk/Id/${name}-number`),
].map(system => [folded(system), system] as const))
/** The OID of the NHS number (its NamingSystem), as HL7 V3 and CDA converters carry it over. */
IDENTIFIER_SYSTEMS.set('urn:oid:2.16.840.1.113883.2.1.4.1', 'https://fhir.nhs.uk/Id/nhs-number')

function folded(system: string): string {
  return system.toLowerCase().replace(/^http:/, 'https:')
}

const identifierSystem: Rule = holder => {
  const { system } = holder
  if (typeof system !== 'string') return undefined
  const canonical = IDENTIFIER_SYSTEMS.get(folded(system))
  if (canonical === undefined || canonical === system) return undefined
  holder['system'] = canonical
  return { rule: 'identifier-system', text: `"${system}" is written ${canonical}` }
}

/** An NHS number is written 3 3 4 for people (NHS Data Dictionary); its value is ten digits. */
const nhsNumberSpaces: Rule = holder => {
  const { system, value } = holder
  if (system !== 'https://fhir.nhs.uk/Id/nhs-number' || typeof value !== 'string') return undefined
  if (!/^\d{3}[ -]\d{3}[ -]\d{4}$/.test(value)) return undefined
  holder['value'] = value.replace(/[ -]/g, '')
  return { rule: 'nhs-number-digits', text: 'an NHS number is sent as ten digits without spaces' }
}

const RETIRED_VERIFICATION = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus'
const ENGLAND_VERIFICATION = `${RETIRED_VERIFICATION}England`
/** Retired CodeSystem UKCore-NHSNumberVerificationStatus -> UKCore-NHSNumberVerificationStatusEngland (UK Core STU2 and later). */
const VERIFICATION_CODES: Readonly<Record<string, string>> = {
  'number-present-and-verified': '01',
  'number-present-but-not-traced': '02',
  'trace-required': '03',
  'trace-attempted': '04',
  'trace-needs-to-be-resolved': '05',
  'trace-in-progress': '06',
  'number-not-present-and-trace-not-required': '07',
  'trace-postponed': '08',
}
const ENGLAND_CODES = new Set(Object.values(VERIFICATION_CODES))

/** BaRS sends the old codes, PDS the new codes under the old system (uk-standards: both fail UK Core 2.x). */
const verificationStatus: Rule = holder => {
  const { system, code } = holder
  if (typeof system !== 'string' || folded(system) !== folded(RETIRED_VERIFICATION) || typeof code !== 'string') return undefined
  const current = ENGLAND_CODES.has(code) ? code : Object.hasOwn(VERIFICATION_CODES, code) ? VERIFICATION_CODES[code] : undefined
  if (current === undefined) return undefined
  holder['system'] = ENGLAND_VERIFICATION
  holder['code'] = current
  delete holder['version']
  return { rule: 'verification-status', text: `the retired verification status "${code}" is ${current} in ${ENGLAND_VERIFICATION}` }
}

const OLD_LANGUAGE = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-HumanLanguage'

/** Retired CodeSystem UKCore-HumanLanguage -> BCP 47; its `q1` to `q5` are not languages of BCP 47 and stay. */
const language: Rule = holder => {
  const { system, code } = holder
  if (typeof system !== 'string' || folded(system) !== folded(OLD_LANGUAGE)) return undefined
  if (typeof code !== 'string' || !/^[A-Za-z]{2,3}$/.test(code)) return undefined
  holder['system'] = 'urn:ietf:bcp:47'
  holder['code'] = code.toLowerCase()
  delete holder['version']
  return { rule: 'language', text: `the language "${code}" is coded in urn:ietf:bcp:47` }
}

const ADDRESS_KEY = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-AddressKey'

/** PDS carries the type of an address key as Coding; UK Core 3.0.0 of the extension as CodeableConcept. */
const addressKey: Rule = (holder, { url }) => {
  const { url: own, valueCoding } = holder
  if (url !== ADDRESS_KEY || own !== 'type' || valueCoding === undefined) return undefined
  delete holder['valueCoding']
  holder['valueCodeableConcept'] = { coding: [valueCoding] }
  return { rule: 'address-key', text: 'the type of an address key is a CodeableConcept' }
}

const rules: readonly Rule[] = [identifierSystem, nhsNumberSpaces, verificationStatus, language, addressKey]

/** The resource with every listed variant rewritten; the one given stays as it is. */
export const normalise = (sent: Resource): Normalised => {
  const resource = cloneJson(sent)
  const changes: Normalisation[] = []
  const walk = (value: unknown, expression: string, url: string | undefined): void => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, `${expression}[${index}]`, url)
      return
    }
    if (!isObject(value)) return
    for (const rule of rules) {
      const done = rule(value, { url })
      if (done !== undefined) changes.push({ ...done, expression })
    }
    const within = typeof value['url'] === 'string' ? value['url'] : url
    for (const [name, child] of Object.entries(value)) {
      if (typeof child === 'object') walk(child, `${expression}.${name}`, within)
    }
  }
  walk(resource, resource.resourceType, undefined)
  return { resource, changes }
}
