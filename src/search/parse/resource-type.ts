/** A resource type named in a query, which must be one of R4's. */
import type { Definitions } from '../../definitions/definitions.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes } from '../../fhir/outcomes.ts'

/** Throws `search-bad-value`, with the nearest type, where there is no such type. */
export const requireType = (definitions: Definitions, key: string, type: string): void => {
  if (definitions.resourceTypes.has(type)) return
  const meant = nearest(type, definitions.resourceTypes)
  throw outcomes.badParameter(key,
    `${key}: "${type.slice(0, 40)}" is not an R4 resource type` + (meant === undefined ? '' : `; did you mean "${meant}"?`))
}
