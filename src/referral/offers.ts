/**
 * Offers: the Task by which a service is asked to take one line of a referral, made when a clinician has decided,
 * and made again for the next alternative when a service says no. An offer exists only once it is made.
 */
import type { Task } from 'fhir/r4.js'
import { listed } from '../access/visibility.ts'
import { instant } from '../fhir/clock.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { localReference } from '../fhir/reference.ts'
import type { ResourceRef } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { letServiceIn } from './case-sharing.ts'
import { businessConcept, detail, HUB_TASK, kindConcept, LINE_EXTENSION } from './codes.ts'
import { organisationOf } from './parties.ts'
import { asResource, lineOf, type Referral } from './referral.ts'
import { VISIT_WITHIN_MS } from './times.ts'

/** A device's clock is believed up to this far before receipt (model, hours and due). */
const CREDIBLE_BEFORE_MS = 12 * 60 * 60_000

/** Offers each line of the proposal to its first-ranked service; throws `no-service-to-offer` when it names none. */
export const offerProposed = async (unit: Unit, referral: Referral): Promise<readonly Task[]> => {
  const lines = [...new Set(referral.proposal.services.map(({ line }) => line))].sort((a, b) => a - b)
  const made: Task[] = []
  for (const line of lines) {
    const offer = await offerNext(unit, referral, line)
    if (offer !== undefined) made.push(offer)
  }
  if (made.length === 0) {
    throw outcomes.businessRule('no-service-to-offer',
      'the proposal names no service that can be offered the referral; override it and name the service', 'Task.output')
  }
  return made
}

/** Offers a line to its next alternative that has not been offered it; undefined when none is left. */
export const offerNext = async (unit: Unit, referral: Referral, line: number): Promise<Task | undefined> => {
  const tried = new Set(referral.offers.filter(offer => lineOf(offer) === line).map(offer => offer.owner?.reference))
  const alternatives = referral.proposal.services.filter(service => service.line === line).sort((a, b) => a.rank - b.rank)
  for (const { reference } of alternatives) {
    const service = reference === undefined ? undefined : localReference(reference)
    if (service === undefined || tried.has(reference) || !await isListed(unit, service)) continue
    return makeOffer(unit, referral, service, line)
  }
  return undefined
}

/** Offers a line to the service that a Task's output names; throws when it is not in the directory. */
export const offerChosen = async (unit: Unit, referral: Referral, decided: Task, line: number): Promise<Task> => {
  const reference = detail(decided.output, 'service')?.valueReference?.reference ?? ''
  const service = localReference(reference)
  if (service?.type !== 'HealthcareService' || !await isListed(unit, service)) {
    throw outcomes.businessRule('service-unknown',
      `${reference === '' ? 'no service is named' : `"${reference}" is not a service of the directory`}; name one as HealthcareService/[id]`,
      'Task.output')
  }
  return makeOffer(unit, referral, service, line)
}

const makeOffer = async (unit: Unit, referral: Referral, service: ResourceRef, line: number): Promise<Task> => {
  const { request, coordinating, id } = referral
  const name = (await unit.read(service))?.['name']
  const due = deadline(referral)
  const priority = referral.proposal.priority ?? request.priority
  const offer = unit.create(asResource({
    resourceType: 'Task',
    meta: HUB_TASK,
    extension: [{ url: LINE_EXTENSION, valueUnsignedInt: line }],
    status: 'requested',
    businessStatus: businessConcept('offered'),
    intent: 'order',
    code: kindConcept('offer'),
    ...(priority === undefined ? {} : { priority }),
    ...(coordinating?.groupIdentifier === undefined ? {} : { groupIdentifier: coordinating.groupIdentifier }),
    basedOn: [{ reference: `ServiceRequest/${id}` }],
    partOf: [{ reference: `Task/${coordinating?.id}` }],
    focus: { reference: `ServiceRequest/${id}` },
    for: request.subject,
    authoredOn: instant(unit.now),
    ...(coordinating?.owner === undefined ? {} : { requester: coordinating.owner }),
    owner: { reference: `HealthcareService/${service.id}`, ...(typeof name === 'string' ? { display: name } : {}) },
    ...(due === undefined ? {} : { restriction: { period: { end: instant(due) } } }),
  }), { origin: 'consequence' })
  const ref = { type: 'Task', id: String(offer.id) }
  unit.join(ref, id)
  const ods = await organisationOf(unit, { reference: `HealthcareService/${service.id}` })
  if (ods !== undefined) await letServiceIn(unit, id, ref, ods)
  return offer as unknown as Task
}

/**
 * Until when the visit must happen. The proposal says it for an offer; where a clinician had to decide first, its due
 * was the clinician's, and an `asap` or `stat` case keeps the two hours from the earlier of receipt and authored time.
 */
const deadline = ({ proposal, request, coordinating }: Referral): number | undefined => {
  if (proposal.disposition === 'offer') return proposal.dueAt
  if (proposal.priority !== 'asap' && proposal.priority !== 'stat') return undefined
  const received = Date.parse(coordinating?.authoredOn ?? '')
  const authored = Date.parse(request.authoredOn ?? '')
  const isCredible = authored <= received && authored >= received - CREDIBLE_BEFORE_MS
  return (isCredible ? authored : received) + VISIT_WITHIN_MS
}

/** What the directory itself lists; a service that came inside a referral owns nothing. */
const isListed = async (unit: Unit, { type, id }: ResourceRef): Promise<boolean> =>
  (await unit.find(type, { kind: 'ids', ids: [id] }, listed)).length > 0
