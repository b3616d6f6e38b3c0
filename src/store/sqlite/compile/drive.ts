/**
 * What a search walks: the one index or set of rows that leaves the least to test row by row.
 *
 * Conditions are ranked by what they usually leave; where that says little, the candidates are counted, no further
 * than a bound. A walk along one key, or along a type, comes in the order of the last update, without a sort.
 */
import type { Condition, SortKey } from '../../../search/plan.ts'
import { holds, lastUpdatedHolds, rowsWhere } from './conditions.ts'
import { isOneKey, keysOf, rowsWithKey, walkKey, type Keys } from './entries.ts'
import { isByUpdate, type WalkOrder } from './order.ts'
import { absent, pairAsked } from '../pairs.ts'
import { current, inTime, parameters, type Matching, type Scope, type Subject } from './scope.ts'
import { and, raw, sql, type Sql } from './sql.ts'

export interface Walk {
  readonly from: Sql
  readonly where: Sql
  /** The order in which the walk comes; undefined: in none. */
  readonly order: WalkOrder | undefined
}

/** `covers`: the conditions that a walk over it already meets. */
type Candidate =
  | { readonly by: 'ids'; readonly rank: 0; readonly covers: readonly Condition[] }
  /** `dated`: it comes in this order, not in that of updates. */
  | { readonly by: 'key'; readonly rank: number; readonly covers: readonly Condition[]; readonly keys: Keys; readonly dated?: SortKey }
  | { readonly by: 'rows'; readonly rank: number; readonly covers: readonly Condition[]; readonly rows: Sql; readonly countable: boolean }

/** A candidate with no more rows than this is taken without asking the others: testing so many is some 0.2 ms. */
const FEW = 256
/** Counted no further: 1,024 keys are some 0.1 ms. */
const MANY = 1_024

const BY_UPDATE: readonly SortKey[] = [
  { param: '_lastUpdated', direction: 'ascending' }, { param: '_lastUpdated', direction: 'descending' },
]

const conjuncts = (where: Condition): readonly Condition[] => (where.kind === 'all-of' ? where.of.flatMap(conjuncts) : [where])

/** Smaller is expected to leave less. A patient's own resources and an identifier are taken on sight. */
const rankOf = (condition: Condition): number => {
  if (condition.kind === 'any-of') return Math.max(...condition.of.map(rankOf))
  if (condition.kind !== 'match') return 5
  const { param, test } = condition
  switch (test.kind) {
    case 'reference': return test.types.length === 1 && test.types[0] === 'Patient' ? 1 : 2
    case 'token': return test.code === undefined ? 5 : param === 'identifier' ? 1 : 3
    case 'reference-identifier': return test.code === undefined ? 5 : 1
    case 'string': return test.match === 'contains' ? 5 : 2
    case 'url': case 'uri': case 'near': return 2
    case 'composite': case 'text': case 'words': return 3
    case 'token-in': return 4
    case 'date': case 'number': case 'quantity': return test.prefix === 'eq' || test.prefix === 'ap' ? 3 : 5
  }
}

const candidateOf = (scope: Scope, types: readonly string[], condition: Condition): Candidate | undefined => {
  if (condition.kind === 'ids') return { by: 'ids', rank: 0, covers: [condition] }
  const keys = condition.kind === 'match' ? keysOf(scope, types, condition.param, condition.test) : undefined
  if (keys !== undefined && isOneKey(keys)) return { by: 'key', rank: rankOf(condition), covers: [condition], keys }
  const rows = rowsWhere(scope, types, condition)
  return rows === undefined ? undefined : { by: 'rows', rank: rankOf(condition), covers: [condition], rows, countable: isCountable(condition) }
}

/** Counting the first rows is cheap: an index leads to them, nothing must be read through. */
const isCountable = (condition: Condition): boolean => {
  if (condition.kind === 'any-of') return condition.of.every(isCountable)
  if (condition.kind !== 'match') return false
  const { test } = condition
  return !(test.kind === 'string' && test.match === 'contains') && !('code' in test && test.kind !== 'quantity' && test.code === undefined)
}

/** A pair's one key stands in for both of its conditions; several keys for the second, and the first stays to compare with. */
const candidatesOf = (
  scope: Scope, types: readonly string[], conditions: readonly Condition[], sort: readonly SortKey[],
): readonly Candidate[] => {
  const others = (but: readonly Condition[] = []): readonly Candidate[] =>
    conditions.filter(one => !but.includes(one)).map(one => candidateOf(scope, types, one)).filter(one => one !== undefined)
  const pair = pairAsked(types, conditions, sort)
  if (pair === undefined) return others()
  const { code, dated, values, target, covers } = pair
  const keysUnder = (parameter: string): Keys =>
    ({ parameters: parameters(scope, types, parameter), values, systems: [scope.names.find(target)] })
  const keys = keysUnder(code)
  if (isOneKey(keys) && dated !== undefined) {
    return [{ by: 'key', rank: 2, covers, keys: keysUnder(dated), dated: sort[0]! }, ...others(covers)]
  }
  if (isOneKey(keys)) return [{ by: 'key', rank: 2, covers, keys }, ...others(covers)]
  return [{ by: 'rows', rank: 2, covers, rows: rowsWithKey(scope, keys), countable: true }, ...others(covers.slice(1))]
}

