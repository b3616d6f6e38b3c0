/**
 * The visit as an Encounter: it begins with the first face-to-face contact, and its `period.start` is the instant at
 * which the two-hour clock stopped; it is finished when the service discharges the person.
 */
import type { Encounter, Task } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { keepForAuthor } from './case-sharing.ts'
import type { Referral } from './referral.ts'

/** Home health: the class of a visit at the person's usual residence (v3-ActCode, R4 Encounter.class). */
const HOME_HEALTH = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HH', display: 'home health' }

/** Names the visit of an offer, so that discharge finds it. */
const visitIdentifier = (offer: Task): { system: string; value: string } =>
  ({ system: 'https://care-connexions.example/Id/visit', value: String(offer.id) })

export const startVisit = async (unit: Unit, { id, request }: Referral, offer: Task): Promise<void> => {
  const { practitioner } = unit.caller
  const encounter = unit.create({
    resourceType: 'Encounter',
    identifier: [visitIdentifier(offer)],
    status: 'in-progress',
    class: HOME_HEALTH,
    subject: request.subject,
    basedOn: [{ reference: `ServiceRequest/${id}` }],
    period: { start: instant(unit.now) },
    ...(practitioner === undefined ? {} : { participant: [{ individual: { reference: practitioner.practitioner, display: practitioner.name } }] }),
  }, { origin: 'consequence' })
  const ref = { type: 'Encounter', id: String(encounter.id) }
  unit.join(ref, id)
  keepForAuthor(unit, ref)
}

export const finishVisit = async (unit: Unit, offer: Task): Promise<void> => {
  const { system, value } = visitIdentifier(offer)
  const found = await unit.find('Encounter', { kind: 'match', param: 'identifier', test: { kind: 'token', system, code: value } })
  for (const resource of found) {
    const encounter = resource as unknown as Encounter
    if (encounter.status === 'finished') continue
    const finished: Encounter = { ...encounter, status: 'finished', period: { ...encounter.period, end: instant(unit.now) } }
    await unit.update(finished as unknown as Resource, { origin: 'consequence' })
  }
}
