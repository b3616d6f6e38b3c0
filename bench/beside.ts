/** Reads beside others: how long the reader waits while sixteen clients create, or while one asks the heaviest searches. */
import { Pool } from 'undici'
import { askOf, drive, headersOf, quantile, type Request } from './driver.ts'
import { residentMb } from './hub-process.ts'
import { CLIENTS, deskNow, type Bench } from './measuring.ts'
import { phases } from './phases.ts'
import type { Phase } from './phases/phase.ts'

/** Memory is looked at this often; a collection of the hub's heap comes every second or so under writes. */
const LOOK_EVERY_MS = 100
/** Reads in a round: some 50 ms, so that hardly any run after the last create. */
const ROUND = 20

const phaseOf = (name: string): Phase => phases.find(each => each.name === name)!

export interface Beside {
  readonly reads: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Reads one after the other, in rounds that `requests` makes, until the others are done. */
const readUntil = async (
  bench: Bench, others: Promise<unknown>, requests: (from: number) => Promise<readonly Request[]>,
): Promise<Beside> => {
  const over = new AbortController()
  const ending = others.finally(() => over.abort())
  const times: number[] = []
  for (let at = 0; !over.signal.aborted; at += ROUND) times.push(...(await drive(bench.hub, await requests(at), 1)).times)
  await ending
  times.sort((one, other) => one - other)
  return { reads: times.length, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) }
}

export interface BesideWrites extends Beside { readonly mostResidentMb: number }

/** `creates` Patients are created from number `from` on, while one client reads, one Patient after the other. */
export const readBesideWrites = async (bench: Bench, from: number, creates: number): Promise<BesideWrites> => {
  const desk = await deskNow(bench)
  let mostResidentMb = residentMb(bench.hub.pid)
  const looking = setInterval(() => { mostResidentMb = Math.max(mostResidentMb, residentMb(bench.hub.pid)) }, LOOK_EVERY_MS)
  const writing = drive(bench.hub, await phaseOf('create').requests(desk, from, creates), CLIENTS)
  const waited = await readUntil(bench, writing, at => phaseOf('read').requests(desk, at, ROUND))
  clearInterval(looking)
  return { ...waited, mostResidentMb }
}

/** What a partner may ask and costs most. */
export const HEAVIEST = [
  ['matches inside words', 'Patient?address:contains=e&_sort=-birthdate&_count=1000'],
  ['an order without a condition', 'Observation?_sort=value-quantity,-date&_count=1000'],
  ['a thousand, and what belongs to them', 'Patient?_count=1000&_revinclude=Observation:patient&_revinclude=Condition:patient'],
] as const

export interface BesideSearch extends Beside {
  readonly searches: number
  readonly longestMs: number
  /** What the last one was answered with: 200, or a refusal because it takes too long. */
  readonly status: number
}

/** One client repeats a search for so long, while another reads from the directory. */
export const readBesideSearch = async (bench: Bench, search: string, forMs: number): Promise<BesideSearch> => {
  const desk = await deskNow(bench)
  const pool = new Pool(bench.hub.url, { connections: 1 })
  let [searches, longestMs, status] = [0, 0, 0]
  const asking = async (): Promise<void> => {
    for (const until = performance.now() + forMs; performance.now() < until; searches += 1) {
      const from = performance.now()
      status = (await askOf(pool, { method: 'GET', path: `/fhir/${search}`, headers: headersOf(desk.tokens.gp) })).status
      longestMs = Math.max(longestMs, performance.now() - from)
    }
  }
  const waited = await readUntil(bench, asking(), at => phaseOf('resource').requests(desk, at, ROUND))
  await pool.close()
  return { ...waited, searches, longestMs, status }
}
