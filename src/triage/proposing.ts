/**
 * Triage as the rest of the hub asks for it: one function over a referral's resources, with the packs and the current
 * directory behind it. What a referral keeps is the proposal together with its out-parameters.
 */
import type { Directory } from '../directory/services.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Triage } from './load.ts'
import { proposalParameters } from './parameters.ts'
import { propose } from './propose.ts'
import type { Priority, Proposal } from './proposal.ts'

export interface ReferralToTriage {
  /** Everything that came with the referral, the ServiceRequest first. */
  readonly resources: readonly Resource[]
  /** Locality of the hub that the sender addressed. */
  readonly addressed: string | undefined
  readonly referrerKind: string | undefined
  /** Instant, milliseconds. */
  readonly receivedAt: number
  readonly urgencyGiven?: Priority | undefined
}

export interface ProposalWithParameters extends Proposal {
  readonly parameters: Resource
}

export const createProposing = (triage: Triage, directory: Directory) =>
  ({ resources, addressed, referrerKind, receivedAt, urgencyGiven }: ReferralToTriage): Promise<ProposalWithParameters> => {
    const proposal = propose(triage, { resources, addressedLocality: addressed, callerKind: referrerKind, receivedAt, urgencyGiven, directory })
    return Promise.resolve({ ...proposal, parameters: proposalParameters(proposal) as unknown as Resource })
  }
