/**
 * What a resource type is to the question "who may see and change it": an entry of the directory, a person who works
 * in it, a definition, an audit entry, or something of somebody's care. Every type that is not named is of care, so
 * that a type nobody thought of is guarded and not published.
 */

export type Kind = 'directory' | 'workforce' | 'definition' | 'audit' | 'provenance' | 'care'

const named: Readonly<Record<Exclude<Kind, 'care'>, readonly string[]>> = {
  directory: [
    'Endpoint', 'HealthcareService', 'InsurancePlan', 'Location', 'Organization', 'OrganizationAffiliation', 'Schedule', 'Slot',
  ],
  workforce: ['Practitioner', 'PractitionerRole'],
  definition: [
    'ActivityDefinition', 'CapabilityStatement', 'ChargeItemDefinition', 'CodeSystem', 'CompartmentDefinition', 'ConceptMap',
    'DeviceDefinition', 'EffectEvidenceSynthesis', 'EventDefinition', 'Evidence', 'EvidenceVariable', 'ExampleScenario',
    'GraphDefinition', 'ImplementationGuide', 'Library', 'Measure', 'MessageDefinition', 'NamingSystem', 'ObservationDefinition',
    'OperationDefinition', 'PlanDefinition', 'Questionnaire', 'ResearchDefinition', 'ResearchElementDefinition',
    'RiskEvidenceSynthesis', 'SearchParameter', 'SpecimenDefinition', 'StructureDefinition', 'StructureMap',
    'TerminologyCapabilities', 'TestScript', 'ValueSet',
  ],
  audit: ['AuditEvent'],
  provenance: ['Provenance'],
}

const kinds = new Map(Object.entries(named).flatMap(([kind, types]) => types.map(type => [type, kind as Kind] as const)))

export const kindOf = (type: string): Kind => kinds.get(type) ?? 'care'
