/** Search parameters of one's own: searched by from their commit on everywhere, refused with the reason, unknown when retired. */
import { startTestHub, type TestHub } from '../../hub.ts'
import { COLOUR, entries, favourite, issues, outcomeOf, patient } from './asking.ts'

type Agent = Awaited<ReturnType<TestHub['as']>>

describe('a search parameter of one\'s own', () => {
  let hub: TestHub
  let keeper: Agent
  let id: string
  beforeAll(async () => {
    hub = await startTestHub()
    keeper = await hub.as('administrator')
    await keeper.get('/fhir/Patient?favourite=teal').expect(400)
    const created = await keeper.post('/fhir/SearchParameter').send(favourite()).expect(201)
    id = (created.body as { id: string }).id
    await keeper.put('/fhir/Patient/teal').send(patient('teal', 'teal')).expect(201)
    await keeper.put('/fhir/Patient/red').send(patient('red', 'red')).expect(201)
    await keeper.put('/fhir/Patient/none').send(patient('none')).expect(201)
    await keeper.put('/fhir/Observation/seen').send({
      resourceType: 'Observation', id: 'seen', status: 'final', subject: { reference: 'Patient/red' },
      code: { coding: [{ system: 'http://loinc.org', code: '8310-5' }] },
    }).expect(201)
  })
  afterAll(() => hub.stop())

  const ask = (path: string) => keeper.get(`/fhir/${path}`).expect(200)

  it('finds what was written since, and says nothing of what may be missing where there was nothing', async () => {
    const found = await ask('Patient?favourite=teal')
    expect(entries(found)).toEqual(['Patient/teal'])
    expect(outcomeOf(found)).toEqual([])
  })
  it('takes the modifiers of its type', async () => {
    expect(entries(await ask('Patient?favourite:exact=red'))).toEqual(['Patient/red'])
    expect(entries(await ask('Patient?favourite:missing=true'))).toEqual(['Patient/none'])
  })
  it('sorts', async () => {
    expect(entries(await ask('Patient?_sort=favourite'))).toEqual(['Patient/red', 'Patient/teal', 'Patient/none'])
    expect(entries(await ask('Patient?_sort=-favourite'))).toEqual(['Patient/teal', 'Patient/red', 'Patient/none'])
  })
  it('is chained to, and asked by _has', async () => {
    expect(entries(await ask('Observation?subject:Patient.favourite=red'))).toEqual(['Observation/seen'])
    expect(entries(await ask('Patient?favourite=red&_has:Observation:subject:code=8310-5'))).toEqual(['Patient/red'])
  })
  it('stands in the CapabilityStatement of its type', async () => {
    const { body } = await ask('metadata') as { body: { rest: { resource: { type: string; searchParam: { name: string }[] }[] }[] } }
    const listed = body.rest[0]!.resource.filter(({ searchParam }) => searchParam.some(({ name }) => name === 'favourite'))
    expect(listed.map(({ type }) => type)).toEqual(['Patient'])
  })
  it('is a condition of a create once everything is indexed by it', async () => {
    const answer = await keeper.post('/fhir/Patient').set('If-None-Exist', 'favourite=teal').send(patient('x', 'teal')).expect(200)
    expect(answer.body).toMatchObject({ id: 'teal' })
  })
  it('is the nearest name of a misspelt one', async () => {
    const refused = await keeper.get('/fhir/Patient?favorite=teal').expect(400)
    expect(issues(refused)).toMatchObject([{ code: 'search-unknown-parameter', text: expect.stringContaining('did you mean "favourite"') as string }])
  })
  it('leads as a reference through includes and chains', async () => {
    await keeper.put('/fhir/SearchParameter/carer').send(favourite({
      id: 'carer', url: 'http://x.example/SearchParameter/carer', code: 'carer', type: 'reference', target: ['Patient'],
      expression: 'Patient.extension(\'http://x.example/carer\').value.ofType(Reference)', base: ['Patient'],
    })).expect(201)
    await keeper.put('/fhir/Patient/cared').send({
      ...patient('cared'), extension: [{ url: 'http://x.example/carer', valueReference: { reference: 'Patient/teal' } }],
    }).expect(201)
    expect(entries(await ask('Patient?carer=Patient/teal'))).toEqual(['Patient/cared'])
    expect(entries(await ask('Patient?carer.favourite=teal'))).toEqual(['Patient/cared'])
    expect(entries(await ask('Patient?_has:Patient:carer:_id=cared'))).toEqual(['Patient/teal'])
    const { body } = await ask('Patient?_id=cared&_include=Patient:carer') as { body: { entry: { resource: { id: string }; search: { mode: string } }[] } }
    expect(body.entry.filter(({ search }) => search.mode === 'include').map(({ resource }) => resource.id)).toEqual(['teal'])
    await keeper.delete('/fhir/SearchParameter/carer').expect(204)
    await keeper.get('/fhir/Patient?carer=Patient/teal').expect(400)
  })
  it('is asked by those who may search, and written by those who keep the definitions', async () => {
    const gp = await hub.as('gp')
    await gp.get('/fhir/Patient?favourite=teal').expect(200)
    await gp.post('/fhir/SearchParameter').send(favourite({ url: 'http://x.example/other', code: 'other' })).expect(403)
    const hubKeeper = await hub.as('hub')
    await hubKeeper.put('/fhir/SearchParameter/of-hub').send(favourite({ id: 'of-hub', url: 'http://x.example/of-hub', code: 'of-hub' })).expect(201)
    await hubKeeper.delete('/fhir/SearchParameter/of-hub').expect(204)
  })
  it('is unknown again when it is retired, and comes back by a patch', async () => {
    const current = await ask(`SearchParameter/${id}`)
    await keeper.put(`/fhir/SearchParameter/${id}`).send({ ...current.body as object, status: 'retired' }).expect(200)
    await keeper.get('/fhir/Patient?favourite=teal').expect(400)
    await keeper.patch(`/fhir/SearchParameter/${id}`).set('Content-Type', 'application/json-patch+json')
      .send(JSON.stringify([{ op: 'replace', path: '/status', value: 'active' }])).expect(200)
    expect(outcomeOf(await ask('Patient?favourite=teal'))).toEqual([expect.stringMatching(/0 of \d+ stored before the parameter/)])
  })
  it('stays a definition of R4\'s form: everything else about it is the profile\'s', async () => {
    expect((await keeper.post('/fhir/SearchParameter').send(favourite({ base: undefined, code: 'lost', url: 'http://x.example/lost' }))).status).toBeGreaterThanOrEqual(400)
  })
})

