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
  const local = url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url.replace(/^\//, '')
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(local)) {
    throw outcomes.entry('entry-url', `${at}.request.url is on another server; send an address below ${base}, such as Patient/1`, `${at}.request.url`)
  }
  const [path, query] = splitOnce(local, '?')
  const entry: Entry = {
    index, url, query,
    verb: method as Verb,
    path: path.split('/').filter(segment => segment !== ''),
    fullUrl: optionalText(fullUrl, `${at}.fullUrl`),
    resource: resource === undefined ? undefined : asObject(resource, `${at}.resource`) as Resource,
    ifMatch: optionalText(ifMatch, `${at}.request.ifMatch`),
    ifNoneMatch: optionalText(ifNoneMatch, `${at}.request.ifNoneMatch`),
    ifModifiedSince: optionalText(ifModifiedSince, `${at}.request.ifModifiedSince`),
    ifNoneExist: optionalText(ifNoneExist, `${at}.request.ifNoneExist`),
  }
  if ((method === 'POST' || method === 'PUT' || method === 'PATCH') && resource === undefined && !local.includes('$')) {
    throw outcomes.entry('entry-resource', `${at} is a ${method} and needs a resource`, `${at}.resource`)
  }
  return entry
}

/** R4: "a resource can only appear in a transaction once (by identity)"; the same condition twice would make duplicates. */
const refuseRepeats = (entries: readonly Entry[]): void => {
  const seen = new Map<string, number>()
  for (const { verb, path, query, fullUrl, index, ifNoneExist } of entries) {
    const identities = [
      ...(verb !== 'GET' && verb !== 'HEAD' && verb !== 'POST' && isId(path[1] ?? '') ? [`${path[0]}/${path[1]}`] : []),
      ...(verb !== 'GET' && verb !== 'HEAD' && query !== '' ? [`${path[0]}?${query}`] : []),
      ...(verb === 'POST' && ifNoneExist !== undefined ? [`${path[0]}?${ifNoneExist.replace(/^[^?=]*\?/, '')}`] : []),
      ...(fullUrl === undefined || verb === 'GET' || verb === 'HEAD' ? [] : [fullUrl]),
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

const splitOnce = (text: string, at: string): [string, string] => {
  const index = text.indexOf(at)
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + at.length)]
}
