/**
 * What a partner's system holds of a person: twelve resources, all of them history or a partner's own plans, so that
 * loading them opens no referral. Open ones are submitted apart (story.ts): as many whatever the history.
 */
import type { Resource } from '../src/fhir/resource.ts'
import { chanceOf, idOf, type Chance } from './chance.ts'
import { SERVICES } from './neighbourhood.ts'
import { person } from './people.ts'

export const RESOURCES_A_PERSON = 12
/** Places of a record, for the ids. */
export const PLACE = {
  patient: 0, referral: 1, referralTask: 2, visit: 3, encounter: 4, condition: 5, observation: 7, appointment: 11,
} as const

const LOINC = 'http://loinc.org'
const SNOMED = 'http://snomed.info/sct'
const UCUM = 'http://unitsofmeasure.org'
const HL7 = 'http://terminology.hl7.org/CodeSystem'

/** Commonest first. */
export const CONDITIONS = [
  ['38341003', 'Hypertension'], ['44054006', 'Type 2 diabetes mellitus'], ['13645005', 'Chronic obstructive lung disease'],
  ['49436004', 'Atrial fibrillation'], ['84114007', 'Heart failure'], ['396275006', 'Osteoarthritis'], ['195967001', 'Asthma'],
  ['52448006', 'Dementia'], ['90708001', 'Kidney disease'], ['230690007', 'Stroke'], ['64859006', 'Osteoporosis'],
  ['49049000', "Parkinson's disease"], ['399211009', 'History of myocardial infarction'], ['24700007', 'Multiple sclerosis'],
  ['399068003', 'Malignant tumour of prostate'], ['26889001', 'Myasthenia gravis'],
] as const
/** With the range that most people are in. */
const MEASURED = [
  ['9279-1', 'Respiratory rate', '/min', 12, 24], ['59408-5', 'Oxygen saturation', '%', 88, 100],
  ['8867-4', 'Heart rate', '/min', 52, 120], ['8310-5', 'Body temperature', 'Cel', 35, 39],
] as const
const REFERRAL_STATUS = ['completed', 'completed', 'completed', 'revoked'] as const
const VISIT_STATUS = [
  'completed', 'requested', 'completed', 'accepted', 'completed', 'in-progress', 'completed', 'cancelled', 'completed', 'rejected',
] as const
const CLINICAL_STATUS = ['active', 'active', 'inactive', 'resolved'] as const
const ENCOUNTER_STATUS = ['finished', 'finished', 'finished', 'finished', 'planned', 'in-progress', 'cancelled'] as const
const ENCOUNTER_CLASS = ['HH', 'HH', 'VR', 'AMB', 'EMER', 'FLD'] as const
const APPOINTMENT_STATUS = ['fulfilled', 'fulfilled', 'booked', 'booked', 'noshow', 'cancelled'] as const
const PRIORITY = ['routine', 'routine', 'routine', 'urgent', 'asap'] as const

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Two years up to the day the bench plays on. */
const FIRST_DAY = Date.parse('2024-11-24T00:00:00Z')
const DAYS = 730

/** Some time of a day of these two years. */
const moment = (chance: Chance): number => FIRST_DAY + chance.below(DAYS) * DAY_MS + chance.below(24 * 60) * MINUTE_MS
const text = (at: number): string => `${new Date(at).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`
const coded = (system: string, code: string, display: string): object => ({ coding: [{ system, code, display }], text: display })
const serviceOf = (chance: Chance): object => ({ reference: `HealthcareService/${chance.pickCommon(SERVICES)}` })

/** The n-th person's, the Patient first; each refers to it by its id. */
export const record = (n: number): readonly Resource[] => {
  // A stream of its own: what a person is called says nothing of what they have.
  const chance = chanceOf(n + 1_000_000_000)
  const id = (place: number): string => idOf(n, place)
  const subject = { reference: `Patient/${id(PLACE.patient)}` }
  const at = (): number => moment(chance)
  const [referredAt, visitAt, seenAt, measuredAt, bookedAt] = [at(), at(), at(), at(), at()]
  const service = serviceOf(chance)
  return [
    person(n, id(PLACE.patient)),
    {
      resourceType: 'ServiceRequest', id: id(PLACE.referral), status: chance.pick(REFERRAL_STATUS), intent: 'order',
      priority: chance.pick(PRIORITY),
      identifier: [{ system: 'https://gp.example/Id/earlier-referral', value: `ER-${n}` }],
      code: { text: 'Community nursing assessment' }, subject, authoredOn: text(referredAt),
      requester: { identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'P81067' } },
    },
    {
      resourceType: 'Task', id: id(PLACE.referralTask), status: 'completed', intent: 'order', code: { text: 'Assessment' },
      focus: { reference: `ServiceRequest/${id(PLACE.referral)}` }, for: subject, owner: service,
      authoredOn: text(referredAt), lastModified: text(referredAt + DAY_MS),
    },
    {
      resourceType: 'Task', id: id(PLACE.visit), status: chance.pick(VISIT_STATUS), intent: 'order', priority: chance.pick(PRIORITY),
      code: { text: 'Home visit' }, for: subject, owner: serviceOf(chance),
      authoredOn: text(visitAt), lastModified: text(visitAt + MINUTE_MS),
    },
    {
      resourceType: 'Encounter', id: id(PLACE.encounter), status: chance.pick(ENCOUNTER_STATUS),
      class: { system: `${HL7}/v3-ActCode`, code: chance.pick(ENCOUNTER_CLASS) }, subject,
      period: { start: text(seenAt), end: text(seenAt + (20 + chance.below(90)) * MINUTE_MS) },
    },
    ...[0, 1].map((k): Resource => {
      const [code, display] = chance.pickCommon(CONDITIONS)
      return {
        resourceType: 'Condition', id: id(PLACE.condition + k), subject, code: coded(SNOMED, code, display),
        clinicalStatus: { coding: [{ system: `${HL7}/condition-clinical`, code: chance.pick(CLINICAL_STATUS) }] },
        verificationStatus: { coding: [{ system: `${HL7}/condition-ver-status`, code: 'confirmed' }] },
        recordedDate: text(at()),
      }
    }),
    ...MEASURED.map(([code, display, unit, low, high], k): Resource => ({
      resourceType: 'Observation', id: id(PLACE.observation + k), status: chance.next() < 0.9 ? 'final' : 'amended', subject,
      category: [{ coding: [{ system: `${HL7}/observation-category`, code: 'vital-signs' }] }],
      code: coded(LOINC, code, display), effectiveDateTime: text(measuredAt + k * MINUTE_MS),
      valueQuantity: { value: low + chance.below((high - low) * 10) / 10, unit, system: UCUM, code: unit },
    })),
    {
      resourceType: 'Appointment', id: id(PLACE.appointment), status: chance.pick(APPOINTMENT_STATUS),
      start: text(bookedAt), end: text(bookedAt + 30 * MINUTE_MS),
      participant: [{ actor: subject, status: 'accepted' }, { actor: service, status: 'accepted' }],
    },
  ]
}
