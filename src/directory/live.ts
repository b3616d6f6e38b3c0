/**
 * The directory as it is now: what the localities ship, and every later version of their HealthcareServices as soon as
 * it is committed. A service belongs to the locality that shipped it.
 */
import { refText, type Resource } from '../fhir/resource.ts'
import { parseStored } from '../rest/unit-of-work.ts'
import type { Store } from '../store/store.ts'
import type { Locality } from './load.ts'
import { directoryOf, type Directory } from './services.ts'

/** Follows the store's commits until the store is closed. */
export const openDirectory = async (store: Store, localities: readonly Locality[]): Promise<Directory> => {
  const localityOf = new Map<string, string>()
  const current = new Map<string, Resource>()
  for (const { name, resources } of localities) {
    for (const resource of resources) {
      if (resource.resourceType !== 'HealthcareService') continue
      const ref = { type: resource.resourceType, id: String(resource.id) }
      const stored = await store.read(ref, { kind: 'all' })
      localityOf.set(refText(ref), name)
      if (stored !== undefined && !stored.deleted) current.set(refText(ref), parseStored(stored))
    }
  }
  const build = (): Directory => directoryOf(localities.map(({ name }) => ({
    locality: name, services: [...current].flatMap(([ref, resource]) => (localityOf.get(ref) === name ? [resource] : [])),
  })))

  let directory = build()
  store.onCommit(({ versions }) => {
    const changed = versions.filter(({ ref }) => localityOf.has(refText(ref)))
    if (changed.length === 0) return
    for (const version of changed) {
      if (version.deleted) current.delete(refText(version.ref))
      else current.set(refText(version.ref), parseStored(version))
    }
    directory = build()
  })
  return { find: (locality, code) => directory.find(locality, code) }
}
