/** What every part of a compiled search shares: the dictionary, who is asking, fresh aliases, the deadline. */
import type { Condition, Visibility } from '../../../search/plan.ts'
import { UNKNOWN, type Names } from '../names.ts'
import { and, oneOf, raw, sql, type Sql } from './sql.ts'
import { visible } from './visible.ts'

/** Finds current, visible resources, as a SELECT over them and what is joined to them. */
export type Matching = (
  scope: Scope, types: readonly string[], where: Condition, wanted: (found: Subject) => { readonly select: Sql; readonly join: Sql },
) => Sql

export interface Scope {
  readonly names: Names
  readonly visibility: Visibility
  /** A new alias: `e7`. */
  alias(letter: string): Sql
  /** How many rows a SELECT of rows gives, counted no further than `cap`. */
  size(rows: Sql, cap: number): number
  /** More rows than this must not be gathered here: the search is then left to the search thread. */
  readonly most: number
  /** A search within the search: the targets of a chain. */
  readonly matching: Matching
}

export const createScope = (names: Names, visibility: Visibility, size: Scope['size'], matching: Matching, most = Infinity): Scope => {
  let last = 0
  return { names, visibility, size, matching, most, alias: letter => raw(`${letter}${++last}`) }
}

/** A `resource` row in a statement, and the types it may have. */
export interface Subject {
  readonly alias: Sql
  readonly types: readonly string[]
  /** Its row and the time of its update, where an index that is walked has them: tests of these need not read the resource. */
  readonly row: Sql
  readonly updated: Sql
}

/** A resource by an alias of its own. */
export const subjectOf = (alias: Sql, types: readonly string[]): Subject =>
  ({ alias, types, row: sql`${alias}.row`, updated: sql`${alias}.updated` })

/** Numbers of a parameter for some types; types in which nothing was ever indexed under it fall away. */
export const parameters = ({ names }: Scope, types: readonly string[], code: string): readonly number[] =>
  types.map(type => names.find(`${type}.${code}`)).filter(id => id !== UNKNOWN)

/**
 * True, unless the deadline has passed: then the whole search throws. Asked on one row in 64, because a call costs
 * as much as a row; the multiplication spreads rows that come at equal distances. It stands first in a WHERE clause,
 * for SQLite asks no further once a term does not hold.
 */
export const inTime = (row: Sql): Sql => sql`((${row} * 2654435761 >> 8) & 63 OR in_time())`

export const isOfTypes = ({ names }: Scope, resource: Sql, types: readonly string[]): Sql =>
  oneOf(sql`${resource}.type`, types.map(type => names.find(type)).filter(id => id !== UNKNOWN))

/** The resource is of its types, not deleted, and the caller may see it. */
export const current = (scope: Scope, { alias, types }: Pick<Subject, 'alias' | 'types'>): Sql => and([
  isOfTypes(scope, alias, types),
  sql`${alias}.deleted = 0`,
  visible(scope.names, scope.visibility, alias),
])
