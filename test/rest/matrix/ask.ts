/** One request, and its answer with everything in it that a caller could learn from: status, headers and body as text. */
import { FHIR_JSON, type ClientName, type TestHub } from '../../hub.ts'

export interface Question {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the base; what stands in a query is encoded already. */
  readonly path: string
  readonly body?: unknown
  /** `Content-Type` of the body; FHIR JSON unless given. */
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly headers: string
  readonly body: string
}

export type Ask = (client: ClientName, question: Question) => Promise<Answer>

/** Headers that tell the time or name the request, and nothing of the data. */
const OF_THE_MESSAGE = new Set(['date', 'x-request-id', 'x-correlation-id', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'])

export const askOf = (hub: TestHub): Ask => async (client, { method = 'GET', path, body, as = FHIR_JSON, headers = {} }) => {
  const answer = await fetch(`${hub.url}/fhir${path === '' ? '' : `/${path}`}`, {
    method,
    headers: { 'authorization': `Bearer ${await hub.token(client)}`, ...(body === undefined ? {} : { 'content-type': as }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const told = [...answer.headers].filter(([name]) => !OF_THE_MESSAGE.has(name)).map(([name, value]) => `${name}: ${value}`)
  return { status: answer.status, headers: told.join('\n'), body: await answer.text() }
}

export const wholeOf = ({ status, headers, body }: Answer): string => `${status}\n${headers}\n${body}\n${pageLinks(body)}`

/** What page links carry, as far as it is readable: a seal keeps it from being changed, not from being read. */
const pageLinks = (body: string): string =>
  [...body.matchAll(/_page=([A-Za-z0-9_-]+)/g)].map(([, payload]) => Buffer.from(payload ?? '', 'base64url').toString()).join('\n')

/** The answer with what was asked for, and what differs between any two answers, taken out. */
export const comparable = (answer: Answer, asked: Readonly<Record<string, string>>): string => {
  let text = `${answer.status}\n${answer.headers}\n${answer.body}`
  for (const [name, value] of Object.entries(asked)) text = text.replaceAll(encodeURIComponent(value), name).replaceAll(value, name)
    // `:contains` asks with the word without its ends.
      .replaceAll(value.slice(1, -1), name)
  return text.replaceAll(/_page=[^"&]+/g, '_page').replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'uuid')
}