describe('a search parameter is refused', () => {
  let hub: TestHub
  let keeper: Agent
  beforeAll(async () => {
    hub = await startTestHub()
    keeper = await hub.as('hub')
    await keeper.put('/fhir/SearchParameter/first').send(favourite({ id: 'first' })).expect(201)
  })
  afterAll(() => hub.stop())

  const refused = async (changes: object, status = 422) =>
    issues(await keeper.post('/fhir/SearchParameter').send(favourite({ url: 'http://x.example/second', code: 'second', ...changes })).expect(status))

  it('with the reason and the element, by every way of writing', async () => {
    const wanted = [{ code: 'search-parameter-unusable', at: 'SearchParameter.expression', text: expect.stringContaining('HumanName.famly') as string }]
    const broken = { expression: 'Patient.name.famly' }
    expect(await refused(broken)).toEqual(wanted)
    expect(issues(await keeper.put('/fhir/SearchParameter/first').send(favourite({ id: 'first', ...broken })).expect(422))).toEqual(wanted)
    expect(issues(await keeper.post('/fhir').send({
      resourceType: 'Bundle', type: 'transaction', entry: [{ request: { method: 'POST', url: 'SearchParameter' }, resource: favourite({ ...broken, url: 'http://x.example/t', code: 't' }) }],
    }).expect(422))).toMatchObject([{ at: 'Bundle.entry[0].resource.expression' }])
    const judged = await keeper.post('/fhir/SearchParameter/$validate').send(favourite(broken)).expect(200)
    expect(issues(judged)).toEqual(expect.arrayContaining(wanted))
  })
  it('when its code is taken on one of its types, by R4 or by another', async () => {
    expect(await refused({ code: 'family' })).toMatchObject([{ at: 'SearchParameter.code', text: expect.stringContaining('cannot be changed') as string }])
    expect(await refused({ code: 'favourite' })).toMatchObject([{ at: 'SearchParameter.code', text: expect.stringContaining('SearchParameter/first') as string }])
    expect(await refused({ code: 'favourite', base: ['Resource'], type: 'token', expression: 'Resource.language' })).toMatchObject([{ at: 'SearchParameter.code' }])
  })
  it('when its url is taken', async () => {
    expect(await refused({ url: 'http://x.example/SearchParameter/favourite' })).toMatchObject([{ at: 'SearchParameter.url' }])
    expect(await refused({ url: 'http://hl7.org/fhir/SearchParameter/individual-family' })).toMatchObject([{ at: 'SearchParameter.url' }])
  })
  it('and the same code on another type is another parameter', async () => {
    await keeper.put('/fhir/SearchParameter/person').send(favourite({
      id: 'person', url: 'http://x.example/person', base: ['Person'], expression: `Person.extension('${COLOUR}').value.ofType(string)`,
    })).expect(201)
    expect(entries(await keeper.get('/fhir/Person?favourite=teal').expect(200))).toEqual([])
    await keeper.delete('/fhir/SearchParameter/person').expect(204)
  })
  it('and a draft is kept as it is, and searched by when it becomes active', async () => {
    await keeper.put('/fhir/SearchParameter/draft').send(favourite({ id: 'draft', url: 'http://x.example/draft', code: 'draft', expression: 'Patient.nothing', status: 'draft' })).expect(201)
    await keeper.get('/fhir/Patient?draft=x').expect(400)
    await keeper.put('/fhir/SearchParameter/draft').send(favourite({ id: 'draft', url: 'http://x.example/draft', code: 'draft', expression: 'Patient.nothing' })).expect(422)
    await keeper.put('/fhir/SearchParameter/draft').send(favourite({ id: 'draft', url: 'http://x.example/draft', code: 'draft' })).expect(200)
    expect(entries(await keeper.get('/fhir/Patient?draft=x').expect(200))).toEqual([])
  })
  it('of two that arrive together with one code, one is taken', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) =>
      keeper.post('/fhir/SearchParameter').send(favourite({ url: `http://x.example/race-${index}`, code: 'race' }))))
    expect(answers.map(({ status }) => status).filter(status => status !== 422)).toEqual([201])
  })
  it('and in one transaction two of one code are as well', async () => {
    const entry = [1, 2].map(index => ({
      request: { method: 'POST', url: 'SearchParameter' }, resource: favourite({ url: `http://x.example/both-${index}`, code: 'both' }),
    }))
    const answer = await keeper.post('/fhir').send({ resourceType: 'Bundle', type: 'transaction', entry }).expect(422)
    expect(issues(answer)[0]!.code).toBe('search-parameter-unusable')
    await keeper.get('/fhir/Patient?both=x').expect(400)
  })
})
