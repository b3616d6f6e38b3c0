/** docs/integrators/directory.md is true: its requests are sent as they stand there, and answered as it shows. */
import { readFileSync } from 'node:fs'
import { startTestHub, type ClientName, type TestHub } from '../hub.ts'

const page = readFileSync(new URL('../../docs/integrators/directory.md', import.meta.url), 'utf8')

interface Asked { readonly path: string; readonly client: ClientName; readonly body: string | undefined; readonly answer: unknown }

const shown: readonly Asked[] = [...page.matchAll(/```sh\ncurl ([\s\S]*?)```\n\n```json\n([\s\S]*?)```/g)].map(([, command = '', answer = '']) => ({
  path: /"\$HUB(.*?)"/.exec(command)![1]!.replaceAll('\\$', '$'),
  client: /\$([A-Z]+)_TOKEN/.exec(command)![1]!.toLowerCase() as ClientName,
  body: /-d '([\s\S]*)'/.exec(command)?.[1],
  answer: JSON.parse(answer) as unknown,
}))
const tabled = [...page.matchAll(/`GET \/fhir\/(.+?)`/g)].map(([, path = '']) => path.replaceAll('\\|', '|')).filter(path => !path.endsWith('_history'))

let hub: TestHub
beforeAll(async () => { hub = await startTestHub() })
afterAll(async () => { await hub.stop() })

/** Everything that is shown is there, in that order; what is not shown may stand between. */
const holds = (shown: unknown, real: unknown): boolean => {
  if (Array.isArray(shown)) {
    if (!Array.isArray(real)) return false
    let from = 0
    return shown.every(one => {
      const at = real.findIndex((other, index) => index >= from && holds(one, other))
      from = at + 1
      return at >= 0
    })
  }
  if (typeof shown !== 'object' || shown === null) return shown === real
  return typeof real === 'object' && real !== null
    && Object.entries(shown).every(([name, value]) => holds(value, (real as Record<string, unknown>)[name]))
}

it('shows requests of both operations and of searches', () => {
  expect(shown.length).toBeGreaterThan(6)
  expect(tabled.length).toBeGreaterThan(5)
})

it.each(shown.map(asked => [`${asked.path} ${asked.body ?? ''}`.slice(0, 100), asked] as const))('%s', async (_what, { path, client, body, answer }) => {
  const agent = await hub.as(client)
  const { body: real, status } = body === undefined ? await agent.get(path) : await agent.post(path).send(body)
  expect(status).toBe(200)
  expect(holds(answer, real) ? answer : { shown: answer, real: real as unknown }).toEqual(answer)
})

it('every question of the table finds something', async () => {
  for (const path of tabled) {
    const { body, status } = await (await hub.as('gp')).get(`/fhir/${path}`)
    expect([path, status, (body as { entry?: unknown[] }).entry?.length]).toEqual([path, 200, expect.any(Number)])
  }
})
