/**
 * Invariants of Questionnaires by hand: a dozen are asked of every item, and with the engine ten thousand items, a
 * megabyte, held everyone up for more than a second.
 */
import type { HandwrittenRule } from './handwritten.ts'

type Json = Record<string, unknown>

const has = (value: unknown, name: string): boolean => (value as Json)[name] !== undefined || (value as Json)[`_${name}`] !== undefined
const count = (value: unknown, name: string): number => {
  const member = (value as Json)[name]
  return Array.isArray(member) ? member.length : member === undefined ? 0 : 1
}

/** An item without a type decides nothing: the type is missed by its own rule. */
const typeOf = (item: unknown): string | undefined => {
  const { type } = item as Json
  return typeof type === 'string' ? type : undefined
}

/** Items of these types only have none of these members. */
const without = (types: readonly string[], ...names: readonly string[]) => (item: unknown): boolean => {
  const type = typeOf(item)
  return type === undefined || !types.includes(type) || !names.some(name => has(item, name))
}

/** Items of other types have none of these members. */
const onlyFor = (types: readonly string[], ...names: readonly string[]) => (item: unknown): boolean => {
  const type = typeOf(item)
  return type === undefined || types.includes(type) || !names.some(name => has(item, name))
}

export const questionnaireRules: readonly HandwrittenRule[] = [
  ['que-1', "(type='group' implies item.empty().not()) and (type.trace('type')='display' implies item.trace('item').empty())",
    item => (typeOf(item) === 'group' ? has(item, 'item') : typeOf(item) !== 'display' || !has(item, 'item'))],
  ['que-3', "type!='display' or code.empty()", without(['display'], 'code')],
  ['que-4', 'answerOption.empty() or answerValueSet.empty()', item => !has(item, 'answerOption') || !has(item, 'answerValueSet')],
  ['que-5', "(type ='choice' or type = 'open-choice' or type = 'decimal' or type = 'integer' or type = 'date' or type = 'dateTime' or type = 'time' or type = 'string' or type = 'quantity') or (answerValueSet.empty() and answerOption.empty())",
    onlyFor(['choice', 'open-choice', 'decimal', 'integer', 'date', 'dateTime', 'time', 'string', 'quantity'], 'answerValueSet', 'answerOption')],
  ['que-6', "type!='display' or (required.empty() and repeats.empty())", without(['display'], 'required', 'repeats')],
  ['que-7', "operator = 'exists' implies (answer is Boolean)",
    item => (item as Json)['operator'] !== 'exists' || has(item, 'answerBoolean') || !Object.keys(item as Json).some(key => /^_?answer[A-Z]/.test(key))],
  ['que-8', "(type!='group' and type!='display') or initial.empty()", without(['group', 'display'], 'initial')],
  ['que-9', "type!='display' or readOnly.empty()", without(['display'], 'readOnly')],
  ['que-10', "(type in ('boolean' | 'decimal' | 'integer' | 'string' | 'text' | 'url' | 'open-choice')) or maxLength.empty()",
    onlyFor(['boolean', 'decimal', 'integer', 'string', 'text', 'url', 'open-choice'], 'maxLength')],
  ['que-11', 'answerOption.empty() or initial.empty()', item => !has(item, 'answerOption') || !has(item, 'initial')],
  ['que-12', 'enableWhen.count() > 2 implies enableBehavior.exists()', item => count(item, 'enableWhen') <= 2 || has(item, 'enableBehavior')],
  // "repeats" left out is no: the rule's text, "Can only have multiple initial values for repeating items", where FHIRPath answers nothing
  ['que-13', 'repeats=true or initial.count() <= 1', item => (item as Json)['repeats'] === true || count(item, 'initial') <= 1],
]
