/** Races over HTTP: conditional creates against plain ones, and read-modify-write with If-Match. */
import { hubsOf, type Hubs } from './hubs.ts'

const CLIENTS = 64
const WRITERS = 32
const SYSTEM = 'https://example.org/staff'

const practitioner = (value: string, text = 'Nobody') =>
  ({ resourceType: 'Practitioner', active: true, identifier: [{ system: SYSTEM, value }], name: [{ text }] })

describe.each(hubsOf)('%s: races', (_name, open) => {
  let opened: Hubs
  beforeAll(async () => { opened = await open() }, 60_000)
  afterAll(async () => { await opened.stop() })

  const agents = (count: number) => Promise.all(Array.from({ length: count }, (_, n) => opened.hubs[n % opened.hubs.length]!.as('administrator')))

  it(`makes at most one of ${CLIENTS} clients' resources by the condition, and none beside one that was there`, async () => {
    for (const value of ['first', 'second']) {
      const clients = await agents(CLIENTS)
      const answers = await Promise.all(clients.map(async (agent, n) => {
        const isPlain = n % 8 === 5
        const post = agent.post('/fhir/Practitioner').set('Prefer', 'return=minimal')
        const answer = await (isPlain ? post : post.set('If-None-Exist', `identifier=${SYSTEM}|${value}`)).send(practitioner(value))
        return { isPlain, status: answer.status, id: /Practitioner\/([^/]+)/.exec(answer.headers['location'] as string ?? '')?.[1] }
      }))
      const plain = answers.filter(({ isPlain }) => isPlain)
      const conditional = answers.filter(({ isPlain }) => !isPlain)
      expect(new Set(plain.map(({ status }) => status))).toEqual(new Set([201]))
      // 412: several plain ones were there already.
      expect(conditional.filter(({ status }) => ![200, 201, 412].includes(status))).toEqual([])
      const created = conditional.filter(({ status }) => status === 201)
      expect(created.length).toBeLessThanOrEqual(1)
      const found = (await clients[0]!.get('/fhir/Practitioner').query({ identifier: `${SYSTEM}|${value}`, _count: '100' }).expect(200)).body as
        { entry: { resource: { id: string; meta: { lastUpdated: string } } }[] }
      expect(new Set(found.entry.map(({ resource }) => resource.id))).toEqual(new Set([...plain, ...created].map(({ id }) => id)))
      expect(found.entry).toHaveLength(plain.length + created.length)
      // Without _sort the newest comes first: what was made because nothing was there is the oldest.
      const [first] = created
      if (first !== undefined) expect(found.entry.at(-1)!.resource.id).toBe(first.id)
    }
  }, 120_000)

  it(`loses no update of ${WRITERS} clients that read, modify and write with If-Match`, async () => {
    const clients = await agents(WRITERS)
    await clients[0]!.put('/fhir/Practitioner/counter').send({ ...practitioner('counter', '0'), id: 'counter' }).expect(201)
    const outcomes: number[] = []
    await Promise.all(clients.map(async agent => {
      for (let isDone = false; !isDone;) {
        const read = await agent.get('/fhir/Practitioner/counter').expect(200)
        const { name: [{ text }] } = read.body as { name: [{ text: string }] }
        const answer = await agent.put('/fhir/Practitioner/counter').set('If-Match', read.headers['etag'] as string)
          .send({ ...practitioner('counter', String(Number(text) + 1)), id: 'counter' })
        outcomes.push(answer.status)
        isDone = answer.status === 200
      }
    }))
    expect(new Set(outcomes)).toEqual(new Set([200, 412]))
    const read = await clients[0]!.get('/fhir/Practitioner/counter').expect(200)
    expect(read.body).toMatchObject({ meta: { versionId: String(WRITERS + 1) }, name: [{ text: String(WRITERS) }] })
  }, 120_000)
})
