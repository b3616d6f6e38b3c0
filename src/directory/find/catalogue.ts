/**
 * Every HealthcareService that the directory lists, by what it says that it takes and where, with its places: what `$find`
 * looks through. Read when it is first asked for, then kept in step with the store's commits.
 *
 * What came inside a referral is not listed, and so not here: each entry is read with the sight of the public.
 */
import { listed } from '../../access/visibility.ts'
import { localReference } from '../../fhir/reference.ts'
import { refText, type Coding, type Resource, type ResourceRef } from '../../fhir/resource.ts'
import { isOnEarth, pointOf, type Point } from '../../search/positions.ts'
import { parseStored } from '../../rest/unit-of-work.ts'
import type { Store, StoredVersion } from '../../store/store.ts'
import { listedService, type ListedService } from '../services.ts'

export interface Entry {
  readonly service: ListedService
  readonly isActive: boolean
  /** `system|code` of category, type, specialty and eligibility. */
  readonly codes: ReadonlySet<string>
  /** `Location/…` of coverageArea, of location. */
  readonly areas: readonly string[]
  readonly sites: readonly string[]
  /** What it says of who may come, in words. */
  readonly eligibility: readonly string[]
  readonly telecom: readonly object[]
}

interface Site {
  /** GSS codes of the districts that it is. */
  readonly districts: readonly string[]
  readonly point: Point | undefined
}

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

export const codingKey = ({ system = '', code = '' }: Coding): string => `${system}|${code}`

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

interface Concept { readonly coding?: readonly Coding[]; readonly text?: string }

const entryOf = (resource: Resource, id: string): Entry => {
  const eligibility = list(resource['eligibility']) as readonly { readonly code?: Concept; readonly comment?: string }[]
  const concepts = [...['category', 'type', 'specialty'].flatMap(name => list(resource[name]) as readonly Concept[]), ...eligibility.flatMap(({ code }) => code ?? [])]
  return {
    service: listedService(resource, id, id),
    isActive: resource['active'] !== false,
    codes: new Set(concepts.flatMap(({ coding }) => (list(coding) as readonly Coding[]).map(codingKey))),
    areas: referencesIn(resource['coverageArea']),
    sites: referencesIn(resource['location']),
    eligibility: eligibility.flatMap(({ code, comment }) => comment ?? code?.text ?? []),
    telecom: list(resource['telecom']) as readonly object[],
  }
}

const referencesIn = (value: unknown): readonly string[] => (list(value) as readonly { readonly reference?: string }[]).flatMap(({ reference }) => {
  const ref = localReference(reference ?? '')
  return ref === undefined ? [] : [refText(ref)]
})

const GSS_SYSTEM = 'http://statistics.data.gov.uk/id/statistical-geography'
const GSS_CODE = /^[ENSW]\d{8}$/

const siteOf = (resource: Resource): Site => {
  const { latitude, longitude } = (resource['position'] ?? {}) as { readonly latitude?: unknown; readonly longitude?: unknown }
  const isPlaced = typeof latitude === 'number' && typeof longitude === 'number' && isOnEarth({ latitude, longitude })
  const district = (resource['address'] as { readonly district?: string } | undefined)?.district
  const named = (list(resource['identifier']) as readonly { readonly system?: string; readonly value?: string }[]).flatMap(({ system, value }) => (system === GSS_SYSTEM && value !== undefined ? [value] : []))
  return {
    districts: [...new Set([...named, ...(isArea(resource) && district !== undefined && GSS_CODE.test(district) ? [district] : [])])],
    point: isPlaced ? pointOf({ latitude, longitude }) : undefined,
  }
}

/** A site in a district is not the district. */
const isArea = (resource: Resource): boolean =>
  (list((resource['physicalType'] as Concept | undefined)?.coding) as readonly Coding[]).some(({ code }) => code === 'area' || code === 'jdn')
