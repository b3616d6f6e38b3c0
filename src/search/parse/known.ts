/** Which parameters there are, and what to say of those that are not. */
import type { SearchParameter } from '../../definitions/definitions.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { indexedParameters, STORE_PARAMETERS } from '../parameters.ts'
import type { ParseContext } from './context.ts'

/** Of the whole search: they stand alone, in no chain and without a modifier. */
const OF_THE_SEARCH = ['_type', '_sort', '_count', '_include', '_revinclude', '_total', '_summary', '_elements']

/** Names a misspelt parameter may have meant, besides those of its type. */
const OF_EVERY_TYPE = [...STORE_PARAMETERS, '_text', '_content', '_filter', '_list', '_has', ...OF_THE_SEARCH]

/** How a `_has` is written, for errors. */
export const HAS_FORM = '_has:Type:reference:parameter, such as _has:Observation:patient:code'

/** The indexed parameter of that name; throws `search-unknown-parameter` with the nearest, or `search-unsupported`. */
export const parameterOf = (context: ParseContext, type: string, name: string): SearchParameter => {
  const indexed = indexedParameters(context.definitions, type)
  const found = indexed.get(name)
  if (found !== undefined) return found
  if (name === '_query') {
    throw outcomes.unsupportedSearch(name, 'there are no named queries here; combine parameters')
  }
  if (name === '_has') throw outcomes.badParameter(name, `${name} must be ${HAS_FORM}`)
  if (OF_THE_SEARCH.includes(name)) {
    throw outcomes.unsupportedSearch(name, `${name} is of the whole search; it stands in no chain and takes no modifier`)
  }
  if (context.definitions.searchParameters(type).has(name)) {
    throw outcomes.unsupportedSearch(name,
      `${type} is not searched by "${name}" here; it is by ${[...indexed.keys()].slice(0, 20).join(', ')}`)
  }
  throw outcomes.unknownParameter(type, name, nearest(name, [...indexed.keys(), ...OF_EVERY_TYPE]))
}
