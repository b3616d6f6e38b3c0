/**
 * Loads people's records as partners would: transactions over HTTP with a token, several at once. What a load that was
 * interrupted had reached is asked of the hub, so that it goes on from there.
 */
import { Pool } from 'undici'
import { ask, cpuOf, exchange, headersOf, sendingOf, type Request } from './driver.ts'
import type { Resource } from '../src/fhir/resource.ts'
import { idOf } from './chance.ts'
import type { RunningHub } from './hub-process.ts'
import { neighbourhood } from './neighbourhood.ts'
import { PLACE, record, RESOURCES_A_PERSON } from './record.ts'
import { PEOPLE_A_BUNDLE, senderOf } from './senders.ts'

/** As many as two cores keep busy; more only queue. */
const AT_ONCE = 8
/** Said so often that one sees it go on. */
const SAY_EVERY_MS = 15_000

export interface Loaded {
  readonly resources: number
  readonly perSecond: number
  /** CPU of the hub and its database for a transaction of 48, ms. */
  readonly cpuMs: number
}

/** What a Bundle puts under the ids of its resources: sent again, it makes no second record. */
const bundleOf = (resources: readonly Resource[]): string => JSON.stringify({
  resourceType: 'Bundle', type: 'transaction',
  entry: resources.map(resource => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${String(resource.id)}` } })),
})

/** The directory that all share; sent anew it says the same again. */
export const loadNeighbourhood = async (hub: RunningHub): Promise<void> => {
  const headers = sendingOf(await hub.token('administrator'))
  const answer = await ask(hub, { method: 'POST', path: '/fhir', headers, body: bundleOf(neighbourhood) })
  if (answer.status !== 200) throw new Error(`the directory was answered ${answer.status}: ${answer.body.slice(0, 600)}`)
}

/** People numbered `from` to `to`; both are multiples of a Bundle's. `say` hears how far it has come. */
export const loadPeople = async (hub: RunningHub, from: number, to: number, say: (line: string) => void): Promise<Loaded> => {
  const pool = new Pool(hub.url, { connections: AT_ONCE, pipelining: 1 })
  const startedAt = performance.now()
  const before = await cpuOf(hub)
  let [next, sent, saidAt] = [from / PEOPLE_A_BUNDLE, 0, startedAt]
  /** Looked at until a Bundle is missing; those under way at the time are looked at too. */
  let lookUntil = next + AT_ONCE

  const send = async (bundle: number): Promise<void> => {
    const first = bundle * PEOPLE_A_BUNDLE
    const token = await hub.token(senderOf(bundle))
    const look: Request = { method: 'GET', path: `/fhir/Patient/${idOf(first, PLACE.patient)}`, headers: headersOf(token) }
    if (bundle < lookUntil && await exchange(pool, look) === 200) {
      lookUntil = bundle + 2 * AT_ONCE
      return
    }
    const people = Array.from({ length: Math.min(PEOPLE_A_BUNDLE, to - first) }, (_, k) => first + k)
    const request: Request = {
      method: 'POST', path: '/fhir', headers: { ...sendingOf(token), prefer: 'return=minimal' }, body: bundleOf(people.flatMap(record)),
    }
    const status = await exchange(pool, request)
    if (status !== 200) throw new Error(`a record was answered ${status}: ${(await ask(hub, request)).body.slice(0, 600)}`)
    sent += people.length
  }
  const client = async (): Promise<void> => {
    while (next * PEOPLE_A_BUNDLE < to) {
      await send(next++)
      if (performance.now() - saidAt < SAY_EVERY_MS) continue
      saidAt = performance.now()
      say(`  ${next * PEOPLE_A_BUNDLE} of ${to} people, ${Math.round(sent * RESOURCES_A_PERSON / (saidAt - startedAt) * 1_000)} resources/s`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client))
  await pool.close()
  const resources = sent * RESOURCES_A_PERSON
  return {
    resources,
    perSecond: resources / (performance.now() - startedAt) * 1_000,
    cpuMs: ((await cpuOf(hub)).all - before.all) / Math.max(1, sent / PEOPLE_A_BUNDLE),
  }
}
