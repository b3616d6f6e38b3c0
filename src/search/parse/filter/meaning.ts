/**
 * What a `_filter` asks of resources of a type: its tests as conditions, by the operators that R4 gives each type of
 * parameter. What an operator has no meaning for is refused with those that have one.
 * R4: https://hl7.org/fhir/R4/search_filter.html#ops
 */
import type { SearchParameterType } from '../../../definitions/definitions.ts'
import { FhirError, outcomes } from '../../../fhir/outcomes.ts'
import { isId } from '../../../fhir/resource.ts'
import { fold } from '../../fold.ts'
import { allOf, anyOf } from '../../join.ts'
import { isPhonetic } from '../../phonetic.ts'
import type { Condition, Prefix, Test } from '../../plan.ts'
import { compileRoutes } from '../../route.ts'
import type { Asked, ParseContext } from '../context.ts'
import { dateSpan } from '../date.ts'
import { parameterOf } from '../known.ts'
import { follow, type Step } from '../path.ts'
import { soundCondition } from '../string.ts'
import { testsOf, trueOrFalse } from '../value.ts'
import { readFilter, type Filter, type FilterTest, type Operator } from './syntax.ts'

const ORDERED = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb', 'pr'] as const

/** Operators by type of parameter. */
const TAKEN: Readonly<Record<SearchParameterType, readonly Operator[]>> = {
  string: ['eq', 'ne', 'co', 'sw', 'ew', 'pr'],
  token: ['eq', 'ne', 'in', 'ni', 'ss', 'sb', 'pr'],
  reference: ['re', 'pr'],
  date: [...ORDERED, 'po'], number: ORDERED, quantity: ORDERED,
  uri: ['eq', 'ne', 'pr'],
  composite: ['eq', 'pr'],
  special: ['eq', 'pr'],
}

/** R4: these "are predefined and can be used in place of their associated full namespace". */
const NAMESPACES: Readonly<Record<string, string>> = {
  loinc: 'http://loinc.org', snomed: 'http://snomed.info/sct',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm', ucum: 'http://unitsofmeasure.org',
}

/** What the text asks of resources of whichever type. Both throw FhirError (400) that says where it cannot be read or answered. */
export const filterOf = (context: ParseContext, text: string): ((type: string) => Condition) => {
  const filter = readFilter(text)
  return type => meaning(context, type, filter, 1)
}

/** `ways`: by so many chains it is asked, where it stands in the brackets of some. */
const meaning = (context: ParseContext, type: string, filter: Filter, ways: number): Condition => {
  switch (filter.kind) {
    case 'and': return allOf(filter.of.map(part => meaning(context, type, part, ways)))
    case 'or': return anyOf(filter.of.map(part => meaning(context, type, part, ways)))
    case 'not': return { kind: 'not', of: meaning(context, type, filter.of, ways) }
    case 'test': return tested(context, type, filter, ways)
  }
}

const tested = (context: ParseContext, type: string, test: FilterTest, ways: number): Condition => {
  const steps = test.steps.map((step): Step => {
    if (step.kind === 'has') return step
    const { where, ...plain } = step
    return where === undefined ? plain : { ...plain, where: (target, ways) => meaning(context, target, where, ways) }
  })
  try {
    return follow(context, type, { steps, name: test.name, modifier: undefined }, '_filter', on => leaf(context, on, test), ways)
  } catch (error) {
    throw error instanceof FhirError ? outcomes.filterFailed(test.at, error) : error
  }
}

const leaf = (context: ParseContext, type: string, test: FilterTest): Condition => {
  const { name, operator, value } = test
  switch (name) {
    case '_id': return byId(operator, value)
    case '_lastUpdated':
      requireOperator(name, operator, TAKEN.date)
      if (operator === 'pr') return trueOrFalse('pr', value) ? allOf([]) : anyOf([])
      return { kind: 'last-updated', ...spanOf(name, operator, value, context.now) }
    case '_text': case '_content': case '_list': case '_filter': case '_has':
      throw outcomes.unsupportedSearch('_filter', `${name} is no part of a filter; send it beside _filter, as a parameter of its own`)
  }
  const parameter = parameterOf(context, type, name)
  requireOperator(name, operator, isPhonetic(parameter) ? ['eq', 'pr'] : TAKEN[parameter.type])
  const asked: Asked = { context, key: name, type, parameter, modifier: undefined }
  if (operator === 'pr') return { kind: 'missing', param: name, missing: !trueOrFalse('pr', value) }
  const matching = (tests: readonly Test[]): Condition => anyOf(tests.map(test => ({ kind: 'match', param: name, test })))
  switch (parameter.type) {
    case 'string':
      if (isPhonetic(parameter)) return soundCondition(asked, value)
      return unlessNot(asked, operator, matching([stringTest(name, operator, value)]))
    case 'date': return matching([{ kind: 'date', ...spanOf(name, operator, value, context.now) }])
    case 'number':
    case 'quantity': return matching(testsOf(asked, operator + named(unprefixed(name, value))))
    case 'token': return tokenCondition(asked, operator, named(value), matching)
    case 'reference':
    case 'uri':
    case 'composite':
    case 'special': return unlessNot(asked, operator, matching(testsOf(asked, value)))
  }
}

