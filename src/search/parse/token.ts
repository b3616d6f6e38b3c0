/** Tokens in queries and their modifiers. R4: https://hl7.org/fhir/R4/search.html#token */
import { outcomes } from '../../fhir/outcomes.ts'
import { MAX_EXPANDED_CODES } from '../limits.ts'
import { valueTypes } from '../parameters.ts'
import type { Test } from '../plan.ts'
import { codeWithoutCase, phoneDigits } from '../token-forms.ts'
import type { Asked } from './context.ts'
import { splitEscaped } from './escape.ts'
import { foldedText, textOf } from './string.ts'

type TokenTest = Extract<Test, { kind: 'token' }>
type Code = { readonly system: string; readonly code: string }

/** Two where a code may stand in the index without its case. */
export const tokenTests = (asked: Asked, part: string): readonly Test[] => {
  switch (asked.modifier) {
    case 'text': return [{ kind: 'text', folded: foldedText(asked, part) }]
    case 'of-type': return [ofTypeTest(asked, part)]
    case 'in':
    case 'not-in': return [{ kind: 'token-in', codes: membersOf(asked, textOf(asked, part)) }]
    case 'below':
    case 'above': return [{ kind: 'token-in', codes: relatedTo(asked, part, asked.modifier) }]
    default: return inEitherCase(asked, valued(asked, codeTest(asked, part)))
  }
}

const inEitherCase = (asked: Asked, test: TokenTest): readonly TokenTest[] => {
  const types = valueTypes(asked.context.definitions, asked.type, asked.parameter)
  const isCoded = types.has('Coding') || types.has('CodeableConcept')
  const small = isCoded && test.code !== undefined ? codeWithoutCase(asked.context.definitions, test.system, test.code) : undefined
  return small === undefined ? [test] : [test, { ...test, code: small }]
}

/** `code`, `system|code`, `|code`, `system|`. */
export const codeTest = (asked: Asked, part: string): TokenTest => {
  const pieces = splitEscaped(part, '|').map(piece => textOf(asked, piece))
  const [first = '', second] = pieces
  if (pieces.length > 2 || (first === '' && (second === undefined || second === ''))) {
    throw outcomes.badParameter(asked.key,
      `${asked.key} takes code, system|code, |code (no system) or system| (any code); write "|" inside a code as "\\|"`)
  }
  if (second === undefined) return { kind: 'token', system: undefined, code: first }
  return { kind: 'token', system: first, code: second === '' ? undefined : second }
}

/** Values that can only be true or false are checked; telephone numbers lose their punctuation, as in the index. */
const valued = (asked: Asked, test: TokenTest): TokenTest => {
  const types = valueTypes(asked.context.definitions, asked.type, asked.parameter)
  if (types.size === 1 && types.has('boolean') && test.code !== undefined && test.code !== 'true' && test.code !== 'false') {
    throw outcomes.badParameter(asked.key, `${asked.key} takes true or false`)
  }
  return types.has('ContactPoint') && test.code !== undefined ? { ...test, code: phoneDigits(test.code) } : test
}

const ofTypeTest = (asked: Asked, part: string): Test => {
  const types = valueTypes(asked.context.definitions, asked.type, asked.parameter)
  if (types.size > 0 && !types.has('Identifier')) {
    throw outcomes.unsupportedSearch(asked.key, `${asked.key}: only identifiers have a type; "${asked.parameter.code}" holds none`)
  }
  const [system, code, value, ...rest] = splitEscaped(part, '|').map(piece => textOf(asked, piece))
  if (!system || !code || !value || rest.length > 0) {
    throw outcomes.badParameter(asked.key, `${asked.key} takes system|code|value: the identifier's type, then its value`)
  }
  return { kind: 'token', system, code: `${code}|${value}` }
}

const membersOf = (asked: Asked, url: string): readonly Code[] => {
  const valueSet = asked.context.definitions.valueSet(url)
  if (valueSet === undefined) {
    throw outcomes.badParameter(asked.key,
      `${asked.key} takes the canonical URL of a value set known here; "${url.slice(0, 100)}" is not`)
  }
  if (valueSet.kind !== 'expanded') {
    throw outcomes.unsupportedSearch(asked.key,
      `${asked.key}: the value set "${url.slice(0, 100)}" cannot be expanded here; name its codes instead`)
  }
  return bounded(asked, [...valueSet.codes].flatMap(([system, codes]) => [...codes.keys()].map(code => ({ system, code }))))
}

const relatedTo = (asked: Asked, part: string, direction: 'below' | 'above'): readonly Code[] => {
  const { system, code } = codeTest(asked, part)
  if (system === undefined || system === '' || code === undefined) {
    throw outcomes.badParameter(asked.key, `${asked.key} takes system|code, because codes are related inside a code system`)
  }
  const codeSystem = asked.context.definitions.codeSystem(system)
  if (codeSystem === undefined || codeSystem.content !== 'complete' || !codeSystem.codes.has(code)) {
    throw outcomes.unsupportedSearch(asked.key,
      `${asked.key}: the codes of "${system.slice(0, 100)}" and their hierarchy are not known here, or it has no such code`)
  }
  const parents = codeSystem.parents ?? new Map<string, readonly string[]>()
  const children = new Map<string, string[]>()
  for (const [child, above] of parents) for (const parent of above) children.set(parent, [...children.get(parent) ?? [], child])
  const found = new Set([code])
  for (const known of found) for (const next of (direction === 'below' ? children : parents).get(known) ?? []) found.add(next)
  return bounded(asked, [...found].map(related => ({ system, code: related })))
}

const bounded = (asked: Asked, codes: readonly Code[]): readonly Code[] => {
  if (codes.length > MAX_EXPANDED_CODES) {
    throw outcomes.unsupportedSearch(asked.key,
      `${asked.key} would stand for ${codes.length} codes, more than ${MAX_EXPANDED_CODES}; name fewer`)
  }
  return codes
}
