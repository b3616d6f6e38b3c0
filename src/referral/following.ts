/**
 * A step that was taken, followed through in the same commit: the Task completed, what the row entails, the coordinating
 * Task brought up to date, a Provenance that says who did it.
 */
import type { Task } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { outcomes } from '../fhir/outcomes.ts'
import type { ResourceRef } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { hasTakenOver, letOut } from './case-sharing.ts'
import { BUSINESS_STATUS_DISPLAY, businessConcept, businessOf, ETA_EXTENSION, kindOf, type BusinessStatus } from './codes.ts'
import { cancelReferral, closeReferral, completeWhenDone } from './completion.ts'
import { etaOf, mirror } from './coordination.ts'
import { handToAmbulance } from './follow-up.ts'
import { offerChosen, offerNext, offerProposed } from './offers.ts'
import type { OpeningParts } from './opening.ts'
import { asRequest } from './parties.ts'
import { recordStep } from './provenance.ts'
import { askSender, endQuestions, resumeTriage } from './questions.ts'
import { redirect } from './redirecting.ts'
import { asResource, isOpen, lineOf, linesOf, readReferral, type Referral } from './referral.ts'
import type { Consequence, Transition } from './transitions.ts'
import { finishVisit, startVisit } from './visit.ts'

/** Completes the Task, then what the row entails, then the coordinating Task and the Provenance. */
export const follow = async (unit: Unit, row: Transition, after: Task, caseId: string, parts: OpeningParts): Promise<void> => {
  requireEta(after)
  const task: Task = {
    ...after, ...executionOf(unit, row, after),
    ...(businessOf(after) === row.to.business ? {} : { businessStatus: businessConcept(row.to.business) }),
  }
  await unit.update(asResource(task))
  if (row.kind === 'triage' && row.to.status === 'completed') await setPriority(unit, caseId, task)
  const says: string[] = [sayings(unit, task)]
  for (const consequence of row.entails) {
    const referral = await readReferral(unit, caseId)
    if (referral !== undefined) says.push(...await entail(unit, consequence, referral, task, parts))
  }
  const referral = await readReferral(unit, caseId)
  if (referral === undefined) return
  const isDone = row.entails.includes('finish-line') && await completeWhenDone(unit, referral, says.join(' '))
  if (!isDone && row.kind !== 'fix-data' && referral.request.status === 'active') await mirror(unit, referral, says.join(' '))
  await letEndedOut(unit, caseId)
  recordStep(unit, caseId, row.action, row.meaning, await changed(unit, task, caseId))
}

/** Services whose offer ended, or whose referral did, see no more of the case than their own Task. */
export const letEndedOut = async (unit: Unit, caseId: string): Promise<void> => {
  const referral = await readReferral(unit, caseId)
  if (referral === undefined) return
  for (const attempt of referral.attempts) if (!isOpen(attempt) && !hasTakenOver(attempt)) await letOut(unit, referral, attempt)
}

/** The Task first, then what else of the referral's state this unit changed. */
const changed = async (unit: Unit, { id }: Task, caseId: string): Promise<readonly ResourceRef[]> => {
  const found: ResourceRef[] = [{ type: 'Task', id: String(id) }]
  for (const { ref } of unit.changes()) {
    const isOfState = ref.type === 'ServiceRequest' || (ref.type === 'Task' && ref.id !== id)
    if (isOfState && await unit.caseOf(ref) === caseId) found.push(ref)
  }
  return found
}

/** Real times: work begins with the visit (or the decision), and ends with the Task. */
const executionOf = (unit: Unit, row: Transition, task: Task): Pick<Task, 'executionPeriod' | 'lastModified'> => {
  const now = instant(unit.now)
  const begins = row.to.status === 'in-progress' && task.executionPeriod?.start === undefined
  const ends = ['completed', 'failed', 'rejected', 'cancelled'].includes(row.to.status)
  const period = { ...task.executionPeriod, ...(begins ? { start: now } : {}), ...(ends ? { end: now } : {}) }
  return { lastModified: now, ...(Object.keys(period).length === 0 ? {} : { executionPeriod: period }) }
}

