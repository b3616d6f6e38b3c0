/**
 * Referrals played over HTTP: submitted, confirmed by a clinician, and every second one accepted by its services. As many
 * are open at a time whatever the history, so their number does not grow with the people.
 */
import type { Bundle, Parameters, Task } from 'fhir/r4.js'
import { referral } from './bodies.ts'
import type { ClientName, Person } from './clients.ts'
import { ask, sendingOf, type Request } from './driver.ts'
import type { RunningHub } from './hub-process.ts'

export const OPEN_REFERRALS = 200
/** People that the records do not hold. */
const FIRST_PERSON = 800_000
/** Played side by side. */
const AT_ONCE = 4

/** Needs of two lines: the two-hour response takes the first, a voluntary service the second. */
const NEEDS = ['fall-no-injury', 'loneliness']
const TEAMS: Readonly<Record<string, ClientName>> = { 'HealthcareService/cl-ucr2h': 'team', 'HealthcareService/cl-ageuk': 'volunteers' }
const ETA = '2026-11-24T10:45:00Z'

/** Plays what is not there yet: a referral that was sent before is known by its identifier, a step taken is not open. */
export const playReferrals = async (hub: RunningHub): Promise<void> => {
  let next = 0
  const player = async (): Promise<void> => {
    while (next < OPEN_REFERRALS) await play(hub, next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, player))
}

const play = async (hub: RunningHub, n: number): Promise<void> => {
  const submitted = await send(hub, 'gp', 'POST', '/fhir/ServiceRequest/$submit', referral(FIRST_PERSON + n, NEEDS)) as Parameters
  const { reference = '' } = submitted.parameter?.find(({ name }) => name === 'referral')?.valueReference ?? {}
  const id = reference.replace('ServiceRequest/', '')
  const tasks = async (code: string): Promise<readonly Task[]> => {
    const found = await send(hub, 'hub', 'GET', `/fhir/Task?based-on=ServiceRequest/${id}&code=${code}`) as Bundle<Task>
    return (found.entry ?? []).map(({ resource }) => resource as Task)
  }
  const [triage] = await tasks('triage')
  if (triage?.status === 'in-progress') await step(hub, 'hub', triage, 'confirm', [], 'clinician')
  const offers = await tasks('fulfill')
  if (offers.length !== NEEDS.length) throw new Error(`${offers.length} offers were made, not one for each of: ${NEEDS.join(', ')}`)
  for (const offer of n % 2 === 0 ? offers : []) {
    const team = TEAMS[offer.owner?.reference ?? '']
    if (team === undefined) throw new Error(`an offer was made to ${offer.owner?.reference}, which nobody plays`)
    if (offer.status === 'requested') await step(hub, team, offer, 'accept', [{ name: 'eta', valueDateTime: ETA }])
  }
}

const step = (
  hub: RunningHub, client: ClientName, task: Task, action: string, values: readonly object[], person?: Person,
): Promise<unknown> => send(hub, client, 'POST', `/fhir/Task/${task.id}/$transition`,
  { resourceType: 'Parameters', parameter: [{ name: 'action', valueCode: action }, ...values] }, person)

const send = async (
  hub: RunningHub, client: ClientName, method: Request['method'], path: string, body?: object, person?: Person,
): Promise<unknown> => {
  const token = await hub.token(client, person === undefined ? undefined : `PractitionerRole/bench-${person}`)
  const answer = await ask(hub, { method, path, headers: sendingOf(token), ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  if (answer.status >= 300) throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.body}`)
  return JSON.parse(answer.body) as unknown
}
