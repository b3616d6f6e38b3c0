/**
 * The proposal that a referral goes by: the newest, for as long as nobody has decided. The older ones stay as they are
 * (triage model, `$triage`), and a decision that was taken keeps the proposal it was taken on.
 */
import { outcomes } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { businessConcept } from './codes.ts'
import type { OpeningParts } from './opening.ts'
import { asResource, isOpen, readReferral } from './referral.ts'
import { keepProposal, proposalNow, withProposal, type ProposedAgain } from './retriage.ts'

/**
 * `$triage` of a stored referral: a proposal over the case as it stands now, kept beside the older ones; answers its
 * out-parameters. Throws 404 where there is no such ServiceRequest, and what triage throws.
 */
export const createTriageAgain = ({ propose, hubs }: OpeningParts) => async (unit: Unit, serviceRequest: string): Promise<Resource> => {
  const referral = await readReferral(unit, serviceRequest)
  const proposal = referral === undefined ? undefined : await proposalNow(unit, referral, { propose, hubs, onFault: raise })
  if (referral === undefined || proposal === undefined) throw outcomes.notFound(`ServiceRequest/${serviceRequest}`)
  await linkNewestProposal(unit, serviceRequest, keepProposal(unit, referral, proposal))
  const { meta: _kind, ...parameters } = proposal.parameters
  return parameters
}

/** Who asks for a proposal is told when there is none; only a referral that arrives must not be refused for it. */
const raise = (error: unknown): never => { throw error }

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
