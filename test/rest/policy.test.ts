/** What the operator leaves open to clients: update-as-create, and conditional deletion of several (docs/configuration.md). */
import { startTestHub, type ClientName, type TestHub } from '../hub.ts'

const SYSTEM = 'urn:example:policy'
const patient = (id?: string) => ({ resourceType: 'Patient', ...(id === undefined ? {} : { id }), identifier: [{ system: SYSTEM, value: 'x' }], name: [{ family: 'Hartley' }] })
const codeOf = (answer: { body: unknown }) => (answer.body as { issue: { details: { coding: { code: string }[] } }[] }).issue[0]?.details.coding[0]?.code

describe('UPDATE_CREATE=off and CONDITIONAL_DELETE=single', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub({ env: { UPDATE_CREATE: 'off', CONDITIONAL_DELETE: 'single' } }) })
  afterAll(() => hub.stop())

  const put = async (id: string, client: ClientName = 'gp') => (await hub.as(client)).put(`/fhir/Patient/${id}`).send(patient(id))
  const created = async (client: ClientName = 'gp') =>
    ((await (await hub.as(client)).post('/fhir/Patient').send(patient()).expect(201)).body as { id: string }).id
  const send = async (type: string, entry: object[]) => (await hub.as('gp')).post('/fhir').send({ resourceType: 'Bundle', type, entry })

  it('a PUT where there is nothing is 405 that names the way, and nothing is created', async () => {
    const answer = await put('chosen')
    expect([answer.status, codeOf(answer), answer.headers['allow']]).toEqual([405, 'client-id-not-allowed', 'GET, HEAD, PATCH, DELETE'])
    expect(answer.text).toContain('create it by POST')
    await (await hub.as('gp')).get('/fhir/Patient/chosen').expect(404)
  })

  it('a PUT of what somebody else has is answered like that of a free id', async () => {
    const id = await created('otherGp')
    const [theirs, free] = [await put(id), await put('free')]
    expect([theirs.status, theirs.text.replaceAll(id, '')]).toEqual([free.status, free.text.replaceAll('free', '')])
  })

  it('updates go on, and what was deleted comes back by its id', async () => {
    const id = await created()
    expect((await put(id)).status).toBe(200)
    await (await hub.as('gp')).delete(`/fhir/Patient/${id}`).expect(204)
    expect((await put(id)).status).toBe(201)
  })

  it('holds in transactions and batches, and names the entry', async () => {
    const entry = [{ resource: patient('chosen'), request: { method: 'PUT', url: 'Patient/chosen' } }]
    const answer = await send('transaction', entry)
    expect([answer.status, codeOf(answer)]).toEqual([405, 'client-id-not-allowed'])
    expect(answer.text).toContain('Bundle.entry[0]')
    expect((await send('batch', entry)).body).toMatchObject({ entry: [{ response: { status: '405 Method Not Allowed' } }] })
  })

  it('a conditional update without a match creates under an id of the hub, and refuses one of the client', async () => {
    const agent = await hub.as('gp')
    const url = `/fhir/Patient?identifier=${SYSTEM}|none`
    const refused = await agent.put(url).send(patient('chosen'))
    expect([refused.status, codeOf(refused)]).toEqual([405, 'client-id-not-allowed'])
    await agent.put(url).send(patient()).expect(201)
  })

  it('a conditional deletion of several is 412, in transactions too, and all are there still', async () => {
    while (((await (await hub.as('gp')).get(`/fhir/Patient?identifier=${SYSTEM}|x`).expect(200)).body as { total: number }).total < 2) await created()
    const answer = await (await hub.as('gp')).delete(`/fhir/Patient?identifier=${SYSTEM}|x`)
    expect([answer.status, codeOf(answer)]).toEqual([412, 'multiple-matches'])
    expect((await send('transaction', [{ request: { method: 'DELETE', url: `Patient?identifier=${SYSTEM}|x` } }])).status).toBe(412)
  })

  it('the CapabilityStatement says so', async () => {
    const { rest } = (await (await hub.as('gp')).get('/fhir/metadata').expect(200)).body as { rest: { resource: { type: string }[] }[] }
    expect(rest[0]?.resource.find(({ type }) => type === 'Patient')).toMatchObject({ updateCreate: false, conditionalDelete: 'single', conditionalUpdate: true })
  })
})

describe('by default', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  it('a PUT where there is nothing creates there, and the CapabilityStatement says so', async () => {
    const agent = await hub.as('gp')
    const answer = await agent.put('/fhir/Patient/chosen').send(patient('chosen')).expect(201)
    expect(answer.headers['location']).toBe(`${hub.url}/fhir/Patient/chosen/_history/1`)
    const { rest } = (await agent.get('/fhir/metadata').expect(200)).body as { rest: { resource: { type: string }[] }[] }
    expect(rest[0]?.resource.find(({ type }) => type === 'Patient')).toMatchObject({ updateCreate: true, conditionalDelete: 'multiple' })
    expect(rest[0]?.resource.find(({ type }) => type === 'Provenance')).toMatchObject({ updateCreate: false, conditionalDelete: 'not-supported' })
  })
})
