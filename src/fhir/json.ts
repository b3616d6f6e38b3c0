/**
 * Reading and writing JSON bodies: one strict pass that refuses what JSON.parse lets through (duplicate keys,
 * prototype keys, NUL, lone surrogates, endless nesting) and says where, and numbers that keep their digits.
 *
 * FHIR decimals carry precision (`1.50` is not `1.5`: https://hl7.org/fhir/R4/datatypes.html#decimal), which a JavaScript
 * number loses. Where the digits would not survive, the containing object remembers them under `EXACT`, a symbol,
 * which object spread copies and every enumeration of elements passes over; `stringifyJson` writes them back.
 */
import { outcomes } from './outcomes.ts'

/** Largest body read, in bytes: 5 MB, as `$submit` announces (design, limits). Characters are never more than bytes. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024

/** Deepest nesting read (design, limits); the deepest UK Core example has 15 levels. */
export const MAX_DEPTH = 100

/** On an object or array: the digits, as sent, of those members whose number would be written otherwise. */
const EXACT = Symbol('exact numbers')
type Exact = Record<string, string>
type Container = { [EXACT]?: Exact }

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
/** In a `u` pattern a whole pair is one character, so only halves match. */
const LONE_SURROGATE = /\p{Surrogate}/u
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const BOM = 0xfeff, QUOTE = 0x22, BACKSLASH = 0x5c, COMMA = 0x2c, COLON = 0x3a, MINUS = 0x2d
const OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d, OPEN_ARRAY = 0x5b, CLOSE_ARRAY = 0x5d

/**
 * Reads one JSON document (RFC 8259), with a byte order mark or without.
 * Throws `json-malformed` (400) naming line, column and FHIRPath, or `too-large` (413).
 */
export const parseJson = (text: string): unknown => {
  if (text.length > MAX_BODY_BYTES) throw outcomes.tooLarge(`${MAX_BODY_BYTES} bytes`)
  return read(text)
}

/**
 * Reads what this hub wrote itself, as strictly, of any size: a Binary holds a body of the full 5 MB as base64, which
 * is a third more.
 */
export const parseStoredJson = (text: string): unknown => read(text)

const read = (text: string): unknown => {
  const wellFormed = !LONE_SURROGATE.test(text)
  const path: (string | number)[] = []
  let at = text.charCodeAt(0) === BOM ? 1 : 0
  let depth = 0

  const fail = (problem: string, remedy: string, where = at): never => {
    const before = text.slice(0, where)
    const line = before.split('\n').length
    const column = where - before.lastIndexOf('\n')
    const place = fhirPath(text, path.slice(0, depth))
    throw outcomes.malformedJson(`line ${line}, column ${column}${place ? ` (${place})` : ''}: ${problem}; ${remedy}`, place)
  }

  const found = (): string => (at < text.length ? `found ${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))}` : 'the body ends')

  const space = (): number => {
    for (;;) {
      const c = text.charCodeAt(at)
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return c
      at++
    }
  }

  const string = (): string => {
    const start = ++at
    let escaped = false
    for (;;) {
      const c = text.charCodeAt(at)
      if (c === QUOTE) break
      if (c === BACKSLASH) {
        escaped = true
        at++
      } else if (c < 0x20) {
        fail(c === 0 ? 'a NUL character in a string' : 'a control character in a string',
          c === 0 ? 'remove it' : 'write it as an escape such as \\n')
      } else if (at >= text.length) {
        fail('a string is not closed', 'close it with a double quote', start - 1)
      }
      at++
    }
    const raw = text.slice(start, at++)
    const value = escaped ? unescape(raw, start) : raw
    if ((escaped || !wellFormed) && LONE_SURROGATE.test(value)) {
      fail('half of a surrogate pair', 'send both halves, or the character itself in UTF-8', start - 1)
    }
    if (escaped && value.includes('\0')) fail('a NUL character (\\u0000)', 'remove it', start - 1)
    return value
  }

  const unescape = (raw: string, start: number): string => {
    try {
      return JSON.parse(`"${raw}"`) as string
    } catch {
      return fail('a string holds an escape that JSON does not have', 'use \\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t or \\u and four hex digits', start - 1)
    }
  }

  const number = (into: Container, key: string | number): number => {
    const start = at++
    for (;;) {
      const c = text.charCodeAt(at)
      if (!((c >= 0x30 && c <= 0x39) || c === 0x2e || c === 0x2b || c === MINUS || (c | 0x20) === 0x65)) break
      at++
    }
    const raw = text.slice(start, at)
    const value = Number(raw)
    if (String(value) === raw) return value
    if (!NUMBER.test(raw)) fail(`${JSON.stringify(raw)} is not a number`, 'write it as JSON does: digits, one point, no leading zero or plus', start)
    ;(into[EXACT] ??= {})[key] = raw
    return value
  }

  const literal = <T>(word: string, value: T): T => {
    if (!text.startsWith(word, at)) unexpected('a value')
    at += word.length
    return value
  }

  const unexpected = (expected: string): never => fail(`expected ${expected} but ${found()}`, 'correct the JSON there')

  const value = (into: Container, key: string | number): unknown => {
    const c = space()
    switch (c) {
      case QUOTE: return string()
      case OPEN_OBJECT: return object()
      case OPEN_ARRAY: return array()
      case 0x74: return literal('true', true)
      case 0x66: return literal('false', false)
      case 0x6e: return literal('null', null)
    }
    return c === MINUS || (c >= 0x30 && c <= 0x39) ? number(into, key) : unexpected('a value')
  }

  const enter = (): void => {
    if (depth === MAX_DEPTH) fail(`nested more than ${MAX_DEPTH} deep`, 'send a flatter document')
    at++
    depth++
  }

  const object = (): Record<string, unknown> => {
    const result: Record<string, unknown> & Container = {}
    enter()
    path[depth - 1] = ''
    if (space() !== CLOSE_OBJECT) {
      for (;;) {
        if (space() !== QUOTE) unexpected('a property name in double quotes')
        const start = at
        const key = string()
        path[depth - 1] = key
        if (FORBIDDEN.has(key)) fail(`the property name "${key}" is not taken`, 'remove it: no FHIR element has that name', start)
        if (Object.hasOwn(result, key)) fail(`the property "${key}" is there twice`, 'send it once; FHIR repeats elements in an array', start)
        if (space() !== COLON) unexpected('":" after a property name')
        at++
        result[key] = value(result, key)
        const next = space()
        if (next === CLOSE_OBJECT) break
        if (next !== COMMA) unexpected('"," or "}"')
        at++
      }
    }
    at++
    depth--
    return result
  }

  const array = (): unknown[] => {
    const result: unknown[] & Container = []
    enter()
    if (space() !== CLOSE_ARRAY) {
      for (;;) {
        path[depth - 1] = result.length
        result.push(value(result, result.length))
        const next = space()
        if (next === CLOSE_ARRAY) break
        if (next !== COMMA) unexpected('"," or "]"')
        at++
      }
    }
    at++
    depth--
    return result
  }

  space()
  if (at >= text.length) fail('the body is empty', 'send a FHIR resource as JSON')
  const root = value({}, '')
  space()
  if (at < text.length) fail(`more text after the end of the document (${found()})`, 'send one resource per request')
  return root
}

