/**
 * A care home's tablet: a short form (soft signs, whatever was measured), and answers in the words of people who are
 * not clinicians. Advice for an emergency is shown at once, before anything else.
 * Words: `send FORM INSTANT` (`forms/FORM.json`), `advised` (there must have been advice), `look [STATE]`, `open` (it must be), `finished`.
 */
import { randomUUID } from 'node:crypto'
import { businessOf, clockTime, coordinatingOf, etaOf, isOpen, nextActionOf, ownerOf, readReferral, stateOf, tasksOf } from './case.ts'
import { connect } from './connection.ts'
import { runDesk, type Say } from './desk.ts'
import { expectFinished, expectState } from './following.ts'
import { bundleOf, readForm } from './form.ts'
import { submit } from './submitting.ts'

const ORGANISATION = 'ZCH01'
const connection = await connect()
let referralId = ''
let advice: string | undefined

/** What a state means to the people on shift. */
const PLAINLY: Readonly<Record<string, string>> = {
  'received': 'A clinician will look at it.',
  'triage-proposed': 'A clinician will look at it and decide.',
  'info-requested': 'The clinician has a question for you.',
  'offered': 'A team has been asked to come.',
  'seen': 'A team is looking at it.',
  'rejected': 'The clinician is finding another team.',
  'accepted': 'A team is coming.',
  'en-route': 'The team is on its way.',
  'visited': 'The team is with your resident.',
  'managing': 'The team is looking after your resident.',
  'discharged': 'The team has finished.',
  'escalated-999': 'The ambulance service has taken over.',
}

const send = async (say: Say, words: string): Promise<void> => {
  const [name = '', authoredOn = ''] = words.split(' ')
  const form = await readForm(name)
  const receipt = await submit(connection, bundleOf(form, {
    identifier: { system: 'https://care-home.example/Id/concern', value: randomUUID() }, authoredOn, organisation: ORGANISATION,
  }), randomUUID())
  advice = receipt.emergencyAdvice
  if (advice !== undefined) say(`CARE HOME'S SCREEN, AT ONCE: ${advice}`)
  referralId = receipt.referral
  say(`Care home sent what it saw of ${form.person.given} ${form.person.family}; the hub answered: ${receipt.status}, number ${receipt.number}`)
  for (const warning of receipt.warnings) say(`   the hub noted: ${warning}`)
  await look(say, '')
}

const advised = async (say: Say): Promise<void> => {
  if (advice === undefined) throw new Error('the answer carried no emergency advice')
  say('Care home does what the screen says: the advice stood in the answer itself, nobody had to look for it')
}

const look = async (say: Say, state: string): Promise<void> => {
  const task = await expectState(connection, referralId, state)
  const team = (await tasksOf(connection, referralId)).find(other => other.code?.coding?.[0]?.code === 'fulfill' && isOpen(other))
  const eta = team === undefined ? undefined : etaOf(team)
  say(`Care home reads Task/${task.id} [${task.status}]: ${PLAINLY[businessOf(task)] ?? stateOf(task)}` +
    (eta === undefined ? '' : ` Expect them at ${clockTime(eta)}.`))
}

/** Open, owned, with a time: nothing closes by itself. */
const open = async (say: Say): Promise<void> => {
  const [referral, task] = [await readReferral(connection, referralId), await coordinatingOf(connection, referralId)]
  if (referral.status !== 'active' || !isOpen(task) || task.owner === undefined || task.restriction?.period?.end === undefined) {
    throw new Error(`not open and owned: ServiceRequest/${referralId} is ${referral.status}, Task/${task.id} ${task.status}`)
  }
  say(`Care home reads ServiceRequest/${referralId}: ${referral.status}, ${task.priority}; ${ownerOf(task)} looks after it${nextActionOf(task)}`)
}

const finished = async (say: Say): Promise<void> => {
  await look(say, '')
  say(`Care home reads ${await expectFinished(connection, referralId)}`)
}

await runDesk({ send, advised, look, open, finished })
