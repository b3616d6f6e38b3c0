/**
 * Triage as the rest of the hub asks for it: one function over a referral's resources, with the packs and the current
 * directory behind it. What a referral keeps is the proposal together with its out-parameters.
 */
import type { Directory } from '../directory/services.ts'
import type { Resource } from '../fhir/resource.ts'
import { earlierResults, taggedWithKind } from './earlier.ts'
import { moreUrgent } from './lines.ts'
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
  /** Instant, milliseconds: receipt, or when what the case now holds was known. */
  readonly receivedAt: number
  /** Instant of the end of two-hour care that the hub's own records hold of the same person. */
  readonly lastTwoHourCareAt?: number | undefined
  /** Urgency given before, besides that of the earlier results among the resources. */
  readonly urgencyGiven?: Priority | undefined
}

export interface ProposalWithParameters extends Proposal {
  readonly parameters: Resource
}

export const createProposing = (triage: Triage, directory: Directory) =>
  (referral: ReferralToTriage): Promise<ProposalWithParameters> => Promise.resolve(proposeForCase(triage, directory, referral))

/** A proposal over a case. What its earlier results say of receipt, urgency and sender holds on. */
export const proposeForCase = (
  triage: Triage, directory: Directory, { resources, addressed, referrerKind, receivedAt, urgencyGiven, lastTwoHourCareAt }: ReferralToTriage,
): ProposalWithParameters => {
  const earlier = earlierResults(resources, resources.find(({ resourceType }) => resourceType === 'ServiceRequest')?.id)
  const callerKind = earlier.referrerKind ?? referrerKind
  const given = [urgencyGiven, earlier.urgencyGiven].filter(priority => priority !== undefined)
  const proposal = propose(triage, {
    resources, addressedLocality: addressed, callerKind, receivedAt, firstReceivedAt: earlier.firstReceivedAt, lastTwoHourCareAt, directory,
    urgencyGiven: given.length === 0 ? undefined : given.reduce(moreUrgent),
  })
  return { ...proposal, parameters: taggedWithKind(proposalParameters(proposal) as unknown as Resource, callerKind) }
}
