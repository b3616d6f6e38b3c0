/**
 * A Condition as SQL, in two forms: `holds`, a test of one resource row, and `rowsWhere`, the set of rows for which it
 * holds. A search walks one set or one index (`drive.ts`) and tests the rest row by row.
 */
import { instantBounds } from '../../../search/compare.ts'
import type { Condition, Test } from '../../../search/plan.ts'
import { rowsWithComposite } from './composites.ts'
import { hasKey, keysOf, mergeKeys, rowsBelow, rowsInCodes, rowsInSystem, rowsWithKey } from './entries.ts'
import { rowsWithin } from './hierarchy.ts'
import { rowsNear } from './positions.ts'
import { hasRange, rowsInRange } from './ranges.ts'
import { current, inTime, isOfTypes, parameters, subjectOf, type Scope, type Subject } from './scope.ts'
import { rowsWithString } from './strings.ts'
import { and, FALSE, NO_ROWS, oneOf, or, sql, TRUE, union, type Sql } from './sql.ts'
import { rowsWithWords } from './words.ts'

/** The rows for which a test of one parameter holds. */
const rowsMatching = (scope: Scope, types: readonly string[], param: string, test: Test): Sql => {
  const keys = keysOf(scope, types, param, test)
  if (keys !== undefined) return rowsWithKey(scope, keys)
  switch (test.kind) {
    case 'token': return rowsInSystem(scope, types, param, test.system)
    case 'reference-identifier': return rowsInSystem(scope, types, `${param}:identifier`, test.system)
    case 'token-in': return rowsInCodes(scope, types, param, test.codes)
    case 'text': return rowsWithString(scope, types, `${param}:text`, { kind: 'string', match: 'starts', folded: test.folded })
    case 'string': return rowsWithString(scope, types, param, test)
    case 'date': case 'number': case 'quantity': return rowsInRange(scope, types, param, test)
    case 'composite': return rowsWithComposite(scope, types, param, test)
    case 'words': return rowsWithWords(scope, param, test)
    case 'near': return rowsNear(scope, types, param, test)
    case 'uri': return rowsBelow(scope, types, param, test.uri)
    case 'reference': case 'url': throw new Error(`${test.kind} is compared by key`)
  }
}

const matchHolds = (scope: Scope, subject: Subject, param: string, test: Test): Sql => {
  const keys = keysOf(scope, subject.types, param, test)
  if (keys !== undefined) return hasKey(scope, subject, keys)
  if (test.kind === 'date' || test.kind === 'number' || test.kind === 'quantity') return hasRange(scope, subject, param, test)
  return sql`${subject.row} IN (${rowsMatching(scope, subject.types, param, test)})`
}

/** Rows that refer by `param` to a visible resource for which `where` holds. */
const rowsChained = (scope: Scope, types: readonly string[], chain: Extract<Condition, { kind: 'chain' }>): Sql => {
  const entry = scope.alias('e')
  const referring = parameters(scope, types, chain.param)
  if (referring.length === 0) return NO_ROWS
  return scope.matching(scope, chain.types, chain.where, target => ({
    select: sql`${entry}.row`,
    join: sql`CROSS JOIN entry ${entry} ON ${oneOf(sql`${entry}.parameter`, referring)} AND ${entry}.value = ${target.alias}.id
      AND ${entry}.system = ${target.alias}.type AND ${inTime(sql`${entry}.row`)}`,
  }))
}

/** Some visible resource refers to this one, and `where` holds for it. */
const isReferredTo = (scope: Scope, { alias }: Subject, has: Extract<Condition, { kind: 'has' }>): Sql => {
  const entry = scope.alias('e')
  const source = subjectOf(scope.alias('r'), [has.type])
  const referring = parameters(scope, source.types, has.param)
  if (referring.length === 0) return FALSE
  const test = and([
    oneOf(sql`${entry}.parameter`, referring),
    sql`${entry}.value = ${alias}.id AND ${entry}.system = ${alias}.type`,
    inTime(sql`${entry}.row`),
    current(scope, source),
    holds(scope, source, has.where),
  ])
  return sql`EXISTS (SELECT 1 FROM entry ${entry} CROSS JOIN resource ${source.alias} ON ${source.alias}.row = ${entry}.row WHERE ${test})`
}

