/** From validation issues to the refusal of a write: 400 where R4's own shape is broken, 422 where a rule is. */
import { FhirError, isError } from '../fhir/outcomes.ts'
import type { ValidationIssue } from '../validation/validator.ts'

const R4_BASE = 'http://hl7.org/fhir/StructureDefinition/'

/** Not the shape of R4 itself: names, nesting, JSON types. What a profile adds is a rule, not the shape. */
const breaksShape = ({ type, source = R4_BASE }: ValidationIssue): boolean => type === 'structure' && source.startsWith(R4_BASE)

/**
 * Throws every issue when one is an error; otherwise returns them. R4 asks for 400 when a resource "could not be
 * parsed or failed basic FHIR validation rules" and 422 for profiles and business rules (https://hl7.org/fhir/R4/http.html#create).
 */
export const refuseInvalid = (issues: readonly ValidationIssue[]): readonly ValidationIssue[] => {
  const errors = issues.filter(isError)
  if (errors.length === 0) return issues
  throw new FhirError(errors.some(breaksShape) ? 400 : 422, issues)
}
