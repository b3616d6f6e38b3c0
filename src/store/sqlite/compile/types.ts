/**
 * A search of several types as searches of one type each: what tells types apart is decided before anything is compiled.
 *
 * Every type then has the walk that is best for it, and a page of several is the merge of theirs (`search.ts`).
 */
import { alike } from '../../../search/by-type.ts'
import type { Condition } from '../../../search/plan.ts'
import { UNKNOWN, type Names } from '../names.ts'

const EVERY: Condition = { kind: 'all-of', of: [] }
const NONE: Condition = { kind: 'any-of', of: [] }

const isEvery = (one: Condition): boolean => one.kind === 'all-of' && one.of.length === 0
const isNone = (one: Condition): boolean => one.kind === 'any-of' && one.of.length === 0

/** The condition as it stands for resources of a type. Other types, at the ends of chains and `_has`, are not looked at. */
const onType = (condition: Condition, type: string): Condition => {
  switch (condition.kind) {
    case 'of-type': return condition.types.includes(type) ? EVERY : NONE
    case 'all-of': {
      const of = condition.of.map(one => onType(one, type)).filter(one => !isEvery(one))
      return of.some(isNone) ? NONE : of.length === 1 ? of[0]! : { kind: 'all-of', of }
    }
    case 'any-of': {
      const of = condition.of.map(one => onType(one, type)).filter(one => !isNone(one))
      return of.some(isEvery) ? EVERY : of.length === 1 ? of[0]! : { kind: 'any-of', of }
    }
    case 'not': {
      const of = onType(condition.of, type)
      return isEvery(of) ? NONE : isNone(of) ? EVERY : { kind: 'not', of }
    }
    case 'match': case 'missing': case 'ids': case 'last-updated': case 'chain': case 'within': case 'has': return condition
  }
}

export interface Alternative {
  readonly types: readonly string[]
  readonly where: Condition
}

const possible = ({ where }: Alternative): boolean => !isNone(where)
const known = (names: Names, types: readonly string[]): readonly string[] => types.filter(type => names.find(type) !== UNKNOWN)

/** One for each type of which there is something and which may match. */
export const eachType = (names: Names, types: readonly string[], where: Condition): readonly Alternative[] =>
  known(names, types).map(type => ({ types: [type], where: onType(where, type) })).filter(possible)

/** The same, with types together that are asked the same: for sets in which order does not matter. */
export const alikeTypes = (names: Names, types: readonly string[], where: Condition): readonly Alternative[] =>
  alike(known(names, types), type => onType(where, type)).map(({ types, condition }) => ({ types, where: condition })).filter(possible)
