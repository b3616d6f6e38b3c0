/**
 * The FHIRPath of a patch, read into steps: names, indexes, `where()`, `first()`, `last()`, `ofType()`, `extension()`.
 *
 * A part of FHIRPath on purpose: it leads to elements of the resource itself, and no expression that a client can
 * write runs longer than a walk over that resource. https://hl7.org/fhir/R4/fhirpatch.html, http://hl7.org/fhirpath/
 */

export type Step =
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'first' | 'last' }
  | { readonly kind: 'of-type'; readonly type: string }
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'where'; readonly criteria: Criteria }

export type Criteria =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Criteria[] }
  | { readonly kind: 'not'; readonly of: Criteria }
  | { readonly kind: 'equals'; readonly steps: readonly Step[]; readonly value: string | number | boolean }
  | { readonly kind: 'differs'; readonly steps: readonly Step[]; readonly value: string | number | boolean }
  | { readonly kind: 'exists'; readonly steps: readonly Step[] }

export interface Path {
  /** The type that the expression starts with, where it names one: `Patient.name`. */
  readonly root: string | undefined
  readonly steps: readonly Step[]
}

/** What is wrong with an expression, and where. */
export class PathProblem extends Error {}

/** Characters of an expression; the longest path of R4 with an index and a criterion at every step has some 400. */
const MAX_LENGTH = 2_000
/** Criteria within criteria. */
const MAX_NESTING = 10

const TOKEN = /\s*(?:([A-Za-z_]\w*|`[^`]{1,64}`|\$this|'(?:[^'\\]|\\.)*'|\d+(?:\.\d+)?|@[\d:TZ.+-]+|!=|[.()[\]=])|(\S))/gy

const SUPPORTED = 'a path is made of names, [n], where(), first(), last(), ofType() and extension()'

/** Throws PathProblem. */
export const parsePath = (expression: string): Path => {
  if (expression.length > MAX_LENGTH) throw new PathProblem(`is longer than ${MAX_LENGTH} characters`)
  const steps = readSteps(tokensOf(expression))
  const [first, ...rest] = steps
  // By FHIR's naming a type starts with a capital and no element does.
  return first?.kind === 'property' && /^[A-Z]/.test(first.name) ? { root: first.name, steps: rest } : { root: undefined, steps }
}

const tokensOf = (expression: string): readonly string[] =>
  [...expression.trim().matchAll(TOKEN)].map(([, token, other]) => {
    if (token === undefined) throw new PathProblem(`holds ${JSON.stringify(other)}, which is not understood here: ${SUPPORTED}`)
    return token
  })

/** Recursive descent: each function reads one production. */
const readSteps = (tokens: readonly string[]): readonly Step[] => {
  let at = 0
  const isNext = (...expected: readonly string[]): boolean => expected.every((token, offset) => tokens[at + offset] === token)
  const take = (...expected: readonly string[]): boolean => {
    if (!isNext(...expected)) return false
    at += expected.length
    return true
  }
  const next = (form: RegExp, what: string): string => {
    const token = tokens[at] ?? ''
    if (!form.test(token)) throw new PathProblem(`has ${token === '' ? 'its end' : JSON.stringify(token.slice(0, 40))} where ${what} belongs`)
    at += 1
    return token
  }
  const name = (): string => next(/^[A-Za-z_`]/, 'a name').replaceAll('`', '')
  const text = (): string => unescaped(next(/^'/, 'a string in single quotes'))
  const inBrackets = <T>(read: () => T): T => {
    next(/^\($/, '"("')
    const value = read()
    next(/^\)$/, '")"')
    return value
  }

  const steps = (nesting: number): readonly Step[] => {
    const found: Step[] = []
    if (take('$this') && !take('.')) return found
    do {
      if (asksNext()) break
      found.push(step(nesting))
      while (take('[')) {
        found.push({ kind: 'index', at: Number(next(/^\d{1,9}$/, 'a whole number')) })
        next(/^\]$/, '"]"')
      }
    } while (take('.'))
    return found
  }

  /** `exists()` and `empty()` end a path inside criteria. */
  const asksNext = (): boolean => isNext('exists', '(', ')') || isNext('empty', '(', ')')

  const step = (nesting: number): Step => {
    const word = name()
    if (!isNext('(')) return { kind: 'property', name: word }
    switch (word) {
      case 'first': case 'last':
        inBrackets(() => undefined)
        return { kind: word }
      case 'ofType': case 'as': return { kind: 'of-type', type: inBrackets(typeName) }
      case 'extension': return { kind: 'extension', url: inBrackets(text) }
      case 'where': return { kind: 'where', criteria: inBrackets(() => criteria(nesting + 1)) }
      default: throw new PathProblem(`calls ${word.slice(0, 40)}(), which is not served in a patch: ${SUPPORTED}`)
    }
  }

  /** `Quantity` or `FHIR.Quantity`. */
  const typeName = (): string => {
    const first = name()
    return take('.') ? name() : first
  }

  const criteria = (nesting: number): Criteria => {
    if (nesting > MAX_NESTING) throw new PathProblem(`has criteria more than ${MAX_NESTING} deep`)
    const either = [both(nesting)]
    while (take('or')) either.push(both(nesting))
    return either.length === 1 ? either[0]! : { kind: 'or', of: either }
  }

  const both = (nesting: number): Criteria => {
    const all = [comparison(nesting)]
    while (take('and')) all.push(comparison(nesting))
    return all.length === 1 ? all[0]! : { kind: 'and', of: all }
  }

  const comparison = (nesting: number): Criteria => {
    if (isNext('(')) return negated(inBrackets(() => criteria(nesting + 1)))
    const path = steps(nesting)
    if (take('exists', '(', ')')) return negated({ kind: 'exists', steps: path })
    if (take('empty', '(', ')')) return negated({ kind: 'not', of: { kind: 'exists', steps: path } })
    if (take('=')) return { kind: 'equals', steps: path, value: literal() }
    if (take('!=')) return { kind: 'differs', steps: path, value: literal() }
    return { kind: 'equals', steps: path, value: true }
  }

  const negated = (of: Criteria): Criteria => (take('.', 'not', '(', ')') ? { kind: 'not', of } : of)

  const literal = (): string | number | boolean => {
    const token = next(/^(?:'|\d|@|true$|false$)/, 'a literal: \'text\', a number, true, false or @2026-11-24')
    if (token.startsWith('\'')) return unescaped(token)
    if (token.startsWith('@')) return token.slice(1)
    return /^\d/.test(token) ? Number(token) : token === 'true'
  }

  const found = steps(0)
  if (at < tokens.length) throw new PathProblem(`has ${JSON.stringify(tokens[at]?.slice(0, 40))} where its end belongs: ${SUPPORTED}`)
  return found
}

/** FHIRPath string escapes (http://hl7.org/fhirpath/#string). */
const unescaped = (token: string): string =>
  token.slice(1, -1).replace(/\\(u[0-9A-Fa-f]{4}|.)/gs, (_whole, escape: string) => {
    if (escape.length > 1) return String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    return ESCAPES[escape] ?? escape
  })

const ESCAPES: Readonly<Record<string, string>> = { f: '\f', n: '\n', r: '\r', t: '\t' }
