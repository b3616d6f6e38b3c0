/** Phases that write, and those that have a referral judged. */
import { codedFacts, patient, referralOfTwenty, submission, transaction } from '../bodies.ts'
import { ask, headersOf, sendingOf } from '../driver.ts'
import { idOf } from '../chance.ts'
import { person } from '../people.ts'
import { PLACE } from '../record.ts'
import { NEW_PEOPLE, posts, someone, TEAM_SERVICE, type Desk, type Phase } from './phase.ts'

interface Accepted { id: string; meta: { versionId: string } }

/** Accepted offers as the team reads them, with the versions they have now. */
const acceptedOffers = async (desk: Desk): Promise<readonly Accepted[]> => {
  const { body } = await ask(desk, {
    method: 'GET', path: `/fhir/Task?owner=${TEAM_SERVICE}&status=accepted&code=fulfill&_sort=_lastUpdated&_count=1000`,
    headers: headersOf(desk.tokens.team),
  })
  return ((JSON.parse(body) as { entry?: { resource: Accepted }[] }).entry ?? []).map(({ resource }) => resource)
}

/**
 * The team notes something in the offers it has accepted, one after the other, in turns: judged by the table, which finds
 * no step in it. By the time a Task comes round again its last update has long been answered.
 */
const updateTasks: Phase['requests'] = async (desk, from, count) => {
  const tasks = await acceptedOffers(desk)
  return Array.from({ length: count }, (_, k) => {
    const task = tasks[k % tasks.length]!
    const version = Number(task.meta.versionId) + Math.floor(k / tasks.length)
    return {
      method: 'PUT', path: `/fhir/Task/${task.id}`, headers: { ...sendingOf(desk.tokens.team), 'if-match': `W/"${version}"` },
      body: JSON.stringify({ ...task, note: [{ text: `Rang the daughter, ${from + k}` }] }),
    }
  })
}

/** Patients get another telephone. Each has its turn before the first comes again, and nobody else updates them. */
const updatePatients: Phase['requests'] = async (desk, from, count) => Array.from({ length: count }, (_, k) => {
  const version = 1 + Math.floor((from + k) / desk.people.gp.length)
  const n = someone(desk, 'gp', from + k)
  const id = idOf(n, PLACE.patient)
  return {
    method: 'PUT', path: `/fhir/Patient/${id}`, headers: { ...sendingOf(desk.tokens.gp), 'if-match': `W/"${version}"` },
    body: JSON.stringify({ ...person(n, id), telecom: [{ system: 'phone', value: `01632 ${960_000 + (from + k) % 1_000}` }] }),
  }
})

export const writing: readonly Phase[] = [
  {
    name: 'create', title: 'create Patient', aim: { ratio: 0.1, cpuMs: { sqlite: 0.667 } }, count: { alone: 500, together: 4_000 },
    requests: posts('gp', '/fhir/Patient', n => patient(NEW_PEOPLE + n)),
  },
  {
    name: 'update', title: 'update Patient with If-Match', aim: {}, count: { alone: 300, together: 2_000 },
    requests: updatePatients,
  },
  {
    name: 'update-task', title: 'update Task with If-Match, guarded', aim: { cpuMs: { sqlite: 0.8 } }, count: { alone: 200, together: 1_500 },
    requests: updateTasks,
  },
  {
    name: 'transaction', title: 'transaction of 20', aim: { cpuMs: { sqlite: 12.5 } }, count: { alone: 80, together: 400 },
    requests: posts('gp', '/fhir', n => transaction(NEW_PEOPLE + n)),
  },
  {
    name: 'triage', title: '$triage dry run, coded facts', aim: { cpuMs: { sqlite: 0.7 } }, count: { alone: 300, together: 2_000 },
    requests: posts('gp', '/fhir/ServiceRequest/$triage', codedFacts),
  },
  {
    name: 'triage-20', title: '$triage dry run, Bundle of 20, validated', aim: { cpuMs: { sqlite: 2 } }, count: { alone: 150, together: 1_000 },
    requests: posts('gp', '/fhir/ServiceRequest/$triage', referralOfTwenty),
  },
  {
    name: 'submit', title: 'submit a referral of 6', aim: { cpuMs: { sqlite: 5 } }, count: { alone: 100, together: 500 },
    requests: posts('gp', '/fhir/ServiceRequest/$submit', n => submission(NEW_PEOPLE + n)),
  },
]
