/**
 * The directory as triage and offers ask it: the HealthcareService that stands for a service code of a locality,
 * its hours, its capacity. A snapshot: plain lookups over resources that were read before.
 */
import { refText, SERVICE_SYSTEM, type Resource } from '../fhir/resource.ts'
import { capacityAt, countOf, type Capacity } from './capacity.ts'
import { nextOpening, openingAt, type Opening, type OpeningHours } from './hours.ts'
import type { Locality } from './load.ts'

/** Any HealthcareService, as it is asked of. */
export interface ListedService {
  /** `HealthcareService/…` */
  readonly reference: string
  readonly name: string
  /** `Organization/…` that provides it. */
  readonly providedBy: string | undefined
  readonly hours: OpeningHours
  /** The opening in force at an instant; undefined while shut, or where no hours are stated. */
  openingAt(at: number): Opening | undefined
  /** Start of the next opening at or after an instant; undefined where no hours are stated, or none comes. */
  nextOpening(at: number): number | undefined
  capacity(at: number): Capacity
}

/** One that stands in the triage model. */
export interface DirectoryService extends ListedService {
  /** Its code there, e.g. `UCR2H`. */
  readonly code: string
}

export interface Directory {
  /** The active service of that code in a locality (folder name). */
  find(locality: string, code: string): DirectoryService | undefined
}

/** A directory of what the localities ship. */
export const shippedDirectory = (localities: readonly Locality[]): Directory =>
  directoryOf(localities.map(({ name, resources }) => ({ locality: name, services: resources })))

/**
 * A directory of given resources, e.g. as read from the store. Resources that are no active HealthcareService or
 * carry no service code are passed over.
 */
export const directoryOf = (given: readonly { readonly locality: string; readonly services: readonly Resource[] }[]): Directory => {
  const byLocality = new Map(given.map(({ locality, services }) => [locality, new Map(services.flatMap(resource => {
    const service = serviceOf(resource)
    return service === undefined ? [] : [[service.code, service] as const]
  }))]))
  return { find: (locality, code) => byLocality.get(locality)?.get(code) }
}

/** The code under which a HealthcareService stands in the triage model. */
export const serviceCode = (service: Resource): string | undefined =>
  identifiersOf(service).find(({ system }) => system === SERVICE_SYSTEM)?.value

const serviceOf = (resource: Resource): DirectoryService | undefined => {
  const code = serviceCode(resource)
  if (resource.resourceType !== 'HealthcareService' || resource['active'] === false || code === undefined || resource.id === undefined) {
    return undefined
  }
  return { code, ...listedService(resource, resource.id, code) }
}

/**
 * Keeps of the resource no more than it needs.
 * @param name of one that has none
 */
export const listedService = (resource: Resource, id: string, name: string): ListedService => {
  const { availableTime, notAvailable } = resource as OpeningHours
  const hours = { ...(availableTime === undefined ? {} : { availableTime }), ...(notAvailable === undefined ? {} : { notAvailable }) }
  const count = countOf(resource)
  return {
    reference: refText({ type: 'HealthcareService', id }),
    name: typeof resource['name'] === 'string' ? resource['name'] : name,
    providedBy: (resource['providedBy'] as { reference?: string } | undefined)?.reference,
    hours,
    openingAt: lastAsked(at => openingAt(hours, at)),
    nextOpening: lastAsked(at => nextOpening(hours, at)),
    capacity: at => capacityAt(count, at),
  }
}

/** One triage asks about the same instant many times (15 us each). */
const lastAsked = <T>(answer: (at: number) => T): (at: number) => T => {
  let last: { readonly at: number; readonly value: T } | undefined
  return at => {
    if (last?.at !== at) last = { at, value: answer(at) }
    return last.value
  }
}

const identifiersOf = (resource: Resource): readonly { system?: string; value?: string }[] =>
  Array.isArray(resource['identifier']) ? resource['identifier'] as readonly { system?: string; value?: string }[] : []
