/**
 * Conditions that say how near something is: by its own position, or by that of what it refers to (`location.near`).
 * Of several places asked for, or several of its own, the nearest counts.
 */
import type { Condition, Test } from './plan.ts'

export type NearTest = Extract<Test, { kind: 'near' }>
type Match = Extract<Condition, { kind: 'match' }>

export type Near =
  | (Match & { readonly test: NearTest })
  | { readonly kind: 'any-of'; readonly of: readonly Near[] }
  | { readonly kind: 'chain'; readonly param: string; readonly types: readonly string[]; readonly where: Near }

const isNear = (condition: Condition): condition is Near => {
  switch (condition.kind) {
    case 'match': return condition.test.kind === 'near'
    case 'any-of': return condition.of.length > 0 && condition.of.every(isNear)
    case 'chain': return isNear(condition.where)
    default: return false
  }
}

/** The first of what must all hold that says how near; it is the one by which matches are sorted, and told how far they are. */
export const nearAsked = (conditions: readonly Condition[]): Near | undefined => conditions.find(isNear)

/** The first place asked for. */
export const placeAsked = (near: Near): NearTest => {
  switch (near.kind) {
    case 'match': return near.test
    case 'any-of': return placeAsked(near.of[0]!)
    case 'chain': return placeAsked(near.where)
  }
}
