/**
 * The person a referral is about: found in the Bundle or in this hub, mended where the Patient is broken, made from
 * what the ServiceRequest says where there is none. Never merged with what is known of the same person (design, idea 12).
 */
import { randomUUID } from 'node:crypto'
import { cloneJson, isObject } from '../fhir/json.ts'
import { isNhsNumber } from '../fhir/nhs-number.ts'
import { localReference } from '../fhir/reference.ts'
import { NHS_NUMBER_SYSTEM, type Resource, type ResourceRef } from '../fhir/resource.ts'
import { refOf, type Draft, type Examine } from './drafts.ts'
import { mend } from './mend.ts'
import { identifierKey } from './relink.ts'
import { ask, type Remark } from './remarks.ts'

/** The Patient of the Bundle that a ServiceRequest is about, by address or by identifier. */
export const personOf = (asked: Draft | undefined, drafts: readonly Draft[]): Draft | undefined => {
  const subject = subjectOf(asked)
  const key = identifierKey(subject['identifier'])
  const people = drafts.filter(({ resource }) => resource.resourceType === 'Patient')
  return people.find(({ entry }) => typeof subject['reference'] === 'string' && entry.addresses.includes(subject['reference']))
    ?? people.find(({ resource }) => key !== undefined && identifiersOf(resource).some(identifier => identifierKey(identifier) === key))
}

/** The Patient of this hub that a ServiceRequest is about, if its literal says so. */
export const knownPersonOf = (asked: Draft | undefined, bases: readonly string[]): ResourceRef | undefined => {
  const { reference } = subjectOf(asked)
  const ref = typeof reference === 'string' ? localReference(reference, bases) : undefined
  return ref?.type === 'Patient' ? ref : undefined
}

/** The Patient to store: as sent, mended, or made from what the ServiceRequest says about its subject. */
export const patientFrom = (
  person: Draft | undefined, asked: Draft | undefined, examine: Examine,
): { patient: Resource; remarks: readonly Remark[] } => {
  if (person?.isUsable === true) return { patient: person.resource, remarks: [] }
  if (person !== undefined) {
    const { resource, dropped } = mend({ resourceType: 'Patient', id: String(person.resource.id) }, withoutFalseNumbers(person.resource), examine)
    const { at } = person.entry
    const isNumberKept = identifiersOf(person.resource).some(isFalseNumber)
    const without = [...dropped, ...(isNumberKept ? ['Patient.identifier as an NHS number (it is kept as words, for people to ask about)'] : [])]
    return { patient: resource, remarks: [ask('patient-mended', at, `the Patient is stored without what cannot be used: ${without.join(', ')}`)] }
  }
  const { identifier, display } = subjectOf(asked)
  const { resource } = mend({ resourceType: 'Patient', id: randomUUID() }, withoutFalseNumbers({
    resourceType: 'Patient',
    ...(identifier === undefined ? {} : { identifier: [identifier] }),
    ...(typeof display === 'string' ? { name: [{ text: display }] } : {}),
  }), examine)
  return {
    patient: resource,
    remarks: [ask('patient-made', 'Bundle',
      'the Bundle has no Patient; one was made from what the ServiceRequest says of its subject', 'Bundle.entry')],
  }
}

/** What a person must look at about a Patient that is valid: whom the referral is about must not be mistaken. */
export const doubtsAbout = (person: Draft | undefined, asked: Draft | undefined): readonly Remark[] => {
  if (person === undefined) return []
  const { at } = person.entry
  const { deceasedBoolean, deceasedDateTime } = person.resource
  const stated = identifierKey(subjectOf(asked)['identifier'])
  const numbers = identifiersOf(person.resource).flatMap(identifier => identifierKey(identifier) ?? [])
    .filter(key => key.startsWith(`${NHS_NUMBER_SYSTEM}|`))
  return [
    ...(deceasedBoolean === true || deceasedDateTime !== undefined
      ? [ask('patient-deceased', at, 'the Patient is recorded as deceased; make sure that it is the right person', `${at}.deceased`)] : []),
    ...(stated?.startsWith(`${NHS_NUMBER_SYSTEM}|`) === true && numbers.length > 0 && !numbers.includes(stated)
      ? [ask('subject-differs', at,
        'the NHS number of ServiceRequest.subject is not that of the Patient; make sure that it is the right person', `${at}.identifier`)] : []),
  ]
}

/** An NHS number that cannot be one stays readable, as words: nobody is found or matched by it. */
const withoutFalseNumbers = (patient: Resource): Resource => {
  if (!identifiersOf(patient).some(isFalseNumber)) return patient
  const copy = cloneJson(patient)
  copy['identifier'] = identifiersOf(copy).map(identifier =>
    (isFalseNumber(identifier) ? { type: { text: 'NHS number as sent, which cannot be one' }, value: identifier['value'] } : identifier))
  return copy
}

const isFalseNumber = ({ system, value }: Record<string, unknown>): boolean =>
  system === NHS_NUMBER_SYSTEM && typeof value === 'string' && value.trim() !== '' && !isNhsNumber(value)

const identifiersOf = ({ identifier }: Resource): readonly Record<string, unknown>[] => (Array.isArray(identifier) ? identifier.filter(isObject) : [])

const subjectOf = (asked: Draft | undefined): Record<string, unknown> => {
  const subject = asked?.resource['subject']
  return isObject(subject) ? subject : {}
}

/** `ServiceRequest.subject` for a Patient that is stored with it: where it is, beside what was said. */
export const aboutPatient = (asked: Draft | undefined, patient: Resource): Record<string, unknown> => {
  const { display, identifier, type } = subjectOf(asked)
  return {
    reference: `Patient/${refOf(patient).id}`,
    ...(type === 'Patient' ? { type } : {}),
    ...(isObject(identifier) ? { identifier } : {}),
    ...(typeof display === 'string' && display !== '' ? { display } : {}),
  }
}
