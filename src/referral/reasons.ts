/**
 * Coded reasons: which list each transition draws from, and reading a reason as clients send it
 * (a code, a Coding, a CodeableConcept).
 */
import type { CodeableConcept } from 'fhir/r4.js'
import { hubCodeSystem } from '../fhir/resource.ts'

export interface ReasonList {
  readonly system: string
  readonly codes: Readonly<Record<string, string>>
}

/** National: https://fhir.nhs.uk/CodeSystem/dos-rejected-reasons-bars 1.0.0 (BaRS). */
const rejection: ReasonList = {
  system: 'https://fhir.nhs.uk/CodeSystem/dos-rejected-reasons-bars',
  codes: {
    '21': 'Unsuitable due to transport',
    '22': 'Rejected for capacity reasons',
    '23': 'Service not clinically appropriate',
    '24': 'Service declined referral',
    '26': 'Rejected for patient choice',
    '27': 'Service could not be contacted',
    '31': 'No appointments available',
    '32': 'Appointments not suitable',
    '40': 'Patient not eligible for service',
    '41': 'Patient requested home visit',
    '42': 'Unsuitable due to distance',
    '99': 'Other reason',
  },
}

const override: ReasonList = {
  system: hubCodeSystem('override-reason'),
  codes: {
    'clinical-judgement': 'Clinical judgement',
    'new-information': 'New information',
    'facts-wrong': 'Facts wrong',
    'rule-unsuitable': 'Rule unsuitable',
    'person-wishes': 'Wishes of the person',
    'advance-plan': 'Advance plan',
    'known-to-service': 'Known to a service',
    'service-advice': 'Advice of a service',
    'service-unavailable': 'Service not available',
    'safety': 'Safety',
    'other': 'Other',
  },
}

/** How the care of a referral ended; not required, completed where a code of it is sent. */
const outcome: ReasonList = {
  system: hubCodeSystem('outcome'),
  codes: {
    'stayed-at-home': 'Stayed at home',
    'stayed-at-home-with-care': 'Stayed at home with care',
    'lifted': 'Lifted',
    'virtual-ward': 'Virtual ward',
    'same-day-care': 'Same day care',
    'onward-referred': 'Referred onward',
    'admitted': 'Admitted',
    'escalated-999': 'Escalated to 999',
    'returned-to-ambulance': 'Returned to the ambulance',
    'redirected': 'Redirected',
    'no-access': 'No access',
    'declined': 'Declined',
    'not-needed': 'Not needed',
    'cancelled': 'Cancelled',
    'died': 'Died',
  },
}

/** W06: revoked = circumstances changed, entered-in-error = should not exist. */
const cancellation: ReasonList = {
  system: hubCodeSystem('cancel-reason'),
  codes: {
    'circumstances-changed': 'Circumstances changed',
    'entered-in-error': 'Should not have been sent',
    'duplicate': 'The same need was sent before',
    'other': 'Other reason',
  },
}

const withdrawal: ReasonList = {
  system: hubCodeSystem('withdraw-reason'),
  codes: {
    'no-answer': 'The service did not answer in time',
    'circumstances-changed': 'Circumstances changed',
    'offered-by-mistake': 'Offered by mistake',
    'other': 'Other reason',
  },
}

const redirection: ReasonList = {
  system: hubCodeSystem('redirect-reason'),
  codes: {
    'out-of-area': 'Lives elsewhere',
    'not-eligible': 'Not eligible here',
    'other-service': 'Another service is right',
    'closed-now': 'Closed now',
    'no-capacity': 'No room here',
    'person-wishes': 'Wishes of the person',
    'other': 'Other reason',
  },
}

export const reasonLists = { rejection, override, cancellation, withdrawal, redirection, outcome } as const
export type ReasonListName = keyof typeof reasonLists

/** Whether a `statusReason` carries a code of the list. */
export const hasReason = (concept: CodeableConcept | undefined, name: ReasonListName): boolean =>
  concept?.coding?.some(coding => coding.system === reasonLists[name].system && Object.hasOwn(reasonLists[name].codes, coding.code ?? '')) ?? false

/** A reason as sent (`"22"`, a Coding or a CodeableConcept) as the CodeableConcept to store; the list's own codes are completed. */
export const reasonConcept = (sent: unknown, name: ReasonListName): CodeableConcept | undefined => {
  const list = reasonLists[name]
  if (typeof sent === 'string') {
    const display = Object.hasOwn(list.codes, sent) ? list.codes[sent] : undefined
    return display === undefined ? { text: sent } : { coding: [{ system: list.system, code: sent, display }] }
  }
  if (typeof sent !== 'object' || sent === null) return undefined
  if ('coding' in sent || 'text' in sent) return sent as CodeableConcept
  return { coding: [sent] }
}

/** `22 (Rejected for capacity reasons), …` for a refusal that names what may be sent. */
export const reasonChoices = (name: ReasonListName): string =>
  Object.entries(reasonLists[name].codes).map(([code, display]) => `${code} (${display})`).join(', ')
