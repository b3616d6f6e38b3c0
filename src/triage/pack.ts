/**
 * A rule pack: everything a locality decides about triage, as data that a clinician can read (`localities/<name>/pack.json`).
 * Its form is checked by `pack.schema.json`; this file gives the same form to the compiler.
 */
import type { OpeningHours } from '../directory/hours.ts'
import type { Condition } from './condition.ts'
import type { Disposition, Priority } from './proposal.ts'

export interface RulePack {
  readonly id: string
  /** Canonical under which the pack is cited. */
  readonly url: string
  readonly version: string
  readonly title: string
  readonly status: 'draft' | 'active'
  readonly notes: readonly string[]
  /** Short name of a source (`page`, `model`, `domain`) to what it is. */
  readonly sources: Readonly<Record<string, string>>
  readonly thresholds: Readonly<Record<string, number>>
  /** District codes (GSS) that the locality serves. */
  readonly districts: readonly string[]
  readonly referrers: readonly ReferrerKind[]
  readonly redFlags: readonly RedFlag[]
  readonly softFlags: readonly { readonly code: string; readonly title: string }[]
  readonly services: readonly PackService[]
  readonly needs: readonly Need[]
  /** Where a person is may decide who comes, whatever the need; the first that is known to apply counts. */
  readonly places?: readonly Place[]
  readonly rules: readonly Rule[]
  readonly hours: PackHours
  readonly texts: Texts
  /** Where the sources contradict each other or are silent, and what this pack does. */
  readonly conflicts: readonly { readonly number: number; readonly question: string; readonly decision: string }[]
}

export interface ReferrerKind {
  readonly code: string
  readonly title: string
  readonly snomed?: readonly string[]
  readonly odsRoles?: readonly string[]
  readonly odsOrganisations?: readonly string[]
}

export interface RedFlag {
  readonly code: string
  readonly title: string
  /** false: an advance plan "not for hospital" does not cover it. */
  readonly coveredByPlan: boolean
  /** National Pathways dispositions that say the same. */
  readonly pathways?: readonly string[]
}

export interface PackService {
  readonly code: string
  readonly title: string
  /** Takes people by GP practice, wherever they live. */
  readonly byPractice?: boolean
  /** Services of the directory behind it: the first that fits and is not full is the one named. A clinician may choose another. */
  readonly destinations?: readonly Candidacy[]
  readonly reason: string
  readonly source: string
}

export type NeedClass = 'health' | 'social'

export interface Need {
  readonly code: string
  readonly title: string
  readonly class: NeedClass
  readonly priority: Priority
  /** `none`: it is due at no time, whatever the priority. */
  readonly due?: 'none'
  /** Ranked. */
  readonly services: readonly Candidacy[]
  /** Mark of a line for which no service is left; `no-service-for-need` when absent. */
  readonly whenNoneFits?: string
  readonly snomed?: readonly string[]
  readonly source: string
}

/** A service for a need; `when` must be known to hold. `mark` is added to the marks of the line when it is a candidate. */
export interface Candidacy {
  readonly code: string
  readonly when?: Condition
  readonly mark?: string
}

/** Takes the place of what every need but those excepted says of priority and services. */
export interface Place {
  readonly id: string
  readonly title: string
  /** Must be known to hold. */
  readonly when: Condition
  /** Needs that stay as they are. */
  readonly except?: readonly string[]
  readonly priority: Priority
  readonly due?: 'none'
  readonly services: readonly Candidacy[]
  readonly source: string
}

export interface Rule {
  readonly id: string
  /** `1` to `12`; `1a` belongs to step 1. */
  readonly step: string
  /** What the referral must be for the rule to pass. */
  readonly criterion: string
  /** What makes it fail. */
  readonly failsWhen: Condition
  /** `fails`: not knowing is as good as failing. Otherwise not knowing lets the referral go on. */
  readonly ifUnknown?: 'fails'
  readonly then: Outcome
  readonly source: string
}

export interface Outcome {
  readonly flags?: readonly string[]
  /** Items to ask for, by linkId. */
  readonly missing?: readonly string[]
  readonly decide?: {
    readonly disposition: Disposition
    readonly services?: readonly string[]
    readonly priority?: Priority
    readonly due?: 'now'
    /** Takes the place of that decision of the same step, and applies only with it. */
    readonly insteadOf?: Disposition
  }
  readonly review?: {
    /** Absent: the candidates of the need. */
    readonly candidates?: readonly Candidate[]
    readonly priority?: Priority
    readonly due?: 'first-look'
  }
  /** Services that are left out of every line. */
  readonly notOffered?: readonly string[]
  /** Services known to be full are removed. */
  readonly removeFull?: boolean
  /** A text of the pack to be given at once. */
  readonly advice?: string
}

/** All services of the need, or one service, perhaps only where it is among them. */
export type Candidate = { readonly ofTheNeed: true } | { readonly service: string; readonly ifListed?: boolean }

export interface PackHours {
  /** When a clinician is on duty at the hub. */
  readonly duty: OpeningHours
  /** When needs of each class are taken. */
  readonly health: OpeningHours
  readonly social: OpeningHours
  /** Last time of receipt for a visit on the same day, inclusive, `18:00`. */
  readonly cutOff?: string
  /** Minutes after opening by which what waited is looked at. */
  readonly firstLookMinutes: number
  readonly source: string
}

export interface Texts {
  readonly advice: Readonly<Record<string, string>>
  /** Question for each item that may be missing, in the sender's words. */
  readonly questions: Readonly<Record<string, string>>
}

const STEP = /^(\d+)/

/** In the order of evaluation: admission already decided (10) comes before safety at home (9). */
export const STEPS: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 9, 11, 12]

/** The step a rule is decided in: `1a` with `1`. */
export const stepNumber = (rule: Rule): number => Number(STEP.exec(rule.step)?.[1])
