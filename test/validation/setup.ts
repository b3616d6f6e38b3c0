/** What the tests of validation share: a validator over the compiled definitions and short ways to ask it. */
import { loadDefinitions } from '../../src/definitions/load.ts'
import { isError } from '../../src/fhir/outcomes.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { createValidator } from '../../src/validation/engine.ts'
import { collectFindings } from '../../src/validation/findings.ts'
import type { Scope } from '../../src/validation/scope.ts'
import type { ValidationIssue, ValidationOptions, Validator } from '../../src/validation/validator.ts'

export const definitions = loadDefinitions()
export const validator = createValidator(definitions)

export const DECLARED: ValidationOptions = { profiles: 'declared', unknownProfile: 'error' }
export const UKCORE: ValidationOptions = { profiles: 'ukcore', unknownProfile: 'error' }

export const check = (resource: object, options: ValidationOptions = UKCORE, by: Validator = validator): readonly ValidationIssue[] =>
  by.validate(resource as Resource, options)

export const errorsOf = (issues: readonly ValidationIssue[]): readonly ValidationIssue[] =>
  issues.filter(isError)

/** `code at expression` of each issue of these severities, in order. */
export const told = (issues: readonly ValidationIssue[], ...severities: readonly string[]): string[] =>
  issues.filter(({ severity }) => severities.length === 0 || severities.includes(severity)).map(({ code, expression }) => `${code} at ${expression[0]}`)

/** Where a check of this resource stands that knows no definitions and no Bundle around it. */
export const scopeOf = (resource: object, more: Partial<Scope> = {}): Scope => ({
  findings: collectFindings(), resource: resource as Resource, rootResource: resource as Resource, bundle: undefined, base: undefined, isShaped: true,
  knowledge: { contains: () => undefined, conforms: () => undefined, subsumes: () => undefined, isAssured: () => false }, ...more,
})

/** A copy of a resource with the value at a path (`identifier.0.value`) replaced, or removed where it is undefined. */
export const altered = <T extends object>(resource: T, path: string, value: unknown): T => {
  const copy = structuredClone(resource)
  const keys = path.split('.')
  const last = keys.pop()!
  let parent = copy as Record<string, unknown>
  for (const key of keys) parent = parent[key] as Record<string, unknown>
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return copy
}

const NHS_NUMBER = 'https://fhir.nhs.uk/Id/nhs-number'

/** Edith Frost, 84, of Preston: an invented person with a valid invented number. */
export const patient = {
  resourceType: 'Patient',
  identifier: [{
    extension: [{
      url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus',
      valueCodeableConcept: { coding: [{ system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland', code: '01' }] },
    }],
    system: NHS_NUMBER, value: '9000000009',
  }],
  active: true,
  name: [{ use: 'official', family: 'Frost', given: ['Edith'] }],
  telecom: [{ system: 'phone', value: '01772 000000', use: 'home' }],
  gender: 'female',
  birthDate: '1942-05-01',
  address: [{ line: ['1 Example Street'], city: 'Preston', postalCode: 'PR1 0AA' }],
  contact: [{ name: { family: 'Frost' }, relationship: [{ text: 'daughter' }] }],
}

export const serviceRequest = {
  resourceType: 'ServiceRequest',
  status: 'active',
  intent: 'order',
  priority: 'urgent',
  code: { text: 'Two-hour urgent community response' },
  subject: { reference: 'Patient/p1' },
  authoredOn: '2026-11-24T10:15:00Z',
  requester: { reference: 'Organization/o1' },
  reasonCode: [{ text: 'Fell at home, no injury' }],
}

export const observation = {
  resourceType: 'Observation',
  status: 'final',
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: '9279-1' }] },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2026-11-24T10:15:00Z',
  valueQuantity: { value: 18, unit: 'breaths/minute', system: 'http://unitsofmeasure.org', code: '/min' },
}
