/**
 * Invariants: the FHIRPath constraints of types and profiles, each compiled once and asked of every element it stands on.
 *
 * A rule is by hand (`handwritten.ts`), compiled by fhirpath.js with the R4 model, or not checkable here: it needs
 * a server (`memberOf()`, `conformsTo()`, what `resolve()` cannot find) or does not compile; that is said once per run,
 * never "met".
 */
import type { Constraint } from '../definitions/definitions.ts'
import { compileExpression } from './fhirpath.ts'
import { handwritten, type Check } from './handwritten.ts'
import { resolveTable, withResolution } from './resolving.ts'
import type { Scope } from './scope.ts'

export interface Invariant {
  readonly key: string
  readonly severity: 'error' | 'warning'
  readonly human: string
  readonly expression: string
  /** Canonical of the structure the rule comes from. */
  readonly source: string
  readonly check: () => Check | Unchecked
}

/** A rule that this validator cannot decide, and why. */
export interface Unchecked {
  readonly reason: string
  /** The definition itself is at fault. */
  readonly broken: boolean
}

/** Recommendations about style that would be said of nearly every resource (dom-6: a resource should have narrative). */
const OFF: ReadonlySet<string> = new Set(['dom-6'])

/** Functions that need more than the resource at hand. */
const REMOTE = /\b(memberOf|conformsTo|subsumes|subsumedBy|slice|elementDefinition|checkModifiers)\s*\(/

/** @param base FHIRPath of the element the rules stand on (`Patient.contact`), by which the engine knows its children's types */
export const compileInvariants = (constraints: readonly Constraint[], base: string, source: string): readonly Invariant[] =>
  constraints
    .filter((constraint): constraint is Constraint & { expression: string } => constraint.expression !== undefined && !OFF.has(constraint.key))
    .map(({ key, severity, human, expression }) => {
      let check: Check | Unchecked | undefined
      return { key, severity, human, expression, source, check: () => (check ??= handwritten(key, expression) ?? compiled(base, expression)) }
    })

const cache = new Map<string, Check | Unchecked>()

const compiled = (base: string, expression: string): Check | Unchecked => {
  const key = `${base}\n${expression}`
  let check = cache.get(key)
  if (check === undefined) cache.set(key, check = compileCheck(base, expression))
  return check
}

/** The compiled form of an expression on elements at `base`; exported for the test of the hand-written ones. */
export const compileCheck = (base: string, expression: string): Check | Unchecked => {
  const remote = REMOTE.exec(expression)
  if (remote) return { reason: `it needs ${remote[1]}(), which asks for more than the resource at hand`, broken: false }
  try {
    const resolves = /\bresolve\s*\(/.test(expression)
    const evaluate = compileExpression(base, expression, resolves ? resolveTable : undefined)
    // an empty collection decides nothing (dates of different precision, other units): only false breaks a rule
    const isMet = (result: readonly unknown[]): boolean => result.length === 0 || result[0] !== false
    return resolves
      ? (value, scope) => withResolution(scope, () => isMet(evaluate(value, environmentOf(scope))))
      : (value, scope) => isMet(evaluate(value, environmentOf(scope)))
  } catch (error) {
    return { reason: firstLine(error), broken: true }
  }
}

const environmentOf = ({ resource, rootResource }: Scope) => ({ resource, rootResource })

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!.slice(0, 200)

/** Asks every invariant of an element's value. Never throws: a rule that fails to evaluate is an issue of its own. */
export const checkInvariants = (invariants: readonly Invariant[], value: unknown, path: string, scope: Scope): void => {
  for (const invariant of invariants) {
    const check = invariant.check()
    if (typeof check !== 'function') {
      report(invariant, check, path, scope)
      continue
    }
    let isMet: boolean | undefined
    try {
      isMet = check(value, scope)
    } catch (error) {
      report(invariant, { reason: firstLine(error), broken: true }, path, scope)
      continue
    }
    if (isMet === undefined) {
      report(invariant, { reason: 'it asks about a resource that is not contained or in the same Bundle', broken: false }, path, scope)
    } else if (!isMet) {
      scope.findings.add(path, {
        severity: invariant.severity, type: 'invariant', code: invariant.key, source: invariant.source,
        text: `${invariant.human.trim().replace(/\.?$/, '')} (rule ${invariant.key}: ${shortened(invariant.expression)})`,
      })
    }
  }
}

const report = ({ key, source }: Invariant, { reason, broken }: Unchecked, path: string, { findings }: Scope): void => {
  findings.once(`invariant ${key}`, path, broken
    ? { severity: 'warning', type: 'processing', code: `definition:${key}`, source, text: `the rule ${key} of ${source} cannot be evaluated: ${reason}; correct that definition` }
    : { severity: 'information', type: 'informational', code: `not-checked:${key}`, source, text: `the rule ${key} is not checked here: ${reason}` })
}

const shortened = (expression: string): string => (expression.length > 160 ? `${expression.slice(0, 157)}...` : expression)
