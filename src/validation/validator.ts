/** The port of validation: a resource and the profiles it must meet in, issues out; pure and synchronous. */
import type { Severity, IssueType } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'

export interface ValidationIssue {
  readonly severity: Severity
  readonly type: IssueType
  /** Stable rule id: `min:Patient.identifier`, `slice-max:Patient.identifier:nhsNumber`, `per-1`, `hub-nhs-number`. */
  readonly code: string
  /** What was found, what is expected, what to change. */
  readonly text: string
  /** Precise FHIRPath with indexes: `Patient.identifier[0].system`. */
  readonly expression: readonly string[]
  /** Profile or policy the rule comes from (canonical); hub policy has `https://care-connexions.example/fhir/policy`. */
  readonly source?: string
}

export interface ValidationOptions {
  /** `ukcore`: base R4, the default profile of the type, the claimed profiles. `declared`: base R4 and the claimed. */
  readonly profiles: 'ukcore' | 'declared'
  /** Checked as well, e.g. from `$validate?profile=`. */
  readonly also?: readonly string[]
  /** An unknown canonical in `meta.profile`: an error on ordinary interactions, a warning at intake. */
  readonly unknownProfile: 'error' | 'warning'
  /** Says of codes outside a preferred value set that they are, as information; left out: not. */
  readonly preferred?: boolean
}

export interface Validator {
  /** Never throws; deterministic order; no duplicates. */
  validate(resource: Resource, options: ValidationOptions): readonly ValidationIssue[]
}
