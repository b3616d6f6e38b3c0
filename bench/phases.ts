/**
 * The phases: what is asked of the hub, by whom, how often, and the aim (issue's table) beside which it is printed.
 *
 * Each phase makes its requests before the clock starts. Those that write are given numbers that no other run of
 * theirs has, so nothing is created twice and no version is updated twice.
 */
import { codedFacts, nhsNumber, patient, referralOfTwenty, submission, transaction } from './bodies.ts'
import { ask, type Request } from './driver.ts'
import { idOf, TASKS_A_CASE } from './population.ts'
import type { ClientName } from './clients.ts'

export interface Phase {
  readonly name: string
  readonly title: string
  readonly aim: { readonly ratio?: number; readonly cpuMs?: number }
  /** Requests with one client and with sixteen: some two seconds each here, so that CPU in ticks of 10 ms is told to 1 %. */
  readonly count: { readonly alone: number; readonly together: number }
  /** Makes the requests numbered `from` to `from + count`. */
  readonly requests: (desk: Desk, from: number, count: number) => Promise<readonly Request[]>
}

/** What a phase needs to know of the run. */
export interface Desk {
  readonly url: string
  readonly tasks: number
  readonly tokens: Readonly<Record<ClientName, string>>
}

const SERVICE = 'HealthcareService/cl-ucr2h'
const HUB = 'Organization/cl-care-connexions'
/** People that the filled store does not hold. */
const NEW_PEOPLE = 300_000

const headers = (desk: Desk, client: ClientName): Record<string, string> =>
  ({ 'authorization': `Bearer ${desk.tokens[client]}`, 'accept': 'application/fhir+json' })
const sending = (desk: Desk, client: ClientName): Record<string, string> => ({ ...headers(desk, client), 'content-type': 'application/fhir+json' })

const numbers = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, k) => from + k)
/** Spread over the cases, so that no page of the store is read twice in a row. */
const someCase = (desk: Desk, n: number): number => (n * 7_919) % Math.ceil(desk.tasks / TASKS_A_CASE)

const gets = (client: ClientName, path: (desk: Desk, n: number) => string): Phase['requests'] => async (desk, from, count) =>
  numbers(from, count).map(n => ({ method: 'GET', path: path(desk, n), headers: headers(desk, client) }))

const posts = (client: ClientName, path: string, body: (n: number) => string): Phase['requests'] => async (desk, from, count) =>
  numbers(from, count).map(n => ({ method: 'POST', path, headers: sending(desk, client), body: body(n) }))

/** Accepted offers as the team reads them; a page of the hub holds up to 1,000. */
const acceptedOffers = async (desk: Desk, count: number): Promise<readonly { id: string; meta: { versionId: string } }[]> => {
  const found: { id: string; meta: { versionId: string } }[] = []
  let path: string | undefined = `/fhir/Task?owner=${SERVICE}&status=accepted&_sort=_lastUpdated&_count=1000`
  while (path !== undefined && found.length < count) {
    const { body } = await ask(desk, { method: 'GET', path, headers: headers(desk, 'team') })
    const page = JSON.parse(body) as { entry?: { resource: (typeof found)[number] }[]; link?: { relation: string; url: string }[] }
    found.push(...(page.entry ?? []).map(({ resource }) => resource))
    const next = page.link?.find(({ relation }) => relation === 'next')?.url
    path = next === undefined ? undefined : next.slice(next.indexOf('/fhir'))
  }
  return found
}

/**
 * The team notes something in a Task it has accepted: judged by the table, which finds no step in it. Each Task once,
 * so a small store has fewer than `count`.
 */
const updates: Phase['requests'] = async (desk, from, count) =>
  (await acceptedOffers(desk, count)).slice(0, count).map((task, k) => ({
    method: 'PUT', path: `/fhir/Task/${task.id}`,
    headers: { ...sending(desk, 'team'), 'if-match': `W/"${task.meta.versionId}"` },
    body: JSON.stringify({ ...task, note: [{ text: `Rang the daughter, ${from + k}` }] }),
  }))

const worklist = (sort: string): Phase['requests'] =>
  gets('team', () => `/fhir/Task?owner=${SERVICE}&status=requested&_sort=${sort}&_count=20`)

export const phases: readonly Phase[] = [
  {
    name: 'directory', title: 'read a directory resource', aim: { ratio: 0.2, cpuMs: 0.1 }, count: { alone: 2_000, together: 12_000 },
    requests: gets('gp', () => `/fhir/${SERVICE}`),
  },
  {
    name: 'read', title: "read a patient's data", aim: { ratio: 0.12, cpuMs: 0.16 }, count: { alone: 1_000, together: 10_000 },
    requests: gets('gp', (desk, n) => `/fhir/Patient/${idOf(someCase(desk, n), 0)}`),
  },
  {
    name: 'identifier', title: 'search a patient by identifier', aim: { ratio: 0.12, cpuMs: 0.17 }, count: { alone: 1_000, together: 10_000 },
    requests: gets('gp', (desk, n) => `/fhir/Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|${nhsNumber(someCase(desk, n))}`),
  },
  {
    name: 'worklist', title: 'worklist: owner, status, newest first, 20', aim: { cpuMs: 0.27 }, count: { alone: 1_000, together: 5_000 },
    requests: worklist('-_lastUpdated'),
  },
  {
    name: 'worklist-authored', title: 'the same by -authored-on', aim: {}, count: { alone: 100, together: 300 },
    requests: worklist('-authored-on'),
  },
  {
    name: 'worklist-hub', title: "the hub's own: half of all Tasks are its", aim: {}, count: { alone: 500, together: 3_000 },
    requests: gets('hub', () => `/fhir/Task?owner=${HUB}&status=in-progress&_sort=-_lastUpdated&_count=20`),
  },
  {
    name: 'create', title: 'create Patient', aim: { ratio: 0.1, cpuMs: 0.55 }, count: { alone: 500, together: 4_000 },
    requests: posts('gp', '/fhir/Patient', n => patient(NEW_PEOPLE + n)),
  },
  {
    name: 'update', title: 'update Task with If-Match, guarded', aim: { cpuMs: 0.8 }, count: { alone: 200, together: 2_000 },
    requests: updates,
  },
  {
    name: 'triage', title: '$triage dry run, coded facts', aim: { cpuMs: 0.7 }, count: { alone: 300, together: 2_000 },
    requests: posts('gp', '/fhir/ServiceRequest/$triage', codedFacts),
  },
  {
    name: 'triage-20', title: '$triage dry run, Bundle of 20, validated', aim: { cpuMs: 2 }, count: { alone: 150, together: 1_000 },
    requests: posts('gp', '/fhir/ServiceRequest/$triage', referralOfTwenty),
  },
  {
    name: 'submit', title: 'submit a referral of 6', aim: { cpuMs: 5 }, count: { alone: 100, together: 500 },
    requests: posts('gp', '/fhir/ServiceRequest/$submit', n => submission(NEW_PEOPLE + n)),
  },
  {
    name: 'transaction', title: 'transaction of 20', aim: { cpuMs: 10 }, count: { alone: 80, together: 400 },
    requests: posts('gp', '/fhir', n => transaction(NEW_PEOPLE + n)),
  },
]
