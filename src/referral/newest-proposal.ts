/**
 * The proposal that a referral goes by: the newest, for as long as nobody has decided. The older ones stay as they are
 * (triage model, `$triage`), and a decision that was taken keeps the proposal it was taken on.
 */
import type { Task } from 'fhir/r4.js'
import type { Unit } from '../rest/unit.ts'
import { businessConcept, detailConcept, withDetail } from './codes.ts'
import { asResource, isOpen, readReferral } from './referral.ts'

export interface NewestProposal {
  /** Reference to its GuidanceResponse. */
  readonly guidance: { readonly reference: string }
  readonly priority: NonNullable<Task['priority']>
}

/** Points the open triage Task to the proposal. A question that waits for its answer keeps waiting. */
export const linkNewestProposal = async (unit: Unit, serviceRequest: string, { guidance, priority }: NewestProposal): Promise<void> => {
  const triage = (await readReferral(unit, serviceRequest))?.triage
  if (triage === undefined || !isOpen(triage)) return
  await unit.update(asResource({
    ...triage,
    // A referral that triage had failed on was left as requested.
    ...(triage.status === 'requested' ? { status: 'in-progress', businessStatus: businessConcept('triage-proposed') } : {}),
    priority,
    output: withDetail(triage.output, { type: detailConcept('proposal'), valueReference: guidance }, 'proposal'),
  }), { origin: 'consequence' })
}