/** Rows to which a visible resource refers for which `where` holds: what each such resource says is read from what was indexed. */
const rowsReferredTo = (scope: Scope, types: readonly string[], has: Extract<Condition, { kind: 'has' }>): Sql => {
  const referring = parameters(scope, [has.type], has.param)
  if (referring.length === 0) return NO_ROWS
  const [kept, one, target] = [scope.alias('x'), scope.alias('j'), scope.alias('r')]
  return scope.matching(scope, [has.type], has.where, source => ({
    select: sql`${target}.row AS row`,
    join: sql`CROSS JOIN indexed ${kept} ON ${kept}.row = ${source.alias}.row CROSS JOIN json_each(${kept}.entries) ${one}
      ON ${one}.value ->> 0 = 'e' AND ${oneOf(sql`(${one}.value ->> 1)`, referring)}
      CROSS JOIN resource ${target} ON ${target}.type = ${one}.value ->> 3 AND ${target}.id = ${one}.value ->> 2
        AND ${isOfTypes(scope, target, types)} AND ${inTime(sql`${target}.row`)}`,
  }))
}

export const lastUpdatedHolds = (at: Sql, { prefix, low, high }: Extract<Condition, { kind: 'last-updated' }>): Sql => {
  const bounds = instantBounds(prefix, low, high)
  if (bounds === undefined) return sql`(${at} < ${low} OR ${at} >= ${high})`
  return and([
    bounds.from === undefined ? TRUE : sql`${at} >= ${bounds.from}`,
    bounds.until === undefined ? TRUE : sql`${at} < ${bounds.until}`,
  ])
}

/** Whether it is judged by a set of rows that is made once: then a row costs a look into that, and no resource is read. */
export const isJudgedBySet = (scope: Scope, types: readonly string[], condition: Condition): boolean => {
  if (condition.kind !== 'match') return false
  const { param, test } = condition
  return test.kind !== 'date' && test.kind !== 'number' && test.kind !== 'quantity' && keysOf(scope, types, param, test) === undefined
}

/** The condition holds for the resource. */
export const holds = (scope: Scope, subject: Subject, condition: Condition): Sql => {
  switch (condition.kind) {
    case 'all-of': return and(condition.of.map(one => holds(scope, subject, one)))
    case 'any-of': {
      const { merged, others } = mergeKeys(scope, subject.types, condition.of)
      return or([...merged.map(keys => hasKey(scope, subject, keys)), ...others.map(one => holds(scope, subject, one))])
    }
    case 'not': return sql`NOT (${holds(scope, subject, condition.of)})`
    case 'match': return matchHolds(scope, subject, condition.param, condition.test)
    case 'missing': {
      const has = or(parameters(scope, subject.types, condition.param).map(id => sql`instr(${subject.alias}.present, ${`,${id},`}) > 0`))
      return condition.missing ? sql`NOT ${has}` : has
    }
    case 'of-type': return isOfTypes(scope, subject.alias, condition.types)
    case 'ids': return oneOf(sql`${subject.alias}.id`, condition.ids)
    case 'last-updated': return lastUpdatedHolds(subject.updated, condition)
    case 'chain': return sql`${subject.row} IN (${rowsChained(scope, subject.types, condition)})`
    case 'within': return sql`${subject.row} IN (${rowsWithin(scope, condition)})`
    case 'has': return isReferredTo(scope, subject, condition)
  }
}

/** The rows for which it holds, repeats allowed; undefined where only a walk over all resources could tell. */
export const rowsWhere = (scope: Scope, types: readonly string[], condition: Condition): Sql | undefined => {
  switch (condition.kind) {
    case 'match': return rowsMatching(scope, types, condition.param, condition.test)
    case 'chain': return rowsChained(scope, types, condition)
    case 'within': return rowsWithin(scope, condition)
    case 'has': return rowsReferredTo(scope, types, condition)
    case 'any-of': {
      const { merged, others } = mergeKeys(scope, types, condition.of)
      const sets = [...merged.map(keys => rowsWithKey(scope, keys)), ...others.map(one => rowsWhere(scope, types, one))]
      return sets.length > 0 && sets.every(set => set !== undefined) ? union(sets) : undefined
    }
    case 'all-of': case 'not': case 'missing': case 'of-type': case 'ids': case 'last-updated': return undefined
  }
}
