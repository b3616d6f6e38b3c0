/** Conditions joined by "or" and "and", written no deeper than they need be (the compilers see plain shapes), and counted. */
import type { Condition } from './plan.ts'

/** Of none: false. */
export const anyOf = (conditions: readonly Condition[]): Condition =>
  (conditions.length === 1 ? conditions[0]! : { kind: 'any-of', of: conditions })

/** Of none: true. */
export const allOf = (conditions: readonly Condition[]): Condition =>
  (conditions.length === 1 ? conditions[0]! : { kind: 'all-of', of: conditions })

/** What must all hold, however deep it is written. */
export const conjuncts = (where: Condition): readonly Condition[] => (where.kind === 'all-of' ? where.of.flatMap(conjuncts) : [where])

/** Codes of a value set that cost about what one test of its own does. */
const CODES_OF_ONE = 10

/** Conditions that look at something, those inside chains and `_has` included. */
export const countTests = (condition: Condition): number => {
  switch (condition.kind) {
    case 'all-of':
    case 'any-of': return condition.of.reduce((sum, part) => sum + countTests(part), 0)
    case 'not': return countTests(condition.of)
    case 'chain':
    case 'has': return 1 + countTests(condition.where)
    case 'ids': return condition.ids.length
    case 'match': return condition.test.kind === 'token-in' ? Math.ceil(condition.test.codes.length / CODES_OF_ONE) : 1
    default: return 1
  }
}
