/**
 * JSON Patch (RFC 6902) on a resource: add, remove, replace, move, copy, test; all or nothing.
 *
 * Our own, because decimals keep the digits they were sent with (fhir/json.ts), names that no element has are refused
 * (`__proto__`), and copies are bounded. R4: https://hl7.org/fhir/R4/http.html#patch
 */
import { cloneJson, digitsOf, isSameJson, MAX_BODY_BYTES, MAX_DEPTH, parseJson, putMember, stringifyJson } from './json.ts'
import { outcomes } from './outcomes.ts'

export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown; readonly digits: string | undefined }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string }

/** Operations in one patch; more say less than a PUT of the whole. */
export const MAX_PATCH_OPERATIONS = 1_000

type Fields = Record<string, unknown>

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** The operations of a body. Throws `patch-malformed` (400) naming the operation, counted from 0. */
export const readJsonPatch = (body: string): readonly JsonPatchOperation[] => {
  const sent = parseJson(body)
  if (!Array.isArray(sent)) {
    throw outcomes.malformedPatch('a JSON Patch is an array of operations, such as [{"op": "replace", "path": "/status", "value": "…"}]')
  }
  if (sent.length > MAX_PATCH_OPERATIONS) throw outcomes.tooLarge(`${MAX_PATCH_OPERATIONS} operations in a patch`)
  return sent.map(readOperation)
}

const readOperation = (sent: unknown, index: number): JsonPatchOperation => {
  const refuse = (problem: string): never => { throw outcomes.malformedPatch(`operation [${index}]: ${problem}`) }
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return refuse('must be an object with "op" and "path"')
  const { op, path, from, value } = sent as Fields
  const pointer = (name: string, text: unknown): string => {
    if (typeof text !== 'string') return refuse(`"${name}" must be a JSON Pointer such as "/name/0/family"`)
    const problem = problemWith(text)
    return problem === undefined ? text : refuse(`"${name}" ${problem}`)
  }
  switch (op) {
    case 'add': case 'replace': case 'test':
      if (!Object.hasOwn(sent, 'value')) return refuse(`${op} needs "value"`)
      return { op, path: pointer('path', path), value, digits: typeof value === 'number' ? digitsOf(sent, 'value', value) : undefined }
    case 'remove': return { op, path: pointer('path', path) }
    case 'move': case 'copy': {
      const source = pointer('from', from)
      const target = pointer('path', path)
      if (op === 'move' && target.startsWith(`${source}/`)) return refuse('a value cannot be moved into itself')
      return { op, from: source, path: target }
    }
    default: return refuse('"op" must be one of add, remove, replace, move, copy, test')
  }
}

/** RFC 6901: '' or `/`-led, `~` only as `~0` and `~1`. */
const problemWith = (pointer: string): string | undefined => {
  if (pointer !== '' && !pointer.startsWith('/')) return 'is a JSON Pointer: it starts with "/", as "/name/0/family"'
  if (/~(?![01])/.test(pointer)) return 'is a JSON Pointer: "~" stands only in "~0" and "~1"'
  const tokens = tokensOf(pointer)
  if (tokens.length > MAX_DEPTH) return `goes more than ${MAX_DEPTH} deep`
  if (tokens.some(token => FORBIDDEN.has(token))) return 'names something that no FHIR element is called'
  return undefined
}

const tokensOf = (pointer: string): readonly string[] =>
  pointer.split('/').slice(1).map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))

/** An array or object, and where in it. The document is the one member of its root. */
interface Slot {
  readonly container: Fields | unknown[]
  readonly key: string
}

const ROOT = 'document'

/**
 * The document after all operations; the one given stays as it is. Lists and objects that are empty because of what was
 * taken out go too: FHIR's JSON has none (https://hl7.org/fhir/R4/json.html).
 * Throws `patch-test-failed` and `patch-not-applicable` (422) naming the operation, `too-large` (413) for endless copies.
 */
