/** One phase on one hub: brought to working temperature, then measured with so many clients, within a bounded time. */
import type { Pool } from 'undici'
import { askOf, drive, measured, type Measured, type Request } from './driver.ts'
import type { RunningHub } from './hub-process.ts'
import { deskOf, type Desk, type Phase } from './phases/phase.ts'
import { clients, type ClientName } from './clients.ts'

export interface Bench {
  readonly hub: RunningHub
  readonly people: number
  /** Numbers of requests used by each phase. */
  readonly used: Map<string, number>
}

export interface Driven { readonly measured: Measured; readonly requests: readonly Request[] }

/** As a hub's partners at a busy time. */
export const CLIENTS = 16
/** Part of a phase's requests that goes before, so that what is measured is compiled and in memory. */
const WARM_UP = 0.1
/** CPU that a measurement may take; a phase that is slower than was aimed at sends fewer requests. */
const BUDGET_MS = 4_000
/** A walk ends here, and begins again. */
const PAGES_A_WALK = 100

/** Tokens end, so every phase asks for its own. */
export const deskNow = async ({ hub, people }: Bench): Promise<Desk> => {
  const tokens = await Promise.all(Object.keys(clients).map(async name => [name, await hub.token(name)] as const))
  return deskOf(hub.url, people, Object.fromEntries(tokens) as Record<ClientName, string>)
}

const run = async (bench: Bench, desk: Desk, phase: Phase, count: number, many: number): Promise<Driven> => {
  const from = bench.used.get(phase.name) ?? 0
  bench.used.set(phase.name, from + count)
  const requests = await phase.requests(desk, from, count)
  return { requests, measured: phase.follows === true ? await walk(bench, requests, many) : await drive(bench.hub, requests, many) }
}

/** `part` of the phase's requests, with one client or with sixteen. */
export type Measure = (size: 'alone' | 'together', part: number) => Promise<Driven>

/** Warms the hub up for a phase; what is answered measures it. What is very slow is warm after the first round. */
export const prepareMeasure = async (bench: Bench, desk: Desk, phase: Phase): Promise<Measure> => {
  let { serverMs } = (await run(bench, desk, phase, CLIENTS, CLIENTS)).measured
  const affordable = (count: number, many: number): number =>
    Math.max(many, Math.min(Math.round(count), Math.floor(BUDGET_MS / Math.max(serverMs, 0.001))))
  if (serverMs * CLIENTS < BUDGET_MS) {
    serverMs = (await run(bench, desk, phase, affordable(phase.count.together * WARM_UP, CLIENTS), CLIENTS)).measured.serverMs
  }
  return (size, part) => {
    const many = size === 'alone' ? 1 : CLIENTS
    return run(bench, desk, phase, affordable(phase.count[size] * part, many), many)
  }
}

const NEXT = /"relation":"next","url":"([^"]+)"/

/** Every request is the first page of a walk; as many pages are read as there are requests, whoever reads them. */
const walk = ({ hub }: Bench, requests: readonly Request[], many: number): Promise<Measured> => {
  let left = requests.length
  const [first] = requests
  return measured(hub, many, async (pool: Pool, took) => {
    for (let request = first, page = 1; request !== undefined && left > 0; left -= 1) {
      const from = performance.now()
      const { status, body } = await askOf(pool, request)
      took(performance.now() - from)
      if (status !== 200) throw new Error(`GET ${request.path} was answered ${status}: ${body.slice(0, 600)}`)
      const next = page < PAGES_A_WALK ? NEXT.exec(body)?.[1] : undefined
      page = next === undefined ? 1 : page + 1
      request = next === undefined ? first : { ...request, path: next.slice(next.indexOf('/fhir')) }
    }
  })
}
