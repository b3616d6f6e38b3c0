/**
 * Where a check stands: the resource it is in, the resource that contains that one, the Bundle around them,
 * and the run's findings. What FHIRPath calls %resource and %rootResource.
 */
import type { Resource } from '../fhir/resource.ts'
import type { Findings } from './findings.ts'

export interface Scope {
  readonly findings: Findings
  /** %resource: the nearest resource. */
  readonly resource: Resource
  /** %rootResource: the resource that contains `resource`, or that itself. */
  readonly rootResource: Resource
  /** The nearest Bundle around, for references between its entries. */
  readonly bundle: BundleIndex | undefined
  /** The structural gate has passed: names, nesting and primitive formats are right. */
  readonly isShaped: boolean
}

/** Entries of a Bundle by fullUrl and by `Type/id`. */
export type BundleIndex = ReadonlyMap<string, Resource>

export const isResource = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && typeof (value as Resource).resourceType === 'string'

export const indexBundle = (bundle: Resource): BundleIndex => {
  const index = new Map<string, Resource>()
  const entries = bundle['entry']
  if (!Array.isArray(entries)) return index
  for (const entry of entries as readonly unknown[]) {
    const { fullUrl, resource } = (entry ?? {}) as { fullUrl?: unknown; resource?: unknown }
    if (!isResource(resource)) continue
    if (typeof fullUrl === 'string' && !index.has(fullUrl)) index.set(fullUrl, resource)
    const local = `${resource.resourceType}/${resource.id ?? ''}`
    if (typeof resource.id === 'string' && !index.has(local)) index.set(local, resource)
  }
  return index
}

/** Contained resources by id: looked for one by one, a resource of thousands that refer to each other took minutes. */
export const containedById = ({ rootResource, findings }: Scope): ReadonlyMap<string, Resource> => {
  const known = findings.containedOf.get(rootResource)
  if (known !== undefined) return known
  const index = new Map<string, Resource>()
  const contained = rootResource['contained']
  if (Array.isArray(contained)) {
    for (const one of (contained as readonly unknown[]).filter(isResource)) {
      if (typeof one.id === 'string' && !index.has(one.id)) index.set(one.id, one)
    }
  }
  findings.containedOf.set(rootResource, index)
  return index
}

/** The resource a literal reference means, where it is contained or in the same Bundle. */
export const resolveIn = (scope: Scope, reference: string): Resource | undefined => {
  if (reference === '#') return scope.rootResource
  if (reference.startsWith('#')) return containedById(scope).get(reference.slice(1))
  return scope.bundle?.get(reference.replace(/\/_history\/.*$/, ''))
}
