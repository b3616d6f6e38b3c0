/**
 * The proposal that a referral goes by: the newest, for as long as nobody has decided. The older ones stay as they are
 * (triage model, `$triage`), and a decision that was taken keeps the proposal it was taken on.
 */
import type { Unit } from '../rest/unit.ts'
import { businessConcept } from './codes.ts'
import { asResource, isOpen, readReferral } from './referral.ts'
import { withProposal, type ProposedAgain } from './retriage.ts'

/** Points the open triage Task to the proposal. A question that waits for its answer keeps waiting. */
export const linkNewestProposal = async (unit: Unit, serviceRequest: string, newest: ProposedAgain): Promise<void> => {
  const referral = await readReferral(unit, serviceRequest)
  const triage = referral?.triage
  if (referral === undefined || triage === undefined || !isOpen(triage)) return
  await unit.update(asResource({
    ...withProposal(triage, referral, newest),
    // A referral that triage had failed on was left as requested.
    ...(triage.status === 'requested' ? { status: 'in-progress', businessStatus: businessConcept('triage-proposed') } : {}),
  }), { origin: 'consequence' })
}