const requireOperator = (name: string, operator: Operator, taken: readonly Operator[]): void => {
  if (!taken.includes(operator)) {
    throw outcomes.unsupportedSearch('_filter', `"${name}" takes the operators ${taken.join(', ')}, not ${operator}`)
  }
}

const byId = (operator: Operator, value: string): Condition => {
  requireOperator('_id', operator, ['eq', 'ne', 'pr'])
  if (operator === 'pr') return trueOrFalse('pr', value) ? allOf([]) : anyOf([])
  if (!isId(value)) throw outcomes.badParameter('_filter', '_id takes an id of letters, digits, "-" and "." (1 to 64)')
  const found: Condition = { kind: 'ids', ids: [value] }
  return operator === 'ne' ? { kind: 'not', of: found } : found
}

/**
 * `ne`: "an item in the set has an unequal value". Where there is at most one item, it is there and is not this one;
 * where there may be several, the other items are not looked at one by one, and `not (… eq …)` says what is meant.
 */
const unlessNot = (asked: Asked, operator: Operator, found: Condition): Condition => {
  if (operator !== 'ne') return found
  const { type, parameter } = asked
  if (!isSingle(asked)) {
    throw outcomes.unsupportedSearch('_filter',
      `"${parameter.code}" of ${type} may have several values, of which "ne" would ask whether some is another; write not (${parameter.code} eq …)`)
  }
  return allOf([{ kind: 'not', of: found }, { kind: 'missing', param: parameter.code, missing: false }])
}

/** Whether a resource has at most one value under the parameter: one element of its own, of one value. */
const isSingle = ({ context: { definitions }, type, parameter }: Asked): boolean => {
  const [route, ...others] = compileRoutes(definitions, type, parameter.expression ?? '') ?? []
  return route !== undefined && others.length === 0 && route.steps.length === 1 && route.element?.max === 1
    && !SEVERAL_VALUES.has(route.type)
}

/** Types that index as several values of one element. */
const SEVERAL_VALUES: ReadonlySet<string> = new Set(['CodeableConcept', 'HumanName', 'Address', 'Extension'])

/** Both sides folded: "case insensitive". */
const stringTest = (name: string, operator: Operator, value: string): Test => {
  const folded = fold(value)
  if (folded === '') throw outcomes.badParameter('_filter', `${name} needs at least one letter or digit`)
  const match = operator === 'co' ? 'contains' : operator === 'sw' ? 'starts' : operator === 'ew' ? 'ends' : 'equals'
  return { kind: 'string', match, folded }
}

/** `po`: the spans overlap, which is `ap` without its widening. */
const spanOf = (name: string, operator: Operator, value: string, now: number): { prefix: Prefix; low: number; high: number } => {
  const span = dateSpan(name, (operator === 'po' ? 'eq' : operator) + unprefixed(name, value), now)
  return operator === 'po' ? { ...span, prefix: 'ap' } : span
}

const unprefixed = (name: string, value: string): string => {
  if (/^[A-Za-z]/.test(value)) throw outcomes.badParameter('_filter', `${name} takes a number or a date after its operator, without a prefix`)
  return value
}

const tokenCondition = (asked: Asked, operator: Operator, value: string, matching: (tests: readonly Test[]) => Condition): Condition => {
  const under = (modifier: string | undefined): Condition => matching(testsOf({ ...asked, modifier }, value))
  switch (operator) {
    case 'in': return under('in')
    case 'ni': return { kind: 'not', of: under('in') }
    // The value subsumes a concept in the set: that concept is below it.
    case 'ss': return under('below')
    case 'sb': return under('above')
    default: return unlessNot(asked, operator, under(undefined))
  }
}

const named = (value: string): string =>
  value.replace(/^(.*\|)?(loinc|snomed|rxnorm|ucum)\|/, (_whole, before: string | undefined, name: string) => `${before ?? ''}${NAMESPACES[name]!}|`)
