/**
 * The values of one criterion: comma-separated alternatives, each a test by the parameter's type, under its modifier.
 * R4: https://hl7.org/fhir/R4/search.html#modifiers
 */
import type { SearchParameterType } from '../../definitions/definitions.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { anyOf } from '../join.ts'
import { isPhonetic } from '../phonetic.ts'
import type { Condition, Test } from '../plan.ts'
import { ofTypeParam } from '../token-forms.ts'
import type { Asked } from './context.ts'
import { compositeTests } from './composite.ts'
import { dateSpan } from './date.ts'
import { splitEscaped } from './escape.ts'
import { hierarchyCondition } from './hierarchy.ts'
import { nearTest } from './near.ts'
import { numberTest, quantityTests } from './number.ts'
import { referenceTests } from './reference.ts'
import { soundCondition, stringTest, textOf, uriTest } from './string.ts'
import { tokenTests } from './token.ts'

/**
 * Modifiers by parameter type, besides `missing`, which all have; a reference also takes a type's name.
 * `:not` is R4's for tokens; for references and uris it has the same meaning, as R5 then wrote down.
 */
export const MODIFIERS: Readonly<Record<SearchParameterType, readonly string[]>> = {
  string: ['exact', 'contains'],
  token: ['not', 'text', 'in', 'not-in', 'below', 'above', 'of-type'],
  reference: ['identifier', 'not', 'below', 'above'],
  uri: ['below', 'above', 'not'],
  date: [], number: [], quantity: [], composite: [], special: [],
}

/** The condition of one criterion. Throws `search-bad-value` or `search-unsupported`, naming the parameter. */
export const criterion = (asked: Asked, value: string): Condition => {
  checkModifier(asked)
  const param = asked.parameter.code
  if (asked.modifier === 'missing') return { kind: 'missing', param, missing: trueOrFalse(asked.key, value) }
  if (isPhonetic(asked.parameter)) return anyOf(alternatives(asked.key, value).map(part => soundCondition(asked, textOf(asked, part))))
  const direction = asked.modifier
  if (asked.parameter.type === 'reference' && (direction === 'below' || direction === 'above')) {
    return anyOf(alternatives(asked.key, value).map(part => hierarchyCondition(asked, part, direction)))
  }
  const index = asked.modifier === 'of-type' ? ofTypeParam(param) : param
  const tests = alternatives(asked.key, value).flatMap(part => testsOf(asked, part))
  const found = anyOf(tests.map(test => ({ kind: 'match', param: index, test })))
  return asked.modifier === 'not' || asked.modifier === 'not-in' ? { kind: 'not', of: found } : found
}

/** The parts between unescaped commas; an empty one is refused, because it says nothing. */
export const alternatives = (key: string, value: string): readonly string[] => {
  const parts = splitEscaped(value, ',')
  if (parts.some(part => part.trim() === '')) {
    throw noValue(key, 'an empty value')
  }
  return parts
}

/** Of a parameter without a value; what is of every resource, or of the whole answer, is never missing. */
export const noValue = (key: string, found = 'no value') => outcomes.badParameter(key,
  `${key} has ${found}; leave the parameter out${key.startsWith('_') ? '' : `, or ask ${key.split(':')[0]}:missing=true`}`)

export const trueOrFalse = (key: string, value: string): boolean => {
  if (value !== 'true' && value !== 'false') throw outcomes.badParameter(key, `${key} takes true or false`)
  return value === 'true'
}

/** Tests of one alternative; also what a composite's components are made of. */
export const testsOf = (asked: Asked, part: string): readonly Test[] => {
  switch (asked.parameter.type) {
    case 'string': return [stringTest(asked, part)]
    case 'token': return tokenTests(asked, part)
    case 'reference': return referenceTests(asked, part)
    case 'date': return [{ kind: 'date', ...dateSpan(asked.key, part, asked.context.now) }]
    case 'number': return [numberTest(asked, part)]
    case 'quantity': return quantityTests(asked, part)
    case 'uri': return [uriTest(asked, part)]
    case 'composite': return compositeTests(asked, part, testsOf)
    case 'special': return [nearTest(asked, part)]
  }
}

const checkModifier = ({ context, key, parameter, modifier }: Asked): void => {
  if (modifier === undefined || modifier === 'missing') return
  if (isPhonetic(parameter)) throw outcomes.unsupportedSearch(key, `"${parameter.code}" compares sounds and takes no modifier but :missing`)
  if (MODIFIERS[parameter.type].includes(modifier)) return
  if (parameter.type === 'reference' && context.definitions.resourceTypes.has(modifier)) return
  const known = ['missing', ...MODIFIERS[parameter.type], ...(parameter.type === 'reference' ? parameter.targets ?? [] : [])]
  const meant = nearest(modifier, known)
  throw outcomes.unsupportedSearch(key,
    `"${parameter.code}" is a ${parameter.type} parameter and takes no modifier ":${modifier.slice(0, 40)}"`
    + (meant === undefined ? `; it takes :${known.slice(0, 10).join(', :')}` : `; did you mean ":${meant}"?`))
}
