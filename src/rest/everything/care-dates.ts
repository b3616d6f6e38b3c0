/**
 * When the care took place that a resource tells of: the search parameter of each type that `start` and `end` of
 * $everything look at. "The date range relates to care dates, not record currency dates", so a type whose dates only
 * say when something was written down has none, and is always within.
 */
import type { Span } from '../../fhir/dates.ts'
import type { Condition } from '../../search/plan.ts'

const CARE_DATES: Readonly<Record<string, string>> = {
  AdverseEvent: 'date', AllergyIntolerance: 'onset', Appointment: 'date', CarePlan: 'date', CareTeam: 'date',
  ChargeItem: 'occurrence', ClinicalImpression: 'date', Communication: 'sent', CommunicationRequest: 'occurrence',
  Composition: 'date', Condition: 'onset-date', DetectedIssue: 'identified', DeviceRequest: 'event-date', DiagnosticReport: 'date',
  DocumentReference: 'period', Encounter: 'date', EpisodeOfCare: 'date', Flag: 'date', Goal: 'start-date', ImagingStudy: 'started',
  Immunization: 'date', ImmunizationEvaluation: 'date', ImmunizationRecommendation: 'date', List: 'date', MeasureReport: 'period',
  Media: 'created', MedicationAdministration: 'effective-time', MedicationDispense: 'whenhandedover', MedicationRequest: 'date',
  NutritionOrder: 'datetime', Observation: 'date', Procedure: 'date', QuestionnaireResponse: 'authored', RequestGroup: 'authored',
  RiskAssessment: 'date', ServiceRequest: 'occurrence', Specimen: 'collected', SupplyRequest: 'date', Task: 'period',
  VisionPrescription: 'datewritten',
}

export const careDate = (type: string): string | undefined => CARE_DATES[type]

/** Care that touches the span, or of which no date is known. */
export const caredIn = (type: string, { low, high }: Span): Condition => {
  const param = careDate(type)
  if (param === undefined) return { kind: 'all-of', of: [] }
  return {
    kind: 'any-of',
    of: [{ kind: 'match', param, test: { kind: 'date', prefix: 'ap', low, high } }, { kind: 'missing', param, missing: true }],
  }
}
