/** $reindex: true counts whatever others write meanwhile, one run at a time, warnings until it is done, administrators only. */
import { startTestHub, type TestHub } from '../../hub.ts'
import { awaitReindex, countsOf, entries, favourite, issues, outcomeOf, patient } from './asking.ts'

type Agent = Awaited<ReturnType<TestHub['as']>>

/** More than one page of a run. */
const PATIENTS = 250

/** Patients `p0`, `p1`, …, every one with a colour, stored before anything is indexed by it. */
const fill = async (agent: Agent, count = PATIENTS): Promise<void> => {
  const entry = Array.from({ length: count }, (_, index) => ({
    request: { method: 'PUT', url: `Patient/p${index}` }, resource: patient(`p${index}`, index % 2 === 0 ? 'teal' : 'red'),
  }))
  await agent.post('/fhir').send({ resourceType: 'Bundle', type: 'transaction', entry }).expect(200)
}

const OWN = 'SearchParameter/favourite'

describe('$reindex of a search parameter', () => {
  let hub: TestHub
  let keeper: Agent
  beforeAll(async () => {
    hub = await startTestHub()
    keeper = await hub.as('administrator')
    await fill(keeper)
    await keeper.put(`/fhir/${OWN}`).send(favourite({ id: 'favourite' })).expect(201)
  })
  afterAll(() => hub.stop())

  const ask = (path: string) => keeper.get(`/fhir/${path}`).expect(200)

  it('is pending before it is begun, and a search says how many it may miss', async () => {
    expect(countsOf(await ask(`${OWN}/$reindex`))).toEqual({ status: 'pending', total: PATIENTS, done: 0, changed: 0, skipped: 0 })
    const found = await ask('Patient?favourite=teal')
    expect(entries(found)).toEqual([])
    expect(outcomeOf(found)).toEqual([expect.stringContaining(`0 of ${PATIENTS} stored before the parameter are indexed`)])
    expect(outcomeOf(found)[0]).toContain(`${OWN}/$reindex`)
  })
  it('a search that uses the parameter for a chain or an order says so too, one that does not says nothing', async () => {
    expect(outcomeOf(await ask('Patient?_sort=favourite'))).toHaveLength(1)
    expect(outcomeOf(await ask('Observation?subject:Patient.favourite=teal'))).toHaveLength(1)
    expect(outcomeOf(await ask('Patient?_has:Observation:subject:status=final'))).toEqual([])
    expect(outcomeOf(await ask('Patient?family=moor&_count=1'))).toEqual([])
  })
  it('those who do not see everything are not told how much there is', async () => {
    const gp = await hub.as('gp')
    const notes = outcomeOf(await gp.get('/fhir/Patient?favourite=teal').expect(200))
    expect(notes).toEqual([expect.stringContaining('not all stored before')])
    expect(notes[0]).not.toMatch(/\d/)
  })
  it('a condition of a write by it is refused, for it could miss', async () => {
    const answer = await keeper.post('/fhir/Patient').set('If-None-Exist', 'favourite=teal').send(patient('x', 'teal')).expect(422)
    expect(issues(answer)).toMatchObject([{ code: 'search-parameter-incomplete' }])
  })
  it('is for administrators', async () => {
    for (const client of ['hub', 'gp', 'team', 'integrator'] as const) {
      const agent = await hub.as(client)
      const answers = [await agent.post(`/fhir/${OWN}/$reindex`), await agent.get('/fhir/$reindex')]
      expect([client, ...answers.map(({ status }) => status)]).toEqual([client, 403, 403])
    }
  })
  it('indexes everything, counts it, and leaves versions, instants and events as they are', async () => {
    const before = await ask('Patient/p0')
    const events = (await hub.hub.store.events(0, 10_000)).filter(({ ref }) => ref.type === 'Patient').length
    const begun = await keeper.post(`/fhir/${OWN}/$reindex`).expect(202)
    expect(countsOf(begun)).toMatchObject({ status: 'in-progress', total: PATIENTS })
    const counts = await awaitReindex(keeper, `${OWN}/$reindex`)
    expect(counts).toMatchObject({ status: 'completed', total: PATIENTS, done: PATIENTS, changed: PATIENTS, skipped: 0 })
    expect(counts.ended! >= counts.started!).toBe(true)
    const found = await ask('Patient?favourite=teal&_summary=count')
    expect(found.body).toMatchObject({ total: PATIENTS / 2 })
    expect(outcomeOf(await ask('Patient?favourite=teal'))).toEqual([])
    expect((await ask('Patient/p0')).text).toBe(before.text)
    expect((await hub.hub.store.events(0, 10_000)).filter(({ ref }) => ref.type === 'Patient')).toHaveLength(events)
  })
  it('is complete for the parameter as long as it is indexed the same, and not when it changes', async () => {
    await keeper.put(`/fhir/${OWN}`).send(favourite({ id: 'favourite', description: 'Said otherwise' })).expect(200)
    expect(outcomeOf(await ask('Patient?favourite=teal'))).toEqual([])
    await keeper.put(`/fhir/${OWN}`).send(favourite({ id: 'favourite', expression: 'Patient.name.text | Patient.name.family' })).expect(200)
    expect(outcomeOf(await ask('Patient?favourite=moor'))).toHaveLength(1)
    await keeper.post(`/fhir/${OWN}/$reindex`).expect(202)
    await awaitReindex(keeper, `${OWN}/$reindex`)
    expect((await ask('Patient?favourite=moor&_summary=count')).body).toMatchObject({ total: PATIENTS })
    expect((await ask('Patient?favourite=teal&_summary=count')).body).toMatchObject({ total: 0 })
  })
  it('is not of a draft, nor of one that is not there', async () => {
    await keeper.put('/fhir/SearchParameter/draft').send(favourite({ id: 'draft', url: 'http://x.example/d', code: 'd', status: 'draft' })).expect(201)
    expect(issues(await keeper.post('/fhir/SearchParameter/draft/$reindex').expect(422))).toMatchObject([{ code: 'search-parameter-not-active' }])
    await keeper.post('/fhir/SearchParameter/nowhere/$reindex').expect(404)
  })
  it('who began it is audited', async () => {
    const found = await ask('AuditEvent?entity=Basic/search-index')
    expect(found.body).toMatchObject({ resourceType: 'Bundle' })
    expect(entries(found).length).toBeGreaterThan(0)
  })
})

