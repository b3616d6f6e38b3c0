/** Searches of everything: `GET [base]?…`, `POST [base]/_search`: https://hl7.org/fhir/R4/http.html#search */
import request from 'supertest'
import { startTestHub, type ClientName, type TestHub } from '../hub.ts'

interface Searchset { total?: number; link: { relation: string; url: string }[]; entry?: { fullUrl: string; resource: { resourceType: string; id: string } }[] }

const TAG = 'urn:example:system-search|here'

describe('search of everything', () => {
  let hub: TestHub
  beforeAll(async () => {
    hub = await startTestHub()
    const gp = await hub.as('gp')
    const meta = { tag: [{ system: 'urn:example:system-search', code: 'here' }] }
    const { id } = (await gp.post('/fhir/Patient').send({ resourceType: 'Patient', meta, name: [{ family: 'Hartley' }] }).expect(201)).body as { id: string }
    for (const text of ['NEWS2', 'weight']) {
      await gp.post('/fhir/Observation').send({ resourceType: 'Observation', meta, status: 'final', code: { text }, subject: { reference: `Patient/${id}` } }).expect(201)
    }
    await (await hub.as('otherGp')).post('/fhir/Patient').send({ resourceType: 'Patient', meta, name: [{ family: 'Other' }] }).expect(201)
    await (await hub.as('administrator')).post('/fhir/Location').send({ resourceType: 'Location', meta, name: 'Ward 4' }).expect(201)
  })
  afterAll(() => hub.stop())

  const found = async (query: string, client: ClientName = 'gp', scope?: string): Promise<Searchset> =>
    (await (await hub.as(client, undefined, scope)).get(`/fhir${query}`).expect(200)).body as Searchset
  const types = ({ entry }: Searchset): string[] => (entry ?? []).map(({ resource }) => resource.resourceType).sort()

  it('without _type is of every type, and of what the caller may see', async () => {
    expect(types(await found(`?_tag=${TAG}`))).toEqual(['Location', 'Observation', 'Observation', 'Patient'])
    expect(types(await found(`?_tag=${TAG}`, 'otherGp'))).toEqual(['Location', 'Patient'])
  })

  it('with _type is of the types named, which may come as a list', async () => {
    expect(types(await found(`?_type=Patient,Location&_tag=${TAG}`))).toEqual(['Location', 'Patient'])
    expect(types(await found(`?_type=Observation&_tag=${TAG}&code:text=weight`))).toEqual(['Observation'])
  })

  it('leaves out the types that role or scopes do not cover when none is named, and refuses them when they are', async () => {
    expect(types(await found(`?_tag=${TAG}`, 'integrator'))).toEqual(['Location'])
    expect(types(await found(`?_tag=${TAG}`, 'gp', 'system/Patient.rs system/Location.r'))).toEqual(['Patient'])
    await (await hub.as('integrator')).get(`/fhir?_type=Patient&_tag=${TAG}`).expect(403)
    await (await hub.as('gp', undefined, 'system/Patient.rs')).get(`/fhir?_type=Patient,Observation&_tag=${TAG}`).expect(403)
    await (await hub.as('gp', undefined, 'system/Patient.cu')).get(`/fhir?_tag=${TAG}`).expect(403)
  })

  it('by POST means the same, and its self link is that of the GET', async () => {
    const answer = await request(hub.url).post('/fhir/_search?_type=Patient').set('Authorization', `Bearer ${await hub.token('gp')}`)
      .type('form').send(`_tag=${TAG}`).expect(200)
    const bundle = answer.body as Searchset
    expect(types(bundle)).toEqual(['Patient'])
    expect(bundle.link[0]?.url).toBe(`${hub.url}/fhir?_type=Patient&_tag=${encodeURIComponent(TAG)}`)
  })

  it('pages through every match once', async () => {
    const agent = await hub.as('gp')
    const seen: string[] = []
    for (let url: string | undefined = `/fhir?_tag=${TAG}&_count=1`; url !== undefined;) {
      const bundle = (await agent.get(url).expect(200)).body as Searchset
      seen.push(...(bundle.entry ?? []).map(({ fullUrl }) => fullUrl))
      url = bundle.link.find(({ relation }) => relation === 'next')?.url.slice(hub.url.length)
    }
    expect([seen.length, new Set(seen).size]).toEqual([4, 4])
  })

  it('is answered to HEAD without a body', async () => {
    const answer = await (await hub.as('gp')).head(`/fhir?_type=Patient&_tag=${TAG}`).expect(200)
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(100)
  })

  it('works in a batch and in a transaction', async () => {
    const entry = [{ request: { method: 'GET', url: `?_type=Location&_tag=${TAG}` } }, { request: { method: 'POST', url: `_search?_type=Patient&_tag=${TAG}` } }]
    for (const type of ['batch', 'transaction']) {
      const answer = await (await hub.as('gp')).post('/fhir').send({ resourceType: 'Bundle', type, entry }).expect(200)
      expect(answer.body).toMatchObject({ entry: [
        { response: { status: '200 OK' }, resource: { type: 'searchset', total: 1 } }, { response: { status: '200 OK' }, resource: { type: 'searchset', total: 1 } },
      ] })
    }
  })

  it.each([
    ['', 'search-without-parameters'], ['?_pretty=true', 'search-without-parameters'], ['?_type=Patiant', 'search-bad-value'],
    ['?_type=', 'search-bad-value'], ['?family=hartley', 'search-unknown-parameter'],
  ])('GET /fhir%s is 400 %s', async (query, code) => {
    const answer = await (await hub.as('gp')).get(`/fhir${query}`).expect(400)
    expect((answer.body as { issue: { details: { coding: { code: string }[] } }[] }).issue[0]?.details.coding[0]?.code).toBe(code)
  })
})
