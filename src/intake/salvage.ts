/**
 * A usable resource made from what is readable of a broken one: each element, each item of a list, is taken over when
 * the result is still valid. For the two resources a referral cannot be without: the ServiceRequest and the Patient.
 */
import type { Resource } from '../fhir/resource.ts'

/** Elements and items tried; a resource with more is no slip of a form. */
const MAX_TRIED = 300

export interface Salvaged {
  readonly resource: Resource
  /** Elements left behind: `Patient.birthDate`, `Patient.telecom[1]`. */
  readonly dropped: readonly string[]
}

/** `skeleton` must be valid by itself; its elements stand. */
export const salvage = (skeleton: Resource, broken: Resource, isValid: (resource: Resource) => boolean): Salvaged => {
  let resource = skeleton
  const dropped: string[] = []
  let tried = 0
  const keepIfValid = (candidate: Resource, path: string): void => {
    tried += 1
    if (tried <= MAX_TRIED && isValid(candidate)) resource = candidate
    else dropped.push(path)
  }
  for (const [name, value] of Object.entries(broken)) {
    if (name in skeleton || name.startsWith('_')) continue
    const path = `${skeleton.resourceType}.${name}`
    if (!Array.isArray(value)) {
      keepIfValid({ ...resource, [name]: value }, path)
      continue
    }
    for (const [index, item] of value.entries()) {
      const kept = resource[name]
      keepIfValid({ ...resource, [name]: [...(Array.isArray(kept) ? kept : []), item] }, `${path}[${index}]`)
    }
  }
  return { resource, dropped }
}
