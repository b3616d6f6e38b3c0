/**
 * Referrals of every disposition, as a GP sends them: the worlds in which the workflow test takes its steps.
 * Facts are coded as docs/triage.md lists them, under the pack of Central Lancashire.
 */
import type { Reference } from 'fhir/r4.js'
import type { Propose } from '../../../src/referral/proposing.ts'
import { fallInPreston } from '../story.ts'

const code = (system: string, value: string): object => ({ coding: [{ system: `https://care-connexions.example/fhir/CodeSystem/${system}`, code: value }] })
const PERSON = { reference: 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000001' }
const flag = (system: string, value: string): object => ({
  resourceType: 'Flag', status: 'active', subject: PERSON, code: code(system, value),
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/flag-category', code: 'clinical' }] }],
})
/** A finding that was not there before: an emergency. */
export const redFlag = (subject: Reference): object => ({ ...flag('red-flag', 'stroke-fast'), subject })
const declined = {
  resourceType: 'Consent', status: 'active', patient: PERSON, category: [code('fact', 'consent-participation')], dateTime: '2026-11-24T10:00:00Z',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'treatment' }] },
  policyRule: { text: 'Consent to be seen by the service' }, provision: { type: 'deny' },
}
const notSafe = {
  resourceType: 'Observation', status: 'final', subject: PERSON, code: code('fact', 'safe-to-wait'), effectiveDateTime: '2026-11-24T10:00:00Z', valueBoolean: false,
}
/** Cannot be stored as it is: the hub gets a fix-data Task. */
const faulty = { resourceType: 'Observation', status: 'finished', code: { text: 'Pulse' }, subject: PERSON }

type Sent = ReturnType<typeof fallInPreston>

/** Said in a referral, it makes triage fail; see `failingWhenTold`. */
const FAILS = 'Triage fails on this.'

const withPatient = (sent: Sent, changes: object): Sent =>
  ({ ...sent, entry: sent.entry!.map((entry, index) => (index === 0 ? { ...entry, resource: { ...entry.resource!, ...changes } } : entry)) })
const withRequest = (sent: Sent, changes: object): Sent =>
  ({ ...sent, entry: sent.entry!.map((entry, index) => (index === 1 ? { ...entry, resource: { ...entry.resource!, ...changes } } : entry)) })

export const scenarios = {
  'one line': () => fallInPreston(),
  'one line, two alternatives': () => fallInPreston({ needs: ['frailty-acute'] }),
  'two lines': () => fallInPreston({ needs: ['frailty-acute', 'loneliness'] }),
  'emergency': () => fallInPreston({ more: [flag('red-flag', 'stroke-fast')] }),
  'review': () => fallInPreston({ needs: ['frailty-acute'], more: [flag('soft-flag', 'long-lie')] }),
  'without candidates': () => fallInPreston({ more: [notSafe] }),
  'more information': () => fallInPreston({ needs: [] }),
  'redirection': () => withPatient(fallInPreston(), { birthDate: '2015-05-17' }),
  'declined': () => fallInPreston({ more: [declined] }),
  'untriaged': () => withRequest(fallInPreston(), { note: [{ text: FAILS }] }),
  'faulty data': () => fallInPreston({ needs: ['fall-no-injury', 'loneliness'], more: [faulty] }),
} as const satisfies Record<string, () => Sent>

export type Scenario = keyof typeof scenarios

/** Triage of a hub under test, which fails where the referral says so. */
export const failingWhenTold = (propose: Propose): Propose => request =>
  (request.resources.some(resource => JSON.stringify(resource['note'] ?? '').includes(FAILS))
    ? Promise.reject(new Error('triage failed, as the referral asked')) : propose(request))
