/** What batches and transactions hold besides writes of resources: https://hl7.org/fhir/R4/http.html#transaction */
import { startTestHub, type TestHub } from '../hub.ts'

interface Answered { entry: { resource?: { resourceType: string; id: string; total?: number }; response: { status: string; location?: string; etag?: string; lastModified?: string; outcome?: object } }[] }

const patient = { resourceType: 'Patient', name: [{ family: 'Hartley' }] }

describe('batches and transactions', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  const send = async (type: string, entry: unknown[], headers: Record<string, string> = {}) =>
    (await hub.as('gp')).post('/fhir').set(headers).send({ resourceType: 'Bundle', type, entry })
  const statuses = (answer: { body: unknown }): string[] => (answer.body as Answered).entry.map(({ response }) => response.status)
  const created = async () => ((await (await hub.as('gp')).post('/fhir/Patient').send(patient).expect(201)).body as { id: string }).id

  it.each(['batch', 'transaction'])('%s: runs DELETE, POST, PUT and PATCH, then GET, and answers in the order of the entries', async type => {
    const [kept, removed] = [await created(), await created()]
    const answer = await send(type, [
      { request: { method: 'GET', url: `Patient/${kept}` } },
      { resource: { ...patient, id: kept, gender: 'female' }, request: { method: 'PUT', url: `Patient/${kept}` } },
      { resource: patient, request: { method: 'POST', url: 'Patient' } },
      { request: { method: 'DELETE', url: `Patient/${removed}` } },
      { request: { method: 'HEAD', url: `Patient/${kept}` } },
      { request: { method: 'GET', url: `Patient/${kept}/_history` } },
      { request: { method: 'GET', url: 'Patient/_history?_count=2' } },
    ])
    expect(statuses(answer)).toEqual(['200 OK', '200 OK', '201 Created', '204 No Content', '200 OK', '200 OK', '200 OK'])
    const { entry } = answer.body as Answered
    expect(entry[0]).toMatchObject({ resource: { gender: 'female' }, response: { etag: 'W/"2"' } })
    expect(entry[2]?.response).toMatchObject({ location: expect.stringMatching(/\/Patient\/[^/]+\/_history\/1$/) as string, etag: 'W/"1"', lastModified: '2026-11-24T10:15:00.000Z' })
    expect(entry[4]).not.toHaveProperty('resource')
    expect(entry[5]?.resource?.total).toBe(2)
  })

  it.each(['batch', 'transaction'])('%s: what a write has to say is its outcome, with Prefer: return=OperationOutcome', async type => {
    const removed = await created()
    const answer = await send(type, [
      { resource: patient, request: { method: 'POST', url: 'Patient' } }, { request: { method: 'DELETE', url: `Patient/${removed}` } },
    ], { Prefer: 'return=OperationOutcome' })
    for (const each of (answer.body as Answered).entry) {
      expect(each).not.toHaveProperty('resource')
      expect(each.response.outcome).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'information' }] })
    }
  })

  it.each(['batch', 'transaction'])('%s: If-None-Match: * creates only where there is nothing', async type => {
    const id = await created()
    const put = (at: string) => ({ resource: { ...patient, id: at }, request: { method: 'PUT', url: `Patient/${at}`, ifNoneMatch: '*' } })
    const refused = await send(type, [put(id)])
    expect(type === 'batch' ? statuses(refused)[0] : String(refused.status)).toMatch(/^412/)
    expect(statuses(await send(type, [put(`fresh-${type}`)]))).toEqual(['201 Created'])
  })

  it.each(['batch', 'transaction'])('%s: searches by POST, and by an absolute address of this hub', async type => {
    const answer = await send(type, [
      { request: { method: 'POST', url: 'Patient/_search?family=hartley&_summary=count' } },
      { request: { method: 'GET', url: `${hub.url}/fhir/Patient?family=hartley&_summary=count` } },
      { request: { method: 'GET', url: `${hub.url}/fhir?_type=Patient&_summary=count` } },
    ])
    expect(statuses(answer)).toEqual(['200 OK', '200 OK', '200 OK'])
    const totals = (answer.body as Answered).entry.map(({ resource }) => resource?.total)
    expect(new Set(totals).size).toBe(1)
  })

  it.each(['https://elsewhere.example/fhir/Patient', '//elsewhere.example/fhir/Patient', 'HTTPS://elsewhere.example/Patient', 'urn:uuid:0b1c2a50-6f0a-4c3e-8d53-0c9b54c3f0a1'])(
    'the address %s is refused: 400, and only its own entry of a batch', async url => {
      const entry = [{ resource: patient, request: { method: 'POST', url } }]
      const answer = await send('transaction', entry)
      expect([answer.status, answer.text.includes('Bundle.entry[0].request.url')]).toEqual([400, true])
      expect(statuses(await send('batch', [...entry, { request: { method: 'GET', url: 'Patient?_summary=count' } }]))).toEqual(['400 Bad Request', '200 OK'])
    })

  it('an address of this hub\'s name with more behind it is not this hub', async () => {
    const answer = await send('transaction', [{ resource: patient, request: { method: 'POST', url: `${hub.url}/fhirish/Patient` } }])
    expect(answer.status).toBe(400)
  })

  it('a fullUrl of one version is refused, and so is one that two entries have', async () => {
    const entry = (fullUrl: string) => ({ fullUrl, resource: patient, request: { method: 'POST', url: 'Patient' } })
    const versioned = await send('transaction', [entry('https://gp.example/fhir/Patient/1/_history/2')])
    expect([versioned.status, versioned.text.includes('Bundle.entry[0].fullUrl')]).toEqual([400, true])
    expect((await send('transaction', [entry('https://gp.example/fhir/Patient/1'), entry('https://gp.example/fhir/Patient/1')])).status).toBe(400)
  })

  it('a batch runs operations; a transaction says that they belong in one', async () => {
    const id = await created()
    const entry = [
      { request: { method: 'GET', url: `Patient/${id}/$validate` } },
      { resource: { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: patient }] }, request: { method: 'POST', url: 'Patient/$validate' } },
    ]
    const answer = await send('batch', entry)
    expect(statuses(answer)).toEqual(['200 OK', '200 OK'])
    for (const each of entry) expect((await send('transaction', [each])).status).toBe(400)
  })

  it('takes 1,000 entries and refuses more with 413', async () => {
    const entry = { request: { method: 'DELETE', url: 'Patient/nobody' } }
    const many = (count: number) => Array.from({ length: count }, (_, index) => ({ request: { ...entry.request, url: `Patient/nobody-${index}` } }))
    expect(statuses(await send('transaction', many(1_000)))).toHaveLength(1_000)
    for (const type of ['batch', 'transaction']) expect((await send(type, many(1_001))).status).toBe(413)
  })

  it('a multiple match of a conditional reference fails the transaction and names the entry', async () => {
    const identifier = [{ system: 'urn:example:batch', value: 'double' }]
    for (let copy = 0; copy < 2; copy += 1) await (await hub.as('gp')).post('/fhir/Patient').send({ ...patient, identifier }).expect(201)
    const observation = { resourceType: 'Observation', status: 'final', code: { text: 'NEWS2' }, subject: { reference: 'Patient?identifier=urn:example:batch|double' } }
    const answer = await send('transaction', [{ resource: observation, request: { method: 'POST', url: 'Observation' } }])
    expect(answer.status).toBe(412)
    expect(answer.body).toMatchObject({ issue: [{ expression: ['Bundle.entry[0].resource.subject.reference'] }] })
  })
})
