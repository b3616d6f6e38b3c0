/**
 * What any answer to anything must be: 2xx, or a 4xx OperationOutcome that says what was wrong; never a 5xx, and in bounded time.
 *
 * `FUZZ_RUNS` multiplies the number of cases, `FUZZ_SEED` takes others: FUZZ_RUNS=20 FUZZ_SEED=7 npm test -- test/rest/fuzz
 */
import type { OperationOutcome } from 'fhir/r4.js'
import type fc from 'fast-check'
import { FHIR_JSON, type ClientName, type TestHub } from '../../hub.ts'

const TIMES = Number(process.env['FUZZ_RUNS'] ?? 1)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20261124)

/** Well above the limit of a search, on a machine that runs the other tests as well. */
const LONGEST_MS = 15_000

export const runs = (numRuns: number): Pick<fc.Parameters, 'numRuns' | 'seed' | 'endOnFailure'> =>
  ({ numRuns: numRuns * TIMES, seed: SEED, endOnFailure: true })

export interface Sent {
  readonly method: string
  /** Below the base, percent-encoded. */
  readonly path: string
  readonly body?: string
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Told {
  readonly status: number
  readonly body: string
}

export const send = async (hub: TestHub, client: ClientName, { method, path, body, as = FHIR_JSON, headers = {} }: Sent): Promise<Told> => {
  const answer = await fetch(`${hub.url}/fhir${path === '' || path.startsWith('?') ? path : `/${path}`}`, {
    method,
    headers: { 'authorization': `Bearer ${await hub.token(client)}`, ...(body === undefined ? {} : { 'content-type': as }), ...headers },
    ...(body === undefined ? {} : { body }),
  })
  return { status: answer.status, body: await answer.text() }
}

/** Asks, and throws with the question where the answer is none that a client can work with. */
export const answeredWell = async (hub: TestHub, client: ClientName, sent: Sent): Promise<Told> => {
  const from = Date.now()
  const told = await send(hub, client, sent)
  const elapsed = Date.now() - from
  const wrong = whatIsWrong(told, `${sent.path} ${sent.body ?? ''}`) ?? (elapsed > LONGEST_MS ? `took ${elapsed} ms` : undefined)
  if (wrong !== undefined) {
    const lines = [wrong, `${sent.method} ${sent.path}`, sent.body ?? '', `${told.status} ${told.body}`]
    throw new Error(lines.map(line => line.slice(0, 2_000)).join('\n'))
  }
  return told
}

const whatIsWrong = ({ status, body }: Told, asked: string): string | undefined => {
  if (status >= 200 && status < 300) return undefined
  if (status === 304) return body === '' ? undefined : 'a 304 with a body'
  if (status < 400 || status >= 500) return `status ${status}`
  const issues = outcomeIn(body)
  if (issues === undefined) return 'a refusal that is no OperationOutcome'
  if (issues.some(({ text }) => text.length < 10)) return 'an issue that says nothing'
  const inside = issues.map(({ text }) => INSIDE.exec(text)?.[0]).find(word => word !== undefined && !asked.includes(word))
  return inside === undefined ? undefined : `an issue that tells of the hub's inside: ${inside}`
}

/** What no answer says unless it was asked with. */
const INSIDE = /node_modules|\.ts:\d|at Object|sqlite|FhirError|undefined|\[object/i

/** Texts and places of the issues; undefined where the body is no OperationOutcome. */
export const outcomeIn = (body: string): readonly { readonly text: string; readonly at: readonly string[] }[] | undefined => {
  let parsed: Partial<OperationOutcome>
  try {
    parsed = JSON.parse(body) as OperationOutcome
  } catch {
    return undefined
  }
  if (parsed.resourceType !== 'OperationOutcome' || (parsed.issue ?? []).length === 0) return undefined
  return (parsed.issue ?? []).map(({ details, diagnostics, expression }) => ({ text: details?.text ?? diagnostics ?? '', at: expression ?? [] }))
}
