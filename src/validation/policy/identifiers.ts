/**
 * Hub policy on national identifiers: NHS number and ODS codes must have the form their issuers give them; where the
 * national text gives a form only by its examples, another form is a warning.
 *
 * UK Core asks none of this (published examples hold 15 NHS numbers with a wrong check digit), so these are issues
 * with a source of their own: ordinary interactions refuse them, intake keeps the referral and turns them into warnings.
 */
import { isObject } from '../../fhir/json.ts'
import { checkDigit, isNhsNumber, isNhsNumberForm, normaliseNhsNumber } from '../../fhir/nhs-number.ts'
import { isOdsCode, isOdsSiteCode, normaliseOdsCode } from '../../fhir/ods.ts'
import { HUB, NHS_NUMBER_SYSTEM, ODS_ORGANISATION_SYSTEM, ODS_SITE_SYSTEM } from '../../fhir/resource.ts'
import type { Finding, Findings } from '../findings.ts'

/** Where every rule of this folder comes from. */
export const POLICY = `${HUB}/policy`

const VERIFICATION_STATUS = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus'
const STATUS_SYSTEM = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland'
const NHS = 'https://fhir.nhs.uk/Id/'
const HL7_UK = 'https://fhir.hl7.org.uk/Id/'

/** What the national interfaces show of identifiers whose form nobody publishes: the form, in words. */
const USUAL: ReadonlyMap<string, { readonly form: RegExp; readonly words: string }> = new Map([
  [`${NHS}sds-user-id`, { form: /^[0-9]+$/, words: 'an SDS user id is digits only' }],
  [`${NHS}sds-role-profile-id`, { form: /^[0-9]+$/, words: 'an SDS role profile id is digits only' }],
  [`${NHS}UBRN`, { form: /^[0-9]{12}$/, words: 'a UBRN is twelve digits without blanks' }],
  [`${NHS}dos-service-id`, { form: /^[0-9]+$/, words: 'the id of a service in the Directory of Services is digits only' }],
  ...['gmc', 'gmp', 'nmc', 'hcpc', 'gdc', 'goc'].map(body => [`${HL7_UK}${body}-number`,
    { form: /^[A-Za-z0-9-]+$/, words: `a number of the register ${body.toUpperCase()} is letters and digits without blanks` }] as const),
])

/** National systems by what is left of them when people write http, a capital or a slash too many. */
const folded = (system: string): string => system.toLowerCase().replace(/^http:/, 'https:').replace(/\/+$/, '')
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  [NHS_NUMBER_SYSTEM, ODS_ORGANISATION_SYSTEM, ODS_SITE_SYSTEM, ...USUAL.keys()].map(system => [folded(system), system]))

export const policy = (code: string, severity: Finding['severity'], text: string): Finding =>
  ({ severity, type: 'business-rule', code, text, source: POLICY })

/** Checks one Identifier; `path` is its place. */
export const checkIdentifier = ({ system, value, extension }: Readonly<Record<string, unknown>>, path: string, findings: Findings): void => {
  if (typeof system !== 'string') return
  if (system === NHS_NUMBER_SYSTEM) checkVerificationStatus(extension, typeof value === 'string', path, findings)
  if (typeof value !== 'string') return
  switch (system) {
    case NHS_NUMBER_SYSTEM: return checkNhsNumber(value, path, findings)
    case ODS_ORGANISATION_SYSTEM:
      if (!isOdsCode(value)) odsFault('hub-ods-code', 'an ODS organisation code', value, path, findings)
      return
    case ODS_SITE_SYSTEM:
      if (!isOdsSiteCode(value)) odsFault('hub-ods-site-code', 'an ODS site code', value, path, findings)
      return
    default: return checkOther(system, value, path, findings)
  }
}

const checkOther = (system: string, value: string, path: string, findings: Findings): void => {
  const usual = USUAL.get(system)
  if (usual !== undefined) {
    if (!usual.form.test(value)) findings.add(`${path}.value`, policy('hub-identifier-form', 'warning', `${usual.words}; look at what was sent`))
    return
  }
  const meant = system.includes('.uk/') ? SPELLINGS.get(folded(system)) : undefined
  if (meant !== undefined) {
    findings.add(`${path}.system`, policy('hub-identifier-system', 'warning', `nobody will find this identifier under another spelling of its system; send "${meant}"`))
  }
}

const checkNhsNumber = (value: string, path: string, findings: Findings): void => {
  if (isNhsNumber(value)) return
  // the number itself is left out of the text: an outcome must not carry patient data into logs
  const digits = normaliseNhsNumber(value)
  findings.add(`${path}.value`, policy('hub-nhs-number', 'error', !isNhsNumberForm(value)
    ? `an NHS number is ten digits without blanks${digits === undefined ? '' : '; remove the blanks'}; leave the identifier out if the number is not known`
    : checkDigit(value) === undefined
      ? 'no NHS number begins with these nine digits (they have no check digit); ask for the number again, or leave it out'
      : 'the last digit does not belong to the first nine (modulus 11), so a digit is wrong; ask for the number again, or leave it out'))
}

/** 01: present and verified; 07: not present and trace not required. */
const checkVerificationStatus = (extensions: unknown, isPresent: boolean, path: string, findings: Findings): void => {
  if (!Array.isArray(extensions)) return
  const concept = extensions.filter(isObject).find(({ url }) => url === VERIFICATION_STATUS)?.['valueCodeableConcept']
  const codings = isObject(concept) && Array.isArray(concept['coding']) ? concept['coding'].filter(isObject) : []
  const says = (status: string): boolean => codings.some(({ system, code }) => system === STATUS_SYSTEM && code === status)
  if (isPresent && says('07')) {
    findings.add(path, policy('hub-nhs-number-status', 'warning',
      'the verification status says that there is no NHS number (07), but one is given; send the status it was traced with, or leave the number out'))
  } else if (!isPresent && says('01')) {
    findings.add(path, policy('hub-nhs-number-status', 'warning',
      'the verification status says that the NHS number is present and verified (01), but there is none; send the number, or the status 03 (trace required)'))
  }
}

const odsFault = (code: string, what: string, value: string, path: string, findings: Findings): void => {
  const tidy = normaliseOdsCode(value)
  findings.add(`${path}.value`, policy(code, 'error',
    `${JSON.stringify(value.slice(0, 40))} is not ${what}: three to twelve capital letters and digits${isOdsCode(tidy) ? `; send "${tidy}"` : ''}`))
}
