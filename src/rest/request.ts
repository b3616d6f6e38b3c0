/** A FHIR request and its answer without any web framework: what `http/` hands in and sends out. */
import type { Caller } from '../access/caller.ts'

export interface FhirRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Decoded segments after the base, e.g. `['Patient', '123', '_history', '2']`. */
  readonly path: readonly string[]
  /** Decoded pairs of the query string, in order, repeats kept. */
  readonly query: readonly (readonly [string, string])[]
  /** Lower-case header names. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The body as text, '' when there is none. */
  readonly body: string
  readonly requestId: string
  readonly correlationId: string
  /** Base of links and Location, e.g. `http://127.0.0.1:3000/fhir`, without a trailing slash. */
  readonly base: string
}

export interface FhirAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON text; undefined for none. */
  readonly body: string | undefined
  /** Requests inside this one that were refused to the caller (403), for the audit. */
  readonly denied?: readonly FhirRequest[]
}

/** Routes to interactions and operations; throws FhirError for everything that is not an answer. */
export type FhirHandler = (request: FhirRequest, caller: Caller) => Promise<FhirAnswer>
