/**
 * SMART system scopes, v1 (`system/Task.read`, `.write`, `.*`) and v2 (`system/Task.cruds`), as letters per type.
 *
 * https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html. Search restrictions inside a scope
 * (`?category=…`) are not offered: a scope that carries one is refused, never read as the wider scope.
 */

/** create, read, update, delete, search. */
export type ScopeLetter = 'c' | 'r' | 'u' | 'd' | 's'

export interface Scope {
  /** `*` for every type. */
  readonly type: string
  readonly letters: ReadonlySet<ScopeLetter>
}

const FORM = /^system\/(\*|[A-Z][A-Za-z]{1,63})\.(read|write|\*|c?r?u?d?s?)$/

const v1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' }

/** Undefined when the text is not a system scope that this hub knows. */
export const parseScope = (text: string): Scope | undefined => {
  const [, type, letters] = FORM.exec(text) ?? []
  if (type === undefined || letters === undefined || letters === '') return undefined
  return { type, letters: new Set((v1[letters] ?? letters) as Iterable<ScopeLetter>) }
}

/** Parsed once per token: verified tokens keep their array of scopes (access/tokens.ts). */
const parsed = new WeakMap<readonly string[], readonly Scope[]>()

const parseAll = (scopes: readonly string[]): readonly Scope[] => {
  const known = parsed.get(scopes)
  if (known !== undefined) return known
  const fresh = scopes.flatMap(scope => parseScope(scope) ?? [])
  parsed.set(scopes, fresh)
  return fresh
}

/** Does one of the scopes allow `letter` on `type`? A type of `*` (whole system) needs a scope for every type. */
export const scopesAllow = (scopes: readonly string[], letter: ScopeLetter, type: string): boolean =>
  parseAll(scopes).some(scope => (scope.type === '*' || scope.type === type) && scope.letters.has(letter))

/** Is everything `requested` gives already given by `registered`? */
export const isWithin = (requested: Scope, registered: readonly string[]): boolean =>
  [...requested.letters].every(letter => scopesAllow(registered, letter, requested.type))
