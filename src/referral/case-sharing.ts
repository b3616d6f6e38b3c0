/**
 * Who sees a case: resources join it, organisations are let in and out of it. The case is named by its ServiceRequest.
 *
 * Labels belong to the store (docs/decisions/0003-visibility.md). What the ServiceRequest points to but belongs to
 * another case, or to nobody's, is granted to each organisation one by one.
 */
import type { Task } from 'fhir/r4.js'
import { kindOf as accessKind } from '../access/kinds.ts'
import { hubLabel, organisationLabel } from '../access/visibility.ts'
import { organisationOf } from '../directory/organisations.ts'
import { localReference, references } from '../fhir/reference.ts'
import { refText, type Resource, type ResourceRef } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import type { Label } from '../store/store.ts'
import { kindOf as taskKind } from './codes.ts'
import { seesCase, sendersOf } from './parties.ts'
import { isOpen, type Referral } from './referral.ts'

/** Lets a label into the case, and to what the ServiceRequest points to outside of it. */
export const letIn = async (unit: Unit, caseId: string, label: Label): Promise<void> => {
  if ((await unit.audience(caseId)).includes(label)) return
  unit.share(caseId, label)
  const request = await unit.read({ type: 'ServiceRequest', id: caseId })
  for (const ref of request === undefined ? [] : mentioned(request)) {
    if (isOfCare(ref) && await unit.caseOf(ref) !== caseId && await unit.read(ref) !== undefined) unit.grant(ref, label)
  }
}

/**
 * Takes a service out of the case when nothing else holds it there: another open offer, having sent the referral.
 * The ServiceRequest and its own Task stay readable to it (design, idea 3).
 */
export const letOut = async (unit: Unit, referral: Referral, offer: Task): Promise<void> => {
  const ods = await organisationOf(unit, offer.owner)
  if (ods === undefined || (await sendersOf(unit, referral.coordinating, referral.request)).includes(ods)) return
  for (const other of referral.attempts) {
    if (other.id !== offer.id && isStillIn(other) && await organisationOf(unit, other.owner) === ods) return
  }
  unit.unshare(referral.id, organisationLabel(ods))
}

/** Asked, caring, or the one who took the referral over. */
const isStillIn = (attempt: Task): boolean => isOpen(attempt) || hasTakenOver(attempt)

export const hasTakenOver = (attempt: Task): boolean => taskKind(attempt) === 'redirect' && attempt.status === 'completed'

/** Lets the service of an offer in, and keeps the ServiceRequest and this Task readable to it for good. */
export const letServiceIn = async (unit: Unit, caseId: string, offer: ResourceRef, ods: string): Promise<void> => {
  const label = organisationLabel(ods)
  await letIn(unit, caseId, label)
  unit.grant({ type: 'ServiceRequest', id: caseId }, label)
  unit.grant(offer, label)
}

/** What an organisation records of its own care stays readable to it when it leaves the case. */
export const keepForAuthor = (unit: Unit, ref: ResourceRef): void => {
  if (unit.caller.organisation !== '') unit.grant(ref, organisationLabel(unit.caller.organisation))
}

/** The hub's people, as a hub: not every client of the organisation that runs it. */
export const letHubIn = (unit: Unit, caseId: string, ods: string): Promise<void> => letIn(unit, caseId, hubLabel(ods))

export const letSenderIn = (unit: Unit, caseId: string, ods: string): Promise<void> => letIn(unit, caseId, organisationLabel(ods))

/**
 * What a new ServiceRequest points to and this unit writes joins its case; what was there before keeps its labels, and
 * is granted to whoever is let in (joining would need a version of its own, and break the sender's next `If-Match`).
 */
export const gather = async (unit: Unit, request: Resource, caseId: string): Promise<void> => {
  unit.join({ type: 'ServiceRequest', id: caseId }, caseId)
  const written = new Set(unit.changes().map(({ ref }) => refText(ref)))
  for (const ref of mentioned(request)) {
    if (ref.type !== 'ServiceRequest' && isOfCare(ref) && written.has(refText(ref)) && await unit.caseOf(ref) === undefined) unit.join(ref, caseId)
  }
}

/**
 * Elements by which a later resource belongs to a case, the most telling first; `subject` and `patient` last, since a
 * Patient that came with a referral is that referral's own.
 */
const LINKS = [
  'basedOn', 'focus', 'partOf', 'encounter', 'context', 'target', 'about', 'request', 'derivedFrom', 'hasMember',
  'reasonReference', 'supportingInfo', 'episodeOfCare', 'subject', 'patient', 'for', 'beneficiary',
] as const

/** The case a new resource inherits through what it points to; only a case the caller sees. */
export const inheritedCase = async (unit: Unit, resource: Resource): Promise<string | undefined> => {
  for (const link of LINKS) {
    const element = resource[link]
    if (typeof element !== 'object' || element === null) continue
    for (const ref of mentioned({ resourceType: resource.resourceType, [link]: element })) {
      const caseId = await unit.caseOf(ref)
      if (caseId !== undefined && await seesCase(unit, caseId)) return caseId
    }
  }
  return undefined
}

/** Local references of a resource, each once. */
const mentioned = (resource: Resource): readonly ResourceRef[] => {
  const found = new Map<string, ResourceRef>()
  for (const { reference } of references(resource)) {
    const ref = localReference(reference)
    if (ref !== undefined) found.set(refText(ref), ref)
  }
  return [...found.values()]
}

/** Of somebody's care: the directory and the people in it are visible by other means. */
const isOfCare = (ref: ResourceRef): boolean => accessKind(ref.type) === 'care'
