/**
 * What a search is of: a type, everything, or the compartment of a resource; and its plan there, of the types that the
 * caller may search. Types that are named and not permitted are refused (403), those that come along unnamed are left out.
 * https://hl7.org/fhir/R4/http.html#search, https://hl7.org/fhir/R4/compartmentdefinition.html
 */
import type { Caller } from '../../access/caller.ts'
import { isPermitted, permit } from '../../access/permissions.ts'
import type { Definitions } from '../../definitions/definitions.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { compartmentCondition, COMPARTMENTS, compartmentTypes, isCompartment, type Compartment } from '../../search/compartment.ts'
import { allOf } from '../../search/join.ts'
import { parseSearch, type Pairs, type ParsedSearch } from '../../search/parse.ts'
import { PAGE_PARAMETER } from '../bundle.ts'
import type { RestParts } from '../context.ts'
import { requireElements } from '../shape/elements.ts'

export type SearchArea =
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'system' }
  /** `type` undefined: every type that is in it, `Patient/1/*`. */
  | { readonly kind: 'compartment'; readonly compartment: Compartment; readonly id: string; readonly type: string | undefined }

/** `Patient/1/Observation`, `Patient/1/*`; throws 404 where there is no such compartment or nothing of the type in it. */
export const compartmentArea = (definitions: Definitions, compartment: string, id: string, type: string): SearchArea => {
  if (!isCompartment(compartment)) throw outcomes.noCompartment(compartment, COMPARTMENTS)
  if (type === '*') return { kind: 'compartment', compartment, id, type: undefined }
  if (!definitions.resourceTypes.has(type)) throw outcomes.unknownType(type, nearest(type, definitions.resourceTypes))
  const types = compartmentTypes(definitions, compartment)
  if (!types.includes(type)) throw outcomes.notInCompartment(type, compartment, types)
  return { kind: 'compartment', compartment, id, type }
}

export interface SearchOptions {
  readonly strict: boolean
  /** This server's base, without trailing slash. */
  readonly base: string
}

/**
 * The bare base is more often opened by mistake than asked for all that one may see, so a search of everything asks for
 * something (docs/decisions/0024-interactions.md). Throws FhirError: 400 for a query that cannot be read, 403 for
 * a type that is named and not the caller's to search.
 */
export const planSearch = (
  parts: RestParts, caller: Caller, area: SearchArea, pairs: Pairs, { strict, base }: SearchOptions,
): ParsedSearch => {
  const { definitions, clock } = parts
  const asked = pairs.filter(([name]) => name !== PAGE_PARAMETER)
  if (area.kind === 'system' && asked.every(([name]) => name === '_pretty')) throw outcomes.searchWithoutParameters()
  const parsed = parseSearch(definitions, typesIn(definitions, caller, area, asked), asked, {
    now: clock.now(), strict, base, requireElements: (types, paths) => requireElements(definitions, types, paths),
  })
  if (area.kind !== 'compartment') return parsed
  const inside = compartmentCondition(definitions, area.compartment, area.id, parsed.plan.types)
  return { ...parsed, plan: { ...parsed.plan, where: allOf([inside, parsed.plan.where]) } }
}

const typesIn = (definitions: Definitions, caller: Caller, area: SearchArea, pairs: Pairs): readonly string[] => {
  const only = area.kind === 'system' ? undefined : area.type
  const named = only === undefined ? typesNamed(pairs) : [only]
  for (const type of named) if (definitions.resourceTypes.has(type)) permit(caller, 'search', type)
  if (only !== undefined) return [only]
  const all = area.kind === 'compartment' ? compartmentTypes(definitions, area.compartment) : [...definitions.resourceTypes]
  const mine = all.filter(type => isPermitted(caller, 'search', type))
  // Nothing at all: said in the words of a search of everything.
  if (mine.length === 0) permit(caller, 'search', '*')
  return mine
}

const typesNamed = (pairs: Pairs): readonly string[] => pairs.filter(([name]) => name === '_type').flatMap(([, value]) => value.split(','))
