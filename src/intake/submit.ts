/**
 * ServiceRequest/$submit: the door for referrals as partners really send them. Persists first, then triages, in one
 * commit; refuses only what is unauthenticated, unparsable, oversized, or has neither request nor person.
 *
 * Sent twice (same client and X-Request-ID, or same organisation and business identifier) it answers the same referral
 * as it now stands. docs/submit.md
 */
import type { Identifier, ServiceRequest, Task } from 'fhir/r4.js'
import { outcomes } from '../fhir/outcomes.ts'
import { REFERRAL_NUMBER_SYSTEM, type Resource } from '../fhir/resource.ts'
import type { Caller } from '../access/caller.ts'
import { operation, type Operation } from '../rest/operation.ts'
import type { Unit } from '../rest/unit.ts'
import type { RequestKey } from '../store/store.ts'
import { referralIdentifier } from '../referral/number.ts'
import { openReferral, type OpeningParts } from '../referral/opening.ts'
import { asResource, readReferral } from '../referral/referral.ts'
import { answerOf, OUT } from './answer.ts'
import { differences, fingerprint } from './fingerprint.ts'
import { keptRequest, keepRequest } from './kept-request.ts'
import { prepare, type Prepared } from './prepare.ts'
import { recordNormalisations, requestRepair } from './repair.ts'
import { readReferralBundle } from './referral-bundle.ts'

type Outcome =
  | { readonly kind: 'stored'; readonly id: string; readonly answer: Resource }
  | { readonly kind: 'again'; readonly id: string; readonly answer: Resource }

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
    const earlier = await known(unit, keys, print, sent)
    if (earlier !== undefined) return { kind: 'again', id: earlier, answer: await answerOf(unit, earlier, prepared.warnings) }
    const id = String(prepared.request.id)
    await store(unit, prepared, parts, body)
    for (const key of keys) unit.remember({ key, fingerprint: print, ref: { type: 'ServiceRequest', id } })
    return { kind: 'stored', id, answer: await answerOf(unit, id, prepared.warnings) }
  })
  return {
    status: value.kind === 'stored' ? 201 : 200,
    resource: value.answer,
    headers: { location: `${base}/ServiceRequest/${value.id}` },
  }
})

/** A request is known by its client's X-Request-ID, and by each business identifier within its organisation. */
const requestKeys = (caller: Caller, requestId: string, request: Resource): readonly RequestKey[] => {
  const owner = caller.organisation === '' ? `client:${caller.client}` : `organisation:${caller.organisation.toUpperCase()}`
  return [
    { scope: `client:${caller.client}`, value: requestId },
    ...businessIdentifiers(request).flatMap(({ system, value }) => (value === undefined ? [] : [{ scope: owner, value: `${system ?? ''}|${value}` }])),
  ]
}

/** Of the sender; the referral number is given here, whatever was sent as one. */
const businessIdentifiers = (request: Resource): readonly Identifier[] =>
  (request as unknown as ServiceRequest).identifier?.filter(({ system }) => system !== REFERRAL_NUMBER_SYSTEM) ?? []

/** The referral these keys already name; throws 409 with the places that differ when it was another. */
const known = async (unit: Unit, keys: readonly RequestKey[], print: string, sent: Resource): Promise<string | undefined> => {
  for (const key of keys) {
    const record = await unit.recall(key)
    if (record === undefined) continue
    if (record.fingerprint === print) return record.ref.id
    const before = await keptRequest(unit, record.ref.id)
    const places = before === undefined ? [] : differences(before, sent)
    throw outcomes.keyReused(`${key.value} was used for ServiceRequest/${record.ref.id} with other content`
      + `${places.length === 0 ? '' : ` (different: ${places.join(', ')})`}; send a new referral under a new X-Request-ID and identifier, or update that one`)
  }
  return undefined
}

const store = async (unit: Unit, prepared: Prepared, parts: OpeningParts, body: string): Promise<void> => {
  const id = String(prepared.request.id)
  const request = { ...prepared.request, identifier: [...businessIdentifiers(prepared.request), referralIdentifier(id)] }
  for (const resource of [request, ...prepared.others]) {
    unit.create(resource, { id: String(resource.id), origin: 'consequence' })
    unit.join({ type: resource.resourceType, id: String(resource.id) }, id)
  }
  const binary = keepRequest(unit, id, body)
  const everything = [...prepared.others, ...prepared.unusable.map(({ resource }) => resource)]
  const opened = await openReferral(unit, request as unknown as ServiceRequest, { ...parts, propose: tolerant(parts.propose, prepared.others) }, everything)
  await unit.update(asResource({ ...opened.coordinating, input: [binary] } satisfies Task), { origin: 'consequence' })
  const referral = await readReferral(unit, id)
  if (referral !== undefined) requestRepair(unit, referral, prepared.unusable, binary)
  recordNormalisations(unit, id, prepared.normalised)
}

/** Triage reads what could not be stored too (a red flag in a faulty Flag is a red flag); if it cannot, the rest. */
const tolerant = (propose: OpeningParts['propose'], usable: readonly Resource[]): OpeningParts['propose'] => async request => {
  try {
    return await propose(request)
  } catch {
    return propose({ ...request, resources: [...request.resources.slice(0, 1), ...usable] })
  }
}

