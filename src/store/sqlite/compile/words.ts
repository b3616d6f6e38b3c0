/**
 * Full text: `_text` and `_content` by the FTS5 table `words`, whose rowid is the resource's row.
 *
 * Each word is an FTS5 string of its own, in quotes, so that nothing of FTS5's own syntax can come in with it.
 * https://www.sqlite.org/fts5.html#full_text_query_syntax
 */
import type { Test } from '../../../search/plan.ts'
import { inTime, type Scope } from './scope.ts'
import { sql, type Sql } from './sql.ts'

type Words = Extract<Test, { kind: 'words' }>

/** The column that holds a parameter's words; undefined: no parameter of words. */
const columnOf = (param: string): 'text' | 'content' | undefined =>
  param === '_text' ? 'text' : param === '_content' ? 'content' : undefined

/** What the tokenizer takes apart when it reads a folded word (`1⁄2`), it must be given apart: phrases are not indexed. */
const SEPARATORS = /[^\p{L}\p{N}\p{Co}]+/u

/** `{text} : "urgent" AND "review"`: every word occurs; undefined where nothing is asked that could occur. */
const queryOf = (column: string, words: readonly string[]): string | undefined => {
  const terms = words.map(word => word.split(SEPARATORS).filter(part => part !== ''))
  return terms.length === 0 || terms.some(parts => parts.length === 0)
    ? undefined
    : `{${column}} : (${terms.flat().map(term => `"${term}"`).join(' AND ')})`
}

export const rowsWithWords = (scope: Scope, param: string, { words }: Words): Sql => {
  const column = columnOf(param)
  const query = column === undefined ? undefined : queryOf(column, words)
  if (query === undefined) return sql`SELECT NULL AS row WHERE 0`
  const found = scope.alias('w')
  return sql`SELECT ${found}.rowid AS row FROM words ${found} WHERE ${inTime(sql`${found}.rowid`)} AND ${found}.words MATCH ${query}`
}
