/**
 * A submitted Bundle made ready to be stored: normalised, each resource judged, the ServiceRequest and the Patient made
 * from what is readable where they are missing or unusable, references leading where the resources will be.
 *
 * Nothing is refused here but a Bundle with neither request nor person (design, idea 6).
 */
import { randomUUID } from 'node:crypto'
import { outcomes, type Issue } from '../fhir/outcomes.ts'
import { localReference } from '../fhir/reference.ts'
import { refText, type Resource, type ResourceRef } from '../fhir/resource.ts'
import type { ValidationIssue } from '../validation/validator.ts'
import { normalise } from './normalise.ts'
import { isObject, warning, type SentEntry, type SentReferral } from './referral-bundle.ts'
import { outsideReferences, relink, type Relinking } from './relink.ts'
import { salvage } from './salvage.ts'

/** Resources of this hub that a Bundle may point to, looked up one by one. */
const MAX_OUTSIDE = 100

export interface PrepareParts {
  /** Every issue of a resource as the door judges it, nothing thrown. */
  readonly examine: (resource: Resource) => readonly ValidationIssue[]
  /** Whether the caller may see a resource of this hub. */
  readonly isVisible: (ref: ResourceRef) => Promise<boolean>
  /** This hub's own addresses. */
  readonly bases: readonly string[]
}

/** A resource that could not be stored as it was sent. */
export interface Unusable {
  readonly resource: Resource
  readonly expression: string
  readonly issues: readonly Issue[]
}

export interface Prepared {
  /** With its id; status active. */
  readonly request: Resource
  /** Every other resource to store, with ids; the Patient among them unless it is known here already. */
  readonly others: readonly Resource[]
  readonly unusable: readonly Unusable[]
  /** Ids of normalised resources, and what was done to them. */
  readonly normalised: readonly { readonly ref: ResourceRef; readonly rules: readonly string[] }[]
  readonly warnings: readonly Issue[]
}

interface Draft {
  readonly entry: SentEntry
  /** Normalised, with the id it will have. */
  readonly resource: Resource
  readonly issues: readonly Issue[]
  readonly isUsable: boolean
  readonly rules: readonly string[]
}

export const prepare = async (sent: SentReferral, parts: PrepareParts): Promise<Prepared> => {
  const drafts = sent.entries.map(entry => draft(entry, parts.examine))
  const isValid = (resource: Resource): boolean => !parts.examine(resource).some(isError)
  const asked = choose(drafts, 'ServiceRequest')
  const isKnownSubject = subjectOf(asked, drafts) === undefined && await knowsSubject(asked, parts)
  const person = isKnownSubject ? undefined : subjectOf(asked, drafts) ?? choose(drafts, 'Patient')
  if (asked === undefined && person === undefined) {
    throw outcomes.businessRule('nothing-to-refer',
      'the Bundle has neither a ServiceRequest nor a Patient; send at least one of them', 'Bundle.entry')
  }
  const warnings: Issue[] = [...sent.warnings, ...drafts.flatMap(({ issues }) => issues)]

  const patient = isKnownSubject ? undefined : person?.isUsable === true ? person.resource : makePatient(person, asked, isValid, warnings)
  const subject = patient === undefined ? undefined : { reference: refText(refOf(patient)) }
  const request = makeRequest(asked, subject, isValid, warnings)

  const stored = new Map<string, ResourceRef>()
  for (const { entry, resource, isUsable } of drafts) if (isUsable) for (const address of entry.addresses) stored.set(address, refOf(resource))
  for (const address of asked?.entry.addresses ?? []) stored.set(address, refOf(request))
  if (patient !== undefined) for (const address of person?.entry.addresses ?? []) stored.set(address, refOf(patient))

  const kept = [
    ...(patient === undefined ? [] : [patient]),
    ...drafts.filter(({ isUsable, resource }) => isUsable && resource !== patient && resource.id !== request.id).map(({ resource }) => resource),
  ]
  const broken = drafts.filter(({ isUsable }) => !isUsable)
  const own = new Set([request, ...kept].map(resource => refText(refOf(resource))))
  const known = await lookUp([request, ...kept], stored, parts)
  const relinking: Relinking = { stored, bases: parts.bases, isKnown: ref => own.has(refText(ref)) || known.has(refText(ref)) }
  for (const resource of [request, ...kept, ...broken.map(({ resource: unusable }) => unusable)]) {
    for (const expression of relink(resource, relinking)) {
      warnings.push(warning('reference-not-stored', 'it leads to nothing that is known here or was stored; its words were kept', expression))
    }
  }
  return {
    request, others: kept, warnings,
    unusable: broken.map(({ entry, resource, issues }) => ({ resource, expression: entry.expression, issues })),
    normalised: drafts.filter(({ rules, isUsable }) => rules.length > 0 && isUsable).map(({ resource, rules }) => ({ ref: refOf(resource), rules })),
  }
}

const isError = ({ severity }: { readonly severity: string }): boolean => severity === 'error' || severity === 'fatal'

const refOf = ({ resourceType, id }: Resource): ResourceRef => ({ type: resourceType, id: String(id) })

