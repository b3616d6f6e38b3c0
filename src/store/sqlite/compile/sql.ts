/** SQL text with the values it binds, put together from pieces; no value ever becomes part of the text. */
import type { Value } from '../connection.ts'

export interface Sql {
  readonly text: string
  readonly values: readonly Value[]
}

const isSql = (part: Sql | Value): part is Sql => typeof part === 'object' && part !== null && 'text' in part

/** Text of ours as it stands: an alias, a column. Never anything that was sent. */
export const raw = (text: string): Sql => ({ text, values: [] })

/** Loops, not array methods: a search puts together some forty pieces, and this is a tenth of its time. */
export const sql = (texts: TemplateStringsArray, ...parts: readonly (Sql | Value)[]): Sql => {
  let text = texts[0]!
  const values: Value[] = []
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!
    if (isSql(part)) {
      text += part.text
      for (let value = 0; value < part.values.length; value++) values.push(part.values[value]!)
    } else {
      text += '?'
      values.push(part)
    }
    text += texts[index + 1]!
  }
  return { text, values }
}

export const join = (parts: readonly Sql[], separator: string): Sql => {
  let text = ''
  const values: Value[] = []
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!
    text += index === 0 ? part.text : separator + part.text
    for (let value = 0; value < part.values.length; value++) values.push(part.values[value]!)
  }
  return { text, values }
}

export const TRUE = raw('1')
export const FALSE = raw('0')

/** SQLite bounds the depth of an expression (1,000): many terms are put together in a tree. */
const WIDE = 32

const branches = (parts: readonly Sql[]): readonly (readonly Sql[])[] => {
  const size = Math.ceil(parts.length / WIDE)
  return Array.from({ length: Math.ceil(parts.length / size) }, (_, branch) => parts.slice(branch * size, (branch + 1) * size))
}

const combine = (parts: readonly Sql[], separator: string): Sql => {
  if (parts.length <= WIDE) return sql`(${join(parts, separator)})`
  return sql`(${join(branches(parts).map(branch => combine(branch, separator)), separator)})`
}

export const and = (parts: readonly Sql[]): Sql => {
  if (parts.includes(FALSE)) return FALSE
  const needed = parts.filter(part => part !== TRUE)
  return needed.length === 0 ? TRUE : needed.length === 1 ? needed[0]! : combine(needed, ' AND ')
}

export const or = (parts: readonly Sql[]): Sql => {
  if (parts.includes(TRUE)) return TRUE
  const possible = parts.filter(part => part !== FALSE)
  return possible.length === 0 ? FALSE : possible.length === 1 ? possible[0]! : combine(possible, ' OR ')
}

/** Finds nothing. */
export const NO_ROWS = raw('SELECT NULL AS row WHERE 0')

/** Several SELECTs of the same columns as one; SQLite bounds a compound to 500. */
export const union = (selects: readonly Sql[]): Sql => {
  if (selects.length === 0) return NO_ROWS
  if (selects.length <= WIDE) return join(selects, ' UNION ALL ')
  return join(branches(selects).map(branch => sql`SELECT * FROM (${union(branch)})`), ' UNION ALL ')
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
