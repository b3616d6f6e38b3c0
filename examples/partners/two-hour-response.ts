/**
 * A two-hour urgent community response team: takes what is offered to it, goes there, and finishes.
 * Words: `accept ETA`, `en-route`, `visit`, `complete OUTCOME`; each says what the team then reads back.
 */
import type { Bundle, Encounter, Patient, Task } from 'fhir/r4.js'
import { clockTime, etaOf, readTask, resources, stateOf, tasksOf, transition } from './case.ts'
import { connect } from './connection.ts'
import { runDesk, type Say } from './desk.ts'

const connection = await connect()
const { fhir, request } = connection

let offerId = ''

const act = async (say: Say, did: string, action: string, values: readonly object[] = []): Promise<void> => {
  await transition(connection, await readTask(connection, offerId), { action }, values)
  const task = await readTask(connection, offerId)
  const eta = etaOf(task)
  say(`Team ${did}; read back Task/${task.id}: ${stateOf(task)}${eta === undefined ? '' : `, expected ${clockTime(eta)}`} at ${clockTime(task.meta?.lastUpdated)}`)
}

const accept = async (say: Say, eta: string): Promise<void> => {
  const bundle = await fhir.search({
    resourceType: 'Task', searchParams: { code: 'fulfill', status: 'requested,received', _sort: '_lastUpdated' }, options: request(),
  }) as unknown as Bundle
  const [offer] = resources<Task>(bundle)
  if (offer === undefined) throw new Error('nothing is offered to this team')
  offerId = String(offer.id)
  const patient = await fhir.resolve({ reference: offer.for?.reference ?? '' }) as unknown as Patient
  say(`Team finds Task/${offerId}: ${patient.name?.[0]?.given?.[0]} ${patient.name?.[0]?.family}, ` +
    `${patient.address?.[0]?.postalCode}, visit by ${clockTime(offer.restriction?.period?.end)}`)
  await act(say, 'accepts', 'accept', [{ name: 'eta', valueDateTime: eta }])
}

const visit = async (say: Say): Promise<void> => {
  await act(say, 'is at the door', 'visited')
  const offer = await readTask(connection, offerId)
  const bundle = await fhir.search({
    resourceType: 'Encounter', searchParams: { 'based-on': offer.focus?.reference ?? '' }, options: request(),
  }) as unknown as Bundle
  const [encounter] = resources<Encounter>(bundle)
  const [start, due] = [encounter?.period?.start, offer.restriction?.period?.end]
  if (start === undefined || due === undefined) throw new Error('no visit was recorded')
  if (start > due) throw new Error(`the visit began at ${start}, after the deadline ${due}`)
  say(`Team read back Encounter/${encounter?.id}: began ${clockTime(start)}, the clock stops inside the deadline ${clockTime(due)}`)
}

const complete = async (say: Say, outcome: string): Promise<void> => {
  await act(say, 'discharges the person', 'complete', [{ name: 'outcome', valueCode: outcome }])
  const offer = await readTask(connection, offerId)
  const tasks = await tasksOf(connection, (offer.focus?.reference ?? '').replace('ServiceRequest/', ''))
  say(`Team read back its own Task only: ${tasks.map(task => `Task/${task.id} ${task.status}`).join(', ')}`)
}

await runDesk({ accept, 'en-route': say => act(say, 'sets off', 'en-route'), visit, complete })
