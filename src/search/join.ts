/** Conditions joined by "or" and "and", written no deeper than they need be: the compilers see plain shapes. */
import type { Condition } from './plan.ts'

/** Of none: false. */
export const anyOf = (conditions: readonly Condition[]): Condition =>
  (conditions.length === 1 ? conditions[0]! : { kind: 'any-of', of: conditions })

/** Of none: true. */
export const allOf = (conditions: readonly Condition[]): Condition =>
  (conditions.length === 1 ? conditions[0]! : { kind: 'all-of', of: conditions })
