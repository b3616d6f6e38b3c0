/**
 * A vignette's facts as a partner would send them: a referral Bundle in the first form that docs/triage.md lists for
 * each fact, or in the last. A fact with one form has it in both; a value that a form cannot say keeps the first.
 */
import { hash } from 'node:crypto'
import type {
  Bundle, CodeableConcept, Extension, Organization, Patient, QuestionnaireResponseItemAnswer, Reference, ServiceRequest,
} from 'fhir/r4.js'
import type { Locality } from '../src/directory/load.ts'
import { dayNumber, dayText, londonInstant, monthsBefore } from '../src/directory/london.ts'
import { timeOfDay } from '../src/directory/hours.ts'
import { hubCodeSystem, hubProfile, ODS_ORGANISATION_SYSTEM } from '../src/fhir/resource.ts'
import { news2Sent } from './vignette-news2.ts'

export interface Given {
  /** `2026-11-24T10:15`, Europe/London. */
  readonly receivedAt: string
  readonly referrer: string
  readonly age?: number
  readonly residence?: string
  readonly practice?: string
  readonly setting?: string
  readonly needs: readonly string[]
  readonly redFlags?: readonly string[]
  readonly softFlags?: readonly string[]
  readonly news2?: number | 'unknown'
  readonly anySingleThree?: boolean
  readonly frailty?: number
  readonly advancePlan?: string
  readonly consent?: string
  readonly safeToWait?: boolean
  readonly canTravel?: boolean
  readonly rehabPotential?: boolean
  readonly longTermCondition?: boolean
  readonly admissionDecided?: boolean
  readonly dischargeNotice?: string
  readonly lastTwoHourResponse?: string
  readonly ambulanceCategory?: string
  readonly safeguarding?: boolean
  readonly capacity?: Readonly<Record<string, number>>
}

export type Forms = 'first' | 'second'

const SNOMED = 'http://snomed.info/sct'
const FACT = hubCodeSystem('fact')
const ODS_ROLES = 'https://directory.spineservices.nhs.uk/STU3/CodeSystem/ODSAPI-OrganizationRole-1'
const BARS_FLAGS = 'https://fhir.nhs.uk/CodeSystem/flag-categories-bars'
const ARP = 'https://fhir.nhs.uk/CodeSystem/arp-priority-codes'

/** Short names that vignettes use beside the districts' and the localities' own. */
const DISTRICTS: Readonly<Record<string, string>> = { 'east-staffs': 'east-staffordshire', 'south-staffs': 'south-staffordshire' }
const AREAS: Readonly<Record<string, string>> = { cl: 'central-lancashire', ss: 'east-staffordshire' }

/** Instant of a vignette's wall-clock time. */
export const receivedAtOf = (text: string): number => {
  const [date = '', time = ''] = text.split('T')
  const day = dayNumber(date)
  if (day === undefined) throw new Error(`receivedAt "${text}" is not a date and a time`)
  return londonInstant(day, timeOfDay(time))
}

