/**
 * Sending an answer: every response leaves here, in one write, with the same protective headers.
 *
 * The headers are those of helmet that mean something to an API, as constants: the whole endpoint takes 8 µs of CPU
 * beside Node's own HTTP, which a middleware per header would double.
 */
import type { ServerResponse } from 'node:http'
import type { FhirAnswer } from '../rest/request.ts'
import type { RequestIds } from './request-ids.ts'

export const FHIR_JSON = 'application/fhir+json; charset=utf-8'
export const PLAIN_JSON = 'application/json; charset=utf-8'

const protective: readonly string[] = [
  'cache-control', 'no-store',
  'content-security-policy', "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy', 'same-origin',
  'referrer-policy', 'no-referrer',
  'strict-transport-security', 'max-age=31536000',
  'x-content-type-options', 'nosniff',
  'x-frame-options', 'DENY',
]

/** Express's response: `locals` holds what the first middleware found out about the request. */
export type Response = ServerResponse & { readonly locals?: Partial<RequestIds> }

/** Header values are Latin-1 on the wire; what is not (or would end the line) becomes `?`, never an exception. */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/g

/**
 * Sends unless something was sent already or the client has gone. `type` is the media type of a body; `headers` are none
 * of those above. Names and values go out as one flat list, which Node writes down as it is.
 */
export const send = (response: Response, { status, headers, body }: FhirAnswer, type = FHIR_JSON): void => {
  if (response.headersSent || response.destroyed) return
  const all = [...protective]
  const { requestId, correlationId } = response.locals ?? {}
  if (requestId !== undefined) all.push('x-request-id', requestId)
  if (correlationId !== undefined) all.push('x-correlation-id', correlationId)
  for (const name in headers) all.push(name, headers[name]!.replace(UNSENDABLE, '?'))
  if (body === undefined) {
    if (status !== 204 && status !== 304) all.push('content-length', '0')
    response.writeHead(status, all)
    response.end()
    return
  }
  const bytes = Buffer.byteLength(body)
  all.push('content-type', type, 'content-length', String(bytes))
  response.writeHead(status, all)
  // ASCII, as most of what is stored: the same bytes, copied instead of encoded.
  response.end(body, bytes === body.length ? 'latin1' : 'utf8')
}

export const sendJson = (response: Response, status: number, value: object, headers: Readonly<Record<string, string>> = {}): void =>
  send(response, { status, headers, body: JSON.stringify(value) }, PLAIN_JSON)
