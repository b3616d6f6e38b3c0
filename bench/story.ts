/**
 * Referrals played over HTTP, each to a different end; what the hub made of them is the pattern of the bench's data.
 */
import type { Bundle, Parameters, Task } from 'fhir/r4.js'
import { referral } from './bodies.ts'
import { people, type ClientName } from './clients.ts'
import { ask, type Request } from './driver.ts'
import type { RunningHub } from './hub-process.ts'

/** How far a referral has come: its services have not answered, all have accepted, all have finished. */
export const ENDS = ['offered', 'accepted', 'discharged'] as const
export type End = (typeof ENDS)[number]

/** Needs of two lines: the two-hour response takes the first, a voluntary service the second. */
const NEEDS = ['fall-no-injury', 'loneliness']
const TEAMS: Readonly<Record<string, readonly [ClientName, keyof typeof people]>> = {
  'HealthcareService/cl-ucr2h': ['team', 'nurse'],
  'HealthcareService/cl-ageuk': ['volunteers', 'volunteer'],
}
const ETA = '2026-11-24T10:45:00Z'
const STEPS: Readonly<Record<End, readonly (readonly [action: string, values: readonly object[]])[]>> = {
  offered: [],
  accepted: [['accept', [{ name: 'eta', valueDateTime: ETA }]]],
  discharged: [
    ['accept', [{ name: 'eta', valueDateTime: ETA }]], ['en-route', []], ['visited', []],
    ['complete', [{ name: 'outcome', valueCode: 'stayed-at-home' }]],
  ],
}

/** Registers the people, plays every end, and answers the id of each ServiceRequest. */
export const playStories = async (hub: RunningHub): Promise<Readonly<Record<End, string>>> => {
  await register(hub)
  return { offered: await play(hub, 0, 'offered'), accepted: await play(hub, 1, 'accepted'), discharged: await play(hub, 2, 'discharged') }
}

const register = async (hub: RunningHub): Promise<void> => {
  for (const [name, organization] of Object.entries(people)) {
    const id = `bench-${name}`
    await send(hub, 'administrator', 'PUT', `/fhir/Practitioner/${id}`,
      { resourceType: 'Practitioner', id, active: true, name: [{ given: ['Invented'], family: name }] })
    await send(hub, 'administrator', 'PUT', `/fhir/PractitionerRole/${id}`, {
      resourceType: 'PractitionerRole', id, active: true,
      practitioner: { reference: `Practitioner/${id}` }, organization: { reference: organization },
    })
  }
}

const play = async (hub: RunningHub, n: number, end: End): Promise<string> => {
  const submitted = await send(hub, 'gp', 'POST', '/fhir/ServiceRequest/$submit', referral(n, NEEDS)) as Parameters
  const id = submitted.parameter?.find(({ name }) => name === 'referral')?.valueReference?.reference?.replace('ServiceRequest/', '') ?? ''
  const tasks = async (code: string): Promise<readonly Task[]> => {
    const found = await send(hub, 'hub', 'GET', `/fhir/Task?based-on=ServiceRequest/${id}&code=${code}`) as Bundle<Task>
    return (found.entry ?? []).map(({ resource }) => resource as Task)
  }
  const [triage] = await tasks('triage')
  await step(hub, ['hub', 'clinician'], triage, 'confirm', [])
  const offers = await tasks('fulfill')
  if (offers.length !== NEEDS.length) throw new Error(`${offers.length} offers were made, not one for each of: ${NEEDS.join(', ')}`)
  for (const offer of offers) {
    const team = TEAMS[offer.owner?.reference ?? '']
    if (team === undefined) throw new Error(`an offer was made to ${offer.owner?.reference}, which nobody plays`)
    for (const [action, values] of STEPS[end]) await step(hub, team, offer, action, values)
  }
  return id
}

const step = (
  hub: RunningHub, [client, person]: readonly [ClientName, keyof typeof people], task: Task | undefined, action: string, values: readonly object[],
): Promise<unknown> => send(hub, client, 'POST', `/fhir/Task/${task?.id}/$transition`,
  { resourceType: 'Parameters', parameter: [{ name: 'action', valueCode: action }, ...values] }, person)

const send = async (hub: RunningHub, client: ClientName, method: Request['method'], path: string, body?: object, person?: string): Promise<unknown> => {
  const token = await hub.token(client, person === undefined ? undefined : `PractitionerRole/bench-${person}`)
  const answer = await ask(hub, {
    method, path, headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (answer.status >= 300) throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.body}`)
  return JSON.parse(answer.body) as unknown
}
