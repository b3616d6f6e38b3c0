/**
 * The ServiceRequest of a referral: which of a Bundle's it is, as it is stored, and what becomes of further ones. It is
 * always active: a submitted referral is somebody's until a person has decided.
 */
import { randomUUID } from 'node:crypto'
import { isObject } from '../fhir/json.ts'
import { isError, type Issue } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Draft, Examine } from './drafts.ts'
import { mend } from './mend.ts'
import { ask, mention, type Remark } from './remarks.ts'

/** The one a message is about, else usable before unusable, active before others, else the first. */
export const askedOf = (drafts: readonly Draft[]): Draft | undefined => {
  const all = drafts.filter(({ resource }) => resource.resourceType === 'ServiceRequest')
  const focus = drafts.find(({ resource }) => resource.resourceType === 'MessageHeader')?.resource['focus']
  const named = Array.isArray(focus) ? focus.filter(isObject).map(({ reference }) => reference) : []
  return all.find(({ entry, isUsable }) => isUsable && entry.addresses.some(address => named.includes(address)))
    ?? all.find(({ isUsable, resource }) => isUsable && resource['status'] === 'active')
    ?? all.find(({ isUsable }) => isUsable) ?? all[0]
}

export interface Asked {
  readonly request: Resource
  readonly remarks: readonly Remark[]
}

/** The ServiceRequest as sent, or made from what is readable; active, about the person. */
export const requestFrom = (asked: Draft | undefined, about: Record<string, unknown> | undefined, examine: Examine): Asked => {
  if (asked === undefined) {
    return {
      request: { resourceType: 'ServiceRequest', id: randomUUID(), status: 'active', intent: 'order', subject: about ?? NOT_STATED },
      remarks: [ask('request-made', 'Bundle',
        'the Bundle has no ServiceRequest; one was made, and a clinician asks for what is missing', 'Bundle.entry')],
    }
  }
  const { resource, entry: { at } } = asked
  const subject = about ?? resource['subject'] ?? NOT_STATED
  const doubts = [...statusOf(resource, at), ...prohibited(resource, at)]
  if (asked.isUsable) return { request: { ...resource, status: 'active', subject }, remarks: doubts }
  const skeleton = { resourceType: 'ServiceRequest', id: String(resource.id), status: 'active', intent: intentOf(resource), subject }
  const isSound = !examine(skeleton).some(isError)
  const mended = mend(isSound ? skeleton : { ...skeleton, subject: bare(subject) }, resource, examine)
  return {
    request: mended.resource,
    remarks: [...doubts, ask('request-mended', at,
      `the ServiceRequest is stored without what cannot be used${mended.dropped.length === 0 ? '' : `: ${mended.dropped.join(', ')}`}`)],
  }
}

const NOT_STATED = { display: 'not stated' }

const bare = (subject: unknown): Record<string, unknown> => (
  isObject(subject) && typeof subject['reference'] === 'string' ? { reference: subject['reference'] } : NOT_STATED)

const INTENTS = new Set(['proposal', 'plan', 'directive', 'order', 'original-order', 'reflex-order', 'filler-order', 'instance-order', 'option'])
const intentOf = ({ intent }: Resource): unknown => (INTENTS.has(String(intent)) ? intent : 'order')

/** A draft that is submitted is meant; one that was taken back or is done needs a person to ask what was meant. */
const statusOf = ({ status }: Resource, at: string): readonly Remark[] => {
  if (status === 'active') return []
  const say = status === 'draft' || status === 'unknown' ? mention : ask
  return [say('request-active', at, `the ServiceRequest was sent as ${typeof status === 'string' ? `"${status.slice(0, 40)}"` : 'nothing'}; `
    + 'a submitted referral is active; to take one back, update the ServiceRequest that is stored here', `${at}.status`)]
}

/**
 * When it was written is kept as sent; where the clock does not start then, the sender is told (model, hours and due).
 *
 * @param startAt where triage started the clock, an instant
 */
export const authoredIssues = (request: Resource, at: string, startAt: number): readonly Issue[] => {
  const authoredOn = request['authoredOn']
  if (typeof authoredOn !== 'string') return []
  const authoredAt = authoredOn.includes('T') ? Date.parse(authoredOn) : Number.NaN
  if (authoredAt === startAt) return []
  return [mention('authored-not-credible', at, Number.isNaN(authoredAt)
    ? 'authoredOn has no time of day, so what is due is counted from receipt; send date and time'
    : 'authoredOn is long before receipt or after it, so what is due is counted from receipt; check the clock of the device',
  `${at}.authoredOn`).issue]
}

const prohibited = ({ doNotPerform }: Resource, at: string): readonly Remark[] => (doNotPerform === true
  ? [ask('request-prohibits', at, 'the ServiceRequest says not to perform it; a person asks what was meant', `${at}.doNotPerform`)] : [])

/**
 * Further active ServiceRequests: kept with the referral, and opening none of their own. Of the same person, what they
 * ask for are further needs of this one; each is pointed out to a person.
 */
export const furtherRequests = (asked: Draft | undefined, drafts: readonly Draft[], isSamePerson: (request: Draft) => boolean):
{ further: readonly Resource[]; remarks: readonly Remark[] } => {
  const others = drafts.filter(draft => draft !== asked && draft.resource.resourceType === 'ServiceRequest' && draft.resource['status'] === 'active')
  return {
    further: others.filter(draft => draft.isUsable && isSamePerson(draft)).map(({ resource }) => resource),
    remarks: others.map(draft => ask('request-further', draft.entry.at, isSamePerson(draft)
      ? 'a Bundle is one referral: this ServiceRequest is kept with it and its reasons are further needs of it; name all needs in one reasonCode'
      : 'a Bundle is one referral: this ServiceRequest, about somebody else, is kept but not triaged; send a Bundle for each person')),
  }
}

/** The ServiceRequest with the reasons of further ones: a need is followed as a line of this referral, or not at all. */
export const withReasonsOf = (request: Resource, further: readonly Resource[]): Resource => {
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value as unknown[] : value === undefined ? [] : [value])
  const asksFor = (each: Resource): unknown[] => [...list(each['reasonCode']), ...list(each['code']), ...list(each['orderDetail'])]
  const reasonCode = [...list(request['reasonCode']), ...further.flatMap(asksFor)]
  const reasonReference = [request, ...further].flatMap(each => list(each['reasonReference']))
  return {
    ...request,
    ...(reasonCode.length === 0 ? {} : { reasonCode }),
    ...(reasonReference.length === 0 ? {} : { reasonReference }),
  }
}

/** Whether a ServiceRequest points to one of these Patients, or to nobody in particular. */
export const isAbout = (refs: readonly string[]) => ({ resource: { subject } }: Draft): boolean => {
  const reference = isObject(subject) ? subject['reference'] : undefined
  return typeof reference !== 'string' || refs.includes(reference)
}
