/**
 * When the hub's own records say that the same person last had two-hour care: their offers of it that came to a visit,
 * and records of care. The same person is one whose verified NHS number, date of birth and surname are the same (design,
 * idea 12). The time alone leaves here; nothing of the other referrals does, not even that there is one.
 */
import type { EpisodeOfCare, Patient, Task } from 'fhir/r4.js'
import { serviceCode } from '../directory/services.ts'
import { localReference } from '../fhir/reference.ts'
import { hubCodeSystem, NHS_NUMBER_SYSTEM, type Resource } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import type { Condition } from '../search/plan.ts'
import { kindOf } from './codes.ts'

const TWO_HOUR_RESPONSE = 'UCR2H'
const VERIFICATION = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus'
/** "Number present and verified", of today's code system and of the retired one. */
const VERIFIED: ReadonlySet<unknown> = new Set(['01', 'number-present-and-verified'])
/** Each referral keeps a Patient of its own; nobody has had more than so many. */
const MOST_PATIENTS = 50

/**
 * Instant of the end of the latest two-hour care, or now while it goes on; undefined when there was none, or when it
 * cannot be said for certain who the person is.
 *
 * @param request id of the ServiceRequest whose own care does not count
 */
export const lastTwoHourCare = async (unit: Unit, patient: Resource | undefined, request: string): Promise<number | undefined> => {
  const key = keyOf(patient)
  if (key === undefined) return undefined
  const same = (await unit.find('Patient', { kind: 'match', param: 'identifier', test: { kind: 'token', system: NHS_NUMBER_SYSTEM, code: key.number } }))
    .filter(other => sameKey(keyOf(other), key)).slice(0, MOST_PATIENTS)
  const ends: number[] = []
  for (const { id } of same) {
    const about: Condition = { kind: 'match', param: 'patient', test: { kind: 'reference', types: ['Patient'], id: String(id) } }
    for (const task of await unit.find('Task', about)) ends.push(...await endOfOffer(unit, task as unknown as Task, request))
    for (const episode of await unit.find('EpisodeOfCare', about)) ends.push(...endOfEpisode(episode as unknown as EpisodeOfCare, unit.now))
  }
  const before = ends.filter(at => at <= unit.now)
  return before.length === 0 ? undefined : Math.max(...before)
}

interface PersonKey {
  readonly number: string
  readonly born: string
  readonly family: string
}

const keyOf = (resource: Resource | undefined): PersonKey | undefined => {
  const patient = resource as unknown as Patient | undefined
  const number = patient?.identifier?.find(({ system, value, extension }) => system === NHS_NUMBER_SYSTEM && value !== undefined
    && extension?.some(({ url, valueCodeableConcept }) => url === VERIFICATION && valueCodeableConcept?.coding?.some(({ code }) => VERIFIED.has(code)) === true) === true)?.value
  const family = patient?.name?.find(({ use, family: name }) => name !== undefined && use !== 'old' && use !== 'maiden')?.family
  const born = patient?.birthDate
  return number === undefined || family === undefined || born?.length !== 'yyyy-mm-dd'.length ? undefined : { number, born, family: family.trim().toLowerCase() }
}

const sameKey = (one: PersonKey | undefined, other: PersonKey): boolean =>
  one?.number === other.number && one.born === other.born && one.family === other.family

/** Only care that came to a visit: its execution began. */
const endOfOffer = async (unit: Unit, task: Task, request: string): Promise<readonly number[]> => {
  const { executionPeriod: { start, end } = {} } = task
  if (kindOf(task) !== 'offer' || start === undefined || task.basedOn?.some(({ reference }) => reference === `ServiceRequest/${request}`) === true) return []
  const ref = localReference(task.owner?.reference ?? '')
  const service = ref?.type === 'HealthcareService' ? await unit.read(ref) : undefined
  return service === undefined || serviceCode(service) !== TWO_HOUR_RESPONSE || !cameToVisit(task) ? [] : instants(end, unit.now)
}

const cameToVisit = ({ status }: Task): boolean => status === 'in-progress' || status === 'completed'

const endOfEpisode = ({ status, type, period }: EpisodeOfCare, now: number): readonly number[] => {
  const isTwoHour = type?.some(({ coding }) => coding?.some(({ system, code }) => system === hubCodeSystem('service') && code === TWO_HOUR_RESPONSE) === true) === true
  return !isTwoHour || !['active', 'onhold', 'finished'].includes(status) ? [] : instants(period?.end, now)
}

const instants = (end: string | undefined, now: number): readonly number[] => {
  const at = end === undefined ? now : Date.parse(end)
  return Number.isNaN(at) ? [] : [at]
}
