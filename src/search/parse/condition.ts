/**
 * One parameter of a query as a condition: plain criteria, `_id`, `_lastUpdated`, `_list`, chains and `_has`.
 * R4: https://hl7.org/fhir/R4/search.html#chaining and #has
 */
import type { SearchParameter } from '../../definitions/definitions.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { isId } from '../../fhir/resource.ts'
import { alike } from '../by-type.ts'
import { anyOf } from '../join.ts'
import { MAX_CHAIN_DEPTH, MAX_CHAIN_TYPES } from '../limits.ts'
import { indexedParameters, mayTarget, STORE_PARAMETERS, targetsOf } from '../parameters.ts'
import type { Condition } from '../plan.ts'
import type { ParseContext } from './context.ts'
import { dateSpan } from './date.ts'
import { requireType } from './resource-type.ts'
import { alternatives, criterion, trueOrFalse } from './value.ts'
import { wordsCondition } from './words.ts'

/** R4 knows them, this hub does not answer them: named, so that nobody thinks they were misspelt. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  _filter: '_filter is not supported here; combine parameters, comma lists and chains',
  _query: 'there are no named queries here; combine parameters',
  phonetic: 'search by sound is not supported here; use name',
}

/** How far from the searched type a step of a chain is, and into how many ways the steps before it have parted. */
interface Reach {
  readonly depth: number
  readonly ways: number
}

/** `key` is the whole name in the query, `rest` the part of it that is about `type`. */
export const condition = (
  context: ParseContext, type: string, rest: string, value: string, key = rest, reach: Reach = { depth: 0, ways: 1 },
): Condition => {
  if (reach.depth > MAX_CHAIN_DEPTH) {
    throw outcomes.badParameter(key, `${key.slice(0, 60)} chains more than ${MAX_CHAIN_DEPTH} references; narrow it in steps`)
  }
  if (rest.startsWith('_has:')) return has(context, type, rest, value, key, reach)
  const dot = rest.indexOf('.')
  const [name = '', modifier, ...more] = (dot < 0 ? rest : rest.slice(0, dot)).split(':')
  if (more.length > 0) throw outcomes.badParameter(key, `${key} has more than one modifier; a parameter takes one`)
  if (dot >= 0) return chain(context, type, { name, modifier, next: rest.slice(dot + 1) }, value, key, reach)
  switch (name) {
    case '_id': return ids(key, modifier, value)
    case '_lastUpdated': return lastUpdated(context, key, modifier, value)
    case '_list': return inLists(key, modifier, value)
    case '_text':
    case '_content': return words(key, name, modifier, value)
    default: return criterion({ context, key, type, parameter: parameterOf(context, type, name), modifier }, value)
  }
}

/** The indexed parameter of that name; throws `search-unknown-parameter` with the nearest, or `search-unsupported`. */
export const parameterOf = (context: ParseContext, type: string, name: string): SearchParameter => {
  const indexed = indexedParameters(context.definitions, type)
  const found = indexed.get(name)
  if (found !== undefined) return found
  if (context.definitions.searchParameters(type).has(name)) {
    if (UNSUPPORTED[name] !== undefined) throw outcomes.unsupportedSearch(name, UNSUPPORTED[name])
    throw outcomes.unsupportedSearch(name,
      `${type} is not searched by "${name}" here; it is by ${[...indexed.keys()].slice(0, 20).join(', ')}`)
  }
  throw outcomes.unknownParameter(type, name, nearest(name, [...indexed.keys(), ...STORE_PARAMETERS, ...RESULT_PARAMETERS]))
}

/** Names a misspelt parameter may have meant, besides those of its type. */
const RESULT_PARAMETERS = [
  '_sort', '_count', '_include', '_revinclude', '_total', '_summary', '_elements', '_type', '_list', '_has',
]

const onlyModifier = (key: string, modifier: string | undefined, allowed: readonly string[]): void => {
  if (modifier !== undefined && !allowed.includes(modifier)) {
    throw outcomes.unsupportedSearch(key, `${key.split(':')[0]} takes no modifier ":${modifier}"`)
  }
}

const ids = (key: string, modifier: string | undefined, value: string): Condition => {
  onlyModifier(key, modifier, ['not'])
  const asked = alternatives(key, value)
  const wrong = asked.find(id => !isId(id))
  if (wrong !== undefined) {
    throw outcomes.badParameter(key, `${key} takes ids of letters, digits, "-" and "." (1 to 64), found "${wrong.slice(0, 70)}"`)
  }
  const found: Condition = { kind: 'ids', ids: asked }
  return modifier === 'not' ? { kind: 'not', of: found } : found
}

const lastUpdated = (context: ParseContext, key: string, modifier: string | undefined, value: string): Condition => {
  onlyModifier(key, modifier, [])
  return anyOf(alternatives(key, value).map(part => ({ kind: 'last-updated', ...dateSpan(key, part, context.now) })))
}

