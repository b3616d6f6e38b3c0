/**
 * How a referral ends: every line is done, or its sender takes it back. Nothing else closes one, and closing says why.
 */
import type { CodeableConcept, Task } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { outcomes } from '../fhir/outcomes.ts'
import type { Unit } from '../rest/unit.ts'
import { teamUnderWay } from './circumstances.ts'
import { BUSINESS_STATUS_DISPLAY, businessConcept, businessOf, detail, detailConcept, kindOf, withDetail, type BusinessStatus } from './codes.ts'
import { noted } from './coordination.ts'
import { reasonConcept } from './reasons.ts'
import { asResource, isOpen, linesOf, type Referral, type ReferralTasks } from './referral.ts'
import { finishVisit } from './visit.ts'

/**
 * Completes the referral when the last line is done; answers whether it did. A review that still waits ends with it: whoever
 * discharges has the person before them.
 */
export const completeWhenDone = async (unit: Unit, referral: Referral, says: string): Promise<boolean> => {
  const lines = linesOf(referral)
  if (lines.length === 0 || !lines.every(line => line.isDone)) return false
  const ending = endingOf(referral)
  await endParts(unit, referral, ending)
  await complete(unit, referral, ending, says)
  return true
}

/** Somebody cared for the person, or took them over, or the person wanted neither. */
const endingOf = ({ offers, attempts }: Referral): BusinessStatus => {
  if (offers.some(({ status }) => status === 'completed')) return 'discharged'
  return attempts.some(({ status }) => status === 'completed') ? 'redirected' : 'declined-by-patient'
}

/** Ends the whole referral with what was decided: every Task that is still open ends with it. */
export const closeReferral = async (unit: Unit, referral: Referral, business: BusinessStatus, says: string): Promise<void> => {
  await endParts(unit, referral, business)
  await complete(unit, referral, business, says)
}

/** Ends every Task of the referral that is still open, the coordinating one excepted. */
export const endParts = async (unit: Unit, referral: Referral, business: BusinessStatus): Promise<void> => {
  for (const task of openParts(referral)) {
    await unit.update(asResource({
      ...task, status: task.status === 'in-progress' ? 'failed' : 'cancelled', businessStatus: businessConcept(business),
      statusReason: { text: BUSINESS_STATUS_DISPLAY[business] },
    }), { origin: 'consequence' })
    if (kindOf(task) === 'offer') await finishVisit(unit, task)
  }
}

const complete = async (unit: Unit, referral: Referral, business: BusinessStatus, says: string): Promise<void> => {
  const [outcome] = [referral.coordinating, referral.followUp, ...linesOf(referral).flatMap(line => line.attempts)]
    .flatMap(task => detail(task?.output, 'outcome')?.valueCodeableConcept ?? [])
  await close(unit, referral, 'completed', business, says, outcome ?? OUTCOME_OF[business])
  await unit.update(asResource({ ...referral.request, status: 'completed' }), { origin: 'consequence' })
}

/** The outcome that a way of ending says by itself. */
const OUTCOME_OF: Partial<Record<BusinessStatus, CodeableConcept | undefined>> = {
  'declined-by-patient': reasonConcept('declined', 'outcome'),
  'escalated-999': reasonConcept('escalated-999', 'outcome'),
  'redirected': reasonConcept('redirected', 'outcome'),
  'returned-to-ambulance': reasonConcept('returned-to-ambulance', 'outcome'),
  'died': reasonConcept('died', 'outcome'),
}

/** What is open of a referral besides its coordinating Task; faulty data stays to be put right. */
const openParts = ({ tasks }: Referral): readonly Task[] =>
  tasks.filter(task => isOpen(task) && kindOf(task) !== undefined && kindOf(task) !== 'coordinate' && kindOf(task) !== 'fix-data')

/**
 * The sender takes the referral back. Refused with 422 `visit-in-progress` once a team is on its way: the service is
 * asked to stop instead (domain W06).
 */
export const cancelReferral = async (
  unit: Unit, referral: Referral, status: 'revoked' | 'entered-in-error', reason: CodeableConcept | undefined, says: string,
): Promise<void> => {
  refuseWhileUnderWay(referral, 'ServiceRequest.status')
  for (const task of openParts(referral)) {
    await unit.update(asResource({
      ...task, status: 'cancelled', businessStatus: businessConcept('cancelled-by-sender'), ...(reason === undefined ? {} : { statusReason: reason }),
    }), { origin: 'consequence' })
  }
  await close(unit, referral, 'cancelled', 'cancelled-by-sender', says, undefined, reason)
  if (referral.request.status === 'active') await unit.update(asResource({ ...referral.request, status }), { origin: 'consequence' })
}

/** Throws 422 `visit-in-progress` with the present state while a team is on its way or with the person. */
export const refuseWhileUnderWay = (referral: ReferralTasks, expression: string): void => {
  const underWay = teamUnderWay(referral)
  if (underWay === undefined) return
  throw outcomes.businessRule('visit-in-progress',
    `Task/${underWay.id} is ${underWay.status}/${businessOf(underWay)}: the team is on its way or with the person; ask the service to stop`, expression)
}

const close = async (
  unit: Unit, { coordinating }: Pick<Referral, 'coordinating'>, status: Task['status'], business: BusinessStatus, says: string,
  outcome?: CodeableConcept, reason?: CodeableConcept,
): Promise<void> => {
  if (coordinating === undefined) return
  await unit.update(asResource({
    ...coordinating, status, businessStatus: businessConcept(business),
    executionPeriod: { ...(coordinating.authoredOn === undefined ? {} : { start: coordinating.authoredOn }), end: instant(unit.now) },
    ...(reason === undefined ? {} : { statusReason: reason }),
    ...(outcome === undefined ? {} : {
      output: withDetail(coordinating.output, { type: detailConcept('outcome'), valueCodeableConcept: outcome }, 'outcome'),
    }),
    note: noted(coordinating, { text: says, time: instant(unit.now) }),
  }), { origin: 'consequence' })
}
