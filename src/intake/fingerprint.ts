/**
 * What makes two sendings the same: the content of the Bundle, whatever its JSON looks like and a transport changed on
 * its way. Digits count (`1.50` is not `1.5` in FHIR), white space and the order of members do not.
 */
import { createHash } from 'node:crypto'
import { digitsOf, isObject } from '../fhir/json.ts'
import type { Resource } from '../fhir/resource.ts'

/** Differences named at most; the sender needs a place to look, not a list. */
const MAX_DIFFERENCES = 5

/** Of the Bundle itself: a resend may carry a new id and a new time. */
const TRANSPORT = new Set(['id', 'meta', 'timestamp', 'signature', 'link'])

const essential = (sent: Resource): Record<string, unknown> => (sent.resourceType === 'Bundle'
  ? Object.fromEntries(Object.entries(sent).filter(([name]) => !TRANSPORT.has(name)))
  : sent)

/** SHA-256 of the content, members in order. */
export const fingerprint = (sent: Resource): string =>
  createHash('sha256').update(canonical(essential(sent))).digest('hex')

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item, index) => member(value, index, item)).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  return `{${Object.keys(value).sort().map(name => `${JSON.stringify(name)}:${member(value, name, value[name])}`).join(',')}}`
}

const member = (holder: object, name: string | number, value: unknown): string =>
  (typeof value === 'number' ? digitsOf(holder, name, value) : canonical(value))

/** FHIRPaths at which two sendings differ, the first few; never the values. */
export const differences = (one: Resource, other: Resource): readonly string[] => {
  const found: string[] = []
  const compare = (a: unknown, b: unknown, path: string): void => {
    if (found.length >= MAX_DIFFERENCES) return
    if (Array.isArray(a) && Array.isArray(b)) {
      for (let index = 0; index < Math.max(a.length, b.length); index += 1) compareMembers(a, b, index, `${path}[${index}]`)
    } else if (isObject(a) && isObject(b)) {
      for (const name of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) compareMembers(a, b, name, `${path}.${named(name)}`)
    } else if (a !== b) {
      found.push(path)
    }
  }
  const compareMembers = (a: object, b: object, name: string | number, path: string): void => {
    const [one, other] = [valueIn(a, name), valueIn(b, name)]
    if (typeof one === 'number' && typeof other === 'number') compare(digitsOf(a, name, one), digitsOf(b, name, other), path)
    else compare(one, other, path)
  }
  compare(essential(one), essential(other), one.resourceType)
  return found
}

const valueIn = (holder: object, name: string | number): unknown => (holder as Record<string | number, unknown>)[name]

/** A member that is no element of FHIR may say anything: it is not repeated. */
const named = (name: string): string => (/^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(name) ? name : '?')
