/** What triage proposes and why; a clinician decides. shape: `$triage` out-parameters (docs/triage.md). */

import type { Questionnaire } from 'fhir/r4.js'
import type { Conflict } from './facts/claims.ts'

export type Disposition = 'emergency' | 'review' | 'moreinfo' | 'redirect' | 'closed' | 'offer'
export type Priority = 'routine' | 'urgent' | 'asap' | 'stat'

export interface ProposedService {
  /** 0 for the lead need's line, 1.. for further needs. */
  readonly line: number
  /** 1.. within the line. */
  readonly rank: number
  /** Service code of the triage model, e.g. `UCR2H`. */
  readonly code: string
  /** `HealthcareService/…` when the directory holds it. */
  readonly reference: string | undefined
  readonly reason: string
  /** Of a service that states its hours and is shut at receipt: when it opens, milliseconds. */
  readonly opensAt?: number
  /** Of a further line, its own: the lead's are the proposal's. */
  readonly priority?: Priority
  /** Of a further line that is due at a time, milliseconds. */
  readonly dueAt?: number
}

export interface RuleResult {
  readonly id: string
  readonly step: string
  readonly result: 'pass' | 'fail' | 'unknown'
  readonly fact: string
  /** Where each fact came from, e.g. `Observation/….valueQuantity`; none of what is unknown or worked out by the hub. */
  readonly factReferences: readonly string[]
  /** The sentence the rule comes from. */
  readonly source: string
}

/** What one part of NEWS2 was scored by. */
export interface ObservedScore {
  readonly parameter: string
  readonly score: number
  readonly from: string
  /** Whole minutes before receipt; absent when it does not say. */
  readonly minutesOld?: number
}

export interface Proposal {
  readonly disposition: Disposition
  readonly services: readonly ProposedService[]
  readonly priority: Priority
  /** Instant, milliseconds. */
  readonly dueAt: number | undefined
  /** Instant that the two hours are counted from: receipt, or a credible authored time. */
  readonly startAt: number
  readonly flags: readonly string[]
  readonly missing: readonly { readonly linkId: string; readonly text: string }[]
  /** Just what is missing, to be answered by a QuestionnaireResponse on the referral. */
  readonly questionnaire: Questionnaire | undefined
  readonly rules: readonly RuleResult[]
  readonly observations: readonly ObservedScore[]
  /** Facts for want of which a rule failed. */
  readonly wanted: readonly string[]
  readonly conflicts: readonly Conflict[]
  readonly changes: readonly { readonly fact: string; readonly to: string; readonly disposition: Disposition; readonly text: string }[]
  readonly emergencyAdvice: string | undefined
  readonly pack: { readonly canonical: string; readonly version: string }
  readonly locality: string
  /** Hash of the facts used. */
  readonly inputs: string
}