const words = (key: string, param: '_text' | '_content', modifier: string | undefined, value: string): Condition => {
  onlyModifier(key, modifier, ['missing'])
  return modifier === 'missing' ? { kind: 'missing', param, missing: trueOrFalse(key, value) } : wordsCondition(param, value)
}

/** `_list=42`: what the List's entries refer to, which is `_has:List:item:_id=42`. */
const inLists = (key: string, modifier: string | undefined, value: string): Condition => {
  onlyModifier(key, modifier, [])
  if (value.startsWith('$')) {
    throw outcomes.unsupportedSearch(key,
      `${key}: functional lists such as ${value.slice(0, 40)} are not kept here; name a List by its id`)
  }
  return { kind: 'has', type: 'List', param: 'item', where: ids(key, undefined, value) }
}

interface Link {
  readonly name: string
  readonly modifier: string | undefined
  readonly next: string
}

/** `subject:Patient.name`: an alternative for each type the reference may lead to, alike ones together. */
const chain = (
  context: ParseContext, type: string, { name, modifier, next }: Link, value: string, key: string, reach: Reach,
): Condition => {
  const parameter = referenceParameter(context, type, name, key)
  const types = modifier === undefined
    ? possibleTargets(context, parameter, next, key, reach.ways)
    : [targetOf(context, parameter, modifier, key)]
  const onward: Reach = { depth: reach.depth + 1, ways: reach.ways * types.length }
  const groups = alike(types, target => condition(context, target, next, value, key, onward))
  return anyOf(groups.map(group => ({ kind: 'chain', param: name, types: group.types, where: group.condition })))
}

export const referenceParameter = (context: ParseContext, type: string, name: string, key: string): SearchParameter => {
  const parameter = parameterOf(context, type, name)
  if (parameter.type !== 'reference') {
    throw outcomes.badParameter(key,
      `${key}: "${name}" of ${type} is a ${parameter.type} parameter, and only references lead to other resources`)
  }
  return parameter
}

const targetOf = (context: ParseContext, parameter: SearchParameter, target: string, key: string): string => {
  if (context.definitions.resourceTypes.has(target) && mayTarget(parameter, target)) return target
  const targets = targetsOf(parameter) ?? [...context.definitions.resourceTypes]
  const meant = nearest(target, targets)
  throw outcomes.badParameter(key, `${key}: "${parameter.code}" never refers to "${target.slice(0, 40)}"`
    + (meant === undefined ? `; it does to ${targets.slice(0, 10).join(', ')}` : `; did you mean "${meant}"?`))
}

const possibleTargets = (
  context: ParseContext, parameter: SearchParameter, next: string, key: string, ways: number,
): readonly string[] => {
  const all = targetsOf(parameter) ?? [...context.definitions.resourceTypes]
  const name = next.split(/[:.]/, 1)[0]!
  const isCommon = name === '_has' || name === '_list' || STORE_PARAMETERS.has(name)
  const having = isCommon ? all : all.filter(type => indexedParameters(context.definitions, type).has(name))
  if (having.length === 0) {
    const names = new Set(all.flatMap(type => [...indexedParameters(context.definitions, type).keys()]))
    const whose = all.length === 1 ? all[0]! : `no target of "${parameter.code}"`
    throw outcomes.unknownParameter(whose, name, nearest(name, [...names, ...STORE_PARAMETERS]))
  }
  if (having.length * ways > MAX_CHAIN_TYPES) {
    throw outcomes.badParameter(key,
      `${key}: "${parameter.code}" may refer to ${having.length} types here; `
      + `name one, such as ${parameter.code}:${having[0]}.${next}`)
  }
  return having
}

/** `_has:Observation:patient:code`: some Observation refers here by patient, and its code is the value. */
const has = (context: ParseContext, type: string, rest: string, value: string, key: string, reach: Reach): Condition => {
  const [, source = '', name = ''] = rest.split(':', 3)
  const next = rest.slice(`_has:${source}:${name}:`.length)
  if (source === '' || name === '' || next === '') {
    throw outcomes.badParameter(key, `${key} must be _has:Type:reference:parameter, such as _has:Observation:patient:code`)
  }
  requireType(context.definitions, key, source)
  const parameter = referenceParameter(context, source, name, key)
  if (!mayTarget(parameter, type)) {
    throw outcomes.badParameter(key,
      `${key}: "${name}" of ${source} never refers to ${type}; it does to ${(targetsOf(parameter) ?? []).slice(0, 10).join(', ')}`)
  }
  const where = condition(context, source, next, value, key, { ...reach, depth: reach.depth + 1 })
  return { kind: 'has', type: source, param: name, where }
}
