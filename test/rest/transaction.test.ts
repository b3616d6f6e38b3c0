import { startTestHub, type TestHub } from '../hub.ts'

interface Entry { fullUrl?: string; resource?: object; request: { method: string; url: string; [condition: string]: string } }

const patient = { resourceType: 'Patient', name: [{ family: 'Hartley' }] }
const observation = (subject: string) => ({ resourceType: 'Observation', status: 'final', code: { text: 'NEWS2' }, subject: { reference: subject } })
const PATIENT_URN = 'urn:uuid:3b1c2a50-6f0a-4c3e-8d53-0c9b54c3f001'

describe('transaction', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  const send = async (entry: Entry[], type = 'transaction') =>
    (await hub.as('gp')).post('/fhir').send({ resourceType: 'Bundle', type, entry })

  it('creates all and resolves urn:uuid references between entries, whatever their order', async () => {
    const answer = await send([
      { resource: observation(PATIENT_URN), request: { method: 'POST', url: 'Observation' } },
      { fullUrl: PATIENT_URN, resource: patient, request: { method: 'POST', url: 'Patient' } },
    ])
    expect(answer.status).toBe(200)
    const { entry, type } = answer.body as { type: string; entry: { resource: { id: string; subject?: { reference: string } }; response: { status: string; location: string } }[] }
    expect(type).toBe('transaction-response')
    expect(entry.map(each => each.response.status)).toEqual(['201 Created', '201 Created'])
    expect(entry[0]?.resource.subject?.reference).toBe(`Patient/${entry[1]?.resource.id}`)
    expect(entry[1]?.response.location).toContain(`/Patient/${entry[1]?.resource.id}/_history/1`)
  })

  it('writes nothing when one entry fails, and says which', async () => {
    const system = 'https://gp.example/Id/all-or-nothing'
    const answer = await send([
      { resource: { ...patient, identifier: [{ system, value: '1' }] }, request: { method: 'POST', url: 'Patient' } },
      { resource: { resourceType: 'Observation', status: 'final' }, request: { method: 'POST', url: 'Observation' } },
    ])
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('Observation.code')
    const found = await (await hub.as('gp')).get('/fhir/Patient').query({ identifier: `${system}|1` }).expect(200)
    expect(found.body).toMatchObject({ total: 0 })
  })

  it('resolves conditional references to the one match, and refuses none', async () => {
    const gp = await hub.as('gp')
    const identifier = [{ system: 'https://gp.example/Id/patient', value: 'conditional' }]
    const known = await gp.post('/fhir/Patient').send({ ...patient, identifier }).expect(201)
    const reference = 'Patient?identifier=https://gp.example/Id/patient|conditional'
    const answer = await send([{ resource: observation(reference), request: { method: 'POST', url: 'Observation' } }])
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ entry: [{ resource: { subject: { reference: `Patient/${(known.body as { id: string }).id}` } } }] })
    const refused = await send([{ resource: observation('Patient?identifier=none'), request: { method: 'POST', url: 'Observation' } }])
    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject({ issue: [{ expression: ['Bundle.entry[0].resource.subject.reference'] }] })
  })

  it('ifNoneExist takes the match and others may refer to it', async () => {
    const identifier = [{ system: 'https://gp.example/Id/patient', value: 'if-none-exist' }]
    const entries: Entry[] = [
      {
        fullUrl: PATIENT_URN, resource: { ...patient, identifier },
        request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=https://gp.example/Id/patient|if-none-exist' },
      },
      { resource: observation(PATIENT_URN), request: { method: 'POST', url: 'Observation' } },
    ]
    const [first, second] = [await send(entries), await send(entries)]
    expect(first.body).toMatchObject({ entry: [{ response: { status: '201 Created' } }, {}] })
    expect(second.body).toMatchObject({ entry: [{ response: { status: '200 OK' } }, { response: { status: '201 Created' } }] })
    const ids = [first, second].map(answer => (answer.body as { entry: { resource: { id: string } }[] }).entry[0]?.resource.id)
    expect(ids[0]).toBe(ids[1])
  })

  it('deletes, updates with ifMatch and reads in one go, in the order of the specification', async () => {
    const gp = await hub.as('gp')
    const [keep, remove] = await Promise.all([1, 2].map(async () => (await gp.post('/fhir/Patient').send(patient)).body as { id: string }))
    const answer = await send([
      { request: { method: 'GET', url: `Patient/${keep?.id}` } },
      { resource: { ...patient, id: keep?.id, gender: 'female' }, request: { method: 'PUT', url: `Patient/${keep?.id}`, ifMatch: 'W/"1"' } },
      { request: { method: 'DELETE', url: `Patient/${remove?.id}` } },
    ])
    expect(answer.body).toMatchObject({
      entry: [
        { response: { status: '200 OK', etag: 'W/"2"' }, resource: { gender: 'female' } },
        { response: { status: '200 OK', etag: 'W/"2"' } },
        { response: { status: '204 No Content' } },
      ],
    })
    await gp.get(`/fhir/Patient/${remove?.id}`).expect(410)
  })

  it.each([
    ['no method', { request: { url: 'Patient' } }, 400, 'request.method'],
    ['an unknown type', { resource: patient, request: { method: 'POST', url: 'Patiant' } }, 400, 'did you mean'],
    ['a POST without a resource', { request: { method: 'POST', url: 'Patient' } }, 400, 'needs a resource'],
    ['a body of another type', { resource: patient, request: { method: 'POST', url: 'Observation' } }, 400, 'entry 0'],
    ['an ifMatch that has passed', { resource: { ...patient, id: 'new' }, request: { method: 'PUT', url: 'Patient/new', ifMatch: 'W/"4"' } }, 412, 'entry 0'],
    ['a reference to nothing', { resource: observation('Patient/nothing'), request: { method: 'POST', url: 'Observation' } }, 422, 'Patient/nothing'],
    ['an urn that no entry has', { resource: observation(PATIENT_URN), request: { method: 'POST', url: 'Observation' } }, 422, PATIENT_URN],
  ])('refuses %s with a 4xx that names it', async (_what, entry, status, text) => {
    const answer = await send([entry as Entry])
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(text)
  })

  it('refuses the same resource twice', async () => {
    const entry: Entry = { resource: { ...patient, id: 'twice' }, request: { method: 'PUT', url: 'Patient/twice' } }
    const answer = await send([entry, entry])
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('entries 0 and 1')
  })

  it('a batch lets one entry fail alone', async () => {
    const answer = await send([
      { resource: patient, request: { method: 'POST', url: 'Patient' } },
      { resource: { resourceType: 'Observation', status: 'final' }, request: { method: 'POST', url: 'Observation' } },
      { request: { method: 'GET', url: 'Patient/nothing' } },
    ], 'batch')
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      type: 'batch-response',
      entry: [
        { response: { status: '201 Created' } },
        { response: { status: '422 Unprocessable Entity', outcome: { resourceType: 'OperationOutcome' } } },
        { response: { status: '404 Not Found' } },
      ],
    })
  })

  it('refuses a Bundle of another type, and says where referrals go', async () => {
    const answer = await send([], 'collection')
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('$submit')
  })

  it.each([
    ['a read of nothing', 'Patient/nobody'], ['a search by what is no parameter', 'Patient?colour=red'],
    ['an operation', 'Patient/$validate'], ['another server', 'https://elsewhere.example/fhir/Patient/1'],
  ])('%s fails the whole before anything is written', async (_name, url) => {
    const identifier = [{ system: 'https://gp.example/Id/reads', value: url }]
    const answer = await send([
      { resource: { ...patient, identifier }, request: { method: 'POST', url: 'Patient' } }, { request: { method: 'GET', url } },
    ])
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.text).toContain('Bundle.entry[1].request')
    const found = await (await hub.as('gp')).get('/fhir/Patient').query({ identifier: `https://gp.example/Id/reads|${url.replace('|', '\\|')}` })
    expect(found.body).toMatchObject({ total: 0 })
  })

  it('resolves relative references against the address of their entry', async () => {
    const answer = await send([
      { fullUrl: 'https://gp.example/fhir/Patient/77', resource: patient, request: { method: 'POST', url: 'Patient' } },
      { fullUrl: 'https://gp.example/fhir/Observation/1', resource: observation('Patient/77'), request: { method: 'POST', url: 'Observation' } },
    ])
    expect(answer.status).toBe(200)
    const { entry } = answer.body as { entry: { resource: { id: string; subject?: { reference: string } } }[] }
    expect(entry[1]?.resource.subject?.reference).toBe(`Patient/${entry[0]?.resource.id}`)
  })

  it('names the entry whose resource is invalid, or refers to what the same transaction deletes', async () => {
    const gp = await hub.as('gp')
    const { id } = (await gp.post('/fhir/Patient').send(patient).expect(201)).body as { id: string }
    const invalid = await send([
      { resource: patient, request: { method: 'POST', url: 'Patient' } },
      { resource: { ...patient, birthDate: '2026-02-30' }, request: { method: 'POST', url: 'Patient' } },
    ])
    expect(invalid.body).toMatchObject({ issue: [{ expression: ['Bundle.entry[1].resource.birthDate'] }] })
    const dangling = await send([
      { request: { method: 'DELETE', url: `Patient/${id}` } },
      { resource: observation(`Patient/${id}`), request: { method: 'POST', url: 'Observation' } },
    ])
    expect(dangling.status).toBe(422)
    expect(dangling.body).toMatchObject({ issue: [{ expression: ['Bundle.entry[1].resource.subject.reference'] }] })
    await gp.get(`/fhir/Patient/${id}`).expect(200)
  })

  it('names the entry that a rule of referrals refuses', async () => {
    const gp = await hub.as('gp')
    const { id } = (await gp.post('/fhir/Patient').send(patient).expect(201)).body as { id: string }
    const request = {
      resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: `Patient/${id}` }, code: { text: 'Fall' },
    }
    const { id: referral } = (await gp.post('/fhir/ServiceRequest').send(request).expect(201)).body as { id: string }
    const beside = { resource: patient, request: { method: 'POST', url: 'Patient' } }
    const deletion = await send([beside, { request: { method: 'DELETE', url: `Patient/${id}` } }])
    expect([deletion.status, deletion.body]).toMatchObject([409, { issue: [{ expression: ['Bundle.entry[1].request'] }] }])
    const changed = { ...request, id: referral, status: 'completed' }
    const completion = await send([beside, { resource: changed, request: { method: 'PUT', url: `ServiceRequest/${referral}` } }])
    expect([completion.status, completion.body]).toMatchObject([422, { issue: [{ expression: ['Bundle.entry[1].resource.status'] }] }])
  })

  it('refuses the same condition twice, which would make duplicates', async () => {
    const identifier = [{ system: 'https://gp.example/Id/patient', value: 'twice' }]
    const entry: Entry = {
      resource: { ...patient, identifier },
      request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=https://gp.example/Id/patient|twice' },
    }
    expect((await send([entry, entry])).status).toBe(400)
  })

  it('a batch entry that cannot be read, or is a batch itself, fails alone', async () => {
    const gp = await hub.as('gp')
    const answer = await gp.post('/fhir').send({
      resourceType: 'Bundle', type: 'batch',
      entry: [
        null, { resource: patient }, { resource: patient, request: { method: 'post', url: 'Patient' } },
        { resource: { resourceType: 'Bundle', type: 'batch' }, request: { method: 'POST', url: '/' } },
        { request: { method: 'GET', url: 'https://elsewhere.example/fhir/Patient/1' } },
        { resource: patient, request: { method: 'POST', url: 'Patient' } },
      ],
    }).expect(200)
    const { entry } = answer.body as { entry: { response: { status: string } }[] }
    expect(entry.map(({ response }) => response.status)).toEqual([...Array.from({ length: 5 }, () => '400 Bad Request'), '201 Created'])
  })

  it.each(['batch', 'transaction'])('a %s that asks for more than its answer may hold ends with 413 for the rest', async type => {
    const ward = await hub.as('ward')
    const data = 'QUJD'.repeat(1_200_000)
    for (const id of ['large-1', 'large-2', 'large-3']) {
      const binary = { resourceType: 'Binary', id, contentType: 'text/plain', data }
      expect([200, 201]).toContain((await ward.put(`/fhir/Binary/${id}`).set('Prefer', 'return=minimal').send(binary)).status)
    }
    const answer = await ward.post('/fhir').send({
      resourceType: 'Bundle', type, entry: Array.from({ length: 40 }, () => ({ request: { method: 'GET', url: 'Binary' } })),
    }).expect(200)
    const statuses = (answer.body as { entry: { response: { status: string } }[] }).entry.map(({ response }) => response.status)
    expect(statuses).toHaveLength(40)
    expect(statuses[0]).toBe('200 OK')
    expect(statuses.at(-1)).toBe('413 Payload Too Large')
  }, 60_000)
})