/** @throws Error when no locality's coverage can say the residence or practice */
export const referralBundle = (id: string, given: Given, forms: Forms, localities: readonly Locality[]): Bundle => {
  const entries: NonNullable<Bundle['entry']> = []
  const at = new Date(receivedAtOf(given.receivedAt)).toISOString()
  const add = (resource: Sent): Reference => {
    const uuid = hash('sha256', `${id} ${forms} ${entries.length}`)
    const fullUrl = `urn:uuid:${uuid.slice(0, 8)}-${uuid.slice(8, 12)}-4${uuid.slice(13, 16)}-8${uuid.slice(17, 20)}-${uuid.slice(20, 32)}`
    entries.push({ fullUrl, resource })
    return { reference: fullUrl }
  }
  const second = forms === 'second'
  const answers: { linkId: string; answer: QuestionnaireResponseItemAnswer[] }[] = []

  const patient: Patient & Sent = { resourceType: 'Patient', name: [{ use: 'official', family: 'Example', given: ['Vignette', id] }], gender: 'unknown' }
  const subject = add(patient)
  const request: ServiceRequest & Sent = { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject, authoredOn: at }
  add(request)
  const extensions: Extension[] = []

  person(patient, request, given, second, localities, add)
  referrer(request, extensions, given, second, subject, localities, add)
  setting(given, second, subject, add)
  needs(request, given.needs, second)

  for (const code of given.redFlags ?? []) {
    if (second && code === 'major-bleed') {
      add({ ...carePlan(subject), activity: [{ outcomeCodeableConcept: [concept('https://fhir.nhs.uk/CodeSystem/pathways-dx-codes', 'Dx0116')] }] })
    } else if (second) answers.push({ linkId: 'red-flag', answer: [{ valueCoding: { system: hubCodeSystem('red-flag'), code } }] })
    else add(flag(subject, concept(hubCodeSystem('red-flag'), code)))
  }
  for (const code of given.softFlags ?? []) {
    if (second) answers.push({ linkId: 'soft-flag', answer: [{ valueCoding: { system: hubCodeSystem('soft-flag'), code } }] })
    else add(flag(subject, concept(hubCodeSystem('soft-flag'), code)))
  }
  for (const resource of news2Sent(given, forms, subject, at)) add(resource)
  if (given.frailty !== undefined) add(frailty(given.frailty, second, subject, at))
  if (given.advancePlan !== undefined) add(advancePlan(given.advancePlan, second, subject))
  for (const resource of consent(given.consent, subject, at)) add(resource)
  for (const [fact, value] of statements(given)) {
    if (second) answers.push({ linkId: fact, answer: [typeof value === 'boolean' ? { valueBoolean: value } : { valueString: value }] })
    else add({ ...observation(subject, concept(FACT, fact), at), ...(typeof value === 'boolean' ? { valueBoolean: value } : { valueString: value }) })
  }
  if (given.lastTwoHourResponse !== undefined) {
    add(second ? { ...observation(subject, concept(FACT, 'last-two-hour-response'), at), valueDateTime: given.lastTwoHourResponse }
      : { resourceType: 'EpisodeOfCare', status: 'finished', patient: subject, type: [concept(hubCodeSystem('service'), 'UCR2H')], period: { start: given.lastTwoHourResponse, end: given.lastTwoHourResponse } })
  }
  if (given.ambulanceCategory !== undefined) {
    if (second) add({ ...carePlan(subject), activity: [{ outcomeCodeableConcept: [concept(ARP, given.ambulanceCategory)] }] })
    else extensions.push({ url: hubProfile('ambulance-category'), valueCodeableConcept: concept(ARP, given.ambulanceCategory) })
  }
  if (given.safeguarding === true) {
    add(second ? flag(subject, concept(SNOMED, '766561000000109'))
      : { ...flag(subject, { text: 'Safeguarding concern' }), category: [concept(BARS_FLAGS, 'SG')] })
  }
  if (answers.length > 0) add({ resourceType: 'QuestionnaireResponse', status: 'completed', subject, authored: at, item: answers })
  if (extensions.length > 0) request.extension = extensions
  return { resourceType: 'Bundle', type: 'collection', entry: entries }
}

type Add = (resource: Sent) => Reference

/** Any resource; what is sent is checked by the hub. */
export interface Sent {
  readonly resourceType: string
  readonly [element: string]: unknown
}

const concept = (system: string, code: string): CodeableConcept => ({ coding: [{ system, code }] })
const observation = (subject: Reference, code: CodeableConcept, at: string) =>
  ({ resourceType: 'Observation' as const, status: 'final' as const, code, subject, effectiveDateTime: at })
const flag = (subject: Reference, code: CodeableConcept) => ({ resourceType: 'Flag' as const, status: 'active' as const, code, subject })
const carePlan = (subject: Reference) => ({ resourceType: 'CarePlan' as const, status: 'active' as const, intent: 'plan' as const, subject })

