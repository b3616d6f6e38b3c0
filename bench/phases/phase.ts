/**
 * A phase: what is asked of the hub, by whom, how often, and the aim (issue's table) beside which it is printed.
 *
 * Each makes its requests before the clock starts. They are numbered from 0 on, each number once in a run of a phase on
 * a store, so nothing is created twice and no version is updated twice.
 */
import { headersOf, sendingOf, type Request } from '../driver.ts'
import { peopleOf, type Sender } from '../senders.ts'
import type { ClientName } from '../clients.ts'
import type { StoreName } from '../stores.ts'

export interface Phase {
  readonly name: string
  readonly title: string
  readonly aim: {
    /** The hub's rate against a bare handler's. */
    readonly ratio?: number
    /** On each store, its own process included. */
    readonly cpuMs?: Readonly<Partial<Record<StoreName, number>>>
    /** CPU with the most people against that with the fewest. */
    readonly growth?: number
  }
  /** Most requests with one client and with sixteen: some two seconds each, so that CPU in ticks of 10 ms is told to 1 %. */
  readonly count: { readonly alone: number; readonly together: number }
  /** Makes the requests numbered `from` to `from + count`. */
  readonly requests: (desk: Desk, from: number, count: number) => Promise<readonly Request[]>
  /** Whether a client follows the links `next` of what it is answered. */
  readonly follows?: boolean
}

/** What a phase needs to know of the run. */
export interface Desk {
  readonly url: string
  readonly tokens: Readonly<Record<ClientName, string>>
  /** Numbers of the people whose record a client sent. */
  readonly people: Readonly<Record<Sender, readonly number[]>>
}

export const deskOf = (url: string, people: number, tokens: Desk['tokens']): Desk =>
  ({ url, tokens, people: { gp: peopleOf('gp', people), team: peopleOf('team', people) } })

export const TEAM_SERVICE = 'HealthcareService/cl-ucr2h'
export const HUB = 'Organization/cl-care-connexions'
/** People that the filled store does not hold. */
export const NEW_PEOPLE = 300_000
/** A growth that the issue asks for. */
export const FLAT = 1.3

/**
 * One of the people whose record the client sent: spread, so that no page of the store is read twice in a row, and each
 * once before the first comes again (7,919 is a prime and divides no number of people).
 */
export const someone = ({ people }: Desk, sender: Sender, n: number): number => {
  const own = people[sender]
  return own[(n * 7_919) % own.length]!
}

const numbers = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, k) => from + k)

export const gets = (client: ClientName, path: (desk: Desk, n: number) => string): Phase['requests'] => async (desk, from, count) =>
  numbers(from, count).map(n => ({ method: 'GET', path: `/fhir/${path(desk, n)}`, headers: headersOf(desk.tokens[client]) }))

export const posts = (client: ClientName, path: string, body: (n: number) => string): Phase['requests'] => async (desk, from, count) =>
  numbers(from, count).map(n => ({ method: 'POST', path, headers: sendingOf(desk.tokens[client]), body: body(n) }))
