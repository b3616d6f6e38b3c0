/**
 * The desk of a service that is offered referrals: finds what is offered to it, takes it or says why not, goes there,
 * and finishes. A two-hour response team, a virtual ward and a same-day clinic differ in what people call them.
 * Words: `accept ETA`, `reject REASON`, `en-route`, `visit`, `manage`, `complete OUTCOME`; each says what it then reads.
 */
import type { Bundle, Encounter, Patient, Task } from 'fhir/r4.js'
import { actionsOn, clockTime, etaOf, readTask, reasonOf, referralOf, resources, stateOf, tasksOf, transition } from './case.ts'
import { connect } from './connection.ts'
import { runDesk, type Say } from './desk.ts'

export const runCareTeam = async (who: string): Promise<void> => {
  const connection = await connect()
  const { fhir, request } = connection
  let offerId = ''

  const act = async (say: Say, did: string, action: string, values: readonly object[] = []): Promise<void> => {
    await transition(connection, await readTask(connection, offerId), { action }, values)
    const task = await readTask(connection, offerId)
    const [eta, reason] = [etaOf(task), reasonOf(task)]
    say(`${who} ${did}; read back Task/${task.id}: ${stateOf(task)}${eta === undefined ? '' : `, expected ${clockTime(eta)}`}` +
      `${reason === undefined ? '' : `, because: ${reason}`} at ${clockTime(task.meta?.lastUpdated)}`)
  }

  const find = async (say: Say): Promise<void> => {
    const bundle = await fhir.search({
      resourceType: 'Task', searchParams: { code: 'fulfill', status: 'requested,received', _sort: '_lastUpdated' }, options: request(),
    }) as unknown as Bundle
    const [offer] = resources<Task>(bundle)
    if (offer === undefined) throw new Error(`nothing is offered to the ${who}`)
    offerId = String(offer.id)
    const patient = await fhir.read({
      resourceType: 'Patient', id: (offer.for?.reference ?? '').replace('Patient/', ''), options: request(),
    }) as unknown as Patient
    say(`${who} finds Task/${offerId}: ${patient.name?.[0]?.given?.[0]} ${patient.name?.[0]?.family}, ` +
      `${patient.address?.[0]?.postalCode}, to be seen by ${clockTime(offer.restriction?.period?.end)}`)
    await transition(connection, offer, { action: 'seen' })
    say(`   it may now: ${(await actionsOn(connection, offer)).join(', ')}`)
  }

  const accept = async (say: Say, eta: string): Promise<void> => {
    await find(say)
    await act(say, 'accepts', 'accept', [{ name: 'eta', valueDateTime: eta }])
  }

  /** `reason`: of the national list dos-rejected-reasons-bars, 22 for capacity. */
  const reject = async (say: Say, reason: string): Promise<void> => {
    await find(say)
    await act(say, 'cannot take it', 'reject', [{ name: 'reason', valueCode: reason }])
  }

  const visit = async (say: Say): Promise<void> => {
    await act(say, 'is with the person', 'visited')
    const offer = await readTask(connection, offerId)
    const bundle = await fhir.search({
      resourceType: 'Encounter', searchParams: { 'based-on': offer.focus?.reference ?? '', 'status': 'in-progress' }, options: request(),
    }) as unknown as Bundle
    const encounter = resources<Encounter>(bundle).find(({ identifier }) => identifier?.some(({ value }) => value === offerId))
    const [start, due] = [encounter?.period?.start, offer.restriction?.period?.end]
    if (start === undefined) throw new Error('no visit was recorded')
    if (due !== undefined && start > due) throw new Error(`the visit began at ${start}, after the deadline ${due}`)
    say(`${who} read back Encounter/${encounter?.id}: began ${clockTime(start)}` +
      (due === undefined ? '' : `, the clock stops inside the deadline ${clockTime(due)}`))
  }

  const complete = async (say: Say, outcome: string): Promise<void> => {
    await act(say, 'discharges the person', 'complete', [{ name: 'outcome', valueCode: outcome }])
    const tasks = await tasksOf(connection, referralOf(await readTask(connection, offerId)))
    if (tasks.some(({ id }) => id !== offerId)) throw new Error(`the ${who} still reads more of the case than its own Task`)
    say(`${who} read back its own Task only: ${tasks.map(task => `Task/${task.id} ${task.status}`).join(', ')}`)
  }

  await runDesk({
    accept, reject,
    'en-route': say => act(say, 'sets off', 'en-route'),
    visit,
    'manage': say => act(say, 'keeps the person under its care', 'managing'),
    complete,
  })
}
