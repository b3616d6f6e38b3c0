import request from 'supertest'
import { startTestHub, type TestHub } from '../hub.ts'

const patient = { resourceType: 'Patient', name: [{ family: 'Unseen' }], identifier: [{ system: 'https://gp.example/Id/patient', value: 'unseen' }] }

describe('who sees what', () => {
  let hub: TestHub
  let id: string
  beforeAll(async () => {
    hub = await startTestHub()
    id = ((await (await hub.as('gp')).post('/fhir/Patient').send(patient).expect(201)).body as { id: string }).id
    await (await hub.as('gp')).post('/fhir/Observation')
      .send({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: `Patient/${id}` } }).expect(201)
  })
  afterAll(() => hub.stop())

  it('without a token nothing but metadata and the way to a token is served', async () => {
    const refused = await request(hub.url).get(`/fhir/Patient/${id}`).expect(401)
    expect(refused.headers['www-authenticate']).toContain('Bearer')
    await request(hub.url).get('/fhir/Patient').set('Authorization', 'Bearer made-up').expect(401)
    await request(hub.url).get('/fhir/metadata').expect(200)
    await request(hub.url).get('/fhir/.well-known/smart-configuration').expect(200)
  })

  it('another practice cannot learn of it: by id, version, history, search, chain, include, count or condition', async () => {
    const other = await hub.as('otherGp')
    await other.get(`/fhir/Patient/${id}`).expect(404)
    await other.get(`/fhir/Patient/${id}/_history/1`).expect(404)
    await other.get(`/fhir/Patient/${id}/_history`).expect(404)
    await other.put(`/fhir/Patient/${id}`).send({ ...patient, id }).expect(404)
    expect((await other.get('/fhir/Patient?family=Unseen&_total=accurate').expect(200)).body).toMatchObject({ total: 0 })
    expect((await other.get('/fhir/Patient?family=Unseen&_summary=count').expect(200)).body).toMatchObject({ total: 0 })
    expect((await other.get('/fhir/Observation?subject:Patient.family=Unseen').expect(200)).body).toMatchObject({ total: 0 })
    await other.post('/fhir/Observation')
      .send({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: `Patient/${id}` } }).expect(422)
    const created = await other.post('/fhir/Patient').set('If-None-Exist', 'identifier=https://gp.example/Id/patient|unseen').send(patient)
    expect(created.status).toBe(201)
    await other.delete(`/fhir/Patient/${id}`).expect(200)
    await (await hub.as('gp')).get(`/fhir/Patient/${id}`).expect(200)
  })

  it('the hub and a team see it only inside a case', async () => {
    for (const client of ['hub', 'team'] as const) {
      const answer = await (await hub.as(client)).get(`/fhir/Patient/${id}`)
      expect([client, answer.status]).toEqual([client, 404])
    }
  })

  it('an integrator sees the directory and nothing else, and writes nothing', async () => {
    const integrator = await hub.as('integrator')
    await integrator.get('/fhir/Patient').expect(403)
    await integrator.post('/fhir/Patient').send(patient).expect(403)
    await integrator.post('/fhir/Organization').send({ resourceType: 'Organization', name: 'x' }).expect(403)
    const services = await integrator.get('/fhir/HealthcareService').expect(200)
    expect((services.body as { total: number }).total).toBeGreaterThan(0)
  })

  it('a refusal is written down too', async () => {
    const administrator = await hub.as('administrator')
    await (await hub.as('integrator')).get(`/fhir/Patient/${id}`).set('X-Request-ID', 'refused-and-kept').expect(403)
    const found = await administrator.get('/fhir/AuditEvent').query({ 'agent:identifier': 'https://fhir.nhs.uk/Id/ods-organization-code|ZZZ99' }).expect(200)
    expect(found.text).toContain('refused-and-kept')
    expect(found.text).toContain('"outcome":"4"')
  })

  it('a refusal inside a batch is written down too', async () => {
    const administrator = await hub.as('administrator')
    const batch = { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: `Patient/${id}` } }] }
    const answer = await (await hub.as('integrator')).post('/fhir').set('X-Request-ID', 'refused-in-batch').send(batch).expect(200)
    expect(answer.body).toMatchObject({ entry: [{ response: { status: '403 Forbidden' } }] })
    const found = await administrator.get('/fhir/AuditEvent').query({ entity: `Patient/${id}`, action: 'R' }).expect(200)
    expect(found.text).toContain('refused-in-batch.0')
  })

  it('every read of a patient has an AuditEvent that the administrator finds by patient, agent and date', async () => {
    const administrator = await hub.as('administrator')
    await hub.clock({ advance: 'PT1M' })
    await (await hub.as('gp')).get(`/fhir/Patient/${id}`).set('X-Request-ID', 'read-to-be-audited').expect(200)
    const found = await administrator.get('/fhir/AuditEvent').query({
      patient: `Patient/${id}`, date: 'ge2026-11-24T10:16:00Z', 'agent:identifier': 'https://fhir.nhs.uk/Id/ods-organization-code|P81067',
    }).expect(200)
    const { entry, total } = found.body as { total: number; entry: { resource: { subtype: { code: string }[] } }[] }
    expect(total).toBe(1)
    expect(entry[0]?.resource.subtype[0]?.code).toBe('read')
    expect(found.text).toContain('read-to-be-audited')
  })

  it('a write has its AuditEvent in the same commit, and AuditEvents are not for senders', async () => {
    const administrator = await hub.as('administrator')
    const written = await (await hub.as('gp')).post('/fhir/Patient').send(patient).expect(201)
    const ref = `Patient/${(written.body as { id: string }).id}`
    expect((await administrator.get('/fhir/AuditEvent').query({ entity: ref, action: 'C' }).expect(200)).body).toMatchObject({ total: 1 })
    await (await hub.as('gp')).get('/fhir/AuditEvent').expect(403)
    await (await hub.as('team')).get('/fhir/AuditEvent').expect(403)
    await administrator.post('/fhir/AuditEvent').send({ resourceType: 'AuditEvent' }).expect(403)
  })

  it('X-Request-ID and X-Correlation-ID come back, or are made', async () => {
    const gp = await hub.as('gp')
    const answer = await gp.get('/fhir/Organization').set('X-Request-ID', 'request-1').set('X-Correlation-ID', 'case-1').expect(200)
    expect(answer.headers).toMatchObject({ 'x-request-id': 'request-1', 'x-correlation-id': 'case-1' })
    expect((await gp.get('/fhir/Organization')).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })
})
