/**
 * What a search walks: the one index or set of rows that leaves the least to test row by row.
 *
 * Conditions are ranked by what they usually leave; where that says little, the candidates are counted, no further
 * than a bound. A walk along one key, or along a type, comes in the order of the last update, without a sort.
 */
import type { Condition } from '../../../search/plan.ts'
import { holds, lastUpdatedHolds, rowsWhere } from './conditions.ts'
import { isOneKey, keysOf, rowsWithKey, walkKey, type Keys } from './entries.ts'
import { pairAsked } from '../pairs.ts'
import { current, inTime, parameters, type Matching, type Scope, type Subject } from './scope.ts'
import { and, raw, sql, type Sql } from './sql.ts'

export interface Walk {
  readonly from: Sql
  readonly where: Sql
  /** Columns in whose order the walk comes, either way; undefined: in none. */
  readonly order: { readonly updated: Sql; readonly row: Sql } | undefined
}

/** `covers`: the conditions that a walk over it already meets. */
type Candidate =
  | { readonly by: 'ids'; readonly rank: 0; readonly covers: readonly Condition[] }
  | { readonly by: 'key'; readonly rank: number; readonly covers: readonly Condition[]; readonly keys: Keys }
  | { readonly by: 'rows'; readonly rank: number; readonly covers: readonly Condition[]; readonly rows: Sql; readonly countable: boolean }

/** A candidate with no more rows than this is taken without asking the others: testing so many is some 0.2 ms. */
const FEW = 256
/** Counted no further: 1,024 keys are some 0.1 ms. */
const MANY = 1_024

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
    case 'composite': case 'text': return 3
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
const candidatesOf = (scope: Scope, types: readonly string[], conditions: readonly Condition[]): readonly Candidate[] => {
  const others = (but: readonly Condition[] = []): readonly Candidate[] =>
    conditions.filter(one => !but.includes(one)).map(one => candidateOf(scope, types, one)).filter(one => one !== undefined)
  const pair = pairAsked(types, conditions)
  if (pair === undefined) return others()
  const { code, values, target, covers } = pair
  const keys: Keys = { parameters: parameters(scope, types, code), values, systems: [scope.names.find(target)] }
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

/**
 * `wanted`: that many matches of one type, newest or oldest first. Then a key that comes in this order may beat a
 * smaller set that must be gathered and sorted: it is left after about wanted x (its size / the set's size) rows. And
 * where every set is large, a walk over the type itself (undefined) ends soon, too.
 */
const choose = (scope: Scope, candidates: readonly Candidate[], wanted: number | undefined): Candidate | undefined => {
  const ranked = [...candidates].sort((a, b) => a.rank - b.rank)
  const first = ranked[0]
  if (first === undefined || first.rank <= 1) return first
  if (ranked.length === 1 && (first.by !== 'rows' || wanted === undefined)) return first
  const small = ranked.find(candidate => sizeOf(scope, candidate, FEW) < FEW)
  if (small !== undefined) return small
  const sizes = ranked.map(candidate => sizeOf(scope, candidate, MANY))
  const least = Math.min(...sizes)
  const smallest = ranked[sizes.indexOf(least)]
  if (smallest?.by !== 'rows' || wanted === undefined) return smallest
  const ordered = ranked.find((candidate, index) => candidate.by === 'key' && wanted * sizes[index]! < least * least)
  if (ordered !== undefined) return ordered
  return least >= MANY && smallest.countable ? undefined : smallest
}

/** The walk for `where` over `subject`, every condition of it included; `wanted` as for `choose`. */
export const drive = (scope: Scope, subject: Subject, where: Condition, wanted?: number): Walk => {
  const { alias, types } = subject
  const conditions = conjuncts(where)
  const chosen = choose(scope, candidatesOf(scope, types, conditions), types.length === 1 ? wanted : undefined)
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
        ...conditions.filter(one => one.kind === 'last-updated').map(one => lastUpdatedHolds(raw('d.updated'), one)),
        rest(),
      ]),
      order: { updated: raw('d.updated'), row: raw('d.row') },
    }
    case 'rows': return {
      from: sql`(SELECT DISTINCT row FROM (${chosen.rows})) d CROSS JOIN resource ${alias} ON ${alias}.row = d.row`,
      where: rest(),
      order: undefined,
    }
    case undefined: return {
      from: sql`resource ${alias}`,
      where: rest(),
      order: types.length === 1 ? { updated: sql`${alias}.updated`, row: sql`${alias}.row` } : undefined,
    }
  }
}

export const matching: Matching = (scope, types, where, wanted) => {
  const subject: Subject = { alias: scope.alias('r'), types }
  const walk = drive(scope, subject, where)
  const { select, join } = wanted(subject)
  return sql`SELECT ${select} FROM ${walk.from} ${join} WHERE ${walk.where}`
}
