/**
 * Parameters about the answer rather than the question: order, page size, total, what is shown of a resource.
 * R4: https://hl7.org/fhir/R4/search.html#return
 */
import { outcomes } from '../../fhir/outcomes.ts'
import { MAX_SORT_KEYS } from '../limits.ts'
import { nearAsked } from '../near.ts'
import { indexedParameters, STORE_PARAMETERS } from '../parameters.ts'
import { DISTANCE, type Condition, type SortKey } from '../plan.ts'
import { SORTABLE } from '../sort.ts'
import type { ParseContext } from './context.ts'
import { parameterOf } from './known.ts'
import { requireCommon } from './several-types.ts'

/** What of the answer's form a query asks; `rest/` carries it out. */
export interface ResultParameters {
  readonly summary?: 'true' | 'text' | 'data'
  readonly elements?: readonly string[]
  readonly format?: string
  readonly pretty?: boolean
}

export const sortKeys = (context: ParseContext, types: readonly string[], value: string): readonly SortKey[] => {
  const keys = value.split(',').map(part => {
    const isDescending = part.startsWith('-')
    const param = isDescending ? part.slice(1) : part
    if (param === '') {
      throw outcomes.badParameter('_sort',
        '_sort takes parameter names separated by commas, "-" before those that descend, such as _sort=status,-authored-on')
    }
    const direction = isDescending ? 'descending' as const : 'ascending' as const
    if (isDistance(context, types, param)) return { param: DISTANCE, direction }
    if (!STORE_PARAMETERS.has(param)) requireSortable(context, types, param)
    return { param, direction }
  })
  if (keys.length > MAX_SORT_KEYS) {
    throw outcomes.badParameter('_sort', `_sort takes up to ${MAX_SORT_KEYS} parameters, found ${keys.length}`)
  }
  return keys
}

/** `_sort=near`: by distance, of Locations and of what is asked for by `location.near`. A parameter of one's own may have the name. */
const isDistance = ({ definitions }: ParseContext, types: readonly string[], param: string): boolean =>
  param === 'near' && types.length === 1 && (indexedParameters(definitions, types[0]!).get(param)?.type ?? 'special') === 'special'

/** Throws `search-bad-value` for an order by distance from nowhere. */
export const requirePlace = (sort: readonly SortKey[], where: readonly Condition[]): void => {
  if (sort.some(({ param }) => param === DISTANCE) && nearAsked(where) === undefined) {
    throw outcomes.badParameter('_sort', '_sort=near is by the distance from a place; name it, such as near=53.76|-2.70|5|km or location.near=53.76|-2.70|5|km')
  }
}

const requireSortable = (context: ParseContext, types: readonly string[], param: string): void => {
  if (param === '_score') {
    throw outcomes.unsupportedSearch('_sort', '_sort=_score: a match is a match here and has no score; sort by a date')
  }
  const parameters = types.length === 1 ? [parameterOf(context, types[0]!, param)] : [...requireCommon(context, types, param).values()]
  const kinds = new Set(parameters.map(({ type }) => type))
  const unsortable = [...kinds].find(kind => !SORTABLE.has(kind))
  if (unsortable !== undefined) {
    throw outcomes.unsupportedSearch('_sort',
      `_sort: "${param}" is a ${unsortable} parameter, which has no order; `
      + 'sort by a date, string, token, number, quantity or uri')
  }
  if (kinds.size > 1) {
    throw outcomes.unsupportedSearch('_sort',
      `_sort: "${param}" is ${[...kinds].join(' on some of the types and ')} on others, which have no common order`)
  }
}

/** R4: the server may answer fewer than asked, never more; so a count above `most` means `most`. */
export const count = (value: string, most: number): number => {
  if (!/^\d{1,9}$/.test(value)) throw outcomes.badParameter('_count', '_count takes a whole number from 0 up')
  return Math.min(Number(value), most)
}

export const total = (value: string): 'none' | 'estimate' | 'accurate' => {
  if (value === 'none' || value === 'estimate' || value === 'accurate') return value
  throw outcomes.badParameter('_total', '_total takes none, estimate or accurate')
}

const SUMMARIES = ['true', 'text', 'data', 'count', 'false'] as const

export const summary = (value: string): typeof SUMMARIES[number] => {
  const found = SUMMARIES.find(known => known === value)
  if (found === undefined) throw outcomes.badParameter('_summary', '_summary takes true, text, data, count or false')
  return found
}

export const elements = (value: string): readonly string[] => {
  const names = value.split(',').map(name => name.trim())
  if (names.some(name => !/^[A-Za-z][A-Za-z0-9.[\]]{0,80}$/.test(name))) {
    throw outcomes.badParameter('_elements',
      '_elements takes element names separated by commas, such as _elements=identifier,status')
  }
  return names
}
