/**
 * Offers: the Task by which a service is asked to take one line of a referral, made when a clinician has decided,
 * and made again for the next alternative when a service says no. An offer exists only once it is made.
 */
import type { Reference, Task } from 'fhir/r4.js'
import { organisationOf } from '../directory/organisations.ts'
import { instant } from '../fhir/clock.ts'
import { outcomes } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { nextAlternative, offerable } from './alternatives.ts'
import { letServiceIn } from './case-sharing.ts'
import { detail, LINE_EXTENSION } from './codes.ts'
import { makePart } from './parts.ts'
import type { ProposedOffer } from './proposing.ts'
import { lineOf, linesOf, type Referral } from './referral.ts'
import { VISIT_WITHIN_MS } from './times.ts'

/** Offers each line that nobody was asked for yet to its first alternative; what finds none waits for the hub. */
export const offerProposed = async (unit: Unit, referral: Referral): Promise<readonly Task[]> => {
  const made: Task[] = []
  for (const { line, attempts } of linesOf(referral)) {
    const offer = attempts.length === 0 ? await offerNext(unit, referral, line) : undefined
    if (offer !== undefined) made.push(offer)
  }
  return made
}

/** Offers a line to its next alternative that has not been offered it; undefined when none is left. */
export const offerNext = async (unit: Unit, referral: Referral, line: number): Promise<Task | undefined> => {
  const service = await nextAlternative(unit, referral, line)
  return service === undefined ? undefined : makeOffer(unit, referral, service, line)
}

/** Offers a line to the service that a Task's output names; throws `service-unknown` when it cannot be offered anything. */
export const offerChosen = async (unit: Unit, referral: Referral, decided: Task, line: number): Promise<Task> => {
  const reference = detail(decided.output, 'service')?.valueReference?.reference ?? ''
  const service = await offerable(unit, reference)
  if (service === undefined) {
    throw outcomes.businessRule('service-unknown',
      `${reference === '' ? 'no service is named' : `"${reference}" is not a service of the directory that can be offered a referral`};`
      + ' name one as HealthcareService/[id] (999 is called, and then escalate-999 is the action)', 'Task.output')
  }
  return makeOffer(unit, referral, service, line)
}

/** What a clinician decided comes before what was proposed. */
export const urgencyOf = ({ triage, proposal, request }: Referral): Task['priority'] => triage?.priority ?? proposal.priority ?? request.priority

const makeOffer = async (unit: Unit, referral: Referral, service: Resource, line: number): Promise<Task> => {
  const due = deadline(referral, line)
  const priority = furtherLine(referral, line)?.priority ?? urgencyOf(referral)
  const offer = makePart(unit, referral, 'offer', {
    status: 'requested', business: 'offered', owner: serviceReference(service), due,
    more: { extension: [{ url: LINE_EXTENSION, valueUnsignedInt: line }], ...(priority === undefined ? {} : { priority }) },
  })
  const ods = await organisationOf(unit, offer.owner)
  if (ods !== undefined) await letServiceIn(unit, referral.id, { type: 'Task', id: String(offer.id) }, ods)
  return offer
}

/** What the proposal says of a further line; the lead's times are the referral's. */
const furtherLine = ({ proposal }: Referral, line: number): ProposedOffer | undefined =>
  proposal.services.find(service => line > 0 && service.line === line && service.priority !== undefined)

/** A directory entry with its name. */
export const serviceReference = ({ resourceType, id, name }: Resource): Reference =>
  ({ reference: `${resourceType}/${id}`, ...(typeof name === 'string' ? { display: name } : {}) })

/**
 * Until when the visit must happen. A line that was offered before keeps its time; a further line has its own (a scan
 * today beside a visit within two hours). The proposal says it for an offer;
 * where a clinician had to decide first, its due was the clinician's, and an `asap` or `stat` case keeps the two hours
 * from where the proposal started the clock.
 */
const deadline = (referral: Referral, line: number): string | undefined => {
  const earlier = referral.offers.find(offer => lineOf(offer) === line)
  if (earlier !== undefined) return earlier.restriction?.period?.end
  const further = furtherLine(referral, line)
  if (further !== undefined) return further.dueAt === undefined ? undefined : instant(further.dueAt)
  const { proposal, coordinating } = referral
  if (proposal.disposition === 'offer' && proposal.dueAt !== undefined) return instant(proposal.dueAt)
  const priority = urgencyOf(referral)
  if (priority !== 'asap' && priority !== 'stat') return undefined
  return instant((proposal.startAt ?? Date.parse(coordinating?.authoredOn ?? '')) + VISIT_WITHIN_MS)
}
