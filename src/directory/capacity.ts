/**
 * Capacity of a HealthcareService: free places and when they were counted, kept as an extension on the service.
 *
 * A count older than four hours is unconfirmed: ranked below fresh equals, never shown as free, and never a reason
 * to leave the service out (triage model, ranking; domain W14).
 */
import { hubProfile, type Resource } from '../fhir/resource.ts'
import { HOUR } from './london.ts'

export const CAPACITY_EXTENSION = hubProfile('service-capacity')

/** Four hours: domain W14, "service capacity last confirmed >4 h ago". */
export const STALE_AFTER_MS = 4 * HOUR

export type Capacity =
  | { readonly kind: 'reported'; readonly free: number; readonly asOf: number }
  | { readonly kind: 'unconfirmed'; readonly asOf: number }
  /** Never reported. */
  | { readonly kind: 'unknown' }

interface Extension {
  readonly url?: string
  readonly extension?: readonly Extension[]
  readonly valueInteger?: number
  readonly valueUnsignedInt?: number
  readonly valueInstant?: string
  readonly valueDateTime?: string
}

/** What a service says of its room, as of `at`. A count from the future is unconfirmed too. */
export const capacityOf = (service: Resource, at: number): Capacity => {
  const parts = extensionsOf(service).find(({ url }) => url === CAPACITY_EXTENSION)?.extension ?? []
  const free = part(parts, 'free')?.valueUnsignedInt ?? part(parts, 'free')?.valueInteger
  const asOf = Date.parse(part(parts, 'asOf')?.valueInstant ?? part(parts, 'asOf')?.valueDateTime ?? '')
  if (free === undefined || Number.isNaN(asOf)) return { kind: 'unknown' }
  return asOf > at || at - asOf > STALE_AFTER_MS ? { kind: 'unconfirmed', asOf } : { kind: 'reported', free, asOf }
}

const extensionsOf = (resource: Resource): readonly Extension[] =>
  Array.isArray(resource['extension']) ? resource['extension'] as readonly Extension[] : []

const part = (parts: readonly Extension[], url: string): Extension | undefined => parts.find(each => each.url === url)