/** Normalised, given its id, without the meta its sender's server wrote, and judged. */
const draft = (entry: SentEntry, examine: PrepareParts['examine']): Draft => {
  const { resource: normal, changes } = normalise(entry.resource)
  const resource: Resource = { ...normal, id: randomUUID() }
  if (isObject(normal.meta)) {
    const { versionId: _version, lastUpdated: _updated, ...meta } = normal.meta
    if (Object.keys(meta).length === 0) delete resource.meta
    else resource.meta = meta
  }
  const found = examine(resource)
  const place = (expression: string): string => entry.expression + expression.replace(/^[A-Za-z]+/, '')
  return {
    entry, resource, isUsable: !found.some(isError),
    rules: [...new Set(changes.map(({ rule }) => rule))],
    issues: [
      ...changes.map(({ rule, text, expression }): Issue =>
        ({ severity: 'information', type: 'informational', code: rule, text, expression: [place(expression)] })),
      ...found.map(({ severity, type, code, text, expression }): Issue =>
        ({ severity: severity === 'information' ? severity : 'warning', type, code, text, expression: expression.map(place) })),
    ],
  }
}

/** The one that counts: usable before unusable, active before others, else the first. */
const choose = (drafts: readonly Draft[], type: string): Draft | undefined => {
  const all = drafts.filter(({ resource }) => resource.resourceType === type)
  return all.find(({ isUsable, resource }) => isUsable && resource['status'] === 'active') ?? all.find(({ isUsable }) => isUsable) ?? all[0]
}

/** The Patient of the Bundle that the ServiceRequest is about. */
const subjectOf = (asked: Draft | undefined, drafts: readonly Draft[]): Draft | undefined => {
  const subject = asked?.resource['subject']
  const literal = isObject(subject) ? subject['reference'] : undefined
  return drafts.find(({ entry, resource }) => resource.resourceType === 'Patient' && typeof literal === 'string' && entry.addresses.includes(literal))
}

/** Whether the ServiceRequest is about a Patient of this hub whom the caller sees. */
const knowsSubject = async (asked: Draft | undefined, { bases, isVisible }: PrepareParts): Promise<boolean> => {
  const subject = asked?.resource['subject']
  const literal = isObject(subject) ? subject['reference'] : undefined
  const ref = typeof literal === 'string' ? localReference(literal, bases) : undefined
  return ref?.type === 'Patient' && isVisible(ref)
}

/** A Patient from what is readable of the one sent, or of what the ServiceRequest says about its subject. */
const makePatient = (
  person: Draft | undefined, asked: Draft | undefined, isValid: (resource: Resource) => boolean, warnings: Issue[],
): Resource => {
  const skeleton = { resourceType: 'Patient', id: person === undefined ? randomUUID() : String(person.resource.id) }
  if (person !== undefined) {
    const { resource, dropped } = salvage(skeleton, person.resource, isValid)
    warnings.push(warning('patient-made', `the Patient was made from what is readable, without ${dropped.join(', ')}`, person.entry.expression))
    return resource
  }
  const subject = asked?.resource['subject']
  const { identifier, display } = (isObject(subject) ? subject : {}) as { identifier?: unknown; display?: unknown }
  warnings.push(warning('patient-made', 'the Bundle has no usable Patient; one was made from what the ServiceRequest says', 'ServiceRequest.subject'))
  return salvage(skeleton, {
    resourceType: 'Patient',
    ...(identifier === undefined ? {} : { identifier: [identifier] }),
    ...(typeof display === 'string' ? { name: [{ text: display }] } : {}),
  }, isValid).resource
}

/** The ServiceRequest of the referral: as sent, or made from what is readable; always active, about the person. */
const makeRequest = (
  asked: Draft | undefined, subject: { reference: string } | undefined, isValid: (resource: Resource) => boolean, warnings: Issue[],
): Resource => {
  if (asked === undefined) {
    warnings.push(warning('request-made', 'the Bundle has no ServiceRequest; one was made, a clinician asks for what is missing', 'Bundle.entry'))
    return { resourceType: 'ServiceRequest', id: randomUUID(), status: 'active', intent: 'order', subject: subject ?? { display: 'not stated' } }
  }
  const about = subject ?? asked.resource['subject'] ?? { display: 'not stated' }
  if (asked.resource['status'] !== 'active' && asked.isUsable) {
    warnings.push(warning('request-active',
      `the ServiceRequest was sent as ${String(asked.resource['status'])}; a submitted referral is active`, `${asked.entry.expression}.status`))
  }
  if (asked.isUsable) return { ...asked.resource, status: 'active', subject: about }
  const { resource, dropped } = salvage(
    { resourceType: 'ServiceRequest', id: String(asked.resource.id), status: 'active', intent: 'order', subject: about }, asked.resource, isValid)
  warnings.push(warning('request-made',
    `the ServiceRequest was made from what is readable, without ${dropped.join(', ')}`, asked.entry.expression))
  return resource
}

const lookUp = async (
  resources: readonly Resource[], stored: ReadonlyMap<string, ResourceRef>, { bases, isVisible }: PrepareParts,
): Promise<ReadonlySet<string>> => {
  const known = new Set<string>()
  for (const ref of outsideReferences(resources, { stored, bases }).slice(0, MAX_OUTSIDE)) {
    if (await isVisible(ref)) known.add(refText(ref))
  }
  return known
}
