/**
 * Capacity of a HealthcareService: free places, how long people wait and when that was counted, kept as an extension on
 * the service; its versions are the history of its counts.
 *
 * A count older than four hours is unconfirmed: ranked below fresh equals, never shown as free, and never a reason
 * to leave the service out (triage model, ranking; domain W14).
 */
import { hubProfile, type Resource } from '../fhir/resource.ts'
import { HOUR } from './london.ts'

export const CAPACITY_EXTENSION = hubProfile('service-capacity')

/** Four hours: domain W14, "service capacity last confirmed >4 h ago". */
export const STALE_AFTER_MS = 4 * HOUR

/** What a service said. */
export interface CapacityCount {
  readonly free: number
  readonly total?: number
  readonly waitingMinutes?: number
  /** Instant, milliseconds. */
  readonly asOf: number
}

export type Capacity =
  | { readonly kind: 'reported' } & CapacityCount
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
  readonly valueDuration?: { readonly value?: number; readonly code?: string }
}

/** What a count says of a service's room, as of `at`. One from the future is unconfirmed too. */
export const capacityAt = (count: CapacityCount | undefined, at: number): Capacity => {
  if (count === undefined) return { kind: 'unknown' }
  const { asOf } = count
  return asOf > at || at - asOf > STALE_AFTER_MS ? { kind: 'unconfirmed', asOf } : { kind: 'reported', ...count }
}

/** What a service says of its room, as of `at`. */
export const capacityOf = (service: Resource, at: number): Capacity => capacityAt(countOf(service), at)

/** The last count that a service carries, however old. */
export const countOf = (service: Resource): CapacityCount | undefined => {
  const parts = extensionsOf(service).find(isCapacity)?.extension ?? []
  const whole = (url: string): number | undefined => part(parts, url)?.valueUnsignedInt ?? part(parts, url)?.valueInteger
  const [free, total, waitingMinutes] = [whole('free'), whole('total'), minutesOf(part(parts, 'waiting')?.valueDuration)]
  const asOf = Date.parse(part(parts, 'asOf')?.valueInstant ?? part(parts, 'asOf')?.valueDateTime ?? '')
  if (free === undefined || Number.isNaN(asOf)) return undefined
  return { free, ...(total === undefined ? {} : { total }), ...(waitingMinutes === undefined ? {} : { waitingMinutes }), asOf }
}

/** The service with another count. */
export const withCount = (service: Resource, { free, total, waitingMinutes, asOf }: CapacityCount): Resource => ({
  ...service,
  extension: [...extensionsOf(service).filter(one => !isCapacity(one)), { url: CAPACITY_EXTENSION, extension: [
    { url: 'free', valueInteger: free },
    ...(total === undefined ? [] : [{ url: 'total', valueInteger: total }]),
    ...(waitingMinutes === undefined ? [] : [{ url: 'waiting', valueDuration: inMinutes(waitingMinutes) }]),
    { url: 'asOf', valueDateTime: new Date(asOf).toISOString() },
  ] }],
})

/** R4's Duration. */
export const inMinutes = (minutes: number) => ({ value: minutes, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' })

/** UCUM units of time in which a waiting time may be said. */
const MINUTES_OF_UNIT: Readonly<Record<string, number>> = { min: 1, h: 60, d: 1_440, wk: 10_080 }

/** Whole minutes of a Duration; undefined where it has no value, or a unit that is none of `min`, `h`, `d`, `wk`. */
export const minutesOf = (duration: unknown): number | undefined => {
  const { value, code } = (duration ?? {}) as { readonly value?: unknown; readonly code?: unknown }
  const minutes = typeof code === 'string' && Object.hasOwn(MINUTES_OF_UNIT, code) ? MINUTES_OF_UNIT[code] : undefined
  return typeof value === 'number' && minutes !== undefined ? Math.round(value * minutes) : undefined
}

const isCapacity = ({ url }: Extension): boolean => url === CAPACITY_EXTENSION

const extensionsOf = (resource: Resource): readonly Extension[] =>
  Array.isArray(resource['extension']) ? resource['extension'] as readonly Extension[] : []

const part = (parts: readonly Extension[], url: string): Extension | undefined => parts.find(each => each.url === url)
