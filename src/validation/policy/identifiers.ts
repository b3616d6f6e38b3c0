/**
 * Hub policy on national identifiers: NHS number and ODS codes must have the form their issuers give them.
 *
 * UK Core asks none of this (published examples hold 15 NHS numbers with a wrong check digit), so these are issues
 * with a source of their own: ordinary interactions refuse them, intake keeps the referral and turns them into warnings.
 */
import { checkDigit, isNhsNumber, isNhsNumberForm, normaliseNhsNumber } from '../../fhir/nhs-number.ts'
import { isOdsCode, isOdsSiteCode, normaliseOdsCode } from '../../fhir/ods.ts'
import { HUB, NHS_NUMBER_SYSTEM, ODS_ORGANISATION_SYSTEM, ODS_SITE_SYSTEM } from '../../fhir/resource.ts'
import type { Finding, Findings } from '../findings.ts'

/** Where every rule of this folder comes from. */
export const POLICY = `${HUB}/policy`

const VERIFICATION_STATUS = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus'
const STATUS_SYSTEM = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland'

const policy = (code: string, severity: Finding['severity'], text: string): Finding =>
  ({ severity, type: 'business-rule', code, text, source: POLICY })

/** Checks one Identifier; `path` is its place. */
export const checkIdentifier = (identifier: unknown, path: string, findings: Findings): void => {
  const { system, value, extension } = identifier as { system?: unknown; value?: unknown; extension?: unknown }
  if (typeof value !== 'string') return
  switch (system) {
    case NHS_NUMBER_SYSTEM:
      checkNhsNumber(value, path, findings)
      checkVerificationStatus(extension, path, findings)
      break
    case ODS_ORGANISATION_SYSTEM:
      if (!isOdsCode(value)) odsFault('hub-ods-code', 'an ODS organisation code', value, path, findings)
      break
    case ODS_SITE_SYSTEM:
      if (!isOdsSiteCode(value)) odsFault('hub-ods-site-code', 'an ODS site code', value, path, findings)
      break
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

const checkVerificationStatus = (extensions: unknown, path: string, findings: Findings): void => {
  if (!Array.isArray(extensions)) return
  const items = extensions as readonly ({ url?: unknown; valueCodeableConcept?: { coding?: unknown } } | null)[]
  const status = items.find(extension => extension?.url === VERIFICATION_STATUS)?.valueCodeableConcept?.coding
  if (!Array.isArray(status)) return
  const says07 = (status as readonly ({ system?: unknown; code?: unknown } | null)[])
    .some(coding => coding?.system === STATUS_SYSTEM && coding.code === '07')
  if (says07) {
    findings.add(path, policy('hub-nhs-number-status', 'warning',
      'the verification status says that there is no NHS number (07), but one is given; send the status it was traced with, or leave the number out'))
  }
}

const odsFault = (code: string, what: string, value: string, path: string, findings: Findings): void => {
  const tidy = normaliseOdsCode(value)
  findings.add(`${path}.value`, policy(code, 'error',
    `${JSON.stringify(value.slice(0, 40))} is not ${what}: three to twelve capital letters and digits${isOdsCode(tidy) ? `; send "${tidy}"` : ''}`))
}
