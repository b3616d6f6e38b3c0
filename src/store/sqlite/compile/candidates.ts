/**
 * What a search could walk: for each of its conditions the index or set of rows that meets it, and how many rows that is.
 *
 * Conditions are ranked by what they usually leave; where that says little, rows are counted, no further than a bound.
 */
import { conjuncts } from '../../../search/join.ts'
import type { Condition, SortKey, Test } from '../../../search/plan.ts'
import { isClosed, windowsOf, type Window } from '../../../search/windows.ts'
import { rowsWhere } from './conditions.ts'
import { isOneKey, keysOf, rowsInSystem, rowsWithKey, type Keys } from './entries.ts'
import { datedAsked } from '../../dated.ts'
import { pairAsked } from '../../pairs.ts'
import { parameters, type Scope } from './scope.ts'
import type { Sql } from './sql.ts'
import { rowsWithString } from './strings.ts'
import { alikeTypes } from './types.ts'
import { rowsInWindow } from './windows.ts'

/** `covers`: the conditions that a walk over it already meets. */
export type Candidate =
  | { readonly by: 'ids'; readonly rank: 0; readonly covers: readonly Condition[]; readonly size: number }
  /** `dated`: it comes in this order, not in that of updates. */
  | { readonly by: 'key'; readonly rank: number; readonly covers: readonly Condition[]; readonly keys: Keys; readonly dated?: SortKey }
  | {
    readonly by: 'rows'; readonly rank: number; readonly covers: readonly Condition[]; readonly rows: Sql; readonly size: Size
    readonly window?: Window
  }

/** How many rows there are to read, counted no further than `cap`. */
type Size = (cap: number) => number

/** What must all hold. */

/** No index leads to the middle or the end of a text. */
const isUnanchored = (test: Test): boolean => test.kind === 'string' && (test.match === 'contains' || test.match === 'ends')

/** Smaller is expected to leave less. A patient's own resources and an identifier are taken on sight. */
const rankOf = (condition: Condition): number => {
  if (condition.kind === 'any-of') return Math.max(...condition.of.map(rankOf))
  if (condition.kind !== 'match') return 5
  const { param, test } = condition
  switch (test.kind) {
    case 'reference': return test.types.length === 1 && test.types[0] === 'Patient' ? 1 : 2
    case 'token': return test.code === undefined ? 5 : param === 'identifier' ? 1 : 3
    case 'reference-identifier': return test.code === undefined ? 5 : 1
    case 'string': return isUnanchored(test) ? 5 : 2
    case 'url': case 'uri': case 'near': return 2
    case 'composite': case 'text': case 'words': return 3
    case 'token-in': return 4
    case 'date': case 'number': case 'quantity': return test.prefix === 'eq' || test.prefix === 'ap' ? 3 : 5
  }
}

const candidateOf = (scope: Scope, types: readonly string[], condition: Condition): Candidate | undefined => {
  if (condition.kind === 'ids') return { by: 'ids', rank: 0, covers: [condition], size: condition.ids.length }
  const keys = condition.kind === 'match' ? keysOf(scope, types, condition.param, condition.test) : undefined
  if (keys !== undefined && isOneKey(keys)) return { by: 'key', rank: rankOf(condition), covers: [condition], keys }
  const rows = rowsWhere(scope, types, condition)
  return rows === undefined
    ? undefined
    : { by: 'rows', rank: rankOf(condition), covers: [condition], rows, size: cap => sizeOfRows(scope, types, condition, rows, cap) }
}

