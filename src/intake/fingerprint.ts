/** What makes two sendings the same: the content of the Bundle, without what a transport changes on its way. */
import { createHash } from 'node:crypto'
import type { Resource } from '../fhir/resource.ts'
import { isObject } from './referral-bundle.ts'

/** Differences named at most; the sender needs a place to look, not a list. */
const MAX_DIFFERENCES = 5

/** Of the Bundle itself: a resend may carry a new id and a new time. */
const TRANSPORT = new Set(['id', 'meta', 'timestamp', 'signature', 'link'])

const essential = (sent: Resource): Record<string, unknown> => (sent.resourceType === 'Bundle'
  ? Object.fromEntries(Object.entries(sent).filter(([name]) => !TRANSPORT.has(name)))
  : sent)

/** SHA-256 of the content, keys in order. */
export const fingerprint = (sent: Resource): string =>
  createHash('sha256').update(JSON.stringify(ordered(essential(sent)))).digest('hex')

const ordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(ordered)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.keys(value).sort().map(name => [name, ordered(value[name])]))
}

/** FHIRPaths at which two sendings differ, the first few; never the values. */
export const differences = (one: Resource, other: Resource): readonly string[] => {
  const found: string[] = []
  const compare = (a: unknown, b: unknown, path: string): void => {
    if (found.length >= MAX_DIFFERENCES) return
    if (Array.isArray(a) && Array.isArray(b)) {
      for (let index = 0; index < Math.max(a.length, b.length); index += 1) compare(a[index], b[index], `${path}[${index}]`)
    } else if (isObject(a) && isObject(b)) {
      for (const name of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) compare(a[name], b[name], `${path}.${name}`)
    } else if (a !== b) {
      found.push(path)
    }
  }
  compare(essential(one), essential(other), one.resourceType)
  return found
}