const person = (patient: Patient, request: ServiceRequest, given: Given, second: boolean, localities: readonly Locality[], add: Add): void => {
  if (given.age !== undefined) {
    const today = dayNumber(given.receivedAt.slice(0, 10)) ?? 0
    if (second) patient.extension = [{ url: hubProfile('estimated-age'), valueUnsignedInt: given.age }]
    else patient.birthDate = dayText(monthsBefore(today, given.age * 12))
  }
  const postcode = given.residence === undefined || given.residence === 'unknown' ? undefined : residencePostcode(given.residence, localities)
  if (postcode !== undefined && second) {
    request.locationReference = [add({ resourceType: 'Location', status: 'active', name: 'Where the person is', address: { postalCode: postcode } })]
  } else if (postcode !== undefined) patient.address = [{ use: 'home', line: ['1 Example Street'], postalCode: postcode }]

  const isAddressed = [given.residence, given.practice].every(place => place === undefined || place === 'unknown' || place === 'other')
  const hub = localities.find(({ name }) => name === 'central-lancashire')?.hub
  if (isAddressed && hub !== undefined) request.performer = [{ identifier: { system: ODS_ORGANISATION_SYSTEM, value: hub.ods } }]

  if (given.practice === undefined || given.practice === 'unknown') return
  const ods = second ? undefined : practiceOds(given.practice, localities)
  patient.generalPractitioner = [ods === undefined
    ? add({ resourceType: 'Organization', name: 'Example practice', address: [{ postalCode: areaPostcode(given.practice, localities) }] })
    : { identifier: { system: ODS_ORGANISATION_SYSTEM, value: ods } }]
}

/** A postcode of a sector that lies wholly in the district, or outside every locality. */
const residencePostcode = (residence: string, localities: readonly Locality[]): string => {
  if (residence === 'other') return outsidePostcode(localities)
  const named = DISTRICTS[residence] ?? residence
  const sector = localities.flatMap(({ coverage }) => coverage.districts
    .filter(({ name }) => name.toLowerCase().replaceAll(' ', '-') === named).flatMap(({ code }) => coverage.sectors[code] ?? []))[0]
  if (sector === undefined) throw new Error(`no locality covers the residence "${residence}"`)
  return `${sector}AA`
}

const outsidePostcode = (localities: readonly Locality[]): string => {
  const sector = localities[0]?.survey?.outside[0]
  if (sector === undefined) throw new Error('no sector is known that is outside every locality: coverage.json is to stand beside the folder, as in localities/')
  return `${sector}AA`
}

const localityOf = (practice: string, localities: readonly Locality[]): Locality => {
  const locality = localities.find(({ name }) => name === (AREAS[practice] ?? practice))
  if (locality === undefined) throw new Error(`no locality has the practices "${practice}"`)
  return locality
}

const practiceOds = (practice: string, localities: readonly Locality[]): string | undefined =>
  practice === 'other' ? undefined : Object.keys(localityOf(practice, localities).coverage.practices)[0]

const areaPostcode = (practice: string, localities: readonly Locality[]): string =>
  practice === 'other' ? outsidePostcode(localities) : `${Object.values(localityOf(practice, localities).coverage.sectors).flat()[0] ?? ''}AA`

const ROLES: Readonly<Record<string, string>> = { 'gp': 'RO76', 'social-care': 'RO141', 'care-home': 'RO104', 'ooh': 'RO80', 'pharmacist': 'RO182' }

const referrer = (
  request: ServiceRequest, extensions: Extension[], given: Given, second: boolean, subject: Reference, localities: readonly Locality[], add: Add,
): void => {
  const organization = (rest: Partial<Organization>): Reference => add({ resourceType: 'Organization', name: 'Example referrer', ...rest })
  if (second) {
    extensions.push({ url: hubProfile('referrer-kind'), valueCodeableConcept: concept(hubCodeSystem('referrer-kind'), given.referrer) })
    if (given.setting !== undefined && given.setting !== 'own-home') {
      request.requester = organization({ type: [concept(hubCodeSystem('referrer-kind'), given.setting)] })
    }
    return
  }
  if (given.referrer === 'self') request.requester = subject
  else if (given.referrer === 'carer') request.requester = add({ resourceType: 'RelatedPerson', patient: subject })
  else if (given.referrer === 'district-nurse') {
    request.requester = add({ resourceType: 'PractitionerRole', active: true, code: [concept(SNOMED, '1077191000000103')] })
  } else if (given.referrer === 'ambulance') request.requester = organization({ identifier: [{ system: ODS_ORGANISATION_SYSTEM, value: 'RX7' }] })
  else if (given.referrer === 'gp' && localities[0] !== undefined) {
    request.requester = organization({ type: [concept(ODS_ROLES, 'RO76')], identifier: [{ system: ODS_ORGANISATION_SYSTEM, value: Object.keys(localities[0].coverage.practices)[0] ?? '' }] })
  } else {
    const role = ROLES[given.referrer]
    request.requester = organization({ type: [role === undefined ? concept(hubCodeSystem('referrer-kind'), given.referrer) : concept(ODS_ROLES, role)] })
  }
}

