/** SQL text with the values it binds, put together from pieces; no value ever becomes part of the text. */
import type { Value } from '../connection.ts'

export interface Sql {
  readonly text: string
  readonly values: readonly Value[]
}

const isSql = (part: Sql | Value): part is Sql => typeof part === 'object' && part !== null && 'text' in part

/** Text of ours as it stands: an alias, a column. Never anything that was sent. */
export const raw = (text: string): Sql => ({ text, values: [] })

export const sql = (texts: TemplateStringsArray, ...parts: readonly (Sql | Value)[]): Sql => {
  let text = texts[0]!
  const values: Value[] = []
  for (const [index, part] of parts.entries()) {
    if (isSql(part)) {
      text += part.text
      values.push(...part.values)
    } else {
      text += '?'
      values.push(part)
    }
    text += texts[index + 1]!
  }
  return { text, values }
}

export const join = (parts: readonly Sql[], separator: string): Sql => ({
  text: parts.map(part => part.text).join(separator),
  values: parts.flatMap(part => part.values),
})

export const TRUE = raw('1')
export const FALSE = raw('0')

export const and = (parts: readonly Sql[]): Sql => {
  if (parts.includes(FALSE)) return FALSE
  const needed = parts.filter(part => part !== TRUE)
  return needed.length === 0 ? TRUE : needed.length === 1 ? needed[0]! : sql`(${join(needed, ' AND ')})`
}

export const or = (parts: readonly Sql[]): Sql => {
  if (parts.includes(TRUE)) return TRUE
  const possible = parts.filter(part => part !== FALSE)
  return possible.length === 0 ? FALSE : possible.length === 1 ? possible[0]! : sql`(${join(possible, ' OR ')})`
}

/** More values than this travel as one JSON array: the text of the statement stays the same for all of them. */
const LISTED = 8

/** `column` is one of `values`; a single value is compared, so that an index keeps its order behind it. */
export const oneOf = (column: Sql, values: readonly (string | number)[]): Sql => {
  if (values.length === 0) return FALSE
  if (values.length === 1) return sql`${column} = ${values[0]!}`
  if (values.length <= LISTED) return sql`${column} IN (${join(values.map(value => sql`${value}`), ', ')})`
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`
}
