/**
 * Pairs of parameters that worklists ask together, and so have a key of their own: who it is for, and its status.
 *
 * Without it, finding an owner's few open Tasks among 2,000 finished ones tests each of them (5 ms); with it they lie
 * side by side in the order of their updates, and again in the order of each date a worklist is sorted by: sorting
 * 1,200 matches for the first twenty took 7 ms. What stands here is in the index of every file: a new pair needs a
 * migration that indexes anew.
 */
import type { Extracted, IndexEntry } from '../search/entries.ts'
import type { Condition, SortKey } from '../search/plan.ts'

export interface Pair {
  readonly type: string
  /** A reference parameter and a token parameter of the type. */
  readonly reference: string
  readonly token: string
  /** Date parameters by which its matches are sorted, each with a key for either direction. */
  readonly dates: readonly string[]
}

const PAIRS: readonly Pair[] = [{ type: 'Task', reference: 'owner', token: 'status', dates: ['authored-on', 'modified'] }]

/** The pair's own parameter, `owner+status`: no search parameter has such a name. */
const pairCode = ({ reference, token }: Pair): string => `${reference}+${token}`

/** `owner+status<authored-on`: the earliest first. */
const datedCode = (pair: Pair, { param, direction }: SortKey): string =>
  `${pairCode(pair)}${direction === 'ascending' ? '<' : '>'}${param}`

/** Stands for a date that is not there, behind every date in the order of its key. JSON has no infinity. */
export const absent = (direction: SortKey['direction']): number =>
  (direction === 'ascending' ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER)

/** No id has a `|`. */
const pairValue = (id: string, code: string): string => `${id}|${code}`

export interface PairKey {
  readonly code: string
  readonly value: string
  /** Type of what is referred to. */
  readonly target: string
}

const keysOf = (pair: Pair, entries: readonly IndexEntry[]): readonly PairKey[] =>
  entries.flatMap(reference => (reference.kind !== 'reference' || reference.param !== pair.reference ? [] :
    entries.flatMap(token => (token.kind !== 'token' || token.param !== pair.token ? [] :
      [{ code: pairCode(pair), value: pairValue(reference.id, token.code), target: reference.type }]))))

/** Keys of a resource under the pairs of its type. */
export const pairsOf = (type: string, entries: readonly IndexEntry[]): readonly PairKey[] =>
  PAIRS.filter(pair => pair.type === type).flatMap(pair => keysOf(pair, entries))

export interface DatedKey extends PairKey {
  /** Milliseconds: where it stands in the order. */
  readonly at: number
}

/** Keys of a resource under the pairs of its type and each of their dates: the lowest upwards, the highest downwards. */
export const datedPairsOf = (type: string, { entries, sort }: Extracted): readonly DatedKey[] =>
  PAIRS.filter(pair => pair.type === type).flatMap(pair => keysOf(pair, entries).flatMap(key => pair.dates.flatMap(param => {
    const known = sort.find(one => one.param === param)
    const dated = (direction: SortKey['direction'], value: string | number | undefined): DatedKey =>
      ({ ...key, code: datedCode(pair, { param, direction }), at: typeof value === 'number' ? value : absent(direction) })
    return [dated('ascending', known?.low), dated('descending', known?.high)]
  })))

export interface PairAsked {
  readonly code: string
  /** The parameter whose keys come in the order asked for; undefined where none does. */
  readonly dated: string | undefined
  /** One for each code asked for. */
  readonly values: readonly string[]
  readonly target: string
  /** The two conditions of the search that come to this. */
  readonly covers: readonly Condition[]
}

/** The key that two conditions of a search come to, and the one that comes in the order of its `sort`. */
export const pairAsked = (types: readonly string[], conditions: readonly Condition[], sort: readonly SortKey[]): PairAsked | undefined => {
  for (const pair of PAIRS) {
    if (types.length !== 1 || types[0] !== pair.type) continue
    for (const reference of conditions) {
      if (reference.kind !== 'match' || reference.param !== pair.reference || reference.test.kind !== 'reference') continue
      const { types: targets, id, version } = reference.test
      if (targets.length !== 1 || version !== undefined) continue
      for (const token of conditions) {
        const codes = codesOf(pair.token, token)
        if (codes === undefined) continue
        const [key] = sort
        return {
          code: pairCode(pair), values: codes.map(code => pairValue(id, code)), target: targets[0]!, covers: [reference, token],
          dated: key !== undefined && sort.length === 1 && pair.dates.includes(key.param) ? datedCode(pair, key) : undefined,
        }
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
