/**
 * Invariants: the FHIRPath constraints of types and profiles, each compiled once and asked of every element it stands on.
 *
 * A rule is by hand (`handwritten.ts`), compiled by fhirpath.js with the R4 model, or undecided: it asks for what is not
 * here (`functions.ts`) or does not compile; that is said once per run, never "met".
 */
import type { Constraint } from '../definitions/definitions.ts'
import { compileExpression } from './fhirpath.ts'
import { asksMore, functionTable, withAnswers } from './functions.ts'
import { handwritten, type Check } from './handwritten.ts'
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

/** Functions of R4 that ask about definitions as such, and that no engine here has. */
const ABSENT = /\b(slice|elementDefinition|checkModifiers)\s*\(/

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
  const absent = ABSENT.exec(expression)
  if (absent) return { reason: `it needs ${absent[1]}(), which is not offered here`, broken: false }
  try {
    const asks = asksMore(expression)
    const evaluate = compileExpression(base, expression, asks ? functionTable : undefined)
    const named = namedVariables(expression)
    const isMetByNothing = !asksWhatIsThere(expression)
    const isMet = (value: unknown, { resource, rootResource }: Scope): boolean => {
      const result = evaluate(value, { ...named, resource, rootResource })
      return result.length === 0 ? isMetByNothing : result[0] !== false
    }
    return asks ? (value, scope) => withAnswers(scope, () => isMet(value, scope)) : isMet
  } catch (error) {
    return { reason: firstLine(error), broken: true }
  }
}

/**
 * An expression may answer with nothing, neither true nor false. Where it compares sizes (dates of different precision, other
 * units), reads a text or draws a conclusion from what may be missing, nothing is broken. Where it only asks what is there, a
 * missing element is not what the rule asks for: `code.exists() implies system = %ucum` without a system.
 */
const asksWhatIsThere = (expression: string): boolean =>
  !/[<>]|\b(?:startsWith|endsWith|contains|matches|resolve|memberOf|conformsTo|subsumes|subsumedBy|replaceMatches|toInteger|toDecimal|toString|iif)\b/.test(expression)
  && [...expression.matchAll(/(.*?)\bimplies\b/gs)].every(([, condition = '']) => /\.exists\(\)\s*$/.test(condition))

/** Variables that R4 defines for every expression (https://hl7.org/fhir/R4/fhirpath.html#variables), as far as it names them. */
const namedVariables = (expression: string): Readonly<Record<string, string>> => {
  const named: Record<string, string> = {}
  for (const [, name = '', , kind, rest = ''] of expression.matchAll(/%[`"']?(sct|loinc|((vs|ext)-([A-Za-z0-9\-.]+)))/g)) {
    named[name] = kind === 'vs' ? `http://hl7.org/fhir/ValueSet/${rest}`
      : kind === 'ext' ? `http://hl7.org/fhir/StructureDefinition/${rest}` : name === 'sct' ? 'http://snomed.info/sct' : 'http://loinc.org'
  }
  return named
}

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
      report(invariant, { reason: 'it asks about a resource, profile or code that is not known here', broken: false }, path, scope)
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
