import { startTestHub, type TestHub } from '../hub.ts'

const patient = { resourceType: 'Patient', name: [{ family: 'Hartley' }] }
const observation = (reference: string) =>
  ({ resourceType: 'Observation', status: 'final', code: { text: 'weight' }, subject: { reference } })
const URN = 'urn:uuid:0b5f2c54-5a7f-4b83-9d0c-0f3d7a1c9e01'

describe('references of what is written', () => {
  let hub: TestHub
  let id: string
  beforeAll(async () => {
    hub = await startTestHub()
    id = ((await (await hub.as('gp')).post('/fhir/Patient').send(patient).expect(201)).body as { id: string }).id
  })
  afterAll(() => hub.stop())

  it('by the address of this hub are the same as relative ones, to the resource, the index and searches', async () => {
    const gp = await hub.as('gp')
    const answer = await gp.post('/fhir/Observation').send(observation(`${hub.url}/fhir/Patient/${id}`)).expect(201)
    expect(answer.body).toMatchObject({ subject: { reference: `Patient/${id}` } })
    for (const subject of [`Patient/${id}`, `${hub.url}/fhir/Patient/${id}`, id]) {
      expect((await gp.get('/fhir/Observation').query({ subject }).expect(200)).body).toMatchObject({ total: 1 })
    }
  })

  it('by the address of this hub to nothing, or to what is another practice\'s, are refused alike', async () => {
    const other = await hub.as('otherGp')
    const answers = await Promise.all([`Patient/${id}`, 'Patient/nobody'].map(async target =>
      (await other.post('/fhir/Observation').send(observation(`${hub.url}/fhir/${target}`)).expect(422)).text.replace(target, 'target')))
    expect(answers[0]).toBe(answers[1])
  })

  it.each(['Patient?identifier=urn:x|1', 'patient/1', 'somebody', ' ', 'Patient/../x', 'Patient/1/'])(
    '%j leads nowhere: 422', async reference => {
      const answer = await (await hub.as('gp')).post('/fhir/Observation').send(observation(reference)).expect(422)
      expect(answer.body).toMatchObject({ issue: [{ expression: ['Observation.subject.reference'], details: { coding: [{ code: 'reference-malformed' }] } }] })
    })

  it('of a version lead to one that is there', async () => {
    const gp = await hub.as('gp')
    await gp.post('/fhir/Observation').send(observation(`Patient/${id}/_history/1`)).expect(201)
    await gp.post('/fhir/Observation').send(observation(`Patient/${id}/_history/99`)).expect(422)
  })

  it.each(['https://elsewhere.example/fhir/Patient/1', 'urn:oid:1.2.3'])('elsewhere (%s) are kept as they are', async reference => {
    const answer = await (await hub.as('gp')).post('/fhir/Observation').send(observation(reference)).expect(201)
    expect(answer.body).toMatchObject({ subject: { reference } })
  })

  it('inside a stored Bundle are its own matter', async () => {
    const bundle = {
      resourceType: 'Bundle', type: 'collection',
      entry: [{ fullUrl: URN, resource: patient }, { fullUrl: URN.replace(/1$/, '2'), resource: observation(URN) }],
    }
    const answer = await (await hub.as('gp')).post('/fhir/Bundle').send(bundle).expect(201)
    expect(answer.body).toMatchObject({ entry: [{}, { resource: { subject: { reference: URN } } }] })
  })
})
