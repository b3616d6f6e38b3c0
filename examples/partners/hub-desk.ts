/**
 * The hub's desk: a named clinician looks at what triage proposes and confirms it, sees where a referral goes that a
 * service refused, and closes what 999 has taken over. Words: `open`, `confirm`, `rerouted`, `escalated OUTCOME`.
 */
import type { Bundle, Task } from 'fhir/r4.js'
import {
  actionsOn, clockTime, codeOf, coordinatingOf, isOpen, nextActionOf, ownerOf, readReferral, readTask, reasonOf, referralOf, resources, stateOf,
  tasksOf, transition,
} from './case.ts'
import { connect } from './connection.ts'
import { runDesk, type Say } from './desk.ts'
import { proposalOf } from './proposal.ts'

const connection = await connect()
const { fhir, request } = connection

const newest = async (searchParams: Record<string, string>, missing: string): Promise<Task> => {
  const bundle = await fhir.search({
    resourceType: 'Task', searchParams: { ...searchParams, _sort: '-_lastUpdated', _count: 1 }, options: request(),
  }) as unknown as Bundle
  const [task] = resources<Task>(bundle)
  if (task === undefined) throw new Error(missing)
  return task
}

const waiting = (): Promise<Task> =>
  newest({ 'code': 'triage', 'business-status': 'triage-proposed' }, 'no referral waits for a clinician')

const opened = async (say: Say): Promise<Task> => {
  const task = await waiting()
  say(`Hub clinician opens Task/${task.id}: ${stateOf(task)}${nextActionOf(task)}; may ${(await actionsOn(connection, task)).join(' or ')}`)
  return task
}

const open = async (say: Say): Promise<void> => {
  const task = await opened(say)
  for (const sentence of await proposalOf(connection, referralOf(task))) say(`   ${sentence}`)
}

const confirm = async (say: Say): Promise<void> => {
  const task = await opened(say)
  await transition(connection, task, { action: 'confirm' })
  const confirmed = await readTask(connection, String(task.id))
  say(`Hub clinician read back Task/${confirmed.id}: ${stateOf(confirmed)}`)
  for (const offer of (await tasksOf(connection, referralOf(confirmed))).filter(each => codeOf(each) === 'fulfill')) {
    say(`   Task/${offer.id} is offered to ${ownerOf(offer)}, by ${clockTime(offer.restriction?.period?.end)}: ${stateOf(offer)}`)
  }
}

/** A refusal must leave the referral open, owned, and offered elsewhere, in the same commit. */
const rerouted = async (say: Say): Promise<void> => {
  const refused = await newest({ 'code': 'fulfill', 'business-status': 'rejected' }, 'no service has refused anything')
  const referral = await readReferral(connection, referralOf(refused))
  const coordinating = await coordinatingOf(connection, String(referral.id))
  const next = (await tasksOf(connection, String(referral.id))).find(task => codeOf(task) === 'fulfill' && isOpen(task))
  say(`Hub sees Task/${refused.id}, ${ownerOf(refused)}: ${stateOf(refused)}, because: ${reasonOf(refused)}`)
  if (referral.status !== 'active') throw new Error(`the refusal ended the referral: it is ${referral.status}`)
  if (next === undefined) throw new Error('no alternative was offered')
  if (next.authoredOn !== refused.meta?.lastUpdated) {
    throw new Error(`refused at ${refused.meta?.lastUpdated}, offered again only at ${next.authoredOn}`)
  }
  if (next.restriction?.period?.end !== refused.restriction?.period?.end || next.priority !== refused.priority) {
    throw new Error('the refusal moved the deadline or the urgency')
  }
  say(`Hub owns the next step, Task/${coordinating.id}: ${stateOf(coordinating)}${nextActionOf(coordinating)}`)
  say(`   Task/${next.id} was offered to ${ownerOf(next)} in the same commit, ${clockTime(next.authoredOn)}; ` +
    `still ${next.priority}, still by ${clockTime(next.restriction?.period?.end)}`)
}

const escalated = async (say: Say, outcome: string): Promise<void> => {
  const waits = await waiting()
  const coordinating = await coordinatingOf(connection, referralOf(waits))
  await transition(connection, coordinating, { action: 'escalate-999' }, [{ name: 'outcome', valueCode: outcome }])
  const closed = await readTask(connection, String(coordinating.id))
  say(`Hub clinician read back Task/${closed.id}: ${stateOf(closed)}: ${closed.note?.at(-1)?.text ?? 'without a word'}`)
}

await runDesk({ open, confirm, rerouted, escalated })
