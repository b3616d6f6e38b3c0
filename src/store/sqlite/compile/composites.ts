/** Composites: all parts of one combination match. Parts are kept as JSON; the first one's code is in the key. */
import type { Test } from '../../../search/plan.ts'
import { compare } from './ranges.ts'
import { inTime, parameters, type Scope } from './scope.ts'
import { compareStrings } from './strings.ts'
import { and, FALSE, oneOf, or, raw, sql, TRUE, type Sql } from './sql.ts'

type Composite = Extract<Test, { kind: 'composite' }>

/** The first part's key, where the test fixes it. */
const firstKey = (test: Test | undefined): string | undefined => {
  switch (test?.kind) {
    case 'token': return test.code
    case 'reference': return test.id
    case 'uri': return test.match === 'exact' ? test.uri : undefined
    default: return undefined
  }
}

const partHolds = (test: Test, parts: Sql, index: number): Sql => {
  const at = (element: string): Sql => sql`(${parts} ->> ${`$[${index}].${element}`})`
  switch (test.kind) {
    case 'token': return and([
      test.system === undefined ? TRUE : sql`${at('system')} = ${test.system}`,
      test.code === undefined ? TRUE : sql`${at('code')} = ${test.code}`,
    ])
    case 'token-in': return or(test.codes.map(({ system, code }) => sql`(${at('system')} = ${system} AND ${at('code')} = ${code})`))
    case 'string': return compareStrings(test, at('folded'), at('exact'))
    case 'reference': return and([
      sql`${at('id')} = ${test.id}`,
      test.types.length === 0 ? TRUE : oneOf(at('type'), test.types),
      test.version === undefined ? TRUE : sql`${at('version')} = ${test.version}`,
    ])
    case 'uri': return test.match === 'exact' ? sql`${at('uri')} = ${test.uri}` : FALSE
    case 'url': return sql`${at('url')} = ${test.url}`
    case 'date': case 'number': case 'quantity':
      return compare(test, { low: at('low'), high: at('high'), code: at('code'), inSystem: system => sql`${at('system')} = ${system}` })
    // R4 gives composites no part of these kinds, and a composite no composite.
    case 'text': case 'reference-identifier': case 'composite': case 'words': case 'near': return FALSE
  }
}

export const rowsWithComposite = (scope: Scope, types: readonly string[], code: string, test: Composite): Sql => {
  const entry = scope.alias('c')
  const first = firstKey(test.parts[0])
  const condition = and([
    oneOf(sql`${entry}.parameter`, parameters(scope, types, code)),
    first === undefined ? TRUE : sql`${entry}.first = ${first}`,
    ...test.parts.map((part, index) => partHolds(part, raw(`${entry.text}.parts`), index)),
  ])
  return sql`SELECT ${entry}.row FROM composite_entry ${entry} WHERE ${inTime(sql`${entry}.row`)} AND ${condition}`
}
