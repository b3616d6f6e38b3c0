/** Listening and stopping: timeouts and limits of connections, and an end that lets running requests finish. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

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
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve({ server, port: (server.address() as AddressInfo).port, close: (graceMs = 10_000) => close(server, graceMs) })
    })
  })
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
