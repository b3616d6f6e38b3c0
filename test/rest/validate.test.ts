import { startTestHub, type TestHub } from '../hub.ts'

const patient = { resourceType: 'Patient', name: [{ family: 'Hartley' }] }
const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter })
interface Outcome { issue: { severity: string; expression?: string[]; details: { coding?: { code: string }[] } }[] }
const severities = (answer: { body: unknown }) => (answer.body as Outcome).issue.map(({ severity }) => severity)
const codes = (answer: { body: unknown }) => (answer.body as Outcome).issue.map(({ details }) => details.coding?.[0]?.code)

describe('$validate', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  it('of a good resource, as the body or in Parameters, finds no error and writes nothing', async () => {
    const gp = await hub.as('gp')
    for (const body of [patient, parameters({ name: 'resource', resource: patient }, { name: 'mode', valueCode: 'create' })]) {
      expect(severities(await gp.post('/fhir/Patient/$validate').send(body).expect(200))).not.toContain('error')
    }
    expect((await gp.get('/fhir/Patient').expect(200)).body).toMatchObject({ total: 0 })
  })

  it('finds what a write would be refused for, at its place', async () => {
    const gp = await hub.as('gp')
    const bad = { ...patient, birthDate: '2026-02-30' }
    const answer = await gp.post('/fhir/Patient/$validate').send(bad).expect(200)
    const refused = await gp.post('/fhir/Patient').send(bad)
    expect(refused.status).toBe(422)
    expect(answer.body).toEqual(refused.body)
    expect((answer.body as Outcome).issue[0]?.expression).toEqual(['Patient.birthDate'])
  })

  it('judges by a further profile, and says when it is unknown', async () => {
    const gp = await hub.as('gp')
    const observation = { resourceType: 'Observation', status: 'final', code: { text: 'pulse' }, subject: { display: 'Edith' } }
    const by = async (profile: string) => gp.post('/fhir/Observation/$validate')
      .send(parameters({ name: 'resource', resource: observation }, { name: 'profile', valueUri: profile })).expect(200)
    expect(severities(await by('http://hl7.org/fhir/StructureDefinition/Observation'))).not.toContain('error')
    expect(severities(await by('http://hl7.org/fhir/StructureDefinition/vitalsigns'))).toContain('error')
    expect(severities(await by('http://nowhere.example/StructureDefinition/none'))).toContain('error')
  })

  it('judges by several profiles', async () => {
    const gp = await hub.as('gp')
    const observation = { resourceType: 'Observation', status: 'final', code: { text: 'pulse' }, subject: { display: 'Edith' } }
    const profile = (valueUri: string) => ({ name: 'profile', valueUri })
    const answer = await gp.post('/fhir/Observation/$validate').send(parameters({ name: 'resource', resource: observation },
      profile('http://hl7.org/fhir/StructureDefinition/Observation'), profile('http://hl7.org/fhir/StructureDefinition/vitalsigns'))).expect(200)
    expect(severities(answer)).toContain('error')
    const unknown = await gp.post('/fhir/Observation/$validate').query({ profile: 'http://nowhere.example/a' }).send(observation).expect(200)
    expect(codes(unknown)).toContain('profile-unknown')
  })

  it('in the mode profile holds what is stored against the profiles named', async () => {
    const gp = await hub.as('gp')
    await gp.put('/fhir/Patient/stored').send({ ...patient, id: 'stored' }).expect(201)
    const by = (query: object) => gp.get('/fhir/Patient/stored/$validate').query({ mode: 'profile', ...query })
    expect(severities(await by({ profile: 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient' }).expect(200))).not.toContain('error')
    expect(codes(await by({ profile: 'http://hl7.org/fhir/StructureDefinition/vitalsigns' }).expect(200))).toContain('profile-type')
    await by({}).expect(400)
    await gp.get('/fhir/Patient/$validate').query({ mode: 'profile', profile: 'x:y' }).expect(400)
    await gp.post('/fhir/Patient/stored/$validate').query({ mode: 'profile', profile: 'x:y' }).send({ ...patient, id: 'stored' }).expect(400)
  })

  it('of an instance judges what is stored, for those who may read it', async () => {
    const gp = await hub.as('gp')
    await gp.put('/fhir/Patient/kept').send({ ...patient, id: 'kept' }).expect(201)
    expect(severities(await gp.get('/fhir/Patient/kept/$validate').expect(200))).not.toContain('error')
    await (await hub.as('otherGp')).get('/fhir/Patient/kept/$validate').expect(404)
    await (await hub.as('integrator')).get('/fhir/Patient/kept/$validate').expect(403)
  })

  it('for an update the id is that of the address, for a deletion the role may delete', async () => {
    const gp = await hub.as('gp')
    await gp.put('/fhir/Location/own').send({ resourceType: 'Location', id: 'own', name: 'Home' }).expect(201)
    const update = await gp.post('/fhir/Patient/kept/$validate').send(parameters(
      { name: 'resource', resource: { ...patient, id: 'other' } }, { name: 'mode', valueCode: 'update' })).expect(200)
    expect(codes(update)).toContain('id-mismatch')
    expect(codes(await gp.get('/fhir/Location/own/$validate').query({ mode: 'delete' }).expect(200))).toContain('forbidden')
    expect(severities(await gp.get('/fhir/Patient/kept/$validate').query({ mode: 'delete' }).expect(200))).toEqual(['information'])
    await gp.get('/fhir/Patient/kept').expect(200)
    await gp.get('/fhir/Patient/$validate').query({ mode: 'delete' }).expect(400)
  })

  it('with a mode says what else a write would be refused for, and writes nothing', async () => {
    const gp = await hub.as('gp')
    const judged = async (type: string, mode: string, resource: object) => codes(await gp.post(`/fhir/${type}/$validate`)
      .send(parameters({ name: 'resource', resource }, { name: 'mode', valueCode: mode })).expect(200))
    const observation = { resourceType: 'Observation', status: 'final', code: { text: 'pulse' }, subject: { reference: 'Patient/nobody' } }
    expect(await judged('Observation', 'create', observation)).toContain('reference-not-found')
    expect(await judged('ValueSet', 'create', { resourceType: 'ValueSet', status: 'draft' })).toContain('forbidden')
    const referral = { resourceType: 'ServiceRequest', status: 'active', intent: 'order', code: { text: 'Fall' }, subject: { reference: 'Patient/kept' } }
    const { id } = (await gp.post('/fhir/ServiceRequest').send(referral).expect(201)).body as { id: string }
    expect(codes(await gp.get('/fhir/Patient/kept/$validate').query({ mode: 'delete' }).expect(200))).toEqual(['still-referenced'])
    expect(codes(await gp.get(`/fhir/ServiceRequest/${id}/$validate`).query({ mode: 'delete' }).expect(200))).toEqual(['still-referenced'])
    expect((await gp.get('/fhir/Observation').expect(200)).body).toMatchObject({ total: 0 })
  })

  it.each([
    ['no resource', parameters()],
    ['a mode that there is none of', parameters({ name: 'resource', resource: patient }, { name: 'mode', valueCode: 'verify' })],
    ['a resource of another type', parameters({ name: 'resource', resource: { resourceType: 'Task' } })],
    ['a parameter that it does not take', parameters({ name: 'resource', resource: patient }, { name: 'colour', valueString: 'red' })],
  ])('%s is 400', async (_name, body) => {
    const answer = await (await hub.as('gp')).post('/fhir/Patient/$validate').send(body)
    expect(answer.status).toBe(400)
  })
})
