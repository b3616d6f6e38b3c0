/**
 * Opening a referral: whatever write an active ServiceRequest arrives by, in the same commit it gets its coordinating
 * Task (one accountable owner, one next-action time), its triage Task and the proposal.
 *
 * Persist first, then triage: a fault in triage leaves the referral stored, owned and waiting for a person.
 */
import type { ServiceRequest, Task } from 'fhir/r4.js'
import { organisationOf } from '../directory/organisations.ts'
import { instant } from '../fhir/clock.ts'
import { localReference, references } from '../fhir/reference.ts'
import { ODS_ORGANISATION_SYSTEM, refText, type Resource, type ResourceRef } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { gather, letHubIn, letSenderIn } from './case-sharing.ts'
import { businessConcept, detailConcept, HUB_TASK, kindConcept } from './codes.ts'
import { referralIdentifier } from './number.ts'
import { lastTwoHourCare } from './earlier-care.ts'
import { guidanceOf, type Hub, type Propose, type ReferralProposal } from './proposing.ts'
import { asResource } from './referral.ts'
import { nextActionAt } from './times.ts'

export interface OpeningParts {
  readonly propose: Propose
  /** Told of a fault in triage, so that somebody mends it; the referral is stored and owned all the same. */
  readonly onFault?: (error: unknown) => void
  /** The hubs of this installation, at least one. Not addressed: that of the person's residence, else the first. */
  readonly hubs: readonly Hub[]
}

export interface Opened {
  readonly coordinating: Task
  readonly triage: Task
  readonly hub: Hub
  /** Undefined when triage failed on it. */
  readonly proposal: ReferralProposal | undefined
}

/** Resources around a ServiceRequest that triage looks at: two steps are enough for requester, role and organisation. */
const REACH = 2
/** Limit of what is read around one referral (design, limits: 1,000 entries a Bundle). */
const MAX_AROUND = 1_000

/**
 * Opens the referral of a ServiceRequest that is part of this unit. `sent` is what triage reads besides; without it,
 * what this unit writes and what the ServiceRequest points to.
 */
export const openReferral = async (
  unit: Unit, request: ServiceRequest, parts: OpeningParts, sent?: readonly Resource[],
): Promise<Opened> => {
  const { hubs } = parts
  const caseId = String(request.id)
  const resource = asResource(request)
  const addressed = await addressedHub(unit, request, hubs)
  const [first] = hubs
  if (first === undefined) throw new Error('no hub is configured')
  const resources = sent ?? await resourcesAround(unit, resource)
  const proposal = await proposeKnowing(unit, parts, caseId, {
    resources: [resource, ...resources.filter(({ id, resourceType }) => id !== request.id || resourceType !== 'ServiceRequest')],
    addressed: addressed?.locality, referrerKind: unit.caller.referrerKind, receivedAt: unit.now,
  })
  const hub = addressed ?? hubs.find(({ locality }) => locality === proposal?.locality) ?? first

  await gather(unit, resource, caseId)
  await letHubIn(unit, caseId, hub.ods)
  if (unit.caller.organisation !== '') await letSenderIn(unit, caseId, unit.caller.organisation)
  const requester = await organisationOf(unit, request.requester)
  if (requester !== undefined) await letSenderIn(unit, caseId, requester)

  const guidance = proposal === undefined ? undefined : keep(unit, caseId,
    guidanceOf(proposal, request.subject.reference ?? '', caseId, unit.now))
  const business = proposal === undefined ? 'received' as const : 'triage-proposed' as const
  const acts = waitsForDue(proposal) ? proposal?.dueAt : undefined
  const end = instant(Math.max(unit.now, acts ?? nextActionAt({ business, now: unit.now, dueAt: undefined, etaAt: undefined })))
  const shared = {
    intent: 'order' as const,
    priority: proposal?.priority ?? request.priority ?? 'urgent' as const,
    groupIdentifier: referralIdentifier(caseId),
    basedOn: [{ reference: `ServiceRequest/${caseId}` }],
    focus: { reference: `ServiceRequest/${caseId}` },
    for: request.subject,
    authoredOn: instant(unit.now),
    requester: sender(unit, request),
    owner: { reference: hub.organization, display: hub.name },
    restriction: { period: { end } },
  }
  const coordinating = keep(unit, caseId, asResource({
    resourceType: 'Task', meta: HUB_TASK, status: 'in-progress', businessStatus: businessConcept(business), code: kindConcept('coordinate'), ...shared,
  }))
  const triage = keep(unit, caseId, asResource({
    resourceType: 'Task', meta: HUB_TASK, status: proposal === undefined ? 'requested' : 'in-progress', businessStatus: businessConcept(business),
    code: kindConcept('triage'), ...shared, partOf: [{ reference: `Task/${coordinating.id}` }],
    ...(guidance === undefined
      ? { note: [{ text: 'No proposal could be computed: triage by hand.', time: instant(unit.now) }] }
      : { output: [{ type: detailConcept('proposal'), valueReference: { reference: `GuidanceResponse/${guidance.id}` } }] }),
  }))
  return { coordinating: coordinating as unknown as Task, triage: triage as unknown as Task, hub, proposal }
}

