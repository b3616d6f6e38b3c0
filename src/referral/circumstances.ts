/**
 * What is so of a referral where a row of the table asks for it: what its proposal says, and whether a team is under way.
 *
 * Asked in the same unit of work by whoever lists actions and by the guard, so that what is listed is what is accepted.
 */
import type { Unit } from '../rest/unit.ts'
import { nextAlternative } from './alternatives.ts'
import { withKeptProposal, type Referral, type ReferralTasks } from './referral.ts'
import type { Circumstance, Transition } from './transitions.ts'

/** The line of the lead need. */
const LEAD = 0

/** Of the circumstances that rows ask for, those that hold now; what no row asks for is not looked up. */
export const circumstancesOf = async (unit: Unit, referral: ReferralTasks, rows: readonly Transition[]): Promise<ReadonlySet<Circumstance>> => {
  const wanted = new Set(rows.flatMap(({ when }) => when ?? []))
  const holding = new Set<Circumstance>()
  if (wanted.has('nobody-under-way') && teamUnderWay(referral) === undefined) holding.add('nobody-under-way')
  const ofProposal = wanted.has('offerable') ? await proposalSays(unit, await withKeptProposal(unit, referral)) : undefined
  if (ofProposal !== undefined) holding.add(ofProposal)
  return holding
}

/** For people, after "needs that". */
export const CIRCUMSTANCE_TEXT: Readonly<Record<Circumstance, string>> = {
  'offerable': 'the proposal is an offer or a review with a service that the lead can be offered now',
  'emergency': 'the proposal is an emergency',
  'moreinfo': 'the proposal asks for more information',
  'redirect': 'the proposal is a redirection',
  'closed': 'the proposal is that the person declines',
  'nobody-under-way': 'no team is on its way or with the person',
}

/** The offer whose team is on its way or with the person. */
export const teamUnderWay = ({ offers }: Pick<Referral, 'offers'>): Referral['offers'][number] | undefined =>
  offers.find(({ status }) => status === 'in-progress')

/** Rows that confirm are there for every disposition, so whoever asks for one of them asks for all. */
const proposalSays = async (unit: Unit, referral: Referral): Promise<Circumstance | undefined> => {
  const { disposition } = referral.proposal
  switch (disposition) {
    case 'emergency':
    case 'moreinfo':
    case 'redirect':
    case 'closed': return disposition
    case 'offer':
    case 'review': return await nextAlternative(unit, referral, LEAD) === undefined ? undefined : 'offerable'
    default: return undefined
  }
}
