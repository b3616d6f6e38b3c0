import { FHIR_JSON, startTestHub, type TestHub } from '../hub.ts'

const patient = { resourceType: 'Patient', name: [{ family: 'Hartley', given: ['Edith'] }], birthDate: '1942-03-07' }

describe('interactions on one resource', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  const created = async () => {
    const gp = await hub.as('gp')
    const answer = await gp.post('/fhir/Patient').send(patient).expect(201)
    return { gp, id: (answer.body as { id: string }).id, answer }
  }

  it('create answers 201 with Location, ETag, Last-Modified and the resource with its id and version', async () => {
    const { id, answer } = await created()
    expect(answer.headers['location']).toBe(`${hub.url}/fhir/Patient/${id}/_history/1`)
    expect(answer.headers['etag']).toBe('W/"1"')
    expect(answer.headers['content-type']).toBe(`${FHIR_JSON}; charset=utf-8`)
    expect(new Date(answer.headers['last-modified'] ?? '').toISOString()).toBe('2026-11-24T10:15:00.000Z')
    expect(answer.body).toMatchObject({ ...patient, id, meta: { versionId: '1', lastUpdated: '2026-11-24T10:15:00.000Z' } })
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('create ignores an id in the body', async () => {
    const gp = await hub.as('gp')
    const answer = await gp.post('/fhir/Patient').send({ ...patient, id: 'mine' }).expect(201)
    expect((answer.body as { id: string }).id).not.toBe('mine')
  })

  it.each([
    ['minimal', ''],
    ['representation', '"resourceType":"Patient"'],
    ['OperationOutcome', '"resourceType":"OperationOutcome"'],
  ])('Prefer: return=%s decides the body', async (preference, text) => {
    const gp = await hub.as('gp')
    const answer = await gp.post('/fhir/Patient').set('Prefer', `return=${preference}`).send(patient).expect(201)
    expect(answer.text).toContain(text)
    expect(answer.text === '').toBe(preference === 'minimal')
  })

  it('keeps the digits of decimals', async () => {
    const gp = await hub.as('gp')
    const observation = '{"resourceType":"Observation","status":"final","code":{"text":"weight"},"valueQuantity":{"value":61.50,"unit":"kg"}}'
    const answer = await gp.post('/fhir/Observation').send(observation).expect(201)
    const { id } = answer.body as { id: string }
    const read = await gp.get(`/fhir/Observation/${id}`).expect(200)
    expect(read.text).toContain('"value":61.50')
  })

  it('read, conditional read and HEAD', async () => {
    const { gp, id } = await created()
    const read = await gp.get(`/fhir/Patient/${id}`).expect(200)
    expect(read.body).toMatchObject({ id })
    await gp.get(`/fhir/Patient/${id}`).set('If-None-Match', 'W/"1"').expect(304)
    const head = await gp.head(`/fhir/Patient/${id}`).expect(200)
    expect(head.headers['etag']).toBe('W/"1"')
  })

  it('update needs the same id in body and address, and counts versions', async () => {
    const { gp, id } = await created()
    const wrong = await gp.put(`/fhir/Patient/${id}`).send({ ...patient, id: 'other' }).expect(400)
    expect(wrong.body).toMatchObject({ issue: [{ expression: ['Resource.id'] }] })
    await gp.put(`/fhir/Patient/${id}`).send(patient).expect(400)
    const answer = await gp.put(`/fhir/Patient/${id}`).set('If-Match', 'W/"1"').send({ ...patient, id, gender: 'female' }).expect(200)
    expect(answer.headers['etag']).toBe('W/"2"')
    const old = await gp.get(`/fhir/Patient/${id}/_history/1`).expect(200)
    expect(old.body).not.toHaveProperty('gender')
  })

  it('update with a version that is not current is 412 and writes nothing', async () => {
    const { gp, id } = await created()
    await gp.put(`/fhir/Patient/${id}`).set('If-Match', 'W/"1"').send({ ...patient, id, gender: 'female' }).expect(200)
    const refused = await gp.put(`/fhir/Patient/${id}`).set('If-Match', 'W/"1"').send({ ...patient, id, gender: 'male' }).expect(412)
    expect(refused.headers['etag']).toBe('W/"2"')
    expect(refused.body).toMatchObject({ issue: [{ details: { coding: [{ code: 'version-conflict' }] } }] })
    const read = await gp.get(`/fhir/Patient/${id}`).expect(200)
    expect(read.body).toMatchObject({ gender: 'female' })
  })

  it('of 16 simultaneous updates with the same If-Match exactly one wins', async () => {
    const { gp, id } = await created()
    const answers = await Promise.all(Array.from({ length: 16 }, (_, index) =>
      gp.put(`/fhir/Patient/${id}`).set('If-Match', 'W/"1"').send({ ...patient, id, address: [{ text: String(index) }] })))
    expect(answers.filter(answer => answer.status === 200)).toHaveLength(1)
    expect(answers.filter(answer => answer.status === 412)).toHaveLength(15)
  })

  it('update to a free id creates it', async () => {
    const gp = await hub.as('gp')
    const answer = await gp.put('/fhir/Patient/chosen-by-client').send({ ...patient, id: 'chosen-by-client' }).expect(201)
    expect(answer.headers['location']).toContain('/Patient/chosen-by-client/_history/1')
  })

  it('delete is 204, then 410 with the version; the history keeps everything', async () => {
    const { gp, id } = await created()
    await gp.delete(`/fhir/Patient/${id}`).expect(204)
    const gone = await gp.get(`/fhir/Patient/${id}`).expect(410)
    expect(gone.headers['etag']).toBe('W/"2"')
    await gp.get(`/fhir/Patient/${id}/_history/1`).expect(200)
    await gp.get(`/fhir/Patient/${id}/_history/2`).expect(410)
    const again = await gp.delete(`/fhir/Patient/${id}`).expect(200)
    expect(again.body).toMatchObject({ resourceType: 'OperationOutcome' })
    const history = await gp.get(`/fhir/Patient/${id}/_history`).expect(200)
    expect(history.body).toMatchObject({
      type: 'history', total: 2,
      entry: [{ request: { method: 'DELETE' }, response: { status: '204' } }, { request: { method: 'POST' }, resource: { id } }],
    })
  })

  it('a PUT brings a deleted resource back as its next version', async () => {
    const { gp, id } = await created()
    await gp.delete(`/fhir/Patient/${id}`).expect(204)
    const answer = await gp.put(`/fhir/Patient/${id}`).send({ ...patient, id }).expect(201)
    expect(answer.headers['etag']).toBe('W/"3"')
  })

  it('If-None-Exist answers the match, creates when there is none, and is 412 when there are two', async () => {
    const gp = await hub.as('gp')
    const identified = { ...patient, identifier: [{ system: 'https://gp.example/Id/patient', value: 'one' }] }
    const condition = 'identifier=https://gp.example/Id/patient|one'
    const first = await gp.post('/fhir/Patient').set('If-None-Exist', condition).send(identified).expect(201)
    const second = await gp.post('/fhir/Patient').set('If-None-Exist', condition).send(identified).expect(200)
    expect((second.body as { id: string }).id).toBe((first.body as { id: string }).id)
    await gp.post('/fhir/Patient').send(identified).expect(201)
    await gp.post('/fhir/Patient').set('If-None-Exist', condition).send(identified).expect(412)
  })

  it('of 16 simultaneous conditional creates exactly one creates', async () => {
    const gp = await hub.as('gp')
    const identified = { ...patient, identifier: [{ system: 'https://gp.example/Id/patient', value: 'race' }] }
    const answers = await Promise.all(Array.from({ length: 16 }, () =>
      gp.post('/fhir/Patient').set('If-None-Exist', 'identifier=https://gp.example/Id/patient|race').send(identified)))
    expect(answers.filter(answer => answer.status === 201)).toHaveLength(1)
    expect(new Set(answers.map(answer => (answer.body as { id: string }).id)).size).toBe(1)
  })

  it('history pages by links until everything was seen once', async () => {
    const { gp, id } = await created()
    for (let version = 1; version < 6; version += 1) {
      await gp.put(`/fhir/Patient/${id}`).send({ ...patient, id, address: [{ text: String(version) }] }).expect(200)
    }
    const seen: string[] = []
    let url: string | undefined = `${hub.url}/fhir/Patient/${id}/_history?_count=4`
    while (url !== undefined) {
      const page = await gp.get(url.slice(hub.url.length)).expect(200)
      const bundle = page.body as { entry: { resource: { meta: { versionId: string } } }[]; link: { relation: string; url: string }[] }
      seen.push(...bundle.entry.map(entry => entry.resource.meta.versionId))
      url = bundle.link.find(link => link.relation === 'next')?.url
    }
    expect(seen).toEqual(['6', '5', '4', '3', '2', '1'])
  })

  it.each([
    ['GET', '/fhir/Patien', 404, 'did you mean "Patient"'],
    ['GET', '/fhir/Patient/unknown', 404, 'not known here'],
    ['GET', '/fhir/Patient/bad_id', 404, 'not known here'],
    ['GET', '/fhir/Patient/x/_history/abc', 404, 'not known here'],
    ['GET', '/fhir/Patient/$nothing', 404, 'no operation $nothing'],
    ['PUT', '/fhir/Patient', 405, 'allowed: GET, POST, HEAD'],
    ['PATCH', '/fhir/Patient', 405, 'allowed: GET, POST, HEAD'],
    ['POST', '/fhir/Patient/x', 405, 'allowed: GET, PUT, PATCH, DELETE, HEAD'],
    ['GET', '/fhir', 400, 'such as _type=Patient'],
    ['PUT', '/fhir', 405, 'allowed: GET, POST, HEAD'],
    ['GET', '/fhir/Patient/x/y/z/a', 404, 'see GET /fhir/metadata'],
  ])('%s %s is %i and says what is there', async (method, path, status, text) => {
    const administrator = await hub.as('administrator')
    const answer = await administrator[method.toLowerCase() as 'get'](path).send(method === 'GET' ? undefined : '{}')
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ resourceType: 'OperationOutcome' })
    expect(answer.text.replaceAll('\\"', '"')).toContain(text)
    if (status === 405) expect(answer.headers['allow']).toBeDefined()
  })

  it('history since a time when nothing happened is empty, and its links cannot be written by hand', async () => {
    const { gp, id } = await created()
    await gp.put(`/fhir/Patient/${id}`).send({ ...patient, id }).expect(200)
    expect((await gp.get(`/fhir/Patient/${id}/_history`).query({ _since: '2030-01-01' }).expect(200)).body).toMatchObject({ total: 0 })
    const first = await gp.get(`/fhir/Patient/${id}/_history`).query({ _count: 1 }).expect(200)
    const next = (first.body as { link: { relation: string; url: string }[] }).link.find(({ relation }) => relation === 'next')?.url ?? ''
    await gp.get(next.slice(hub.url.length)).expect(200)
    await gp.get(next.slice(hub.url.length).replace('_count=1', '_count=2')).expect(400)
    await gp.get(`/fhir/Patient/${id}/_history`).query({ _before: 1 }).expect(400)
    await gp.get('/fhir/Patient/never/_history').query({ _since: '2030-01-01' }).expect(404)
  })

  it('_pretty=true breaks lines and keeps digits', async () => {
    const gp = await hub.as('gp')
    const sent = '{"resourceType":"Observation","status":"final","code":{"text":"a \\"{[,:]}\\" b"},"valueQuantity":{"value":1.50,"unit":"kg"}}'
    const { text } = await gp.post('/fhir/Observation').query({ _pretty: true }).send(sent).expect(201)
    expect(text).toContain('\n  "valueQuantity": {\n    "value": 1.50,')
    const { id } = JSON.parse(text) as { id: string }
    const plain = await gp.get(`/fhir/Observation/${id}`).expect(200)
    expect(JSON.parse(text)).toEqual(plain.body)
    await gp.get(`/fhir/Observation/${id}`).query({ _pretty: 'yes' }).expect(400)
  })

  it('a read refuses what it would have to pass over', async () => {
    const { gp, id } = await created()
    await gp.get(`/fhir/Patient/${id}`).query({ _format: 'json', _summary: 'false' }).expect(200)
    await gp.get(`/fhir/Patient/${id}`).query({ name: 'x' }).expect(400)
    await gp.get(`/fhir/Patient/${id}`).query({ name: 'x' }).set('Prefer', 'handling=lenient').expect(200)
  })

  it('48 simultaneous writers of one resource without If-Match, and of two in opposite order, all get their turn', async () => {
    const gp = await hub.as('gp')
    const ids = ['turn-1', 'turn-2']
    for (const id of ids) await gp.put(`/fhir/Patient/${id}`).send({ ...patient, id }).expect(201)
    const entry = (id: string, n: number) => (
      { resource: { ...patient, id, address: [{ text: `${n}` }] }, request: { method: 'PUT', url: `Patient/${id}` } })
    const answers = await Promise.all(Array.from({ length: 48 }, async (_, n) => (n % 3 === 0
      ? gp.put('/fhir/Patient/turn-1').send({ ...patient, id: 'turn-1', address: [{ text: `${n}` }] })
      : gp.post('/fhir').send({
        resourceType: 'Bundle', type: 'transaction', entry: (n % 3 === 1 ? ids : ids.toReversed()).map(id => entry(id, n)),
      }))))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect((await gp.get('/fhir/Patient/turn-1').expect(200)).headers['etag']).toBe('W/"49"')
  })

  it.each(['return=minimal', 'return="minimal"', 'Return = minimal', 'handling=strict; return=minimal'])('Prefer: %s sends no body', async prefer => {
    const gp = await hub.as('gp')
    const answer = await gp.post('/fhir/Patient').set('Prefer', prefer).send(patient).expect(201)
    expect(answer.text).toBe('')
  })
})
