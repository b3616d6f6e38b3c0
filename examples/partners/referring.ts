/**
 * The desk of somebody who refers and then follows it by polling Tasks until it is finished, and does nothing else: a GP
 * system, a social worker's. They differ in what they send.
 * Words: `refer [INSTANT [FORM]]` (when the clinician pressed send; `forms/FORM.json`), `look [STATE]` (and it must be in that
 * state), `finished`.
 */
import { randomUUID } from 'node:crypto'
import type { Bundle } from 'fhir/r4.js'
import { clockTime, codeOf, etaOf, isOpen, nextActionOf, ownerOf, readReferral, stateOf, tasksOf } from './case.ts'
import { connect } from './connection.ts'
import { runDesk, type Say } from './desk.ts'
import { expectFinished, expectState, startFollowing } from './following.ts'
import { bundleOf, readForm } from './form.ts'
import { proposalOf } from './proposal.ts'
import { submit } from './submitting.ts'

export interface Referring {
  /** In its own sentences. */
  readonly who: string
  /** ODS code. */
  readonly organisation: string
  /** System of its own numbers for what it refers. */
  readonly numbers: string
  /** What is sent when no form is named. */
  readonly written?: (authoredOn: string) => Promise<Bundle>
}

export const runReferring = async ({ who, organisation, numbers, written }: Referring): Promise<void> => {
  const connection = await connect()
  const following = startFollowing()
  let referralId = ''

  const bundleFor = async (authoredOn: string, form: string | undefined): Promise<Bundle> => {
    if (form !== undefined) return bundleOf(await readForm(form), { identifier: { system: numbers, value: randomUUID() }, authoredOn, organisation })
    if (written === undefined) throw new Error('name a form')
    return written(authoredOn)
  }

  const refer = async (say: Say, words: string): Promise<void> => {
    const [authoredOn = '', form] = words.split(' ')
    const receipt = await submit(connection, await bundleFor(authoredOn, form), randomUUID())
    referralId = receipt.referral
    say(`${who} sent the referral; the hub answered: ${receipt.status}, number ${receipt.number}`)
    if (receipt.emergencyAdvice !== undefined) say(`${who}'s screen shows at once: ${receipt.emergencyAdvice}`)
    for (const warning of receipt.warnings) say(`   the hub noted: ${warning}`)
    const referral = await readReferral(connection, referralId)
    say(`${who} read back ServiceRequest/${referral.id}: ${referral.status}, ` +
      `${referral.priority ?? 'urgency for the hub to say'}, written ${clockTime(referral.authoredOn)}`)
    await look(say, 'triage-proposed')
    for (const sentence of await proposalOf(connection, referralId)) say(`   ${sentence}`)
  }

  /** What is new, then each line's offer where there is more than one. */
  const look = async (say: Say, state: string): Promise<void> => {
    await expectState(connection, referralId, state)
    for (const task of await following.news(connection, referralId)) {
      say(`${who} sees Task/${task.id}: ${stateOf(task)}, owner ${ownerOf(task)}${nextActionOf(task)}`)
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

  const finished = async (say: Say): Promise<void> => say(`${who} read back ${await expectFinished(connection, referralId)}`)

  await runDesk({ refer, look, finished })
}
