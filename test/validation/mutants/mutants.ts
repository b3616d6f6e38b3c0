/**
 * Single faults put into a good resource, each with the place where it must be found. They go by the base types, so every
 * element of an example is a place for those kinds that fit it, and by the profiles it meets.
 */
import type { Definitions } from '../../../src/definitions/definitions.ts'
import type { Types } from '../../../src/validation/types.ts'
import { objectFaults } from './object-faults.ts'
import { profileFaults } from './profile-faults.ts'
import { sitesOf, type Json } from './site.ts'
import { valueFaults } from './value-faults.ts'

export interface Mutant {
  readonly kind: string
  /** FHIRPath at or below which an error is expected. */
  readonly place: string
  /** Made on demand: a sample of many mutants costs only itself. */
  readonly resource: () => object
}

/** All mutants of a resource that is without errors. */
export const mutantsOf = (resource: { readonly resourceType: string }, types: Types, definitions: Definitions): readonly Mutant[] => {
  const changed = (keys: readonly (string | number)[], apply: (object: Json) => void) => (): object => {
    const copy = structuredClone(resource)
    apply(keys.reduce<Json>((object, key) => object[key] as Json, copy as unknown as Json))
    return copy
  }
  const sites = sitesOf(resource, types.node(resource.resourceType), resource.resourceType, types)
  return [
    ...sites.flatMap(site => [...objectFaults(site), ...Object.entries(site.value).flatMap(([key, value]) => {
      const property = site.node.properties.get(key)
      return property === undefined ? [] : valueFaults(key, value, property, site.path)
    })].map(({ kind, place, apply }) => ({ kind, place, resource: changed(site.keys, apply) }))),
    ...profileFaults(resource, definitions).map(({ kind, place, apply }) => ({ kind, place, resource: changed([], apply) })),
  ]
}
