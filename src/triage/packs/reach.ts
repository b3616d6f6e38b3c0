/**
 * When can a condition hold? Tries every combination of the values that make a difference to it: for a number those at
 * and beside each limit, for a code each that is named and one that is not, for a list none, one, two or all of them,
 * and for every fact not knowing. Bounded; what it does not find in time it says nothing about.
 */
import { factsIn, type Condition, type FactValue, type Situation, type Truth } from '../condition.ts'
import type { RulePack } from '../pack.ts'
import { FACT_KINDS, isFact } from './fact-values.ts'

/** Two rules of six facts each have some 20,000; 100,000 take 50 ms. */
const MOST_SITUATIONS = 100_000

export interface Compared {
  readonly condition: Condition
  readonly fails: (situation: Situation) => Truth
}

/** A situation for which `wanted` holds of what the conditions say, or undefined where none was found. */
export const situationWhere = (
  compared: readonly Compared[], pack: RulePack, wanted: (truths: readonly Truth[]) => boolean,
): Situation | undefined => {
  const conditions = compared.map(({ condition }) => condition)
  const facts = [...new Set(conditions.flatMap(factsIn))]
  const domains = facts.map(fact => valuesOf(fact, conditions, pack))
  const digits = facts.map(() => 0)
  for (let tried = 0; tried < MOST_SITUATIONS; tried++) {
    const situation = Object.fromEntries(facts.map((fact, index) => [fact, domains[index]?.[digits[index] ?? 0]]))
    if (wanted(compared.map(({ fails }) => fails(situation)))) return situation
    let place = 0
    while (place < digits.length && (digits[place] ?? 0) + 1 === domains[place]?.length) digits[place++] = 0
    if (place === digits.length) return undefined
    digits[place] = (digits[place] ?? 0) + 1
  }
  return undefined
}

type Values = readonly (FactValue | undefined)[]

const valuesOf = (fact: string, conditions: readonly Condition[], pack: RulePack): Values => {
  const kind = isFact(fact) ? FACT_KINDS[fact] : undefined
  const named = [...new Set(conditions.flatMap(condition => namedIn(condition, fact, pack)))]
  const words = named.filter(value => typeof value === 'string')
  const numbers = named.filter(value => typeof value === 'number')
  switch (kind?.kind) {
    case undefined: return [undefined]
    case 'boolean': return [undefined, true, false]
    case 'number': return [undefined, ...numbers.flatMap(limit => [limit - 1, limit, { low: limit - 1, high: limit }])]
    case 'code': return [undefined, ...words, ...other(words, kind.codes?.(pack))]
    case 'list': return lists(words, other(words, kind.codes?.(pack)))
  }
}

const other = (named: readonly string[], codes: readonly string[] | undefined): readonly string[] =>
  (codes === undefined ? ['something else'] : codes.filter(code => !named.includes(code)).slice(0, 1))

const lists = (named: readonly string[], others: readonly string[]): Values => [
  [], [...others], [...named], [...named, ...others],
  ...named.flatMap((one, index) => [[one], [one, ...others], ...named.slice(index + 1).map(two => [one, two])]),
]

const namedIn = (condition: Condition, fact: string, pack: RulePack): readonly (string | number)[] => {
  if ('all' in condition) return condition.all.flatMap(each => namedIn(each, fact, pack))
  if ('any' in condition) return condition.any.flatMap(each => namedIn(each, fact, pack))
  if ('not' in condition) return namedIn(condition.not, fact, pack)
  if (condition.fact !== fact) return []
  const values = valuesIn(condition).filter(value => typeof value !== 'boolean')
  return values.map(value => (typeof value === 'string' && value.startsWith('$') ? pack.thresholds[value.slice(1)] ?? 0 : value))
}

const valuesIn = (condition: Extract<Condition, { readonly fact: string }>): readonly (string | number | boolean)[] => {
  const { fact: _name, stated: _whether, ...comparison } = { stated: undefined, ...condition }
  return Object.values(comparison).flat() as readonly (string | number | boolean)[]
}
