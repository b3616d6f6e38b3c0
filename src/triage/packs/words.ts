/** A condition of a rule pack as a clinician reads it: `age below 18 (adultAge) and setting is not known to be ed`. */
import type { Condition, NumberOrThreshold } from '../condition.ts'

/** @param thresholds those of the pack, to be shown with their numbers */
export const conditionInWords = (condition: Condition, thresholds: Readonly<Record<string, number>>): string => {
  const inWords = (each: Condition): string => conditionInWords(each, thresholds)
  const inBrackets = (each: Condition): string => ('all' in each || 'any' in each ? `(${inWords(each)})` : inWords(each))
  const limit = (given: NumberOrThreshold): string => {
    if (typeof given === 'number') return String(given)
    const name = given.replace(/^\$/, '')
    return `${thresholds[name]} (${name})`
  }
  if ('all' in condition) return condition.all.map(inBrackets).join(' and ')
  if ('any' in condition) return condition.any.map(inBrackets).join(' or ')
  if ('not' in condition) return `not ${inBrackets(condition.not)}`
  const { fact } = condition
  if ('is' in condition) return `${fact} is ${valueText(condition.is)}`
  if ('in' in condition) return `${fact} is one of ${condition.in.join(', ')}`
  if ('atLeast' in condition) return `${fact} at least ${limit(condition.atLeast)}`
  if ('below' in condition) return `${fact} below ${limit(condition.below)}`
  if ('straddles' in condition) return `${fact} may be on either side of ${limit(condition.straddles)}`
  if ('includes' in condition) return `${fact} includes ${condition.includes.join(' or ')}`
  if ('only' in condition) return `${fact} is only ${condition.only.join(', ')}`
  if ('stated' in condition) return `${fact} is ${condition.stated ? 'stated' : 'not stated'}`
  return `${fact} is known to be ${valueText(condition.established)}`
}

const valueText = (value: string | number | boolean): string => (value === true ? 'yes' : value === false ? 'no' : String(value))
