/** String tests over folded text, and `:exact` over the text as written. R4: https://hl7.org/fhir/R4/search.html#string */
import type { StringTest } from '../../../search/plan.ts'
import { LAST_CHARACTER, fold } from '../../../search/fold.ts'
import { inTime, parameters, type Scope } from './scope.ts'
import { and, oneOf, sql, type Sql } from './sql.ts'

/** The test on a column of folded and one of exact text. */
export const compareStrings = (test: StringTest, folded: Sql, exact: Sql): Sql => {
  switch (test.match) {
    case 'starts': return sql`(${folded} >= ${test.folded} AND ${folded} < ${test.folded + LAST_CHARACTER})`
    case 'contains': return sql`instr(${folded}, ${test.folded}) > 0`
    case 'equals': return sql`${folded} = ${test.folded}`
    // As bytes: of text, substr counts no further than a NUL.
    case 'ends': return sql`substr(CAST(${folded} AS BLOB), ${-Buffer.byteLength(test.folded)}) = CAST(${test.folded} AS BLOB)`
    case 'exact': return sql`(${folded} = ${fold(test.exact)} AND ${exact} = ${test.exact})`
  }
}

export const rowsWithString = (scope: Scope, types: readonly string[], code: string, test: StringTest): Sql => {
  const entry = scope.alias('s')
  const condition = and([
    oneOf(sql`${entry}.parameter`, parameters(scope, types, code)),
    compareStrings(test, sql`${entry}.folded`, sql`${entry}.exact`),
  ])
  return sql`SELECT ${entry}.row FROM string_entry ${entry} WHERE ${inTime(sql`${entry}.row`)} AND ${condition}`
}