/** What the note of a step says: who, what, why, until when. */
const sayings = (unit: Unit, task: Task): string => {
  const by = unit.caller.practitioner?.name
  const who = speaker(unit, task)
  const eta = etaOf(task)
  const reason = task.statusReason?.coding?.[0]?.display ?? task.statusReason?.text
  const did = BUSINESS_STATUS_DISPLAY[businessOf(task) as BusinessStatus]
  return `${who}: ${did}${by === undefined ? '' : `, ${by}`}${reason === undefined ? '' : ` (${reason})`}.`
    + (eta !== undefined && EXPECTED.has(task.status) ? ` Expected at ${instant(eta)}.` : '')
}

const speaker = ({ caller }: Unit, task: Task): string => {
  if (caller.role === 'referrer') return 'The sender'
  return kindOf(task) === 'offer' ? task.owner?.display ?? 'The service' : 'The hub'
}

/** While a visit is to come. */
const EXPECTED = new Set(['accepted', 'in-progress'])

/** One consequence; answers what there is to say about it. */
const entail = async (
  unit: Unit, consequence: Consequence, referral: Referral, task: Task, parts: OpeningParts,
): Promise<readonly string[]> => {
  switch (consequence) {
    case 'offer-proposed': {
      return (await offerProposed(unit, referral)).map(offeredTo)
    }
    case 'offer-chosen': return [offeredTo(await offerChosen(unit, referral, task, firstWaiting(referral)))]
    case 'offer-next': {
      const offer = await offerNext(unit, referral, lineOf(task))
      return [offer === undefined ? 'No proposed alternative is left; the hub finds a service.' : offeredTo(offer)]
    }
    case 'ask-sender': return [`Asked of ${ownerName(await askSender(unit, referral, task))}: ${task.statusReason?.text ?? ''}`]
    case 'resume-triage': {
      await resumeTriage(unit, referral, parts)
      return []
    }
    case 'end-questions': {
      await endQuestions(unit, referral)
      return []
    }
    case 'redirect': {
      const isWhole = kindOf(task) === 'triage'
      return [`${ownerName(await redirect(unit, referral, task, isWhole ? undefined : firstWaiting(referral)))} is asked to see to it that it is taken over.`]
    }
    case 'hand-to-ambulance': {
      const { restriction } = await handToAmbulance(unit, referral)
      return [`The hub follows up at ${restriction?.period?.end}.`]
    }
    case 'start-visit': {
      await startVisit(unit, referral, task)
      return [`Clock stopped at ${instant(unit.now)}.`]
    }
    case 'finish-line': {
      await finishVisit(unit, task)
      return []
    }
    case 'close-referral': {
      await finishVisit(unit, task)
      const business = kindOf(task) === 'follow-up' ? 'returned-to-ambulance' : businessOf(task) as BusinessStatus
      await closeReferral(unit, referral, business, sayings(unit, task))
      return []
    }
    case 'cancel-referral': {
      const isError = task.statusReason?.coding?.some(({ code }) => code === 'entered-in-error') ?? false
      await cancelReferral(unit, referral, isError ? 'entered-in-error' : 'revoked', task.statusReason, 'Cancelled by the sender.')
      return []
    }
  }
}

/** The line that a service named by a person is for: the first that nobody is asked for. */
const firstWaiting = (referral: Referral): number => linesOf(referral).find(line => line.open === undefined && !line.isDone)?.line ?? 0

const ownerName = ({ owner }: Task): string => owner?.display ?? owner?.reference ?? owner?.identifier?.value ?? 'the hub'
const offeredTo = (offer: Task): string => `Offered to ${ownerName(offer)}.`

/** The urgency that the clinician confirmed or set becomes the referral's. */
const setPriority = async (unit: Unit, caseId: string, { priority }: Task): Promise<void> => {
  const request = asRequest(await unit.read({ type: 'ServiceRequest', id: caseId }))
  if (request === undefined || priority === undefined || priority === request.priority) return
  await unit.update(asResource({ ...request, priority }), { origin: 'consequence' })
}

/** Throws 422 `eta-invalid` for an ETA that names no instant. */
export const requireEta = (task: Task): void => {
  const sent = task.extension?.find(({ url }) => url === ETA_EXTENSION)
  if (sent !== undefined && etaOf(task) === undefined) {
    throw outcomes.businessRule('eta-invalid', 'the ETA must be a date and time with a zone, e.g. 2026-11-24T12:40:00Z', 'Task.extension')
  }
}
