/**
 * `X-Request-ID` and `X-Correlation-ID`: taken from the client when they are fit to repeat in headers, logs and audit,
 * made here otherwise. Both are echoed on every answer (BaRS and FHIR say so: https://hl7.org/fhir/R4/http.html#custom).
 */
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export interface RequestIds {
  readonly requestId: string
  readonly correlationId: string
}

/** UUIDs and the ids that gateways make; nothing that could break out of a header, a log line or a resource. */
const FIT = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/

/** Without a correlation id of its own, a request is its own case. */
export const requestIds = (headers: IncomingHttpHeaders): RequestIds => {
  const requestId = fit(headers['x-request-id']) ?? randomUUID()
  return { requestId, correlationId: fit(headers['x-correlation-id']) ?? requestId }
}

const fit = (value: string | string[] | undefined): string | undefined =>
  (typeof value === 'string' && FIT.test(value) ? value : undefined)