/** What must be read to make the rows: as many where an index leads to them, else all that is indexed under the parameter. */
const sizeOfRows = (scope: Scope, types: readonly string[], condition: Condition, rows: Sql, cap: number): number => {
  switch (condition.kind) {
    case 'match': return scope.size(isCountable(condition) ? rows : rowsUnder(scope, types, condition), cap)
    case 'any-of': return isCountable(condition) ? scope.size(rows, cap) : condition.of.reduce((sum, one) => {
      const candidate = candidateOf(scope, types, one)
      return sum + (candidate === undefined ? cap : sizeOf(scope, candidate, cap))
    }, 0)
    // A set to start from that is small itself; how many it leads to is then soon counted.
    case 'chain': return sizeWithin(scope, condition.types, condition.where, cap) < cap ? scope.size(rows, cap) : cap
    // What is counted are the resources that refer: each is read, and leads to one or two.
    case 'has': return sizeWithin(scope, [condition.type], condition.where, cap)
    case 'within': return scope.size(rows, cap)
    case 'all-of': case 'not': case 'missing': case 'of-type': case 'ids': case 'last-updated': return cap
  }
}

/** All rows of the parameter of a test that no index leads to. */
const rowsUnder = (scope: Scope, types: readonly string[], { param, test }: Extract<Condition, { kind: 'match' }>): Sql =>
  (test.kind === 'string'
    ? rowsWithString(scope, types, param, { kind: 'string', match: 'starts', folded: '' })
    : rowsInSystem(scope, types, test.kind === 'reference-identifier' ? `${param}:identifier` : param, undefined))

/** Rows that a search within the search starts from. */
const sizeWithin = (scope: Scope, types: readonly string[], where: Condition, cap: number): number =>
  alikeTypes(scope.names, types, where).reduce((sum, one) => sum + Math.min(cap,
    ...candidatesOf(scope, one.types, conjuncts(one.where), []).map(candidate => sizeOf(scope, candidate, cap))), 0)

const isCountable = (condition: Condition): boolean => {
  if (condition.kind === 'any-of') return condition.of.every(isCountable)
  if (condition.kind !== 'match') return false
  const { test } = condition
  return !isUnanchored(test) && !('code' in test && test.kind !== 'quantity' && test.code === undefined)
}

/** The key of a token in the order asked for, where there is one. */
const inOrder = (scope: Scope, types: readonly string[], condition: Condition, sort: readonly SortKey[]): Candidate | undefined => {
  if (condition.kind !== 'match' || condition.test.kind !== 'token') return undefined
  const dated = datedAsked(types, condition.param, sort)
  const keys = dated === undefined ? undefined : keysOf(scope, types, dated, condition.test)
  return keys === undefined || !isOneKey(keys) ? undefined : { by: 'key', rank: rankOf(condition), covers: [condition], keys, dated: sort[0]! }
}

/** It covers nothing: what it leaves is still judged by each condition. */
const windowCandidate = (scope: Scope, types: readonly string[], window: Window): Candidate => {
  const rows = rowsInWindow(scope, types, window)
  return { by: 'rows', rank: 3, covers: [], rows, size: cap => scope.size(rows, cap), window }
}

/** A pair's one key stands in for both of its conditions; several keys for the second, and the first stays to compare with. */
export const candidatesOf = (
  scope: Scope, types: readonly string[], conditions: readonly Condition[], sort: readonly SortKey[],
): readonly Candidate[] => {
  const windows = windowsOf(conditions).filter(isClosed)
  const inWindows = windows.flatMap(window => window.conditions)
  const others = (but: readonly Condition[] = []): readonly Candidate[] => [
    ...conditions.filter(one => !but.includes(one) && !inWindows.some(other => other === one)).map(one => inOrder(scope, types, one, sort) ?? candidateOf(scope, types, one))
      .filter(one => one !== undefined),
    ...windows.map(window => windowCandidate(scope, types, window)),
  ]
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
  const rows = rowsWithKey(scope, keys)
  return [{ by: 'rows', rank: 2, covers, rows, size: cap => scope.size(rows, cap) }, ...others(covers.slice(1))]
}

/** Rows a walk over it reads, counted no further than `cap`. */
export const sizeOf = (scope: Scope, candidate: Candidate, cap: number): number => {
  switch (candidate.by) {
    case 'ids': return candidate.size
    case 'key': return scope.size(rowsWithKey(scope, candidate.keys), cap)
    case 'rows': return candidate.size(cap)
  }
}
