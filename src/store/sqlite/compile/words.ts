/**
 * Full text: `_text` and `_content` by the FTS5 table `words`, whose rowid is the resource's row.
 *
 * Each word is an FTS5 string of its own, in quotes, so that nothing of FTS5's own syntax can come in with it.
 * https://www.sqlite.org/fts5.html#full_text_query_syntax
 */
import type { Test } from '../../../search/plan.ts'
import { inTime, type Scope } from './scope.ts'
import { NO_ROWS, sql, type Sql } from './sql.ts'

type Words = Extract<Test, { kind: 'words' }>

/** The column that holds a parameter's words; undefined: no parameter of words. */
const columnOf = (param: string): 'text' | 'content' | undefined =>
  param === '_text' ? 'text' : param === '_content' ? 'content' : undefined

/** The tokenizer parts at spaces, which a folded word may hold (one sign of Arabic is four words); phrases are not indexed. */
const termsOf = (word: string): readonly string[] => word.split(/\s+/).filter(term => term !== '')

/** `{text} : ("urgent" AND "review")`: every word occurs; undefined where nothing is asked that could occur. */
const queryOf = (column: string, words: readonly string[]): string | undefined => {
  const terms = words.flatMap(termsOf)
  return terms.length === 0
    ? undefined
    : `{${column}} : (${terms.map(term => `"${term.replaceAll('"', '""')}"`).join(' AND ')})`
}

export const rowsWithWords = (scope: Scope, param: string, { words }: Words): Sql => {
  const column = columnOf(param)
  const query = column === undefined ? undefined : queryOf(column, words)
  if (query === undefined) return NO_ROWS
  const found = scope.alias('w')
  return sql`SELECT ${found}.rowid AS row FROM words ${found} WHERE ${inTime(sql`${found}.rowid`)} AND ${found}.words MATCH ${query}`
}