/** Creates a resource and puts it into the case. */
export const keep = (unit: Unit, caseId: string, resource: Resource): Resource => {
  const created = unit.create(resource, { origin: 'consequence' })
  unit.join({ type: created.resourceType, id: String(created.id) }, caseId)
  return created
}

/** The hub that `ServiceRequest.performer` names, else the client's locality; undefined when neither says. */
const addressedHub = async (unit: Unit, request: ServiceRequest, hubs: readonly Hub[]): Promise<Hub | undefined> => {
  for (const performer of request.performer ?? []) {
    const ods = await organisationOf(unit, performer)
    const named = hubs.find(hub => hub.organization === performer.reference || (ods !== undefined && hub.ods.toUpperCase() === ods))
    if (named !== undefined) return named
  }
  return hubs.find(({ locality }) => locality === unit.caller.locality)
}

const sender = (unit: Unit, request: ServiceRequest): Task['requester'] => (unit.caller.organisation === ''
  ? request.requester
  : { identifier: { system: ODS_ORGANISATION_SYSTEM, value: unit.caller.organisation } })

/** What is in the same unit, and what the ServiceRequest leads to. */
export const resourcesAround = async (unit: Unit, request: Resource): Promise<readonly Resource[]> => {
  const found = new Map<string, Resource>()
  for (const { ref, after } of unit.changes()) if (after !== undefined) found.set(refText(ref), after)
  let edge: readonly Resource[] = [request]
  for (let step = 0; step < REACH; step += 1) {
    const next: Resource[] = []
    for (const ref of edge.flatMap(local)) {
      if (found.has(refText(ref)) || found.size >= MAX_AROUND) continue
      const resource = await unit.read(ref)
      if (resource === undefined) continue
      found.set(refText(ref), resource)
      next.push(resource)
    }
    edge = next
  }
  return [...found.values()]
}

const local = (resource: Resource): readonly ResourceRef[] =>
  references(resource).flatMap(({ reference }) => localReference(reference) ?? [])

/** Persist first: what triage cannot digest waits for a person instead of being refused. */
export const proposeSafely = async (
  { propose, onFault }: OpeningParts, request: Parameters<Propose>[0],
): Promise<ReferralProposal | undefined> => {
  try {
    return await propose(request)
  } catch (error) {
    onFault?.(error)
    return undefined
  }
}

/** As `proposeSafely`; where a rule failed for want of it, on what the hub's own records say of the same person as well. */
export const proposeKnowing = async (
  unit: Unit, parts: OpeningParts, caseId: string, request: Parameters<Propose>[0],
): Promise<ReferralProposal | undefined> => {
  const proposal = await proposeSafely(parts, request)
  if (proposal === undefined || !proposal.wanted.includes(EARLIER_CARE)) return proposal
  const subject = (request.resources[0] as unknown as ServiceRequest | undefined)?.subject.reference
  const patient = request.resources.find(({ resourceType, id }) => resourceType === 'Patient' && subject === `Patient/${id}`)
  const lastTwoHourCareAt = await lastTwoHourCare(unit, patient, caseId)
  return lastTwoHourCareAt === undefined ? proposal : await proposeSafely(parts, { ...request, lastTwoHourCareAt })
}

const EARLIER_CARE = 'two-hour-care-in-time'

/** For these a clinician must act by the time the proposal itself names (model: review and moreinfo are due by then). */
const waitsForDue = (proposal: ReferralProposal | undefined): boolean =>
  proposal !== undefined && ['emergency', 'review', 'moreinfo', 'redirect'].includes(proposal.disposition)
