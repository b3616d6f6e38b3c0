/**
 * Criteria and order of a search of several types. R4: "the search parameters must be common to all provided resource
 * types" (https://hl7.org/fhir/R4/http.html#search); what one of them compiles to may still differ from type to type.
 */
import type { SearchParameter } from '../../definitions/definitions.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { byType } from '../by-type.ts'
import { indexedParameters, STORE_PARAMETERS, valueTypes } from '../parameters.ts'
import type { Condition } from '../plan.ts'
import { condition } from './condition.ts'
import type { ParseContext } from './context.ts'
import { filterOf } from './filter/meaning.ts'
import { pathOf, requireReferring } from './path.ts'

/** Parameters of all resources that mean the same on each. */
const EVERYWHERE_ALIKE: ReadonlySet<string> = new Set([
  '_id', '_lastUpdated', '_tag', '_profile', '_security', '_source', '_text', '_content', '_list', '_query',
])

/** The condition that `name=value` is on each of the types. Throws `search-unknown-parameter` where some lack it. */
export const conditionOnTypes = (
  context: ParseContext, types: readonly string[], name: string, value: string,
): Condition => {
  const [first = 'Resource'] = types
  if (types.length === 1) return condition(context, first, name, value)
  const head = name.split(/[:.]/, 1)[0]!
  if (EVERYWHERE_ALIKE.has(head)) return condition(context, first, name, value)
  if (head === '_filter') return name === head ? byType(types, filterOf(context, value)) : condition(context, first, name, value)
  if (head === '_has') return referredTo(context, types, name, value)

  const parameters = requireCommon(context, types, head)
  // What a parameter means on a type depends on its definition and on the kinds of value it finds there.
  const meanings = new Map<string, Condition>()
  return byType(types, type => {
    const parameter = parameters.get(type)!
    const meaning = [parameter.url, ...valueTypes(context.definitions, type, parameter)].join(' ')
    const found = meanings.get(meaning) ?? condition(context, type, name, value)
    meanings.set(meaning, found)
    return found
  })
}

/** `_has` asks the same of whatever is referred to, where it may be. */
const referredTo = (context: ParseContext, types: readonly string[], name: string, value: string): Condition => {
  const [first = 'Resource', ...others] = types
  const found = condition(context, first, name, value)
  const [step] = pathOf(name).steps
  if (step?.kind === 'has') for (const type of others) requireReferring(context, type, step, name)
  return found
}

/** The parameter of that name on each type; throws where some lack it, naming them. */
export const requireCommon = (
  { definitions }: ParseContext, types: readonly string[], name: string,
): ReadonlyMap<string, SearchParameter> => {
  const found = new Map<string, SearchParameter>()
  for (const type of types) {
    const parameter = indexedParameters(definitions, type).get(name)
    if (parameter !== undefined) found.set(type, parameter)
  }
  if (found.size === types.length) return found
  const known = new Set(types.slice(0, 20).flatMap(type => [...indexedParameters(definitions, type).keys()]))
  throw outcomes.uncommonParameter(name, types.filter(type => !found.has(type)), [...found.keys()],
    nearest(name, [...known, ...STORE_PARAMETERS]))
}
