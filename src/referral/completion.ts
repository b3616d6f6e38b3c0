/**
 * How a referral ends: every line is done, or its sender takes it back. Nothing else closes one, and closing says why.
 */
import type { CodeableConcept, Task } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { outcomes } from '../fhir/outcomes.ts'
import type { Unit } from '../rest/unit.ts'
import { businessConcept, detail, detailConcept, kindOf, withDetail, type BusinessStatus } from './codes.ts'
import { noted } from './coordination.ts'
import { asResource, isOpen, linesOf, type Referral } from './referral.ts'

/** Completes the referral when the last line is done; answers whether it did. */
export const completeWhenDone = async (unit: Unit, referral: Referral, says: string): Promise<boolean> => {
  const { coordinating } = referral
  const lines = linesOf(referral)
  if (coordinating === undefined || lines.length === 0 || !lines.every(line => line.isDone)) return false
  const found = lines.flatMap(line => line.offers.flatMap(offer => detail(offer.output, 'outcome')?.valueCodeableConcept ?? []))
  const [outcome] = found
  await close(unit, referral, 'completed', 'discharged', says, outcome)
  await unit.update(asResource({ ...referral.request, status: 'completed' }), { origin: 'consequence' })
  return true
}

/**
 * The sender takes the referral back. Refused with 422 `visit-in-progress` once a team is on its way: the service is
 * asked to stop instead (domain W06).
 */
export const cancelReferral = async (unit: Unit, referral: Referral, status: 'revoked' | 'entered-in-error', reason: CodeableConcept | undefined, says: string): Promise<void> => {
  const underWay = referral.offers.find(offer => offer.status === 'in-progress')
  if (underWay !== undefined) {
    throw outcomes.businessRule('visit-in-progress',
      `Task/${underWay.id} is in progress: the team is on its way or with the person; ask the service to stop`, 'ServiceRequest.status')
  }
  for (const task of referral.tasks) {
    if (!isOpen(task) || kindOf(task) === 'coordinate' || kindOf(task) === 'fix-data') continue
    await unit.update(asResource({
      ...task, status: 'cancelled', businessStatus: businessConcept('cancelled-by-sender'), ...(reason === undefined ? {} : { statusReason: reason }),
    }), { origin: 'consequence' })
  }
  await close(unit, referral, 'cancelled', 'cancelled-by-sender', says, undefined, reason)
  if (referral.request.status === 'active') await unit.update(asResource({ ...referral.request, status }), { origin: 'consequence' })
}

const close = async (
  unit: Unit, { coordinating }: Referral, status: Task['status'], business: BusinessStatus, says: string,
  outcome?: CodeableConcept, reason?: CodeableConcept,
): Promise<void> => {
  if (coordinating === undefined) return
  await unit.update(asResource({
    ...coordinating, status, businessStatus: businessConcept(business),
    executionPeriod: { ...(coordinating.authoredOn === undefined ? {} : { start: coordinating.authoredOn }), end: instant(unit.now) },
    ...(reason === undefined ? {} : { statusReason: reason }),
    ...(outcome === undefined ? {} : { output: withDetail(coordinating.output, { type: detailConcept('outcome'), valueCodeableConcept: outcome }, 'outcome') }),
    note: noted(coordinating, { text: says, time: instant(unit.now) }),
  }), { origin: 'consequence' })
}