export const applyJsonPatch = (document: object, operations: readonly JsonPatchOperation[]): unknown => {
  const root: Fields = { [ROOT]: cloneJson(document) }
  const emptied = new Set<unknown>()
  let copied = 0

  for (const [index, operation] of operations.entries()) {
    const named = `operation [${index}] ${operation.op} "${shown(operation.path)}"`
    const inapplicable = (problem: string): Error => outcomes.patchNotApplicable(`${named}: ${problem}`)
    const slot = (pointer: string): Slot => locate(root, pointer, inapplicable)

    switch (operation.op) {
      case 'add':
        insert(slot(operation.path), cloneJson(operation.value), operation.digits, inapplicable)
        break
      case 'replace': {
        const place = existing(slot(operation.path), operation.path, inapplicable)
        putMember(place.container, place.key, cloneJson(operation.value), operation.digits)
        break
      }
      case 'remove':
        emptied.add(take(existing(slot(operation.path), operation.path, inapplicable)))
        break
      case 'move': {
        const source = existing(slot(operation.from), operation.from, inapplicable)
        const { value, digits } = held(source)
        emptied.add(take(source))
        insert(slot(operation.path), value, digits, inapplicable)
        break
      }
      case 'copy': {
        const { value, digits } = held(existing(slot(operation.from), operation.from, inapplicable))
        const text = stringifyJson(value)
        copied += text.length
        if (copied > MAX_BODY_BYTES) throw outcomes.tooLarge(`${MAX_BODY_BYTES} bytes of copies in a patch`)
        // Read as a body is: what is copied into itself soon nests deeper than any.
        insert(slot(operation.path), parseJson(text), digits, inapplicable)
        break
      }
      case 'test': {
        const place = slot(operation.path)
        if (!isThere(place) || !isSameJson(member(place), operation.value)) {
          throw outcomes.patchTestFailed(`${named}: the value there is not the one named; read the resource again`)
        }
      }
    }
  }
  return withoutEmptied(root[ROOT], emptied)
}

const shown = (pointer: string): string => (pointer.length > 120 ? `${pointer.slice(0, 117)}...` : pointer)

type Refuse = (problem: string) => Error

const locate = (root: Fields, pointer: string, refuse: Refuse): Slot => {
  const tokens = [ROOT, ...tokensOf(pointer)]
  const key = tokens.pop()!
  let container: unknown = root
  for (const [depth, token] of tokens.entries()) {
    const place = { container: container as Slot['container'], key: token }
    container = isThere(place) ? member(place) : undefined
    if (typeof container !== 'object' || container === null) {
      throw refuse(`there is nothing at "${shown(`/${tokens.slice(1, depth + 1).join('/')}`)}" to go into`)
    }
  }
  return { container: container as Slot['container'], key }
}

const isIndex = (key: string): boolean => /^(?:0|[1-9]\d{0,8})$/.test(key)

const isThere = ({ container, key }: Slot): boolean =>
  (Array.isArray(container) ? isIndex(key) && Number(key) < container.length : Object.hasOwn(container, key))

const member = ({ container, key }: Slot): unknown => (container as Fields)[key]

const held = ({ container, key }: Slot): { value: unknown; digits: string | undefined } => {
  const value = member({ container, key })
  return { value, digits: typeof value === 'number' ? digitsOf(container, key, value) : undefined }
}

const existing = (slot: Slot, pointer: string, refuse: Refuse): Slot => {
  if (!isThere(slot)) throw refuse(`there is nothing at "${shown(pointer)}"`)
  return slot
}

const insert = ({ container, key }: Slot, value: unknown, digits: string | undefined, refuse: Refuse): void => {
  if (!Array.isArray(container)) return putMember(container, key, value, digits)
  const at = key === '-' ? container.length : isIndex(key) ? Number(key) : Infinity
  if (at > container.length) throw refuse(`the list has ${container.length} item(s); a new one goes to 0 to ${container.length}, or to "-", its end`)
  container.splice(at, 0, value)
}

/** Takes the member out and answers what held it. */
const take = ({ container, key }: Slot): Slot['container'] => {
  if (Array.isArray(container)) container.splice(Number(key), 1)
  else delete container[key]
  return container
}

const withoutEmptied = (value: unknown, emptied: ReadonlySet<unknown>): unknown => {
  if (typeof value !== 'object' || value === null || emptied.size === 0) return value
  for (const [key, item] of Object.entries(value).reverse()) {
    if (withoutEmptied(item, emptied) === undefined) {
      take({ container: value as Slot['container'], key })
      if (Object.keys(value).length === 0) return undefined
    }
  }
  return emptied.has(value) && Object.keys(value).length === 0 ? undefined : value
}
