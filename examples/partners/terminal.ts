/**
 * An ambulance crew's terminal. A referral is on its disk before the crew is told that it is kept; it is sent when there
 * is signal, as often as it takes, under the same ids; the terminal may lose its power between any two steps.
 * "You may leave" is shown only when the hub says, read back at that moment, that a service has accepted.
 *
 * Environment besides a partner's: QUEUE (file of its queue).
 * Words: `write INCIDENT FORM INSTANT`, `send`, `may-leave INCIDENT yes|no` (and it must be that), `look INCIDENT [STATE]`,
 * `finished INCIDENT`, `battery-dies-after STEP` (kept, sending, sent, answered, receipted).
 */
import { randomUUID } from 'node:crypto'
import type { Bundle } from 'fhir/r4.js'
import { businessOf, clockTime, codeOf, coordinatingOf, etaOf, nextActionOf, ownerOf, readReferral, resources, stateOf, tasksOf } from './case.ts'
import { connect, type Connection } from './connection.ts'
import { runDesk, type Say } from './desk.ts'
import { expectFinished, expectState } from './following.ts'
import { bundleOf, readForm } from './form.ts'
import { openQueue, type Answer, type Queued } from './queue.ts'
import { submit, type Receipt } from './submitting.ts'

const ORGANISATION = 'RX7'
const INCIDENTS = 'https://ambulance.example/Id/incident'

const STEPS = ['kept', 'sending', 'sent', 'answered', 'receipted'] as const
type Step = (typeof STEPS)[number]

const queue = openQueue(process.env['QUEUE'] ?? 'data/terminal.jsonl')
let diesAfter: Step | undefined

/** Ends as a machine without power ends: at once, and nothing is tidied up. */
const reached = (step: Step): void => {
  if (step === diesAfter) process.kill(process.pid, 'SIGKILL')
}

const batteryDiesAfter = async (say: Say, step: string): Promise<void> => {
  diesAfter = STEPS.find(each => each === step)
  if (diesAfter === undefined) throw new Error(`there is no step "${step}"; there is ${STEPS.join(', ')}`)
  say('Crew\'s terminal is nearly out of power')
}

const write = async (say: Say, words: string): Promise<void> => {
  const [incident = '', form = '', authoredOn = ''] = words.split(' ')
  const bundle = bundleOf(await readForm(form), { identifier: { system: INCIDENTS, value: incident }, authoredOn, organisation: ORGANISATION })
  const isNew = queue.add({ incident, requestId: randomUUID(), bundle })
  reached('kept')
  say(`Crew's terminal ${isNew ? 'keeps' : 'has already kept'} incident ${incident} on its disk, written ${clockTime(authoredOn)}; ` +
    `${queue.waiting().length} to send. STAY WITH THE PERSON.`)
}

const send = async (say: Say): Promise<void> => {
  const waiting = queue.waiting()
  say(`Crew's terminal finds ${waiting.length === 0 ? 'a receipt for everything it keeps' : `${waiting.length} without a receipt`}`)
  const connection = waiting.length === 0 ? undefined : await online()
  if (waiting.length > 0 && connection === undefined) {
    say(`Crew's terminal has no signal. STAY WITH THE PERSON.`)
    return
  }
  for (const queued of waiting) {
    if (connection === undefined) return
    const answer = await sent(connection, queued)
    if (answer === undefined) say(`Crew's terminal lost the signal; incident ${queued.incident} will be sent again`)
    else tell(say, queued.incident, answer)
  }
}

/** Undefined when nothing came back that says whether the hub has it: then it is sent again. */
const sent = async (connection: Connection, { incident, requestId, bundle }: Queued): Promise<Answer | undefined> => {
  reached('sending')
  const answering = submit(connection, bundle, requestId).then(
    (receipt): Answer => ({ kind: 'receipt', receipt }),
    (error: unknown) => refusal(error),
  )
  // Lets the request go out, so that what follows happens between sending and answer.
  await new Promise(resolve => { setImmediate(resolve) })
  reached('sent')
  const answer = await answering
  reached('answered')
  if (answer === undefined) return undefined
  queue.answered(incident, answer)
  reached('receipted')
  return answer
}

/** The same content will be refused again; too many requests, no room, no permission yet and no answer at all will pass. */
const refusal = (error: unknown): Answer | undefined => {
  const { status, data } = (error as { response?: { status?: number; data?: { issue?: { details?: { text?: string } }[] } } }).response ?? {}
  if (status === undefined || status >= 500 || [401, 403, 408, 429].includes(status)) return undefined
  return { kind: 'refusal', why: data?.issue?.[0]?.details?.text ?? `the hub answered ${status}` }
}

