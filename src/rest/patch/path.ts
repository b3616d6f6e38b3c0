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
  const reader = new Reader(tokensOf(expression))
  const steps = reader.steps(0)
  reader.end()
  const [first, ...rest] = steps
  // By FHIR's naming a type starts with a capital and no element does.
  return first?.kind === 'property' && /^[A-Z]/.test(first.name) ? { root: first.name, steps: rest } : { root: undefined, steps }
}

const tokensOf = (expression: string): readonly string[] =>
  [...expression.trim().matchAll(TOKEN)].map(([, token, other]) => {
    if (token === undefined) throw new PathProblem(`holds ${JSON.stringify(other)}, which is not understood here: ${SUPPORTED}`)
    return token
  })

/** Recursive descent; each method reads one production. */
class Reader {
  private readonly tokens: readonly string[]
  private at = 0

  constructor(tokens: readonly string[]) {
    this.tokens = tokens
  }

  end(): void {
    if (this.at < this.tokens.length) this.fail('the end')
  }

  steps(nesting: number): Step[] {
    const steps: Step[] = []
    do {
      if (steps.length === 0 && this.take('$this')) continue
      steps.push(this.step(nesting))
      while (this.take('[')) {
        steps.push({ kind: 'index', at: this.index() })
        this.require(']')
      }
    } while (this.take('.'))
    return steps
  }

  private step(nesting: number): Step {
    const name = this.name()
    if (!this.take('(')) return { kind: 'property', name }
    switch (name) {
      case 'first': case 'last':
        this.require(')')
        return { kind: name }
      case 'ofType': case 'as': return { kind: 'of-type', type: this.inBrackets(() => this.typeName()) }
      case 'extension': return { kind: 'extension', url: this.inBrackets(() => this.string()) }
      case 'where': return { kind: 'where', criteria: this.inBrackets(() => this.criteria(nesting + 1)) }
      default: throw new PathProblem(`calls ${name.slice(0, 40)}(), which is not served in a patch: ${SUPPORTED}`)
    }
  }

  private criteria(nesting: number): Criteria {
    if (nesting > MAX_NESTING) throw new PathProblem(`has criteria more than ${MAX_NESTING} deep`)
    const either = [this.both(nesting)]
    while (this.take('or')) either.push(this.both(nesting))
    return either.length === 1 ? either[0]! : { kind: 'or', of: either }
  }

  private both(nesting: number): Criteria {
    const all = [this.comparison(nesting)]
    while (this.take('and')) all.push(this.comparison(nesting))
    return all.length === 1 ? all[0]! : { kind: 'and', of: all }
  }

  private comparison(nesting: number): Criteria {
    if (this.take('(')) {
      const criteria = this.criteria(nesting + 1)
      this.require(')')
      return this.negated(criteria)
    }
    const steps = this.steps(nesting)
    if (this.take('=')) return { kind: 'equals', steps, value: this.literal() }
    if (this.take('!=')) return { kind: 'differs', steps, value: this.literal() }
    const last = steps.at(-1)
    // A path alone is a question of its truth: an element of type boolean.
    if (last?.kind !== 'property' || !this.question) return { kind: 'equals', steps, value: true }
    return this.ask(steps)
  }

  /** `exists()` and `empty()` are read where a step is, so they stand open here. */
  private question: 'exists' | 'empty' | undefined

  private ask(steps: readonly Step[]): Criteria {
    const asked = this.question
    this.question = undefined
    return asked === 'empty' ? { kind: 'not', of: { kind: 'exists', steps } } : { kind: 'exists', steps }
  }

  private negated(criteria: Criteria): Criteria {
    return criteria
  }

  private literal(): string | number | boolean {
    return this.string()
  }
  private name(): string { return '' }
  private index(): number { return 0 }
  private typeName(): string { return '' }
  private string(): string { return '' }
  private inBrackets<T>(read: () => T): T { return read() }
  private take(_token: string): boolean { return false }
  private require(_token: string): void { return undefined }
  private fail(_expected: string): never { throw new PathProblem('') }
}
