/**
 * Expressions that somebody else wrote: read, bounded, and held to the part of FHIRPath whose evaluation takes time in
 * proportion to the resource (docs/decisions/0016-custom-search-parameters.md).
 *
 * Nothing here evaluates. What is refused says so in words that the author can act on.
 */
import { createRequire } from 'node:module'
import type * as FhirPath from 'fhirpath'
import { MAX_EXPRESSION_LENGTH } from '../limits.ts'

/** A node of fhirpath.js's syntax tree: `InvocationExpression`, `Functn`, `Identifier`… */
export interface Node {
  readonly type: string
  readonly text?: string
  readonly children?: readonly Node[]
}

/** Why an expression, or what it leads to, cannot be indexed. */
export class Refused extends Error {}

/** Brackets in brackets: criteria deeper than this are a program, not a path. */
const MAX_DEPTH = 8

const require = createRequire(import.meta.url)

/** The syntax tree of an expression; throws `Refused` when it is too long, too deep or no FHIRPath. */
export const readExpression = (text: string): Node => {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    throw new Refused(`is longer than ${MAX_EXPRESSION_LENGTH} characters; make several parameters of it`)
  }
  if (depthOf(text) > MAX_DEPTH) throw new Refused(`has brackets more than ${MAX_DEPTH} deep`)
  const fhirpath = require('fhirpath') as typeof FhirPath
  let root: Node
  try {
    root = fhirpath.parse(text) as Node
  } catch (error) {
    throw new Refused(`is no FHIRPath: ${syntaxFault(error)}`)
  }
  return unwrapped(root)
}

const depthOf = (text: string): number => {
  let depth = 0, deepest = 0
  for (const character of text) {
    if (character === '(' || character === '[') deepest = Math.max(deepest, ++depth)
    if (character === ')' || character === ']') depth--
  }
  return deepest
}

/** `line: 1; column: 13; message: extraneous input 'x' expecting …`: where and what, not all that might have stood there. */
export const syntaxFault = (error: unknown): string => {
  const found = /column: (\d+); message: (.*?)(?: expecting |$)/s.exec(error instanceof Error ? error.message : '')
  return found === null ? 'it cannot be read' : `${found[2]} at column ${Number(found[1]) + 1}`
}

/** The tree without the nodes that only pass on their one child. */
const PASSING: ReadonlySet<string> = new Set(['EntireExpression', 'TermExpression', 'InvocationTerm', 'LiteralTerm', 'ParenthesizedTerm'])

const unwrapped = (node: Node): Node => {
  const [only, ...others] = node.children ?? []
  if (PASSING.has(node.type) && only !== undefined && others.length === 0) return unwrapped(only)
  return { type: node.type, ...(node.text === undefined ? {} : { text: node.text }), children: (node.children ?? []).map(unwrapped) }
}

/** `name` and `` `name` `` are one identifier. */
export const identifier = ({ text = '' }: Node): string => text.replaceAll('`', '')

/** Name and arguments of a function's node. */
export const calling = (node: Node): { readonly name: string; readonly given: readonly Node[] } => {
  const [functn] = node.children ?? []
  const [name, list] = functn?.children ?? []
  return { name: name === undefined ? '' : identifier(name), given: list?.children ?? [] }
}
