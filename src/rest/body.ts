/** The resource in a request's body: strict JSON with the type that the address names. */
import { parseJson } from '../fhir/json.ts'
import { outcomes } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'

export const readResource = (body: string, expectedType?: string): Resource => {
  const value = parseJson(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw outcomes.malformedJson('the body must be one FHIR resource, a JSON object')
  }
  const resource = value as Resource
  if (typeof resource.resourceType !== 'string') {
    throw outcomes.malformedJson('the body has no "resourceType"; a FHIR resource names its type first', 'Resource.resourceType')
  }
  if (expectedType !== undefined && resource.resourceType !== expectedType) throw outcomes.typeMismatch(resource.resourceType, expectedType)
  return resource
}
