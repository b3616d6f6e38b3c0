/**
 * What a search reaches beside the types it names: through chains, `_has` and hierarchies it asks about others, by
 * includes it shows them. Labels hide what is not the caller's; here the token's scopes are held to that reach too, so that a scope for
 * Patients does not read their Observations by `_revinclude`.
 */
import type { Condition, SearchPlan } from '../search/plan.ts'
import type { Caller } from './caller.ts'
import { requireScope } from './permissions.ts'

/** Throws `forbidden` (403) when a chain, `_has` or hierarchy asks about a type that no scope lets the caller search. */
export const permitReach = (caller: Caller, plan: Pick<SearchPlan, 'where'>): void => {
  for (const type of new Set(typesAsked(plan.where))) requireScope(caller, 's', type, `a search that asks about ${type}`)
}

/** Throws `forbidden` (403) when a type among what was included is one that no scope lets the caller read. */
export const permitIncluded = (caller: Caller, included: readonly { readonly ref: { readonly type: string } }[]): void => {
  for (const type of new Set(included.map(({ ref }) => ref.type))) requireScope(caller, 'r', type, `a search that includes ${type}`)
}

const typesAsked = (condition: Condition): readonly string[] => {
  switch (condition.kind) {
    case 'all-of':
    case 'any-of': return condition.of.flatMap(typesAsked)
    case 'not': return typesAsked(condition.of)
    case 'chain': return [...condition.types, ...typesAsked(condition.where)]
    case 'has': return [condition.type, ...typesAsked(condition.where)]
    case 'within': return [condition.type]
    default: return []
  }
}