const tell = (say: Say, incident: string, answer: Answer): void => {
  if (answer.kind === 'refusal') {
    say(`Crew's terminal: incident ${incident} was refused: ${answer.why}. RING THE HUB.`)
    return
  }
  const { receipt } = answer
  if (receipt.emergencyAdvice !== undefined) say(`CREW'S SCREEN, AT ONCE: ${receipt.emergencyAdvice}`)
  say(`Crew's terminal sent incident ${incident}; the hub answered: ${receipt.isNew ? 'new' : 'the same referral as before'}, ` +
    `${receipt.status}, number ${receipt.number}; the receipt is on its disk`)
  for (const warning of receipt.warnings) say(`   the hub noted: ${warning}`)
}

/** A token each time: a terminal is online for a moment. */
const online = async (): Promise<Connection | undefined> => {
  try {
    return await connect()
  } catch (error) {
    if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return undefined
    throw error
  }
}

const receiptOf = (incident: string): Receipt | undefined => {
  const answer = queue.answerTo(incident)
  return answer?.kind === 'receipt' ? answer.receipt : undefined
}

/** What the hub has of this incident: exactly one referral, with the crew's time and its own. */
const look = async (say: Say, words: string): Promise<void> => {
  const [incident = '', state = ''] = words.split(' ')
  const [receipt, connection] = [receiptOf(incident), await online()]
  if (receipt === undefined || connection === undefined) throw new Error(receipt === undefined ? `no receipt for ${incident}` : 'no signal')
  const bundle = await connection.fhir.search({
    resourceType: 'ServiceRequest', searchParams: { identifier: `${INCIDENTS}|${incident}` }, options: connection.request(),
  }) as unknown as Bundle
  const found = resources(bundle)
  if (found.length !== 1) throw new Error(`the hub has ${found.length} referrals of incident ${incident}`)
  const task = await expectState(connection, receipt.referral, state)
  const referral = await readReferral(connection, receipt.referral)
  say(`Crew reads ServiceRequest/${referral.id}, the only one of incident ${incident}: written ${clockTime(referral.authoredOn)}, ` +
    `received ${clockTime(task.authoredOn)}; Task/${task.id}: ${stateOf(task)}${nextActionOf(task)}`)
  const note = task.note?.at(-1)?.text
  if (note !== undefined) say(`   ${note}`)
}

const ACCEPTED = ['accepted', 'en-route', 'visited', 'managing', 'discharged']

const mayLeave = async (say: Say, words: string): Promise<void> => {
  const [incident = '', expected = ''] = words.split(' ')
  const [may, screen] = await clearance(incident)
  say(`CREW'S SCREEN: ${screen}`)
  if (expected !== '' && may !== (expected === 'yes')) throw new Error(`the terminal said ${may ? 'yes' : 'no'}`)
}

/** Whether the crew may leave, and what its screen says. Every line of the referral must have been accepted. */
const clearance = async (incident: string): Promise<readonly [boolean, string]> => {
  const receipt = receiptOf(incident)
  if (receipt === undefined) return [false, 'STAY. The hub has not answered yet.']
  const connection = await online()
  if (connection === undefined) return [false, 'STAY. There is no signal to ask whether a service has accepted.']
  const task = await coordinatingOf(connection, receipt.referral)
  const offers = (await tasksOf(connection, receipt.referral)).filter(offer => codeOf(offer) === 'fulfill' && ACCEPTED.includes(businessOf(offer)))
  if (!ACCEPTED.includes(businessOf(task)) || offers.length === 0) {
    return [false, `STAY. Stored, not accepted yet: ${stateOf(task)}${nextActionOf(task)}.`]
  }
  const who = offers.map(offer => `${ownerOf(offer)} has accepted (Task/${offer.id}) and is expected at ${clockTime(etaOf(offer))}`)
  return [true, `YOU MAY LEAVE. ${who.join('; ')}.`]
}

const finished = async (say: Say, incident: string): Promise<void> => {
  const [receipt, connection] = [receiptOf(incident), await online()]
  if (receipt === undefined || connection === undefined) throw new Error(receipt === undefined ? `no receipt for ${incident}` : 'no signal')
  const task = await coordinatingOf(connection, receipt.referral)
  const outcome = task.output?.flatMap(({ valueCodeableConcept }) => valueCodeableConcept?.coding?.[0]?.display ?? [])[0]
  say(`Crew's case list, incident ${incident}: ${stateOf(task)}${outcome === undefined ? '' : `, ${outcome}`}`)
  say(`Crew reads ${await expectFinished(connection, receipt.referral)}`)
}

await runDesk({ write, send, 'may-leave': mayLeave, look, finished, 'battery-dies-after': batteryDiesAfter })
