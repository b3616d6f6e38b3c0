/**
 * Comparisons of dates, numbers and quantities with their prefixes, as `search/compare.ts` defines them.
 * R4: https://hl7.org/fhir/R4/search.html#prefix; ranges are [low, high).
 */
import type { Prefix, Test } from '../../../search/plan.ts'
import { inTime, parameters, type Scope, type Subject } from './scope.ts'
import { and, FALSE, oneOf, or, raw, sql, TRUE, type Sql } from './sql.ts'

export type RangeTest = Extract<Test, { kind: 'date' | 'number' | 'quantity' }>

/** Where the compared range stands: columns of `range_entry`, or elements of a composite's part. */
export interface RangeColumns {
  readonly low: Sql
  readonly high: Sql
  readonly code: Sql
  /** Equality of the unit's system: a number in a table, a word in a part. */
  readonly inSystem: (system: string) => Sql
}

const compareDates = (prefix: Prefix, at: RangeColumns, low: number, high: number): Sql => {
  const within = and([sql`${at.low} >= ${low}`, sql`${at.high} <= ${high}`])
  switch (prefix) {
    case 'eq': return within
    case 'ne': return sql`NOT ${within}`
    case 'gt': return sql`${at.high} > ${high}`
    case 'lt': return sql`${at.low} < ${low}`
    case 'ge': return or([sql`${at.high} > ${high}`, within])
    case 'le': return or([sql`${at.low} < ${low}`, within])
    case 'sa': return sql`${at.low} >= ${high}`
    case 'eb': return sql`${at.high} <= ${low}`
    case 'ap': return and([sql`${at.low} < ${high}`, sql`${at.high} > ${low}`])
  }
}

/** "the implicit precision of the number is ignored" but for eq, ne and ap: those compare with the range it stands for. */
const compareNumbers = (prefix: Prefix, at: RangeColumns, low: number, high: number, value: number): Sql => {
  const within = and([sql`${at.low} >= ${low}`, sql`${at.high} < ${high}`])
  switch (prefix) {
    case 'eq': return within
    case 'ne': return sql`NOT ${within}`
    case 'gt': return sql`${at.high} > ${value}`
    case 'lt': return sql`${at.low} < ${value}`
    case 'ge': return sql`${at.high} >= ${value}`
    case 'le': return sql`${at.low} <= ${value}`
    case 'sa': return sql`${at.low} > ${value}`
    case 'eb': return sql`${at.high} < ${value}`
    case 'ap': return and([sql`${at.low} <= ${high}`, sql`${at.high} >= ${low}`])
  }
}

export const compare = (test: RangeTest, at: RangeColumns): Sql => {
  switch (test.kind) {
    case 'date': return compareDates(test.prefix, at, test.low, test.high)
    case 'number': return compareNumbers(test.prefix, at, test.low, test.high, test.value)
    case 'quantity': return and([
      compareNumbers(test.prefix, at, test.low, test.high, test.value),
      test.system === undefined ? TRUE : at.inSystem(test.system),
      test.code === undefined ? TRUE : sql`${at.code} = ${test.code}`,
    ])
  }
}

/** The index to read, and what it can leave out before anything is compared. */
const reach = (test: RangeTest, entry: Sql): { readonly index: Sql; readonly bound: Sql } => {
  const least = test.kind === 'date' ? test.low : Math.min(test.low, test.value)
  const most = test.kind === 'date' ? test.high : Math.max(test.high, test.value)
  switch (test.prefix) {
    case 'eq': case 'ge': case 'gt': case 'sa': case 'ap': return { index: BY_HIGH, bound: sql`${entry}.high >= ${least}` }
    case 'eb': return { index: BY_HIGH, bound: sql`${entry}.high <= ${most}` }
    case 'lt': case 'le': return { index: BY_LOW, bound: sql`${entry}.low <= ${most}` }
    case 'ne': return { index: BY_HIGH, bound: TRUE }
  }
}
const BY_HIGH = raw('range_entry_by_high')
const BY_LOW = raw('range_entry_by_low')

export const rangeColumns = ({ names }: Scope, entry: Sql): RangeColumns => ({
  low: sql`${entry}.low`, high: sql`${entry}.high`, code: sql`${entry}.code`,
  inSystem: system => sql`${entry}.system = ${names.find(system)}`,
})

/** The resource has a value in the range. */
export const hasRange = (scope: Scope, { row, types }: Subject, param: string, test: RangeTest): Sql => {
  const ids = parameters(scope, types, param)
  if (ids.length === 0) return FALSE
  const entry = scope.alias('g')
  // The plus keeps it to the row's own few entries: the indexes of a parameter hold those of everyone.
  return sql`EXISTS (SELECT 1 FROM range_entry ${entry} WHERE ${entry}.row = ${row} AND ${oneOf(sql`+${entry}.parameter`, ids)}
    AND ${compare(test, rangeColumns(scope, entry))})`
}

export const rowsInRange = (scope: Scope, types: readonly string[], param: string, test: RangeTest): Sql => {
  const entry = scope.alias('g')
  const { index, bound } = reach(test, entry)
  const condition = and([
    inTime(sql`${entry}.row`),
    oneOf(sql`${entry}.parameter`, parameters(scope, types, param)), bound, compare(test, rangeColumns(scope, entry)),
  ])
  return sql`SELECT ${entry}.row FROM range_entry ${entry} INDEXED BY ${index} WHERE ${condition}`
}
