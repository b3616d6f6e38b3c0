/** One parameter of a query as a condition: the path to it, then what its value asks there. */
import { outcomes } from '../../fhir/outcomes.ts'
import { isId } from '../../fhir/resource.ts'
import { allOf, anyOf } from '../join.ts'
import type { Condition } from '../plan.ts'
import type { ParseContext } from './context.ts'
import { dateSpan } from './date.ts'
import { filterOf } from './filter/meaning.ts'
import { parameterOf } from './known.ts'
import { follow, pathOf } from './path.ts'
import { alternatives, criterion, trueOrFalse } from './value.ts'
import { wordsCondition } from './words.ts'

/** The condition on resources of `type`; `key` is the whole name in the query. Throws FhirError (400). */
export const condition = (context: ParseContext, type: string, key: string, value: string): Condition =>
  follow(context, type, pathOf(key), key, (on, name, modifier) => {
    switch (name) {
      case '_id': return modifier === 'missing' ? alwaysThere(key, value) : ids(key, modifier, value)
      case '_lastUpdated': return modifier === 'missing' ? alwaysThere(key, value) : lastUpdated(context, key, modifier, value)
      case '_list': return inLists(key, modifier, value)
      case '_text':
      case '_content':
        onlyModifier(key, modifier, [])
        return wordsCondition(name, value)
      case '_filter':
        onlyModifier(key, modifier, [])
        return filterOf(context, value)(on)
      default: return criterion({ context, key, type: on, parameter: parameterOf(context, on, name), modifier }, value)
    }
  })

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

/** Every resource has an id and was updated. */
const alwaysThere = (key: string, value: string): Condition => (trueOrFalse(key, value) ? anyOf([]) : allOf([]))

const lastUpdated = (context: ParseContext, key: string, modifier: string | undefined, value: string): Condition => {
  onlyModifier(key, modifier, [])
  return anyOf(alternatives(key, value).map(part => ({ kind: 'last-updated', ...dateSpan(key, part, context.now) })))
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
