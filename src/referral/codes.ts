/**
 * The codes in which a referral's life is told: kinds of Task, business states, actions, extensions, and what each
 * looks like in FHIR. Business states are those of the state machine in docs/referral.md.
 */
import type { CodeableConcept, Coding, Meta, Task } from 'fhir/r4.js'
import { hubCodeSystem, hubProfile } from '../fhir/resource.ts'

export const TASK_CODE_SYSTEM = hubCodeSystem('task-code')
export const R4_TASK_CODE_SYSTEM = 'http://hl7.org/fhir/CodeSystem/task-code'
export const BUSINESS_STATUS_SYSTEM = hubCodeSystem('business-status')
export const ACTION_SYSTEM = hubCodeSystem('action')

/** `Task.extension`: when the team expects to be there (dateTime). */
export const ETA_EXTENSION = hubProfile('eta')
/** `Task.extension`: the line of the referral an offer belongs to, 0 for the lead need (unsignedInt). */
export const LINE_EXTENSION = hubProfile('line')

/** What every workflow Task claims to meet. */
export const HUB_TASK: Meta = { profile: [hubProfile('hub-task')] }

/** Kinds of Task whose states the hub guards. */
export type TaskKind = 'coordinate' | 'triage' | 'review' | 'request-info' | 'offer' | 'redirect' | 'follow-up' | 'fix-data'

export type BusinessStatus =
  | 'received' | 'triage-proposed' | 'info-requested' | 'info-answered' | 'confirmed' | 'overridden' | 'to-review' | 'reviewed'
  | 'offered' | 'seen' | 'accepted' | 'rejected' | 'withdrawn' | 'en-route' | 'visited' | 'managing' | 'discharged'
  | 'redirected' | 'returned-to-ambulance' | 'followed-up' | 'escalated-999' | 'declined-by-patient' | 'died' | 'cancelled-by-sender'
  | 'to-fix' | 'fixed'

/** Words for people; the same as in the code system `business-status`. */
export const BUSINESS_STATUS_DISPLAY: Readonly<Record<BusinessStatus, string>> = {
  'received': 'Received',
  'triage-proposed': 'Triage proposed',
  'info-requested': 'Information requested',
  'info-answered': 'Information given',
  'confirmed': 'Confirmed',
  'overridden': 'Overridden',
  'to-review': 'New findings',
  'reviewed': 'Reviewed',
  'offered': 'Offered',
  'seen': 'Seen',
  'accepted': 'Accepted',
  'rejected': 'Rejected',
  'en-route': 'On the way',
  'visited': 'Visited',
  'managing': 'Managing',
  'discharged': 'Discharged',
  'redirected': 'Redirected',
  'returned-to-ambulance': 'Returned to the ambulance',
  'followed-up': 'Followed up',
  'died': 'Died',
  'cancelled-by-sender': 'Cancelled by the sender',
  'declined-by-patient': 'Declined by the person',
  'escalated-999': 'Escalated to 999',
  'withdrawn': 'Withdrawn by the hub',
  'to-fix': 'Data to be put right',
  'fixed': 'Data put right',
}

const KIND_CODING: Readonly<Record<TaskKind, { system: string; code: string; display: string }>> = {
  'coordinate': { system: TASK_CODE_SYSTEM, code: 'coordinate', display: 'Coordinate the referral' },
  'triage': { system: TASK_CODE_SYSTEM, code: 'triage', display: 'Triage the referral' },
  'offer': { system: R4_TASK_CODE_SYSTEM, code: 'fulfill', display: 'Fulfill the focal request' },
  'review': { system: TASK_CODE_SYSTEM, code: 'review', display: 'Look again' },
  'request-info': { system: TASK_CODE_SYSTEM, code: 'request-info', display: 'Request information' },
  'redirect': { system: TASK_CODE_SYSTEM, code: 'redirect', display: 'Take over' },
  'follow-up': { system: TASK_CODE_SYSTEM, code: 'follow-up', display: 'Follow up' },
  'fix-data': { system: TASK_CODE_SYSTEM, code: 'fix-data', display: 'Put data right' },
}

export const kindConcept = (kind: TaskKind): CodeableConcept => ({ coding: [{ ...KIND_CODING[kind] }] })

/** What kind of workflow Task this is, or undefined for Tasks that are the partners' own affair. */
export const kindOf = (task: Task): TaskKind | undefined => {
  const codings = task.code?.coding ?? []
  return (Object.keys(KIND_CODING) as TaskKind[]).find(kind =>
    codings.some(coding => coding.system === KIND_CODING[kind].system && coding.code === KIND_CODING[kind].code))
}

export const businessConcept = (status: BusinessStatus): CodeableConcept =>
  ({ coding: [{ system: BUSINESS_STATUS_SYSTEM, code: status, display: BUSINESS_STATUS_DISPLAY[status] }] })

/** Business status of a Task in the hub's code system; undefined when it has none. */
export const businessOf = (task: Task): string | undefined => codeIn(task.businessStatus, BUSINESS_STATUS_SYSTEM)

/** First code of a concept in a system. */
export const codeIn = (concept: CodeableConcept | undefined, system: string): string | undefined =>
  concept?.coding?.find((coding: Coding) => coding.system === system)?.code

/** Kinds of Task.input and Task.output the hub writes and reads. */
export type DetailKind = 'proposal' | 'earlier-proposal' | 'request' | 'outcome' | 'eta' | 'service' | 'problem' | 'question' | 'answer'

const DETAIL_SYSTEM = hubCodeSystem('task-detail')
const DETAIL_TEXT: Readonly<Record<DetailKind, string>> = {
  'proposal': 'Triage proposal',
  'earlier-proposal': 'Earlier proposal',
  request: 'The referral as it was sent',
  outcome: 'Outcome',
  eta: 'Expected arrival',
  service: 'Service chosen',
  problem: 'What is wrong',
  question: 'Question',
  answer: 'Answer',
}

export const detailConcept = (kind: DetailKind): CodeableConcept =>
  ({ coding: [{ system: DETAIL_SYSTEM, code: kind }], text: DETAIL_TEXT[kind] })

/** The entry of `Task.input` or `Task.output` of a kind. */
export const detail = <T extends { type: CodeableConcept }>(entries: readonly T[] | undefined, kind: DetailKind): T | undefined =>
  entries?.find(entry => codeIn(entry.type, DETAIL_SYSTEM) === kind)

/** The entries with the one of this kind replaced. */
export const withDetail = <T extends { type: CodeableConcept }>(entries: readonly T[] | undefined, entry: T, kind: DetailKind): T[] =>
  [...(entries ?? []).filter(other => codeIn(other.type, DETAIL_SYSTEM) !== kind), entry]
