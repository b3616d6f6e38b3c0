import request from 'supertest'
import { startTestHub, type TestHub } from '../hub.ts'

interface Searchset { total?: number; link: { relation: string; url: string }[]; entry?: { fullUrl: string; resource: { resourceType: string; id: string }; search: { mode: string } }[] }

describe('search on a type', () => {
  let hub: TestHub
  const ids: string[] = []
  beforeAll(async () => {
    hub = await startTestHub()
    const gp = await hub.as('gp')
    for (let index = 0; index < 25; index += 1) {
      const body = {
        resourceType: 'Patient', name: [{ family: `Searched${index % 5}`, given: ['Ångström'] }], gender: index % 2 === 0 ? 'female' : 'male',
        birthDate: `19${40 + index}-06-15`, identifier: [{ system: 'https://gp.example/Id/patient', value: String(index) }],
      }
      ids.push(((await gp.post('/fhir/Patient').send(body).expect(201)).body as { id: string }).id)
      await gp.post('/fhir/Observation').send({
        resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
        subject: { reference: `Patient/${ids[index]}` }, effectiveDateTime: `2026-11-${String(index + 1).padStart(2, '0')}`,
      }).expect(201)
    }
  })
  afterAll(() => hub.stop())

  const search = async (query: string): Promise<Searchset> => (await (await hub.as('gp')).get(`/fhir/${query}`).expect(200)).body as Searchset
  const count = async (query: string) => (await search(`${query}&_summary=count`)).total

  it.each([
    ['Patient?family=searched1', 5],
    ['Patient?family:exact=Searched1', 5],
    ['Patient?family:exact=searched1', 0],
    ['Patient?given=angstrom', 25],
    ['Patient?name:contains=arched2', 5],
    ['Patient?gender=female', 13],
    ['Patient?gender=female,male', 25],
    ['Patient?gender:not=female', 12],
    ['Patient?identifier=https://gp.example/Id/patient|7', 1],
    ['Patient?identifier=7', 1],
    ['Patient?identifier=https://gp.example/Id/patient|', 25],
    ['Patient?birthdate=1950', 1],
    ['Patient?birthdate=lt1950', 10],
    ['Patient?birthdate=ge1950-06-15&birthdate=le1952-06-15', 3],
    ['Patient?birthdate=ne1950', 24],
    ['Patient?address:missing=true', 25],
    ['Observation?subject:Patient.family=Searched0', 5],
    ['Observation?date=gt2026-11-20', 5],
    ['Observation?code=http://loinc.org|8867-4&date=2026-11-03', 1],
    ['Patient?_has:Observation:subject:date=2026-11-03', 1],
    ['Patient?_lastUpdated=ge2026-11-24T10:15:00Z', 25],
    ['Patient?_lastUpdated=lt2026-11-24', 0],
  ])('%s finds %i', async (query, expected) => {
    expect(await count(query)).toBe(expected)
  })

  it('finds by _id and by reference in all its forms', async () => {
    expect(await count(`Patient?_id=${ids[3]},${ids[4]}`)).toBe(2)
    for (const reference of [`Patient/${ids[3]}`, ids[3], `${hub.url}/fhir/Patient/${ids[3]}`]) {
      expect(await count(`Observation?subject=${encodeURIComponent(String(reference))}`)).toBe(1)
    }
  })

  it('POST _search means the same as GET', async () => {
    const answer = await request(hub.url).post('/fhir/Patient/_search').set('Authorization', `Bearer ${await hub.token('gp')}`)
      .type('form').send('family=searched1&_count=3').expect(200)
    expect((answer.body as Searchset).entry).toHaveLength(3)
    expect((answer.body as Searchset).link[0]?.url).toBe(`${hub.url}/fhir/Patient?family=searched1&_count=3`)
  })

  it('sorts by several keys, and pages by links so that each resource appears once while others write', async () => {
    const gp = await hub.as('gp')
    const seen: string[] = []
    let url: string | undefined = '/fhir/Patient?_sort=family,-birthdate&_count=4'
    for (let page = 0; url !== undefined; page += 1) {
      const bundle = (await gp.get(url).expect(200)).body as Searchset
      seen.push(...(bundle.entry ?? []).map(entry => entry.resource.id))
      await gp.post('/fhir/Patient').send({ resourceType: 'Patient', name: [{ family: `AAA${page}` }] }).expect(201)
      url = bundle.link.find(link => link.relation === 'next')?.url.slice(hub.url.length)
    }
    const ours = seen.filter(id => ids.includes(id))
    expect(ours).toHaveLength(25)
    expect(new Set(seen).size).toBe(seen.length)
    expect(ours[0]).toBe(ids[20])
  })

  it('refuses a page link that was altered, or belongs to another search', async () => {
    const gp = await hub.as('gp')
    const next = (await search('Patient?_count=2')).link.find(link => link.relation === 'next')?.url ?? ''
    await gp.get(`${next.slice(hub.url.length, -3)}AAA`).expect(400)
    await gp.get(next.slice(hub.url.length).replace('_count=2', '_count=2&gender=male')).expect(400)
  })

  it('includes and revincludes, once each and marked', async () => {
    const included = await search(`Observation?subject=Patient/${ids[2]}&_include=Observation:subject`)
    expect(included.entry?.map(entry => [entry.resource.resourceType, entry.search.mode])).toEqual([['Observation', 'match'], ['Patient', 'include']])
    const reverse = await search(`Patient?_id=${ids[2]}&_revinclude=Observation:subject`)
    expect(reverse.entry?.map(entry => [entry.resource.resourceType, entry.search.mode])).toEqual([['Patient', 'match'], ['Observation', 'include']])
  })

  it('lenient handling leaves out what it does not know, says so, and self shows what was searched', async () => {
    const gp = await hub.as('gp')
    const answer = (await gp.get('/fhir/Patient?famly=x&family=searched1').set('Prefer', 'handling=lenient').expect(200)).body as Searchset
    expect(answer.link[0]?.url).toBe(`${hub.url}/fhir/Patient?family=searched1`)
    expect(answer.entry?.at(-1)).toMatchObject({ search: { mode: 'outcome' }, resource: { resourceType: 'OperationOutcome' } })
  })

  it('POST _search takes a form and nothing else', async () => {
    const gp = await hub.as('gp')
    const refused = await gp.post('/fhir/Patient/_search').send({ resourceType: 'Parameters' }).expect(415)
    expect(refused.text).toContain('application/x-www-form-urlencoded')
  })
})
