/**
 * The addresses under which the hub is reached: the base of links, and the token endpoint that assertions must name.
 *
 * Links may follow the request's Host, since they only go back to who sent it. The audience of assertions never does:
 * else whoever receives an assertion meant for another server could present it here under that server's name.
 */
import { isLoopback } from '../config.ts'

export interface Addresses {
  /** Without `/fhir`: BASE_URL, else by the request's Host header when it can be one. */
  readonly root: (host: string | undefined) => string
  /** What `aud` may be: BASE_URL's token endpoint, else that of the address listened on and of this machine's own names. */
  readonly audiences: () => readonly string[]
  /** The token endpoint as it is told to a client that came by `host`. */
  readonly tokenEndpoint: (host: string | undefined) => string
}

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/

/** `port`: the one listened on, known once the server listens. */
export const createAddresses = (config: { baseUrl: string | undefined; host: string }, port: () => number): Addresses => {
  const at = (host: string): string => `http://${host.includes(':') ? `[${host}]` : host}:${port()}`
  const root = (host: string | undefined): string => {
    if (config.baseUrl !== undefined) return config.baseUrl
    return host !== undefined && HOST.test(host) ? `http://${host}` : at(config.host)
  }
  const audiences = (): readonly string[] => {
    if (config.baseUrl !== undefined) return [`${config.baseUrl}/token`]
    return [...new Set([config.host, '127.0.0.1', 'localhost', '::1'])].map(host => `${at(host)}/token`)
  }
  return {
    root,
    audiences,
    tokenEndpoint: host => {
      const accepted = audiences()
      const asked = `${root(host)}/token`
      return accepted.includes(asked) ? asked : accepted[0] ?? asked
    },
  }
}

/** `localhost:3000` -> `localhost`, `[::1]:3000` -> `::1`. */
export const hostName = (host: string): string => host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1').toLowerCase()

export const isLoopbackHost = (host: string | undefined): boolean => host !== undefined && isLoopback(hostName(host))
