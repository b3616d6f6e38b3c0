import { startTestHub, type TestHub } from '../hub.ts'

const patient = { resourceType: 'Patient', name: [{ family: 'Hartley' }] }

describe('what was deleted is still whose it was', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  const deleted = async (client: 'gp' | 'administrator', resource: { resourceType: string; id: string }) => {
    const owner = await hub.as(client)
    await owner.put(`/fhir/${resource.resourceType}/${resource.id}`).send(resource).expect(201)
    await owner.delete(`/fhir/${resource.resourceType}/${resource.id}`).expect(204)
  }

  it('nobody else brings it back or learns of its versions', async () => {
    await deleted('gp', { ...patient, id: 'deleted-1' })
    const other = await hub.as('otherGp')
    await other.put('/fhir/Patient/deleted-1').send({ ...patient, id: 'deleted-1' }).expect(404)
    const inTransaction = await other.post('/fhir').send({
      resourceType: 'Bundle', type: 'transaction',
      entry: [{ resource: { ...patient, id: 'deleted-1' }, request: { method: 'PUT', url: 'Patient/deleted-1' } }],
    })
    expect(inTransaction.status).toBe(404)
    await (await hub.as('gp')).get('/fhir/Patient/deleted-1').expect(410)
  })

  it('a referrer makes no entry of the directory out of a deleted one', async () => {
    const location = { resourceType: 'Location', id: 'closed-ward', name: 'Closed ward' }
    await deleted('administrator', location)
    const refused = await (await hub.as('gp')).put('/fhir/Location/closed-ward').send({ ...location, name: 'Mine' })
    expect(refused.status).toBe(403)
    expect((await (await hub.as('integrator')).get('/fhir/Location/closed-ward')).status).toBe(410)
  })

  it('who may write nothing is answered alike for what is there and what is not', async () => {
    await (await hub.as('gp')).put('/fhir/Patient/there').send({ ...patient, id: 'there' }).expect(201)
    const integrator = await hub.as('integrator')
    for (const id of ['there', 'not-there']) {
      expect((await integrator.put(`/fhir/Patient/${id}`).send({ ...patient, id })).status).toBe(403)
    }
  })

  it('a condition needs the scope to search, since its answer tells what is there', async () => {
    const gp = await hub.as('gp')
    const content = { ...patient, identifier: [{ system: 'urn:x', value: 'scoped' }] }
    await gp.post('/fhir/Patient').send(content).expect(201)
    const writer = await hub.as('gp', undefined, 'system/*.write')
    const refused = await writer.post('/fhir/Patient').set('If-None-Exist', 'identifier=urn:x|scoped').send(content).expect(403)
    expect(refused.text).toContain('system/Patient.read')
    await writer.post('/fhir/Patient').send(content).expect(201)
  })
})
