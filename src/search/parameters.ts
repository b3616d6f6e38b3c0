/**
 * Which search parameters of a type are indexed, and so can be searched: the one answer for extraction, parsing and
 * the CapabilityStatement.
 *
 * `_id` and `_lastUpdated` are the store's own columns.
 */
import type { Definitions, SearchParameter } from '../definitions/definitions.ts'
import { typesOf } from './custom/definition.ts'
import { compileRoutes } from './route.ts'

/** Asked of the store itself, not of entries. */
export const STORE_PARAMETERS: ReadonlySet<string> = new Set(['_id', '_lastUpdated'])

/**
 * The definitions with search parameters of this hub's own: a value of its own, never changed, so that whatever is kept
 * about definitions falls away with it. R4's own parameters are never replaced.
 */
export const withParameters = (definitions: Definitions, custom: readonly SearchParameter[]): Definitions => {
  if (custom.length === 0) return definitions
  const own = new Map<string, SearchParameter[]>()
  for (const parameter of custom) {
    for (const type of typesOf(definitions, parameter)) own.set(type, [...own.get(type) ?? [], parameter])
  }
  const byType = new Map([...own].map(([type, parameters]) => [type, new Map([
    ...parameters.map(parameter => [parameter.code, parameter] as const), ...definitions.searchParameters(type),
  ])]))
  return { ...definitions, searchParameters: type => byType.get(type) ?? definitions.searchParameters(type) }
}

const cache = new WeakMap<Definitions, Map<string, ReadonlyMap<string, SearchParameter>>>()

/** Indexed parameters of a resource type by code, `_id` and `_lastUpdated` not among them. */
export const indexedParameters = (definitions: Definitions, type: string): ReadonlyMap<string, SearchParameter> => {
  const byType = cache.get(definitions) ?? new Map<string, ReadonlyMap<string, SearchParameter>>()
  cache.set(definitions, byType)
  const known = byType.get(type)
  if (known !== undefined) return known
  const indexed = new Map([...definitions.searchParameters(type)].filter(([code, parameter]) =>
    parameter.expression !== undefined && !STORE_PARAMETERS.has(code)))
  byType.set(type, indexed)
  return indexed
}

const types = new WeakMap<SearchParameter, Map<string, ReadonlySet<string>>>()

/** R4 types of the values a parameter looks at in a resource type; empty when only the FHIRPath engine could tell. */
export const valueTypes = (definitions: Definitions, type: string, parameter: SearchParameter): ReadonlySet<string> => {
  const byType = types.get(parameter) ?? new Map<string, ReadonlySet<string>>()
  types.set(parameter, byType)
  const known = byType.get(type)
  if (known !== undefined) return known
  const found = new Set(compileRoutes(definitions, type, parameter.expression ?? '')?.map(route => route.type))
  byType.set(type, found)
  return found
}

/** R4's registry writes "Any" as a list of all its types, some 145; the next longest list has 9. */
const ANY = 100

/** Types that a reference parameter may lead to; undefined: any. */
export const targetsOf = ({ targets = [] }: SearchParameter): readonly string[] | undefined =>
  (targets.length === 0 || targets.length > ANY || targets.includes('Resource') ? undefined : targets)

export const mayTarget = (parameter: SearchParameter, type: string): boolean => targetsOf(parameter)?.includes(type) ?? true
