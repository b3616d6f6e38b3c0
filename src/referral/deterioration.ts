/**
 * New findings about a person whose referral is open (W03): triage runs again in the same commit. Before a clinician has
 * decided, the newer proposal takes the older one's place; afterwards an urgent finding that was not there before is a
 * review Task, due in 15 minutes, and the coordinating Task tells everybody. Every older proposal is kept.
 */
import type { Parameters } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { localReference } from '../fhir/reference.ts'
import type { ResourceRef } from '../fhir/resource.ts'
import type { Change, Unit } from '../rest/unit.ts'
import { detail, detailConcept, kindOf } from './codes.ts'
import { mirror } from './coordination.ts'
import type { OpeningParts } from './opening.ts'
import { linkNewestProposal } from './newest-proposal.ts'
import { makePart } from './parts.ts'
import { keptProposal, readProposal, type KeptProposal, type ReferralProposal } from './proposing.ts'
import { answerByForm } from './questions.ts'
import { isOpen, readReferral, type Referral } from './referral.ts'
import { keepProposal, proposalNow, waitsForRepair } from './retriage.ts'
import { LOOK_AGAIN_WITHIN_MS } from './times.ts'

/** What can say that somebody is worse. */
const FINDINGS = new Set(['Observation', 'Condition', 'Flag', 'QuestionnaireResponse'])
/** Flags of the model's steps 1 and 2: emergency and urgent findings, which come before every other question. */
const URGENT = new Set(['red-flag', 'news2-7', 'advance-plan', 'news2-5-6', 'news2-single3', 'soft-flag', 'news2-mismatch'])

/** Triages again every open case to which these changes bring a finding. */
export const followFindings = async (unit: Unit, changes: readonly Change[], parts: OpeningParts): Promise<void> => {
  const cases = new Map<string, ResourceRef[]>()
  for (const { ref, after } of changes) {
    const caseId = after !== undefined && FINDINGS.has(ref.type) ? await unit.caseOf(ref) : undefined
    if (caseId !== undefined) cases.set(caseId, [...cases.get(caseId) ?? [], ref])
  }
  for (const [caseId, found] of cases) {
    const referral = await readReferral(unit, caseId)
    if (referral?.request.status !== 'active' || referral.triage === undefined || isOpening(unit, referral)) continue
    await lookAgain(unit, referral, parts, found.find(({ type }) => type === 'QuestionnaireResponse'))
  }
}

/** What comes with a referral was triaged with it. */
const isOpening = (unit: Unit, { coordinating }: Referral): boolean =>
  unit.changes().some(({ ref, replaces }) => ref.id === coordinating?.id && replaces === 0)

/** @param form the response that is among what is new: it answers what the sender was asked, once nothing is missing any more */
const lookAgain = async (unit: Unit, referral: Referral, parts: OpeningParts, form: ResourceRef | undefined): Promise<void> => {
  const proposal = await proposalNow(unit, referral, parts)
  if (proposal === undefined) return
  const now = readProposal(proposal.parameters as unknown as Parameters)
  const { triage } = referral
  if (triage !== undefined && isOpen(triage) && !waitsForRepair(referral)) {
    if (now.inputs !== referral.proposal.inputs) await replace(unit, referral, proposal, now.questions.length === 0 ? form : undefined)
    return
  }
  const known = new Set((await proposalsKept(unit, referral)).flatMap(({ flags }) => flags))
  const found = now.flags.filter(flag => URGENT.has(flag) && !known.has(flag))
  if (found.length > 0) await askForReview(unit, referral, proposal, found)
}

const replace = async (unit: Unit, referral: Referral, proposal: ReferralProposal, answered: ResourceRef | undefined): Promise<void> => {
  await linkNewestProposal(unit, referral.id, keepProposal(unit, referral, proposal))
  if (answered !== undefined) await answerByForm(unit, referral.id, answered)
  await tell(unit, referral.id, `New findings: triage now proposes ${proposal.disposition}.`)
}

const askForReview = async (unit: Unit, referral: Referral, proposal: ReferralProposal, found: readonly string[]): Promise<void> => {
  const { guidance, priority } = keepProposal(unit, referral, proposal)
  makePart(unit, referral, 'review', {
    status: 'requested', business: 'to-review', owner: referral.coordinating?.owner, due: instant(unit.now + LOOK_AGAIN_WITHIN_MS),
    more: { priority, output: [{ type: detailConcept('proposal'), valueReference: guidance }] },
  })
  await tell(unit, referral.id, `New findings (${found.join(', ')}): triage now proposes ${proposal.disposition}; a clinician looks at it within 15 minutes.`)
}

const tell = async (unit: Unit, caseId: string, says: string): Promise<void> => {
  const referral = await readReferral(unit, caseId)
  if (referral !== undefined) await mirror(unit, referral, says)
}

/** The proposal that was decided on, and those of earlier reviews. */
const proposalsKept = async (unit: Unit, { proposal, tasks }: Referral): Promise<readonly KeptProposal[]> => {
  const kept: KeptProposal[] = [proposal]
  for (const task of tasks) {
    const ref = kindOf(task) === 'review' ? localReference(detail(task.output, 'proposal')?.valueReference?.reference ?? '') : undefined
    if (ref !== undefined) kept.push(keptProposal(await unit.read(ref)))
  }
  return kept
}
