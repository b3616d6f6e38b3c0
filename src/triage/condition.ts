/**
 * Conditions of a rule pack: small statements about facts, true, false or unknown (Kleene's three values), compiled
 * once to functions. What a condition needs and does not know makes it unknown, unless the rest decides without it.
 */

export type Truth = true | false | undefined

export type FactValue = string | number | boolean | readonly string[] | Range
/** From low to high, both included: an age of which only the year of birth is known. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** Facts by the names that packs use; an absent one is unknown. */
export type Situation = Readonly<Record<string, FactValue | undefined>>

/** A number, or the name of a threshold of the pack with a dollar: `$adultAge`. */
export type NumberOrThreshold = number | string

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly fact: string; readonly is: string | number | boolean }
  | { readonly fact: string; readonly in: readonly string[] }
  | { readonly fact: string; readonly atLeast: NumberOrThreshold }
  | { readonly fact: string; readonly below: NumberOrThreshold }
  /** The value is a range with ends on both sides of the limit. */
  | { readonly fact: string; readonly straddles: NumberOrThreshold }
  /** A list holds at least one of these. An empty or absent list does not. */
  | { readonly fact: string; readonly includes: readonly string[] }
  /** A list holds something, and nothing but these. */
  | { readonly fact: string; readonly only: readonly string[] }
  | { readonly fact: string; readonly stated: boolean }
  /** Known to be this; unknown counts as false. */
  | { readonly fact: string; readonly established: string | boolean }

export type Compiled = (situation: Situation) => Truth

/** @throws Error when a threshold is not one of the pack's */
export const compileCondition = (condition: Condition, thresholds: Readonly<Record<string, number>>): Compiled => {
  const compile = (each: Condition): Compiled => compileCondition(each, thresholds)
  if ('all' in condition) return conjunction(condition.all.map(compile))
  if ('any' in condition) return disjunction(condition.any.map(compile))
  if ('not' in condition) return negation(compile(condition.not))
  const { fact } = condition
  if ('is' in condition) return compare(fact, value => value === condition.is)
  if ('in' in condition) return compare(fact, value => typeof value === 'string' && condition.in.includes(value))
  if ('atLeast' in condition) return atLeast(fact, threshold(condition.atLeast, thresholds))
  if ('below' in condition) return negation(atLeast(fact, threshold(condition.below, thresholds)))
  if ('straddles' in condition) {
    const limit = threshold(condition.straddles, thresholds)
    return compare(fact, value => typeof value === 'object' && 'low' in value && value.low < limit && value.high >= limit)
  }
  if ('includes' in condition) return situation => listOf(situation[fact]).some(item => condition.includes.includes(item))
  if ('only' in condition) {
    return situation => listOf(situation[fact]).length > 0 && listOf(situation[fact]).every(item => condition.only.includes(item))
  }
  if ('stated' in condition) return situation => isStated(situation[fact]) === condition.stated
  return situation => situation[fact] === condition.established
}

/** Names of the facts a condition asks, in order, each once. */
export const factsIn = (condition: Condition): readonly string[] => {
  if ('all' in condition) return [...new Set(condition.all.flatMap(factsIn))]
  if ('any' in condition) return [...new Set(condition.any.flatMap(factsIn))]
  return 'not' in condition ? factsIn(condition.not) : [condition.fact]
}

/** A list is stated when something is on it. */
export const isStated = (value: FactValue | undefined): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0)

const conjunction = (parts: readonly Compiled[]): Compiled => situation => {
  let truth: Truth = true
  for (const part of parts) {
    const value = part(situation)
    if (value === false) return false
    if (value === undefined) truth = undefined
  }
  return truth
}

const disjunction = (parts: readonly Compiled[]): Compiled => situation => {
  let truth: Truth = false
  for (const part of parts) {
    const value = part(situation)
    if (value === true) return true
    if (value === undefined) truth = undefined
  }
  return truth
}

const negation = (part: Compiled): Compiled => situation => {
  const value = part(situation)
  return value === undefined ? undefined : !value
}

const compare = (fact: string, test: (value: FactValue) => boolean): Compiled => situation => {
  const value = situation[fact]
  return value === undefined ? undefined : test(value)
}

/** A range that straddles the limit is unknown. */
const atLeast = (fact: string, limit: number): Compiled => situation => {
  const value = situation[fact]
  if (typeof value === 'number') return value >= limit
  if (typeof value !== 'object' || !('low' in value)) return undefined
  return value.low >= limit ? true : value.high < limit ? false : undefined
}

const threshold = (given: NumberOrThreshold, thresholds: Readonly<Record<string, number>>): number => {
  const value = typeof given === 'number' ? given : thresholds[given.replace(/^\$/, '')]
  if (value === undefined) throw new Error(`the pack has no threshold ${JSON.stringify(given)}`)
  return value
}

const listOf = (value: FactValue | undefined): readonly string[] => (Array.isArray(value) ? value as readonly string[] : [])