/** `Patient.name[0].family` of the keys on the way; the resource's type where the text names one. */
const fhirPath = (text: string, path: readonly (string | number)[]): string => {
  if (path.length === 0) return ''
  const root = /^\W*"resourceType"\s*:\s*"([A-Z][A-Za-z]{1,40})"/.exec(text)?.[1] ?? 'Resource'
  return path.reduce<string>((above, key) =>
    typeof key === 'number' ? `${above}[${key}]`
      : key === '' ? above
        : NAME.test(key) ? `${above}.${key.slice(0, 64)}` : `${above}.\`${key.slice(0, 64).replaceAll('`', '')}\``, root)
}

/**
 * JSON text of a value, compact; numbers that were read with digits of their own and are unchanged go out with them.
 * A plain `JSON.stringify` where there are none.
 */
export const stringifyJson = (value: unknown): string =>
  holdsExact(value) ? JSON.stringify(value, restoring) : JSON.stringify(value)

const holdsExact = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if ((value as Container)[EXACT] !== undefined) return true
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && holdsExact(item)) return true
    return false
  }
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key]
    if (typeof member === 'object' && holdsExact(member)) return true
  }
  return false
}

function restoring(this: unknown, key: string, value: unknown): unknown {
  if (typeof value !== 'number') return value
  const raw = (this as Container)[EXACT]?.[key]
  return raw !== undefined && Object.is(Number(raw), value) ? rawJson(raw) : value
}

/** `JSON.rawJSON` (ECMAScript proposal JSON.parse source text access), in Node since 22; not yet in TypeScript's library. */
const rawJson = (JSON as unknown as { rawJSON(text: string): object }).rawJSON.bind(JSON)

/** A copy that shares nothing with the value, numbers with the digits they were sent with. */
export const cloneJson = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) return value
  const exact = (value as Container)[EXACT]
  if (Array.isArray(value)) {
    const items: unknown[] & Container = value.map(cloneJson)
    if (exact !== undefined) items[EXACT] = { ...exact }
    return items as T
  }
  const copy = { ...value } as Record<string, unknown> & Container
  if (exact !== undefined) copy[EXACT] = { ...exact }
  for (const key in copy) {
    const member = copy[key]
    if (typeof member === 'object' && member !== null) copy[key] = cloneJson(member)
  }
  return copy as T
}

/** The digits with which a decimal was sent (`1.50`), or as JavaScript writes it. */
export const digitsOf = (container: object, key: string | number, value: number): string => {
  const raw = (container as Container)[EXACT]?.[key]
  return raw !== undefined && Object.is(Number(raw), value) ? raw : String(value)
}

/**
 * Sets a member, with the digits it was sent with; those of the number that stood there before are forgotten. Lists
 * that are shifted afterwards keep them by position only: no R4 element is a list of decimals.
 */
export const putMember = (into: object, key: string | number, value: unknown, digits?: string): void => {
  ;(into as Record<string | number, unknown>)[key] = value
  const container = into as Container
  if (container[EXACT] !== undefined) delete container[EXACT][key]
  if (digits !== undefined && digits !== String(value)) (container[EXACT] ??= {})[key] = digits
}

/** Whether a value is a JSON object: neither null nor an array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether two values are the same JSON: members in any order, numbers by value (RFC 6902 section 4.6). */
export const isSameJson = (one: unknown, other: unknown): boolean => {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return one === other
  if (Array.isArray(one) || Array.isArray(other)) {
    return Array.isArray(one) && Array.isArray(other) && one.length === other.length
      && one.every((item, index) => isSameJson(item, other[index]))
  }
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every(key =>
    Object.hasOwn(other, key) && isSameJson((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]))
}
