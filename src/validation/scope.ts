/**
 * Where a check stands: the resource it is in, the resource that contains that one, the Bundle around them,
 * and the run's findings. What FHIRPath calls %resource and %rootResource, and what a reference finds from there.
 */
import type { Resource } from '../fhir/resource.ts'
import { baseOfUrl, unversioned, type BundleIndex } from './bundles/entries.ts'
import type { Findings } from './findings.ts'

export interface Scope {
  readonly findings: Findings
  /** What can be asked of the definitions while a value is checked. */
  readonly knowledge: Knowledge
  /** %resource: the nearest resource. */
  readonly resource: Resource
  /** %rootResource: the resource that contains `resource`, or that itself. */
  readonly rootResource: Resource
  /** The nearest Bundle around, for references between its entries. */
  readonly bundle: BundleIndex | undefined
  /** The server that the Bundle entry around says it is from (`https://example.org/fhir/`), to which its references are relative. */
  readonly base: string | undefined
  /** The structural gate has passed: names, nesting and primitive formats are right. */
  readonly isShaped: boolean
}

/** Answers are undefined where they cannot be known here: a value set not expanded, a profile not known. */
export interface Knowledge {
  /** Whether a code, Coding or CodeableConcept is in a value set. */
  readonly contains: (valueSet: string, value: unknown) => boolean | undefined
  /** Whether a value meets a profile. */
  readonly conforms: (profile: string, value: unknown, scope: Scope) => boolean | undefined
  /** Whether a code of a system is another or above it. */
  readonly subsumes: (system: string, above: string, code: string) => boolean | undefined
  /** Whether whatever this hub holds of the profile's type meets the profile anyway. */
  readonly isAssured: (profile: string) => boolean
}

/** True where one is, else undefined where one could not be known. */
export const anyAnswer = <T>(items: readonly T[], ask: (item: T) => boolean | undefined): boolean | undefined => {
  let result: boolean | undefined = false
  for (const item of items) {
    const answer = ask(item)
    if (answer === true) return true
    if (answer === undefined) result = undefined
  }
  return result
}

export const isResource = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && typeof (value as Resource).resourceType === 'string'

/** Contained resources by id: looked for one by one, a resource of thousands that refer to each other took minutes. */
export const containedById = ({ rootResource, findings }: Scope): ReadonlyMap<string, Resource> => {
  const { containedOf } = findings.run
  const known = containedOf.get(rootResource)
  if (known !== undefined) return known
  const index = new Map<string, Resource>()
  const contained = rootResource['contained']
  if (Array.isArray(contained)) {
    for (const one of (contained as readonly unknown[]).filter(isResource)) {
      if (typeof one.id === 'string' && !index.has(one.id)) index.set(one.id, one)
    }
  }
  containedOf.set(rootResource, index)
  return index
}

/**
 * Where the resource stands that a literal reference means: contained, or an entry of the Bundle around by the rules of
 * https://hl7.org/fhir/R4/bundle.html#references. Undefined where it is neither.
 */
export const resolveIn = (scope: Scope, reference: string): Scope | undefined => {
  if (reference.startsWith('#')) {
    const resource = reference === '#' ? scope.rootResource : containedById(scope).get(reference.slice(1))
    return resource && { ...scope, resource }
  }
  const entry = scope.bundle?.find(reference, scope.base)
  return entry && { ...scope, resource: entry.resource, rootResource: entry.resource, base: baseOfUrl(entry.fullUrl) }
}

/** Where a value is asked whether it meets a profile: a resource stands for itself, whatever it was found in. */
export const standingAt = (value: unknown, scope: Scope): Scope =>
  (isResource(value) && value !== scope.resource ? { ...scope, resource: value, rootResource: value } : scope)

/** Where a resource of a Bundle's entry stands that has this fullUrl. */
export const baseWithin = (fullUrl: unknown): string | undefined =>
  (typeof fullUrl === 'string' ? baseOfUrl(unversioned(fullUrl)) : undefined)