const sizeOf = (scope: Scope, candidate: Candidate, cap: number): number => {
  switch (candidate.by) {
    case 'ids': return 0
    case 'key': return scope.size(rowsWithKey(scope, candidate.keys), cap)
    case 'rows': return candidate.countable ? scope.size(candidate.rows, cap) : cap
  }
}

/** How many matches of one type are wanted, in what order; undefined: all of them, or of several types. */
export interface Wanted {
  readonly limit: number
  readonly sort: readonly SortKey[]
}

/**
 * Where few are wanted, a key that comes in their order may beat a smaller set that must be gathered and sorted: it is
 * left after about limit x (its size / the set's size) rows. And where every set is large, a walk over the type itself
 * (undefined) ends soon, too, if its order is asked for.
 */
const choose = (scope: Scope, candidates: readonly Candidate[], wanted: Wanted | undefined): Candidate | undefined => {
  const byUpdate = wanted !== undefined && isByUpdate(wanted.sort)
  const isInOrder = (candidate: Candidate): boolean => candidate.by === 'key' && (candidate.dated !== undefined || byUpdate)
  const ranked = [...candidates].sort((a, b) => a.rank - b.rank)
  const first = ranked[0]
  if (first === undefined || first.rank <= 1) return first
  if (ranked.length === 1 && (first.by !== 'rows' || !byUpdate)) return first
  const small = ranked.find(candidate => sizeOf(scope, candidate, FEW) < FEW)
  if (small !== undefined) return small
  const sizes = ranked.map(candidate => sizeOf(scope, candidate, MANY))
  const least = Math.min(...sizes)
  const smallest = ranked[sizes.indexOf(least)]
  if (smallest === undefined || wanted === undefined || isInOrder(smallest)) return smallest
  const ordered = ranked.find((candidate, index) => isInOrder(candidate) && wanted.limit * sizes[index]! < least * least)
  if (ordered !== undefined) return ordered
  return byUpdate && least >= MANY && smallest.by === 'rows' && smallest.countable ? undefined : smallest
}

/** The walk for `where` over `subject`, every condition of it included. */
export const drive = (scope: Scope, subject: Subject, where: Condition, wanted?: Wanted): Walk => {
  const { alias, types } = subject
  const conditions = conjuncts(where)
  const chosen = choose(scope, candidatesOf(scope, types, conditions, wanted?.sort ?? []), types.length === 1 ? wanted : undefined)
  const rest = (): Sql => and([
    inTime(sql`${alias}.row`), current(scope, subject),
    ...conditions.filter(one => chosen?.covers.includes(one) !== true).map(one => holds(scope, subject, one)),
  ])
  switch (chosen?.by) {
    case 'ids':
      return { from: sql`resource ${alias}`, where: and([...chosen.covers.map(one => holds(scope, subject, one)), rest()]), order: undefined }
    case 'key': return {
      from: sql`entry d CROSS JOIN resource ${alias} ON ${alias}.row = d.row`,
      where: and([
        walkKey(chosen.keys),
        ...(chosen.dated === undefined ? conditions : []).filter(one => one.kind === 'last-updated')
          .map(one => lastUpdatedHolds(raw('d.updated'), one)),
        rest(),
      ]),
      order: chosen.dated === undefined
        ? { by: BY_UPDATE, value: raw('d.updated'), row: raw('d.row') }
        : { by: [chosen.dated], value: raw('d.updated'), row: raw('d.row'), absent: absent(chosen.dated.direction) },
    }
    case 'rows': return {
      from: sql`(SELECT DISTINCT row FROM (${chosen.rows})) d CROSS JOIN resource ${alias} ON ${alias}.row = d.row`,
      where: rest(),
      order: undefined,
    }
    case undefined: return {
      from: sql`resource ${alias}`,
      where: rest(),
      order: types.length === 1 ? { by: BY_UPDATE, value: sql`${alias}.updated`, row: sql`${alias}.row` } : undefined,
    }
  }
}

export const matching: Matching = (scope, types, where, wanted) => {
  const subject: Subject = { alias: scope.alias('r'), types }
  const walk = drive(scope, subject, where)
  const { select, join } = wanted(subject)
  return sql`SELECT ${select} FROM ${walk.from} ${join} WHERE ${walk.where}`
}
