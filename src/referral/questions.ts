/**
 * Information that is missing: the question to the sender, and what follows from its answer. The referral stays active
 * all the while, its clock runs, and a clinician may decide without waiting (domain 3.2 row 3, 2.5).
 */
import type { Reference, Task } from 'fhir/r4.js'
import { listed } from '../access/visibility.ts'
import { organisationOf } from '../directory/organisations.ts'
import { instant } from '../fhir/clock.ts'
import { ODS_ORGANISATION_SYSTEM, refText, type ResourceRef } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { businessConcept, detailConcept, kindOf, withDetail } from './codes.ts'
import { noted } from './coordination.ts'
import { serviceReference } from './offers.ts'
import type { OpeningParts } from './opening.ts'
import { makePart } from './parts.ts'
import { reasonConcept } from './reasons.ts'
import { recordStep } from './provenance.ts'
import { asResource, isOpen, readReferral, type Referral } from './referral.ts'
import { proposeAgain, withProposal } from './retriage.ts'
import { ASK_WITHIN_MS } from './times.ts'

/** The question as one text, as a triage Task that waits for it holds it. */
export const questionText = (questions: readonly string[]): string | undefined => (questions.length === 0 ? undefined : questions.join('\n'))

/** Gives the sender a request-info Task with the question that the triage Task waits for. */
export const askSender = async (unit: Unit, referral: Referral, { statusReason }: Task): Promise<Task> => {
  const text = statusReason?.text ?? ''
  return makePart(unit, referral, 'request-info', {
    status: 'requested', business: 'info-requested',
    owner: await senderOf(unit, referral), due: instant(unit.now + ASK_WITHIN_MS),
    more: {
      description: text,
      input: text.split('\n').filter(line => line !== '').map(line => ({ type: detailConcept('question'), valueString: line })),
    },
  })
}

/** Triage goes on, with a new proposal over what the case now holds. */
export const resumeTriage = async (unit: Unit, referral: Referral, parts: OpeningParts): Promise<void> => {
  const { triage } = referral
  if (triage === undefined || !isOpen(triage)) return
  const { statusReason: _answered, ...waiting } = triage
  const again = await proposeAgain(unit, referral, parts)
  const hasProposal = again !== undefined || referral.proposal.disposition !== undefined
  await unit.update(asResource({
    ...(again === undefined ? waiting : withProposal(waiting, referral, again)),
    status: hasProposal ? 'in-progress' : 'requested',
    businessStatus: businessConcept(hasProposal ? 'triage-proposed' : 'received'),
  }), { origin: 'consequence' })
}

/**
 * A form that answers all that is missing answers what the sender was asked, and triage, whose newest proposal stands
 * already, waits no more.
 */
export const answerByForm = async (unit: Unit, caseId: string, form: ResourceRef): Promise<void> => {
  const referral = await readReferral(unit, caseId)
  const waiting = referral?.tasks.filter(task => kindOf(task) === 'request-info' && isOpen(task)) ?? []
  if (referral?.triage === undefined || waiting.length === 0) return
  for (const task of waiting) {
    await unit.update(asResource({
      ...task, status: 'completed', businessStatus: businessConcept('info-answered'),
      output: withDetail(task.output, { type: detailConcept('answer'), valueReference: { reference: refText(form) } }, 'answer'),
    }), { origin: 'consequence' })
  }
  const { statusReason: _answered, ...triage } = referral.triage
  await unit.update(asResource({ ...triage, status: 'in-progress', businessStatus: businessConcept('triage-proposed') }), { origin: 'consequence' })
  recordStep(unit, caseId, 'answer-info', 'The sender answers by a form; triage goes on with it.',
    [...waiting, referral.triage].map(({ id }) => ({ type: 'Task', id: String(id) })))
}

/** Takes back what nobody answered, since a clinician has decided without it. */
export const endQuestions = async (unit: Unit, { tasks }: Referral): Promise<void> => {
  for (const task of tasks) {
    if (kindOf(task) !== 'request-info' || !isOpen(task)) continue
    const reason = reasonConcept('circumstances-changed', 'withdrawal')
    await unit.update(asResource({
      ...task, status: 'cancelled', businessStatus: businessConcept('withdrawn'), ...(reason === undefined ? {} : { statusReason: reason }),
      note: noted(task, { text: 'A clinician has decided without the answer.', time: instant(unit.now) }),
    }), { origin: 'consequence' })
  }
}

/** The sender's Organization in the directory, else its ODS code; the hub itself, which then rings, where nobody is known. */
const senderOf = async (unit: Unit, { coordinating, request }: Referral): Promise<Reference | undefined> => {
  const ods = await organisationOf(unit, coordinating?.requester) ?? await organisationOf(unit, request.requester)
  if (ods === undefined) return coordinating?.owner
  const [organisation] = await unit.find('Organization',
    { kind: 'match', param: 'identifier', test: { kind: 'token', system: ODS_ORGANISATION_SYSTEM, code: ods } }, listed)
  return organisation === undefined ? { identifier: { system: ODS_ORGANISATION_SYSTEM, value: ods } } : serviceReference(organisation)
}
