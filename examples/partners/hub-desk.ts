/**
 * The hub's desk: a named clinician looks at what triage proposes and confirms it. Words: `confirm`.
 */
import type { Bundle, Task } from 'fhir/r4.js'
import { clockTime, readTask, resources, stateOf, tasksOf, transition } from './case.ts'
import { connect } from './connection.ts'
import { runDesk, type Say } from './desk.ts'

const connection = await connect()
const { fhir, request } = connection

const waiting = async (): Promise<Task> => {
  const bundle = await fhir.search({
    resourceType: 'Task',
    searchParams: { 'code': 'triage', 'business-status': 'triage-proposed', '_sort': '_lastUpdated' },
    options: request(),
  }) as unknown as Bundle
  const [task] = resources<Task>(bundle)
  if (task === undefined) throw new Error('no referral waits for a clinician')
  return task
}

const confirm = async (say: Say): Promise<void> => {
  const task = await waiting()
  say(`Hub clinician opens Task/${task.id}: ${stateOf(task)}, decide by ${clockTime(task.restriction?.period?.end)}`)
  await transition(connection, task, { action: 'confirm' })
  const confirmed = await readTask(connection, String(task.id))
  say(`Hub clinician read back Task/${confirmed.id}: ${stateOf(confirmed)}`)
  const referralId = (confirmed.focus?.reference ?? '').replace('ServiceRequest/', '')
  for (const offer of (await tasksOf(connection, referralId)).filter(other => other.code?.coding?.[0]?.code === 'fulfill')) {
    say(`   Task/${offer.id} is offered to ${offer.owner?.display ?? offer.owner?.reference}, by ${clockTime(offer.restriction?.period?.end)}: ${stateOf(offer)}`)
  }
}

await runDesk({ confirm })
