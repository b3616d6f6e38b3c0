/**
 * `_text` and `_content`: words that must all occur, `or` and brackets between them, as R4's own example has it:
 * `_text=(bone OR liver) and metastases`. https://hl7.org/fhir/R4/search.html#text
 */
import { outcomes } from '../../fhir/outcomes.ts'
import { allOf, anyOf } from '../join.ts'
import { MAX_NESTING } from '../limits.ts'
import type { Condition } from '../plan.ts'
import { wordsIn } from '../words.ts'
import { unescaped } from './escape.ts'
import { alternatives } from './value.ts'

/** Throws `search-bad-value` where no word is asked for, an operator or bracket stands alone, or a phrase is quoted. */
export const wordsCondition = (param: '_text' | '_content', value: string): Condition =>
  anyOf(alternatives(param, value).map(part => alternative(param, part)))

const alternative = (param: string, part: string): Condition => {
  const text = unescaped(part)
  if (text === undefined) throw bad(param, 'a backslash escapes only "\\", ",", "|" and "$"')
  if (/["“”]/.test(text)) throw bad(param, 'phrases are not searched; leave the quotes out, and every word must occur')
  const tokens = text.match(/[()]|[^\s()]+/g) ?? []
  let at = 0

  const isOperator = (word: 'or' | 'and'): boolean => tokens[at]?.toLowerCase() === word

  const either = (depth: number): Condition => {
    const found = [every(depth)]
    while (isOperator('or')) {
      at++
      found.push(every(depth))
    }
    return anyOf(found)
  }

  const every = (depth: number): Condition => {
    const words: string[] = []
    const grouped: Condition[] = []
    let operands = 0
    for (;;) {
      const token = tokens[at]
      if (token === undefined || token === ')' || isOperator('or')) break
      at++
      if (token.toLowerCase() === 'and') {
        if (operands === 0 || tokens[at] === undefined || tokens[at] === ')') throw bad(param, '"and" stands between words')
        continue
      }
      operands++
      if (token === '(') grouped.push(bracketed(depth + 1))
      else words.push(...wordsIn(token))
    }
    if (operands === 0) throw bad(param, tokens.length === 0 ? 'there is none' : '"or" and brackets stand between words')
    if (words.length === 0 && grouped.length === 0) throw bad(param, 'there is no letter or digit')
    const all: Condition[] = words.length === 0 ? [] : [{ kind: 'match', param, test: { kind: 'words', words: [...new Set(words)] } }]
    return allOf([...all, ...grouped])
  }

  const bracketed = (depth: number): Condition => {
    if (depth > MAX_NESTING) throw bad(param, `brackets go ${MAX_NESTING} deep`)
    const found = either(depth)
    if (tokens[at] !== ')') throw bad(param, 'a bracket is not closed')
    at++
    return found
  }

  const found = either(0)
  if (at < tokens.length) throw bad(param, 'a bracket is closed that was not opened')
  return found
}

const bad = (param: string, why: string) => outcomes.badParameter(param,
  `${param} takes words separated by spaces, "or" and brackets between them, such as ${param}=fall (hip or wrist): ${why}`)
