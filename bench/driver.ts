/**
 * Drives a server with a bounded number of requests, so many at a time, and says what it took: the time of each, the
 * server's CPU, its database's with it, and the driver's own. Answers are counted, not parsed; one that is not the expected ends the phase.
 */
import { Pool, type Dispatcher } from 'undici'
import { cpuMs } from './hub-process.ts'
import type { ServedStore } from './stores.ts'

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Target {
  readonly url: string
  readonly pid: number
  /** What keeps its data: the CPU of a process of its own counts too. */
  readonly store?: ServedStore
}

export interface Measured {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU of the server and its database for a request, all threads. */
  readonly serverMs: number
  /** The database's part of it. */
  readonly databaseMs: number
  /** CPU of this process for a request. */
  readonly driverMs: number
  /** Of every request, sorted. */
  readonly times: readonly number[]
}

/** `part` of the sorted times are at or below it; 0 of none. */
export const quantile = (times: readonly number[], part: number): number => times[Math.floor(times.length * part)] ?? 0

export interface Answer {
  readonly status: number
  readonly body: string
}

export const headersOf = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}`, accept: 'application/fhir+json' })
export const sendingOf = (token: string): Record<string, string> => ({ ...headersOf(token), 'content-type': 'application/fhir+json' })

/** Longer than any request of the hub may take (its searches end at 2 s). */
const TIMEOUT_MS = 15_000

/** Sends every request once, `clients` at a time, each on a connection of its own. */
export const drive = (target: Target, requests: readonly Request[], clients: number): Promise<Measured> => {
  let next = 0
  return measured(target, clients, async (pool, took) => {
    while (next < requests.length) {
      const request = requests[next++]!
      const from = performance.now()
      const status = await exchange(pool, request)
      took(performance.now() - from)
      if (status >= 300) throw new Error(`${request.method} ${request.path} was answered ${status}: ${(await ask(target, request)).body.slice(0, 600)}`)
    }
  })
}

/** What `clients` of the same doing took: each says of every request how long it was under way. */
export const measured = async (
  target: Target, clients: number, client: (pool: Pool, took: (ms: number) => void) => Promise<void>,
): Promise<Measured> => {
  const pool = open(target, clients)
  const times: number[] = []
  const took = (ms: number): void => { times.push(ms) }
  const before = await cpuOf(target)
  const driverBefore = process.cpuUsage()
  const from = performance.now()
  await Promise.all(Array.from({ length: clients }, () => client(pool, took)))
  const seconds = (performance.now() - from) / 1_000
  const { user, system } = process.cpuUsage(driverBefore)
  const after = await cpuOf(target)
  await pool.close()
  times.sort((one, other) => one - other)
  return {
    requestsPerSecond: times.length / seconds,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    serverMs: (after.all - before.all) / times.length,
    databaseMs: (after.database - before.database) / times.length,
    driverMs: (user + system) / 1_000 / times.length,
    times,
  }
}

/** CPU of a target since it started, ms: of everything, and of its database alone. */
export const cpuOf = async ({ pid, store }: Target): Promise<{ readonly all: number; readonly database: number }> => {
  const database = await store?.databaseCpuMs() ?? 0
  return { all: cpuMs(pid) + database, database }
}

/** One request with its answer's text. */
export const ask = async ({ url }: { readonly url: string }, request: Request): Promise<Answer> => {
  const pool = open({ url }, 1)
  try {
    return await askOf(pool, request)
  } finally {
    await pool.close()
  }
}

/** The same of connections that stay open. */
export const askOf = async (pool: Pool, { method, path, headers, body }: Request): Promise<Answer> => {
  const answer = await pool.request({ method, path, headers, body: body ?? null })
  return { status: answer.statusCode, body: await answer.body.text() }
}

const open = ({ url }: { readonly url: string }, clients: number): Pool =>
  new Pool(url, { connections: clients, pipelining: 1, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })

/** The status alone. `dispatch` and not `request`: without a stream for each body the driver takes half the CPU. */
export const exchange = (pool: Pool, { method, path, headers, body }: Request): Promise<number> => new Promise((resolve, reject) => {
  let status = 0
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {},
    onResponseStart(_controller, code) { status = code },
    onResponseData() {},
    onResponseEnd() { resolve(status) },
    onResponseError(_controller, error) { reject(error) },
  }
  pool.dispatch({ method, path, headers, body: body ?? null }, handler)
})