const PLACES: Readonly<Record<string, { readonly class: string; readonly type: string }>> = {
  'own-home': { class: 'HH', type: 'PTRES' }, 'care-home': { class: 'HH', type: 'NCCF' }, 'hospital-ward': { class: 'IMP', type: 'HU' }, 'ed': { class: 'EMER', type: 'ER' },
}

const setting = (given: Given, second: boolean, subject: Reference, add: Add): void => {
  const place = PLACES[given.setting ?? '']
  if (place === undefined || (second && given.setting !== 'own-home')) return
  const location = add({ resourceType: 'Location', status: 'active', name: given.setting ?? '', type: [concept('http://terminology.hl7.org/CodeSystem/v3-RoleCode', place.type)] })
  add({ resourceType: 'Encounter', status: 'triaged', class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: place.class }, subject, location: [{ location }] })
}

const needs = (request: ServiceRequest, codes: readonly string[], second: boolean): void => {
  const [first, ...others] = codes.map(code => concept(hubCodeSystem('need'), code))
  if (first === undefined) return
  if (!second) request.reasonCode = [first, ...others]
  else {
    request.code = first
    if (others.length > 0) request.orderDetail = others
  }
}

/** The electronic frailty index knows mild, moderate and severe, so only scores from 5. */
const frailty = (value: number, second: boolean, subject: Reference, at: string) => {
  const category = value >= 7 ? '925861000000102' : value === 6 ? '925831000000107' : value === 5 ? '925791000000100' : undefined
  return second && category !== undefined ? { resourceType: 'Condition' as const, subject, code: concept(SNOMED, category) }
    : { ...observation(subject, concept(SNOMED, '763264000'), at), valueInteger: value }
}

const advancePlan = (decision: string, second: boolean, subject: Reference) => second
  ? { resourceType: 'DocumentReference' as const, status: 'current' as const, subject, type: concept(SNOMED, '1107891000000106'), context: { event: [concept(FACT, decision)] }, content: [{ attachment: { title: 'ReSPECT' } }] }
  : flag(subject, concept(FACT, decision))

const consent = (given: string | undefined, subject: Reference, at: string): readonly Sent[] => {
  switch (given) {
    case undefined:
    case 'unknown': return []
    case 'given':
    case 'declined': return [{
      resourceType: 'Consent', status: 'active', scope: concept('http://terminology.hl7.org/CodeSystem/consentscope', 'treatment'),
      category: [concept(FACT, 'consent-participation')], patient: subject, dateTime: at, policyRule: { text: 'Consent to be seen by the service' },
      provision: { type: given === 'given' ? 'permit' : 'deny' },
    }]
    default: return [
      { ...observation(subject, concept(FACT, 'capacity'), at), valueBoolean: false },
      ...(given === 'lacks-bi' ? [{ ...observation(subject, concept(FACT, 'best-interests'), at), valueBoolean: true }] : []),
    ]
  }
}

const statements = (given: Given): readonly (readonly [string, boolean | string])[] => [
  ['safe-to-wait', given.safeToWait], ['can-travel', given.canTravel], ['rehab-potential', given.rehabPotential],
  ['long-term-condition', given.longTermCondition], ['admission-decided', given.admissionDecided], ['discharge-notice', given.dischargeNotice],
].flatMap(([fact, value]) => (value === undefined ? [] : [[fact, value] as [string, boolean | string]]))
