/** Listening and stopping: timeouts and limits of connections, and an end that lets running requests finish. */
import { createServer, maxHeaderSize, STATUS_CODES, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { operationOutcome, outcomes, type FhirError } from '../fhir/outcomes.ts'
import { FHIR_JSON } from './answer.ts'

/** A body of 5 MB over a crew's 3G (2 Mbit/s) takes 20 s. */
const REQUEST_TIMEOUT_MS = 30_000
const HEADERS_TIMEOUT_MS = 10_000
/** Longer than the 60 s of common proxies, so that it is never the hub that closes a connection in use. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000
/** Partners keep a few connections each; a thousand idle ones hold some 13 MB. */
const MAX_CONNECTIONS = 1_000
const CLOSE_IDLE_EVERY_MS = 50

export interface Listening {
  readonly server: Server
  readonly port: number
  /** Takes no new connections, lets running requests finish for `graceMs`, then cuts them. */
  readonly close: (graceMs?: number) => Promise<void>
}

/** Rejects when the address cannot be listened on. `port` 0: any free one. */
export const listen = (listener: RequestListener, { host, port }: { host: string; port: number }): Promise<Listening> => {
  const server = createServer({
    requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  }, listener)
  server.maxConnections = MAX_CONNECTIONS
  server.on('clientError', refuseUnread)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve({ server, port: (server.address() as AddressInfo).port, close: (graceMs = 10_000) => close(server, graceMs) })
    })
  })
}

/** What Node could not read as a request reaches no endpoint, and is told why all the same. */
const refuseUnread = (problem: NodeJS.ErrnoException, socket: Duplex): void => {
  if (problem.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const { status, error } = unread(problem.code)
  const body = JSON.stringify(operationOutcome(error.issues))
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`, `content-type: ${FHIR_JSON}`, `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store', 'x-content-type-options: nosniff', 'connection: close', '', body,
  ].join('\r\n'))
}

const unread = (code: string | undefined): { status: number; error: FhirError } => {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        error: outcomes.tooLarge(`${maxHeaderSize} bytes of address and headers; send a long search by POST Type/_search`),
      }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, error: outcomes.badRequest('request-timeout', 'the request did not arrive in time; send it again') }
    default: return {
      status: 400,
      error: outcomes.badRequest('http-malformed', 'this is not an HTTP request that can be read; check its first line and headers'),
    }
  }
}

const close = (server: Server, graceMs: number): Promise<void> => new Promise(resolve => {
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  server.close(() => {
    clearInterval(idle)
    clearTimeout(cut)
    resolve()
  })
})
