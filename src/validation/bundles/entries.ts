/**
 * The entries of a Bundle as their rules see them, and how a reference finds one of them.
 * https://hl7.org/fhir/R4/bundle.html#references
 */
import { isObject } from '../../fhir/json.ts'
import type { Resource } from '../../fhir/resource.ts'

export interface Entry {
  readonly value: Readonly<Record<string, unknown>>
  readonly fullUrl: string | undefined
  readonly resource: Resource | undefined
  /** `Bundle.entry[3]` */
  readonly path: string
}

/** `https://example.org/fhir/`, a type and an id; the address of a resource on a server. */
const RESTFUL = /^(https?:\/\/.+\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/
const VERSION = /\/_history\/([A-Za-z0-9\-.]{1,64})$/

/** Server, type and id of a RESTful address, relative or absolute; undefined of anything else. */
export const addressOf = (url: string): { readonly base: string | undefined; readonly type: string; readonly id: string } | undefined => {
  const [whole, base, type = '', id = ''] = RESTFUL.exec(url) ?? []
  return whole === undefined ? undefined : { base, type, id }
}

export const baseOfUrl = (fullUrl: string | undefined): string | undefined =>
  (fullUrl === undefined ? undefined : addressOf(fullUrl)?.base)

export const unversioned = (url: string): string => url.replace(VERSION, '')

export const versionOf = (url: string): string | undefined => VERSION.exec(url)?.[1]

/** @param path of the Bundle */
export const entriesOf = (bundle: Readonly<Record<string, unknown>>, path: string): readonly Entry[] =>
  Array.from(Array.isArray(bundle['entry']) ? bundle['entry'] as readonly unknown[] : [], (item, i): Entry => {
    const value = isObject(item) ? item : {}
    const { fullUrl, resource } = value
    return {
      value,
      fullUrl: typeof fullUrl === 'string' ? fullUrl : undefined,
      resource: isObject(resource) && typeof resource['resourceType'] === 'string' ? resource as unknown as Resource : undefined,
      path: `${path}.entry[${i}]`,
    }
  })

export interface Found {
  readonly resource: Resource
  readonly fullUrl: string | undefined
  readonly path: string
}

export interface BundleIndex {
  /** `Bundle.type`, as sent. */
  readonly type: unknown
  /**
   * The first entry that a literal reference means.
   * @param base server of the entry that refers, where its fullUrl names one
   */
  find(reference: string, base: string | undefined): Found | undefined
  /** All of them: several versions of one resource. */
  findAll(reference: string, base: string | undefined): readonly Found[]
  /** The definition of a type that has this canonical, `|version` and all. */
  findCanonical(type: string, canonical: string): Resource | undefined
}

/**
 * Entries by fullUrl, and by `Type/id` for what has none that says so. A relative reference is relative to the server
 * of its own entry; where that is not known, it means the resource of that type and id.
 */
export const indexBundle = (bundle: Readonly<Record<string, unknown>>, path = 'Bundle'): BundleIndex => {
  const byUrl = new Map<string, Found[]>()
  const byId = new Map<string, Found[]>()
  const put = (into: Map<string, Found[]>, key: string, found: Found): void => {
    const known = into.get(key)
    if (known) known.push(found)
    else into.set(key, [found])
  }
  for (const { fullUrl, resource, path: entryPath } of entriesOf(bundle, path)) {
    if (resource === undefined) continue
    const found = { resource, fullUrl, path: `${entryPath}.resource` }
    if (fullUrl !== undefined) put(byUrl, unversioned(fullUrl), found)
    if (typeof resource.id === 'string') put(byId, `${resource.resourceType}/${resource.id}`, found)
  }
  const findAll: BundleIndex['findAll'] = (reference, base) => {
    const literal = unversioned(reference.replace(/#.*$/, ''))
    const version = versionOf(reference)
    const isRelative = addressOf(literal) !== undefined && addressOf(literal)?.base === undefined
    const candidates = isRelative
      ? (base === undefined ? byId.get(literal) : byUrl.get(base + literal) ?? byId.get(literal)?.filter(({ fullUrl }) => baseOfUrl(fullUrl) === undefined))
      : byUrl.get(literal)
    if (candidates === undefined) return []
    return version === undefined ? candidates : candidates.filter(({ resource }) => resource.meta?.versionId === version)
  }
  let byCanonical: Map<unknown, Found[]> | undefined
  const findCanonical: BundleIndex['findCanonical'] = (type, canonical) => {
    byCanonical ??= Map.groupBy([...byUrl.values(), ...byId.values()].flat(), ({ resource }) => resource['url'])
    const [url, version] = canonical.split('|', 2)
    return byCanonical.get(url)?.find(({ resource }) =>
      resource.resourceType === type && (version === undefined || resource['version'] === version))?.resource
  }
  return { type: bundle['type'], findCanonical, findAll, find: (reference, base) => findAll(reference, base)[0] }
}
