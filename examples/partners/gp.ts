/**
 * A GP system: sends one referral, then follows it by polling Tasks until it is finished. The GP does nothing else.
 * Words: `refer [INSTANT [FORM]]` (when the clinician pressed send; `forms/FORM.json` instead of `referral.json`),
 * `look [STATE]` (and it must be in that state), `finished`.
 */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Bundle, ServiceRequest } from 'fhir/r4.js'
import { clockTime, codeOf, etaOf, isOpen, nextActionOf, ownerOf, readReferral, resources, stateOf, tasksOf } from './case.ts'
import { connect } from './connection.ts'
import { runDesk, type Say } from './desk.ts'
import { expectFinished, expectState, startFollowing } from './following.ts'
import { bundleOf, readForm } from './form.ts'
import { proposalOf } from './proposal.ts'
import { submit } from './submitting.ts'

const ORGANISATION = 'P81067'
const connection = await connect()
const following = startFollowing()
let referralId = ''

const writtenAt = async (authoredOn: string): Promise<Bundle> => {
  const bundle = JSON.parse(await readFile(new URL('./referral.json', import.meta.url), 'utf8')) as Bundle
  for (const resource of resources<ServiceRequest>(bundle)) {
    if (resource.resourceType === 'ServiceRequest' && authoredOn !== '') resource.authoredOn = authoredOn
  }
  return bundle
}

const refer = async (say: Say, words: string): Promise<void> => {
  const [authoredOn = '', form] = words.split(' ')
  const bundle = form === undefined ? await writtenAt(authoredOn) : bundleOf(await readForm(form), {
    identifier: { system: 'https://gp.example/Id/referral', value: randomUUID() }, authoredOn, organisation: ORGANISATION,
  })
  const receipt = await submit(connection, bundle, randomUUID())
  referralId = receipt.referral
  say(`GP sent the referral; the hub answered: ${receipt.status}, number ${receipt.number}`)
  for (const warning of receipt.warnings) say(`   the hub noted: ${warning}`)
  const referral = await readReferral(connection, referralId)
  say(`GP read back ServiceRequest/${referral.id}: ${referral.status}, ` +
    `${referral.priority ?? 'urgency for the hub to say'}, written ${clockTime(referral.authoredOn)}`)
  await look(say, 'triage-proposed')
  for (const sentence of await proposalOf(connection, referralId)) say(`   ${sentence}`)
}

/** What is new, then each line's offer where there is more than one. */
const look = async (say: Say, state: string): Promise<void> => {
  await expectState(connection, referralId, state)
  for (const task of await following.news(connection, referralId)) {
    say(`GP sees Task/${task.id}: ${stateOf(task)}, owner ${ownerOf(task)}${nextActionOf(task)}`)
    const note = task.note?.at(-1)?.text
    if (note !== undefined) say(`   ${note}`)
  }
  const offers = (await tasksOf(connection, referralId)).filter(task => codeOf(task) === 'fulfill')
  if (offers.filter(isOpen).length === 0 || offers.length < 2) return
  for (const offer of offers) {
    const eta = isOpen(offer) ? etaOf(offer) : undefined
    say(`   Task/${offer.id}, ${ownerOf(offer)}: ${stateOf(offer)}${eta === undefined ? '' : `, expected ${clockTime(eta)}`}`)
  }
}

const finished = async (say: Say): Promise<void> => say(`GP read back ${await expectFinished(connection, referralId)}`)

await runDesk({ refer, look, finished })
