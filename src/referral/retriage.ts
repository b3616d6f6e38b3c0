/**
 * Triage again, over what a case has come to hold: a new proposal beside the old one, which stays. It never lowers the
 * urgency that was given before (domain 2.6), and a fault leaves the old proposal in force.
 */
import type { Task } from 'fhir/r4.js'
import { localReference } from '../fhir/reference.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import type { Condition } from '../search/plan.ts'
import { detail, detailConcept, kindOf, withDetail } from './codes.ts'
import { keep, proposeKnowing, resourcesAround, type OpeningParts } from './opening.ts'
import { guidanceOf, type ReferralProposal } from './proposing.ts'
import { asResource, isOpen, type Referral } from './referral.ts'

/** What says something about a person's state or wishes, as triage reads it. */
const ABOUT_THE_PERSON = [
  'Observation', 'Condition', 'Flag', 'Consent', 'QuestionnaireResponse', 'DocumentReference', 'CarePlan', 'Encounter', 'EpisodeOfCare',
  'GuidanceResponse',
] as const

export interface ProposedAgain {
  /** Reference to the new GuidanceResponse. */
  readonly guidance: { readonly reference: string }
  readonly priority: NonNullable<Task['priority']>
}

/**
 * A new proposal, kept in the case. Undefined when triage failed, or while faulty data waits to be put right: the old
 * one read that data too, from the request as it was sent, and this one must not seem to know better without it.
 */
export const proposeAgain = async (unit: Unit, referral: Referral, parts: OpeningParts): Promise<ProposedAgain | undefined> => {
  const proposal = waitsForRepair(referral) ? undefined : await proposalNow(unit, referral, parts)
  return proposal === undefined ? undefined : keepProposal(unit, referral, proposal)
}

export const waitsForRepair = ({ tasks }: Referral): boolean => tasks.some(task => kindOf(task) === 'fix-data' && isOpen(task))

/** What triage says of the case as it is now; undefined when it failed. Nothing is written. */
export const proposalNow = async (unit: Unit, referral: Referral, parts: OpeningParts): Promise<ReferralProposal | undefined> => {
  const { coordinating, proposal: { priority: urgencyGiven } } = referral
  const hub = parts.hubs.find(({ organization }) => organization === coordinating?.owner?.reference)
  return proposeKnowing(unit, parts, referral.id, {
    resources: await caseResources(unit, referral),
    addressed: hub === undefined ? unit.caller.locality : hub.locality,
    // Who asks now is not who sent it; what the sender is stands in the earlier results.
    referrerKind: undefined, receivedAt: unit.now, urgencyGiven,
  })
}

/** The triage Task with the new proposal; an offer that it takes the place of is remembered for its further lines. */
export const withProposal = (triage: Task, { proposal }: Referral, { guidance, priority }: ProposedAgain): Task => {
  const replaced = detail(triage.output, 'proposal')?.valueReference
  const others = triage.output?.filter(entry => detail([entry], 'proposal') === undefined) ?? []
  const kept = proposal.disposition !== 'offer' || replaced === undefined ? others
    : withDetail(others, { type: detailConcept('earlier-proposal'), valueReference: replaced }, 'earlier-proposal')
  return { ...triage, priority, output: [{ type: detailConcept('proposal'), valueReference: guidance }, ...kept] }
}

export const keepProposal = (unit: Unit, { id, request }: Referral, proposal: ReferralProposal): ProposedAgain => {
  const guidance = keep(unit, id, guidanceOf(proposal, request.subject.reference ?? '', id, unit.now))
  return { guidance: { reference: `GuidanceResponse/${guidance.id}` }, priority: proposal.priority }
}

/** The ServiceRequest first, what it leads to, and everything of the case about its person. */
const caseResources = async (unit: Unit, { id, request }: Referral): Promise<readonly Resource[]> => {
  const found = new Map((await resourcesAround(unit, asResource(request))).map(resource => [`${resource.resourceType}/${resource.id}`, resource]))
  found.delete(`ServiceRequest/${id}`)
  const add = async (type: string, where: Condition): Promise<void> => {
    for (const resource of await unit.find(type, where)) {
      if (await unit.caseOf({ type, id: String(resource.id) }) === id) found.set(`${type}/${resource.id}`, resource)
    }
  }
  const person = localReference(request.subject?.reference ?? '')
  for (const type of person === undefined ? [] : ABOUT_THE_PERSON) {
    await add(type, { kind: 'match', param: 'patient', test: { kind: 'reference', types: ['Patient'], id: person?.id ?? '' } })
  }
  // An answer to what is missing need not say again whom it is about.
  await add('QuestionnaireResponse', { kind: 'match', param: 'based-on', test: { kind: 'reference', types: ['ServiceRequest'], id } })
  return [asResource(request), ...found.values()]
}
