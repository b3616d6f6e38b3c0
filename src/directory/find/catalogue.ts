/**
 * Every HealthcareService that the directory lists, by what it says that it takes and where, with its places: what `$find`
 * looks through. Read when it is first asked for, then kept in step with the store's commits.
 *
 * What came inside a referral is not listed, and so not here: each entry is read with the sight of the public.
 */
import { listed } from '../../access/visibility.ts'
import { refText, type ResourceRef } from '../../fhir/resource.ts'
import type { Point } from '../../search/positions.ts'
import { parseStored } from '../../rest/unit-of-work.ts'
import type { Store, StoredVersion } from '../../store/store.ts'
import { entryOf, siteOf, type Entry, type Site } from './entry.ts'

export interface Catalogue {
  /** Every entry. */
  readonly entries: { readonly size: number; values(): Iterable<Entry> }
  get(reference: string): Entry | undefined
  /** That say that they take this (`system|code`). */
  taking(code: string): ReadonlySet<Entry>
  /** That say that they cover a district (GSS code). */
  covering(district: string): ReadonlySet<Entry>
  /** Districts that an entry says it covers; empty where it does not say. */
  districtsOf(entry: Entry): readonly string[]
  /** Where it is: its locations that have a position. */
  pointsOf(entry: Entry): readonly Point[]
}

/** How many resources are read at a time. */
const PAGE = 1_000
const TYPES: ReadonlySet<string> = new Set(['HealthcareService', 'Location'])

/** The catalogue as of the last commit, to be asked for anew by each request. */
export const openCatalogue = (store: Store): (() => Promise<Catalogue>) => {
  const index = createIndex()
  const changed = new Map<string, ResourceRef>()
  let loading: Promise<void> | undefined
  store.onCommit(({ versions }) => {
    for (const { ref } of versions) if (TYPES.has(ref.type)) changed.set(refText(ref), ref)
  })

  const load = async (): Promise<void> => {
    for (const type of TYPES) {
      let after: Awaited<ReturnType<Store['search']>>['next']
      do {
        const page = await store.search({
          types: [type], where: { kind: 'all-of', of: [] }, visibility: listed, sort: [], count: PAGE, includes: [], total: 'none',
          ...(after === undefined ? {} : { after }),
        })
        for (const version of page.matches) index.put(version.ref, version)
        after = page.next
      } while (after !== undefined)
    }
  }
  const refresh = async (): Promise<void> => {
    const refs = [...changed.values()]
    changed.clear()
    try {
      for (const ref of refs) index.put(ref, await store.read(ref, listed))
    } catch (error) {
      for (const ref of refs) changed.set(refText(ref), ref)
      throw error
    }
  }
  const loaded = (): Promise<void> => (loading ??= load().catch((error: unknown) => {
    loading = undefined
    throw error
  }))

  let refreshing = Promise.resolve()
  return async () => {
    await loaded()
    // Who comes while another reads what has changed waits for that, and one that failed is tried again.
    if (changed.size > 0) refreshing = refreshing.catch(() => undefined).then(refresh)
    await refreshing
    return index
  }
}

const createIndex = (): Catalogue & { put(ref: ResourceRef, version: StoredVersion | undefined): void } => {
  const entries = new Map<string, Entry>()
  const sites = new Map<string, Site>()
  /** Of the entries that were asked for; forgotten when a Location changes. */
  let points = new WeakMap<Entry, readonly Point[]>()
  const byCode = createSets<Entry>()
  const byArea = createSets<Entry>()
  const byDistrict = createSets<string>()

  const putService = (key: string, entry: Entry | undefined): void => {
    const before = entries.get(key)
    if (before !== undefined) {
      for (const code of before.codes) byCode.take(code, before)
      for (const area of before.areas) byArea.take(area, before)
      entries.delete(key)
    }
    if (entry === undefined) return
    entries.set(key, entry)
    for (const code of entry.codes) byCode.put(code, entry)
    for (const area of entry.areas) byArea.put(area, entry)
  }
  const putSite = (key: string, site: Site | undefined): void => {
    for (const district of sites.get(key)?.districts ?? []) byDistrict.take(district, key)
    points = new WeakMap()
    sites.delete(key)
    if (site === undefined) return
    sites.set(key, site)
    for (const district of site.districts) byDistrict.put(district, key)
  }

  return {
    entries,
    put(ref, version) {
      const resource = version === undefined || version.deleted ? undefined : parseStored(version)
      if (ref.type === 'Location') putSite(refText(ref), resource === undefined ? undefined : siteOf(resource))
      else putService(refText(ref), resource === undefined ? undefined : entryOf(resource, ref.id))
    },
    get: reference => entries.get(reference),
    taking: byCode.of,
    covering: district => new Set([...byDistrict.of(district)].flatMap(area => [...byArea.of(area)])),
    districtsOf: ({ areas }) => [...new Set(areas.flatMap(area => sites.get(area)?.districts ?? []))],
    pointsOf(entry) {
      const known = points.get(entry) ?? entry.sites.flatMap(site => sites.get(site)?.point ?? [])
      points.set(entry, known)
      return known
    },
  }
}

/** Several values by a key. */
interface Sets<T> {
  readonly of: (key: string) => ReadonlySet<T>
  readonly put: (key: string, value: T) => void
  readonly take: (key: string, value: T) => void
}

const createSets = <T>(): Sets<T> => {
  const sets = new Map<string, Set<T>>()
  const none: ReadonlySet<T> = new Set()
  return {
    of: key => sets.get(key) ?? none,
    put(key, value) {
      const known = sets.get(key)
      if (known === undefined) sets.set(key, new Set([value]))
      else known.add(value)
    },
    take(key, value) {
      const known = sets.get(key)
      known?.delete(value)
      if (known?.size === 0) sets.delete(key)
    },
  }
}
