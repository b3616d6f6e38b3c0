/**
 * The directory as it stands in the store: read once, kept current by the commits that change a HealthcareService.
 * Triage asks it on every request, so it lives in memory; it is small and public.
 */
import type { Resource, ResourceRef } from '../fhir/resource.ts'
import type { Store, StoredVersion } from '../store/store.ts'
import type { Locality } from './load.ts'
import { directoryOf, type Directory } from './services.ts'

export interface CurrentDirectory extends Directory {
  /** Stops following the store. */
  close(): void
}

/** A service belongs to the locality that ships it, or that ships the Organization which provides it. */
export const followDirectory = async (store: Store, localities: readonly Locality[]): Promise<CurrentDirectory> => {
  const services = new Map<string, { readonly locality: string; readonly resource: Resource }>()
  let directory: Directory | undefined

  const take = (version: StoredVersion): void => {
    directory = undefined
    if (version.deleted) {
      services.delete(version.ref.id)
      return
    }
    const resource = JSON.parse(version.json) as Resource
    const locality = homeOf(resource, localities)
    if (locality !== undefined) services.set(version.ref.id, { locality, resource })
  }

  const unsubscribe = store.onCommit(({ versions }) => versions.filter(({ ref }) => ref.type === 'HealthcareService').forEach(take))
  for (const ref of shippedServices(localities)) {
    const version = await store.read(ref, { kind: 'all' })
    if (version !== undefined && !services.has(ref.id)) take(version)
  }
  const current = (): Directory => directory ??= directoryOf(localities.map(({ name }) => ({
    locality: name, services: [...services.values()].filter(({ locality }) => locality === name).map(({ resource }) => resource),
  })))
  return { find: (locality, code) => current().find(locality, code), close: unsubscribe }
}

const shippedServices = (localities: readonly Locality[]): readonly ResourceRef[] =>
  localities.flatMap(({ resources }) => resources)
    .filter(({ resourceType }) => resourceType === 'HealthcareService')
    .map(({ id }) => ({ type: 'HealthcareService', id: id ?? '' }))

const homeOf = (service: Resource, localities: readonly Locality[]): string | undefined => {
  const provider = (service['providedBy'] as { reference?: string } | undefined)?.reference
  return localities.find(({ resources }) => resources.some(({ resourceType, id }) =>
    (resourceType === 'HealthcareService' && id === service.id) || `${resourceType}/${id}` === provider))?.name
}
