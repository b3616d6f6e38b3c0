/**
 * The entries of a batch or transaction Bundle, read and checked before anything runs.
 * R4: https://hl7.org/fhir/R4/http.html#transaction
 */
import { outcomes } from '../../fhir/outcomes.ts'
import { isId, type Resource } from '../../fhir/resource.ts'

export type Verb = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Entry {
  readonly index: number
  readonly fullUrl: string | undefined
  readonly verb: Verb
  /** As sent: `Patient`, `Patient/1`, `Patient?identifier=…`. */
  readonly url: string
  readonly path: readonly string[]
  /** Without `?`. */
  readonly query: string
  readonly resource: Resource | undefined
  readonly ifMatch: string | undefined
  readonly ifNoneMatch: string | undefined
  readonly ifModifiedSince: string | undefined
  readonly ifNoneExist: string | undefined
}

/** Entries in one request; design idea 14 and the limit of `$submit`. */
export const MAX_ENTRIES = 1_000

const VERBS: ReadonlySet<string> = new Set<Verb>(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** The entries of a transaction, none of a resource that another is of. */
export const readEntries = (bundle: Resource, base: string): readonly Entry[] => {
  const entries = entryList(bundle).map((entry, index) => readEntry(entry, index, base))
  refuseRepeats(entries)
  return entries
}

/** Entries as they came, their number within the limit. */
export const entryList = (bundle: Resource): readonly unknown[] => {
  const list = bundle['entry'] ?? []
  if (!Array.isArray(list)) throw outcomes.malformedJson('Bundle.entry must be an array', 'Bundle.entry')
  if (list.length > MAX_ENTRIES) throw outcomes.tooLarge(`${MAX_ENTRIES} entries`)
  return list
}

export const readEntry = (value: unknown, index: number, base: string): Entry => {
  const at = `Bundle.entry[${index}]`
  const { fullUrl, request, resource } = asObject(value, at)
  const { method, url, ifMatch, ifNoneMatch, ifModifiedSince, ifNoneExist } = asObject(request, `${at}.request`)
  if (typeof method !== 'string' || !VERBS.has(method)) {
    throw outcomes.entry('entry-method', `${at}.request.method must be one of ${[...VERBS].join(', ')}`, `${at}.request.method`)
  }
  if (typeof url !== 'string' || url === '') throw outcomes.entry('entry-url', `${at}.request.url says what the request is for`, `${at}.request.url`)
  const local = localPart(url, base)
  if (/^[A-Za-z][A-Za-z0-9+.-]*:|^\/\//.test(local)) {
    throw outcomes.entry('entry-url', `${at}.request.url is on another server; send an address below ${base}, such as Patient/1`, `${at}.request.url`)
  }
  const [address, query] = splitOnce(local.replace(/^\//, ''), '?')
  const path = address.split('/').filter(segment => segment !== '').map(segment => decoded(segment, at))
  const entry: Entry = {
    index, url, query,
    verb: method as Verb,
    path,
    fullUrl: addressText(fullUrl, `${at}.fullUrl`),
    resource: resource === undefined ? undefined : asObject(resource, `${at}.resource`) as Resource,
    ifMatch: optionalText(ifMatch, `${at}.request.ifMatch`),
    ifNoneMatch: optionalText(ifNoneMatch, `${at}.request.ifNoneMatch`),
    ifModifiedSince: optionalText(ifModifiedSince, `${at}.request.ifModifiedSince`),
    ifNoneExist: optionalText(ifNoneExist, `${at}.request.ifNoneExist`),
  }
  const isWrite = method === 'POST' || method === 'PUT' || method === 'PATCH'
  if (isWrite && resource === undefined && !/^(?:\$|_search$)/.test(path.at(-1) ?? '')) {
    throw outcomes.entry('entry-resource', `${at} is a ${method} and needs a resource`, `${at}.resource`)
  }
  return entry
}

/** Whether an entry only looks: a search by POST does too. */
export const isRead = ({ verb, path }: Entry): boolean => verb === 'GET' || verb === 'HEAD' || (verb === 'POST' && path.at(-1) === '_search')

/** R4's order of transactions, in which batches are run as well (https://hl7.org/fhir/R4/http.html#trules). */
export const inOrder = (entries: readonly Entry[]): readonly Entry[] =>
  [...entries].sort((one, other) => stageOf(one) - stageOf(other) || one.index - other.index)

const stageOf = (entry: Entry): number => {
  if (isRead(entry)) return 3
  return entry.verb === 'DELETE' ? 0 : entry.verb === 'POST' ? 1 : 2
}

/** R4: "a resource can only appear in a transaction once (by identity)"; the same condition twice would make duplicates. */
const refuseRepeats = (entries: readonly Entry[]): void => {
  const seen = new Map<string, number>()
  for (const entry of entries) {
    if (isRead(entry)) continue
    const { verb, path, query, fullUrl, index, ifNoneExist } = entry
    const identities = [
      ...(verb !== 'POST' && isId(path[1] ?? '') ? [`${path[0]}/${path[1]}`] : []),
      ...(query === '' ? [] : [`${path[0]}?${query}`]),
      ...(verb === 'POST' && ifNoneExist !== undefined ? [`${path[0]}?${ifNoneExist.replace(/^[^?=]*\?/, '')}`] : []),
      ...(fullUrl === undefined ? [] : [fullUrl]),
    ]
    for (const identity of identities) {
      const earlier = seen.get(identity)
      if (earlier !== undefined && earlier !== index) {
        throw outcomes.entry('entry-repeated', `${identity} stands in entries ${earlier} and ${index}; a transaction holds a resource once`, `Bundle.entry[${index}]`)
      }
      seen.set(identity, index)
    }
  }
}

const asObject = (value: unknown, path: string): Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw outcomes.malformedJson(`${path} must be an object`, path)
  return value as Record<string, unknown>
}

const optionalText = (value: unknown, path: string): string | undefined => {
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw outcomes.malformedJson(`${path} must be a string`, path)
  return value
}

/** R4 bdl-8: a fullUrl names a resource, not one version of it. */
const addressText = (value: unknown, path: string): string | undefined => {
  const text = optionalText(value, path)
  if (text?.includes('/_history/') === true) throw outcomes.entry('entry-full-url', `${path} names a version; leave /_history/… out`, path)
  return text
}

const localPart = (url: string, base: string): string => {
  const isOwn = url.startsWith(base) && (url.length === base.length || url[base.length] === '/' || url[base.length] === '?')
  return isOwn ? url.slice(base.length) : url
}

const decoded = (segment: string, at: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw outcomes.entry('entry-url', `${at}.request.url is not percent-encoded UTF-8; send a literal % as %25`, `${at}.request.url`)
  }
}

const splitOnce = (text: string, at: string): [string, string] => {
  const index = text.indexOf(at)
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + at.length)]
}
