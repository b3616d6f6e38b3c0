/**
 * Pairs of parameters that worklists ask together, and so have a key of their own: who it is for, and its status.
 *
 * Without it, finding an owner's few open Tasks among 2,000 finished ones tests each of them (5 ms); with it they lie
 * side by side in the order of their updates. What stands here is in the index of every file: a new pair needs a
 * migration that indexes anew.
 */
import type { IndexEntry } from '../../search/entries.ts'
import type { Condition } from '../../search/plan.ts'

export interface Pair {
  readonly type: string
  /** A reference parameter and a token parameter of the type. */
  readonly reference: string
  readonly token: string
}

export const PAIRS: readonly Pair[] = [{ type: 'Task', reference: 'owner', token: 'status' }]

/** The pair's own parameter, `owner+status`: no search parameter has such a name. */
export const pairCode = ({ reference, token }: Pair): string => `${reference}+${token}`

/** No id has a `|`. */
const pairValue = (id: string, code: string): string => `${id}|${code}`

export interface PairKey {
  readonly code: string
  readonly value: string
  /** Type of what is referred to. */
  readonly target: string
}

/** Keys of a resource under the pairs of its type. */
export const pairsOf = (type: string, entries: readonly IndexEntry[]): readonly PairKey[] =>
  PAIRS.filter(pair => pair.type === type).flatMap(pair =>
    entries.flatMap(reference => (reference.kind !== 'reference' || reference.param !== pair.reference ? [] :
      entries.flatMap(token => (token.kind !== 'token' || token.param !== pair.token ? [] :
        [{ code: pairCode(pair), value: pairValue(reference.id, token.code), target: reference.type }])))))

export interface PairAsked {
  readonly code: string
  /** One for each code asked for. */
  readonly values: readonly string[]
  readonly target: string
  /** The two conditions of the search that come to this. */
  readonly covers: readonly Condition[]
}

/** The key that two conditions of a search come to. */
export const pairAsked = (types: readonly string[], conditions: readonly Condition[]): PairAsked | undefined => {
  for (const pair of PAIRS) {
    if (types.length !== 1 || types[0] !== pair.type) continue
    for (const reference of conditions) {
      if (reference.kind !== 'match' || reference.param !== pair.reference || reference.test.kind !== 'reference') continue
      const { types: targets, id, version } = reference.test
      if (targets.length !== 1 || version !== undefined) continue
      for (const token of conditions) {
        const codes = codesOf(pair.token, token)
        if (codes === undefined) continue
        return { code: pairCode(pair), values: codes.map(code => pairValue(id, code)), target: targets[0]!, covers: [reference, token] }
      }
    }
  }
  return undefined
}

/** The codes of `status=requested` or `status=requested,accepted`, of any system; undefined for anything else. */
const codesOf = (param: string, condition: Condition): readonly string[] | undefined => {
  if (condition.kind === 'any-of') {
    const codes = condition.of.map(one => codesOf(param, one))
    return codes.length > 0 && codes.every(one => one !== undefined) ? [...new Set(codes.flat())] : undefined
  }
  if (condition.kind !== 'match' || condition.param !== param || condition.test.kind !== 'token') return undefined
  const { system, code } = condition.test
  return system === undefined && code !== undefined ? [code] : undefined
}
