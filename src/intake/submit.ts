/**
 * ServiceRequest/$submit: the door for referrals as partners really send them. Persists first, then triages, in one
 * commit; refuses only what is unauthenticated, unparsable, oversized, or has neither request nor person.
 *
 * Sent twice (same client and X-Request-ID, or same organisation and business identifier) it answers the same referral
 * as it now stands. docs/submit.md
 */
import type { ServiceRequest, Task } from 'fhir/r4.js'
import { outcomes } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import { operation, type Operation } from '../rest/operation.ts'
import type { Unit } from '../rest/unit.ts'
import { referralIdentifier } from '../referral/number.ts'
import { openReferral, type Opened, type OpeningParts } from '../referral/opening.ts'
import { asResource, readReferral } from '../referral/referral.ts'
import { answerOf, OUT } from './answer.ts'
import { authoredIssues } from './asked.ts'
import { fingerprint } from './fingerprint.ts'
import { keepRequest } from './kept-request.ts'
import { prepare, type Prepared } from './prepare.ts'
import { readReferralBundle } from './referral-bundle.ts'
import { recordChanges, requestRepair } from './repair.ts'
import { businessIdentifiers, recallKeys, requestKeys } from './request-keys.ts'

interface Outcome {
  /** Of the ServiceRequest. */
  readonly id: string
  readonly isRepeat: boolean
  readonly answer: Resource
}

/** `parts` are the same that open a referral by any other write. */
export const createSubmit = (parts: OpeningParts): Operation => operation({
  code: 'submit',
  title: 'Submit a referral',
  documentation: 'Keeps a referral Bundle as sent, stores what is usable, triages it, answers "stored, not yet confirmed" with the proposal.',
  resource: ['ServiceRequest'],
  system: false, type: true, instance: false, affectsState: true,
  body: 'referral',
  parameter: [
    {
      name: 'referral', use: 'in', min: 1, max: '1', type: 'Resource',
      documentation: 'A Bundle of type collection, transaction or message with the Patient, the ServiceRequest and what belongs to them.',
    },
    ...OUT,
  ],
}, async ({ input, body, caller, repository, requestId, correlationId, base }) => {
  const sent = input.resource('referral')
  if (sent === undefined) throw outcomes.badRequest('referral-missing', 'send the referral Bundle as the body', 'Parameters.parameter')
  const context = { caller, requestId, correlationId }
  const prepared = await prepare(readReferralBundle(sent), {
    examine: resource => repository.examine(resource),
    isVisible: ref => repository.isVisible(context, ref),
    bases: [base],
  })
  const print = fingerprint(sent)
  const keys = requestKeys(caller, requestId, prepared.request)

  const { value } = await repository.transact<Outcome>(context, async unit => {
    const { earlier, unseen } = await recallKeys(unit, keys, print, sent)
    const id = earlier ?? String(prepared.request.id)
    const opened = earlier === undefined ? await store(unit, prepared, parts, body) : undefined
    for (const key of unseen) unit.remember({ key, fingerprint: print, ref: { type: 'ServiceRequest', id } })
    const startAt = opened?.proposal?.startAt
    const ofTime = startAt === undefined || prepared.requestAt === undefined ? [] : authoredIssues(prepared.request, prepared.requestAt, startAt)
    return { id, isRepeat: earlier !== undefined, answer: await answerOf(unit, id, [...prepared.issues, ...ofTime]) }
  })
  // The answer shows the person's data again: that is a read, and is written down as one before it leaves.
  if (value.isRepeat) await repository.read(context, { type: 'ServiceRequest', id: value.id })
  return {
    status: value.isRepeat ? 200 : 201,
    resource: value.answer,
    headers: { location: `${base}/ServiceRequest/${value.id}` },
  }
})

const store = async (unit: Unit, prepared: Prepared, parts: OpeningParts, body: string): Promise<Opened> => {
  const id = String(prepared.request.id)
  const request = { ...prepared.request, identifier: [...businessIdentifiers(prepared.request), referralIdentifier(id)] }
  for (const resource of [request, ...prepared.others]) {
    unit.create(resource, { id: String(resource.id), origin: 'consequence' })
    unit.join({ type: resource.resourceType, id: String(resource.id) }, id)
  }
  const binary = keepRequest(unit, id, body)
  const everything = [...prepared.others, ...prepared.leftOut]
  const opening = { ...parts, propose: tolerant(parts.propose, prepared.others) }
  const opened = await openReferral(unit, request as unknown as ServiceRequest, opening, everything)
  await unit.update(asResource({ ...opened.coordinating, input: [binary] } satisfies Task), { origin: 'consequence' })
  const referral = await readReferral(unit, id)
  if (referral === undefined) return opened
  recordChanges(unit, referral, prepared.changed, binary)
  await requestRepair(unit, referral, prepared.problems, binary)
  return opened
}

/** Triage reads what could not be stored too (a red flag in a faulty Flag is a red flag); if it cannot, the rest. */
const tolerant = (propose: OpeningParts['propose'], usable: readonly Resource[]): OpeningParts['propose'] => async request => {
  try {
    return await propose(request)
  } catch {
    return propose({ ...request, resources: [...request.resources.slice(0, 1), ...usable] })
  }
}
