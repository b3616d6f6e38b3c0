/**
 * Whether an item of a Questionnaire is enabled by the answers given. https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen
 */
import { isObject, isSameJson } from '../../fhir/json.ts'
import { compareValues } from '../values.ts'
import type { Item } from './questionnaire.ts'

/** Values of the answers to each question, by link id. */
export type Answers = ReadonlyMap<string, readonly unknown[]>

/** The one property of a choice: `valueCoding`, `answerBoolean`. */
export const choiceOf = (holder: Readonly<Record<string, unknown>>, prefix: string): { readonly type: string; readonly value: unknown } | undefined => {
  for (const key in holder) {
    if (key.startsWith(prefix) && /^[A-Z]/.test(key.slice(prefix.length))) return { type: key.slice(prefix.length), value: holder[key] }
  }
  return undefined
}

/** Codings are the same by system and code; everything else by all of it. */
export const isSameAnswer = (one: unknown, other: unknown): boolean =>
  isObject(one) && isObject(other) && one['code'] !== undefined
    ? one['code'] === other['code'] && (one['system'] === undefined || other['system'] === undefined || one['system'] === other['system'])
    : isSameJson(one, other)

const isMet = (condition: Readonly<Record<string, unknown>>, answers: Answers): boolean => {
  const given = answers.get(String(condition['question'])) ?? []
  const wanted = choiceOf(condition, 'answer')?.value
  const compared = (holds: (order: number) => boolean): boolean => given.some(value => {
    const order = compareValues(value, wanted)
    return order !== undefined && holds(order)
  })
  switch (condition['operator']) {
    case 'exists': return given.length > 0 === wanted
    case '=': return given.some(value => isSameAnswer(value, wanted))
    case '!=': return given.some(value => !isSameAnswer(value, wanted))
    case '>': return compared(order => order > 0)
    case '<': return compared(order => order < 0)
    case '>=': return compared(order => order >= 0)
    case '<=': return compared(order => order <= 0)
    default: return true
  }
}

/** By its own conditions and those of the items around it. */
export const isEnabled = (item: Item, answers: Answers): boolean => {
  const { conditions, behavior, parent } = item
  const own = conditions.length === 0
    || (behavior === 'any' ? conditions.some(condition => isMet(condition, answers)) : conditions.every(condition => isMet(condition, answers)))
  return own && (parent === undefined || isEnabled(parent, answers))
}