describe('$reindex of types', () => {
  let hub: TestHub
  let keeper: Agent
  beforeAll(async () => {
    hub = await startTestHub()
    keeper = await hub.as('administrator')
    await fill(keeper, 120)
  })
  afterAll(() => hub.stop())

  it('goes over the types named, and shows each', async () => {
    await keeper.post('/fhir/$reindex').send({ resourceType: 'Parameters', parameter: [{ name: 'type', valueCode: 'Patient' }, { name: 'type', valueCode: 'Organization' }] }).expect(202)
    const counts = await awaitReindex(keeper, '$reindex?type=Patient&type=Organization')
    expect(counts.status).toBe('completed')
    expect(counts.done).toBe(counts.total)
    expect(counts.total).toBeGreaterThan(120)
    const { body } = await keeper.get('/fhir/$reindex?type=Patient').expect(200) as { body: { parameter: { name: string; part?: object[] }[] } }
    expect(body.parameter.filter(({ name }) => name === 'of')).toMatchObject([{ part: [{ name: 'type', valueCode: 'Patient' }, { valueCode: 'completed' }, { valueUnsignedInt: 120 }, {}, {}, {}, {}, {}] }])
  })
  it('goes over all that there is without a type', async () => {
    await keeper.post('/fhir/$reindex').expect(202)
    const counts = await awaitReindex(keeper)
    expect(counts).toMatchObject({ status: 'completed', done: counts.total })
  })
  it('names the type that is none', async () => {
    expect(issues(await keeper.post('/fhir/$reindex?type=Pateint').expect(400))[0]!.text).toContain('did you mean "Patient"')
  })
  it('keeps how far it is where only administrators see it, and nobody writes it', async () => {
    await keeper.get('/fhir/Basic/search-index').expect(200)
    await (await hub.as('hub')).get('/fhir/Basic/search-index').expect(404)
    const basic = { resourceType: 'Basic', id: 'search-index', code: { text: 'mine' } }
    expect(issues(await keeper.put('/fhir/Basic/search-index').send(basic).expect(422))).toMatchObject([{ code: 'search-index-protected' }])
    await keeper.delete('/fhir/Basic/search-index').expect(422)
  })
})

describe('while others write', () => {
  let hub: TestHub
  let keeper: Agent
  beforeAll(async () => {
    hub = await startTestHub()
    keeper = await hub.as('administrator')
    await fill(keeper, 600)
    await keeper.put(`/fhir/${OWN}`).send(favourite({ id: 'favourite' })).expect(201)
  })
  afterAll(() => hub.stop())

  it('every resource is found in the end, and changed and skipped make up the total', async () => {
    await keeper.post(`/fhir/${OWN}/$reindex`).expect(202)
    const writing = Array.from({ length: 60 }, (_, index) => keeper.put(`/fhir/Patient/p${index * 7}`).send(patient(`p${index * 7}`, 'green')))
    const deleting = Array.from({ length: 10 }, (_, index) => keeper.delete(`/fhir/Patient/p${index * 7 + 1}`))
    const adding = Array.from({ length: 20 }, (_, index) => keeper.put(`/fhir/Patient/new${index}`).send(patient(`new${index}`, 'green')))
    const again = keeper.post(`/fhir/${OWN}/$reindex`)
    const answers = await Promise.all([...writing, ...deleting, ...adding, again])
    expect(answers.every(({ status }) => status < 300)).toBe(true)
    const counts = await awaitReindex(keeper, `${OWN}/$reindex`)
    expect(counts.status).toBe('completed')
    expect(counts.changed + counts.skipped).toBe(counts.total)
    expect(counts.done).toBe(counts.total)
    for (const [colour, total] of [['green', 80], ['missing', 0]] as const) {
      const query = colour === 'missing' ? 'favourite:missing=true' : `favourite=${colour}`
      expect((await keeper.get(`/fhir/Patient?${query}&_summary=count`).expect(200)).body).toMatchObject({ total })
    }
    const coloured = await keeper.get('/fhir/Patient?favourite=teal,red,green&_summary=count').expect(200)
    const everyone = await keeper.get('/fhir/Patient?_summary=count').expect(200)
    expect(coloured.body).toMatchObject({ total: (everyone.body as { total: number }).total })
  })
  it('begun by several at once is one run, in which each resource is changed once', async () => {
    const begun = await Promise.all([1, 2, 3, 4].map(() => keeper.post('/fhir/$reindex?type=Patient')))
    expect(new Set(begun.map(answer => countsOf(answer).started)).size).toBe(1)
    const counts = await awaitReindex(keeper, '$reindex?type=Patient')
    expect(counts).toMatchObject({ status: 'completed', changed: counts.total, skipped: 0 })
  })
})
