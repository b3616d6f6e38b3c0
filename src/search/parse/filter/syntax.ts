/**
 * The text of a `_filter` as a tree: tests joined by `and`, `or`, `not (…)` and brackets, evaluated from left to right with
 * no precedence, as R4 has it. Knows nothing of types and parameters; each part keeps its place for error texts.
 * R4: https://hl7.org/fhir/R4/search_filter.html
 */
import { outcomes } from '../../../fhir/outcomes.ts'
import { MAX_CHAIN_DEPTH, MAX_NESTING, MAX_VALUE_LENGTH } from '../../limits.ts'

export const OPERATORS = [
  'eq', 'ne', 'co', 'sw', 'ew', 'gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb', 'pr', 'po', 'ss', 'sb', 'in', 'ni', 're',
] as const
export type Operator = typeof OPERATORS[number]

export type Filter =
  | { readonly kind: 'and' | 'or'; readonly of: readonly [Filter, Filter] }
  | { readonly kind: 'not'; readonly of: Filter }
  | FilterTest

export interface FilterTest {
  readonly kind: 'test'
  readonly steps: readonly FilterStep[]
  readonly name: string
  readonly operator: Operator
  readonly value: string
  /** Where it begins, from 1. */
  readonly at: number
}

export type FilterStep =
  | { readonly kind: 'reference'; readonly name: string; readonly modifier: string | undefined; readonly where?: Filter }
  | { readonly kind: 'has'; readonly source: string; readonly param: string }

const HAS = /_has:([A-Za-z]+):([\w-]+):/y
const NAME = /[A-Za-z_][\w-]*/y
const TYPE = /:([A-Za-z]+)/y
const WORD = /[A-Za-z]+/y
const QUOTED = /"(?:[^"\\]|\\.)*"/y
const TOKEN = /[^\s()[\]"]+/y
const SPACE = /\s*/y

/** Throws `search-bad-value` with the place of what cannot be read and what to write there. */
export const readFilter = (text: string): Filter => {
  if (text.length > MAX_VALUE_LENGTH) throw outcomes.badFilter(1, `a filter has up to ${MAX_VALUE_LENGTH} characters`)
  let at = 0

  const bad = (expected: string): never => {
    const found = text.slice(at, at + 20)
    throw outcomes.badFilter(at + 1, `${expected}, found ${found === '' ? 'the end' : `"${found}"`}`)
  }
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found !== null) at = pattern.lastIndex
    return found ?? undefined
  }
  const peek = (pattern: RegExp): string => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0] ?? ''
  }

  const expression = (depth: number): Filter => {
    if (depth > MAX_NESTING) bad(`brackets go ${MAX_NESTING} deep`)
    let left = operand(depth)
    for (;;) {
      take(SPACE)
      const word = peek(WORD)
      if (word !== 'and' && word !== 'or') return left
      at += word.length
      left = { kind: word, of: [left, operand(depth)] }
    }
  }

  const operand = (depth: number): Filter => {
    take(SPACE)
    if (text[at] === '(') return bracketed(depth)
    if (/^not\s*\(/.test(text.slice(at))) {
      at += 'not'.length
      take(SPACE)
      return { kind: 'not', of: bracketed(depth) }
    }
    return test(depth)
  }

  const bracketed = (depth: number): Filter => {
    at++
    const inner = expression(depth + 1)
    if (text[at] !== ')') bad('expected "and", "or" or ")"')
    at++
    return inner
  }

  const test = (depth: number): Filter => {
    const start = at + 1
    const { steps, name } = path(depth)
    if (name === 'not') bad('"not" takes brackets: not (status eq draft); expected "("')
    const operator = operatorHere()
    take(SPACE)
    return { kind: 'test', steps, name, operator, value: value(), at: start }
  }

  const path = (depth: number): { steps: FilterStep[]; name: string } => {
    const steps: FilterStep[] = []
    for (;;) {
      if (steps.length > MAX_CHAIN_DEPTH) bad(`a path chains up to ${MAX_CHAIN_DEPTH} references`)
      const has = take(HAS)
      if (has !== undefined) {
        steps.push({ kind: 'has', source: has[1]!, param: has[2]! })
        continue
      }
      const name = take(NAME)?.[0] ?? bad('expected a search parameter, such as name co "pet", or "(" or "not ("')
      const modifier = take(TYPE)?.[1]
      let where: Filter | undefined
      if (text[at] === '[') {
        at++
        where = expression(depth + 1)
        if (text[at] !== ']') bad('expected "and", "or" or "]"')
        at++
        if (text[at] !== '.') bad('expected "." and a parameter of what it refers to')
      }
      if (text[at] !== '.') {
        if (modifier !== undefined) bad('a filter has operators instead of modifiers: expected "." and a parameter of what it refers to')
        return { steps, name }
      }
      at++
      steps.push({ kind: 'reference', name, modifier, ...(where === undefined ? {} : { where }) })
    }
  }

  const operatorHere = (): Operator => {
    const space = take(SPACE)?.[0] ?? ''
    const word = peek(WORD).toLowerCase()
    const known = OPERATORS.find(operator => operator === word)
    if (known === undefined || space === '') return bad(`expected a space and one of ${OPERATORS.join(', ')}`)
    at += word.length
    if (!/^\s/.test(text.slice(at))) bad(`expected a space and a value after "${word}"`)
    return known
  }

  const value = (): string => {
    const start = at
    const quoted = take(QUOTED)?.[0]
    if (quoted !== undefined) {
      try {
        return String(JSON.parse(quoted))
      } catch {
        at = start
        return bad('expected a string as JSON has it')
      }
    }
    return take(TOKEN)?.[0] ?? bad('expected a value: true, false, a number, a date, a token, or a string in quotes')
  }

  const whole = expression(0)
  if (at < text.length) bad('expected "and", "or" or the end')
  return whole
}
