/** Reads beside sixteen clients that create: how long the reader waits, and how much the hub holds meanwhile. */
import { drive, quantile } from './driver.ts'
import { residentMb } from './hub-process.ts'
import { phases, type Desk } from './phases.ts'

const CREATING = 16
/** Memory is looked at this often; a collection of the hub's heap comes every second or so under writes. */
const LOOK_EVERY_MS = 100
/** Reads in a round: some 50 ms, so that hardly any run after the last create. */
const ROUND = 20

export interface Beside {
  readonly reads: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly mostResidentMb: number
}

/** `creates` Patients are created from number `from` on, while one client reads, one Patient after the other. */
export const readBesideWrites = async (target: { url: string; pid: number }, desk: Desk, from: number, creates: number): Promise<Beside> => {
  const phase = (name: string) => phases.find(each => each.name === name)!
  let mostResidentMb = residentMb(target.pid)
  const looking = setInterval(() => { mostResidentMb = Math.max(mostResidentMb, residentMb(target.pid)) }, LOOK_EVERY_MS)
  const ended = new AbortController()
  const writing = drive(target, await phase('create').requests(desk, from, creates), CREATING).finally(() => ended.abort())
  const times: number[] = []
  for (let at = 0; !ended.signal.aborted; at += ROUND) {
    times.push(...(await drive(target, await phase('read').requests(desk, at, ROUND), 1)).times)
  }
  await writing
  clearInterval(looking)
  times.sort((one, other) => one - other)
  return { reads: times.length, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), mostResidentMb }
}
