/** Searches of a compartment, `Patient/1/Observation`: https://hl7.org/fhir/R4/http.html#search, compartmentdefinition.html */
import request from 'supertest'
import { startTestHub, type TestHub } from '../hub.ts'

interface Searchset { total?: number; link: { relation: string; url: string }[]; entry?: { resource: { resourceType: string; id: string } }[] }

describe('search of a compartment', () => {
  let hub: TestHub
  const ids: Record<string, string> = {}
  beforeAll(async () => {
    hub = await startTestHub()
    const gp = await hub.as('gp')
    const create = async (name: string, resource: { resourceType: string; [element: string]: unknown }) => {
      ids[name] = ((await gp.post(`/fhir/${resource.resourceType}`).send(resource).expect(201)).body as { id: string }).id
    }
    const subject = () => ({ reference: `Patient/${ids['patient']}` })
    await create('patient', { resourceType: 'Patient', name: [{ family: 'Hartley' }] })
    await create('other', { resourceType: 'Patient', name: [{ family: 'Other' }] })
    await create('daughter', { resourceType: 'RelatedPerson', patient: subject(), name: [{ family: 'Hartley' }] })
    await create('visit', { resourceType: 'Encounter', status: 'finished', class: { code: 'HH' }, subject: subject() })
    await create('monitor', { resourceType: 'Device', deviceName: [{ name: 'Oximeter', type: 'user-friendly-name' }] })
    await create('final', {
      resourceType: 'Observation', status: 'final', code: { text: 'NEWS2' }, subject: subject(),
      encounter: { reference: `Encounter/${ids['visit']}` }, device: { reference: `Device/${ids['monitor']}` },
    })
    await create('preliminary', {
      resourceType: 'Observation', status: 'preliminary', code: { text: 'weight' }, subject: subject(), performer: [{ reference: `RelatedPerson/${ids['daughter']}` }],
    })
    await create('foreign', { resourceType: 'Observation', status: 'final', code: { text: 'NEWS2' }, subject: { reference: `Patient/${ids['other']}` } })
  })
  afterAll(() => hub.stop())

  const found = async (path: string): Promise<string[]> => {
    const bundle = (await (await hub.as('gp')).get(`/fhir/${path}`).expect(200)).body as Searchset
    const names = Object.entries(ids)
    return (bundle.entry ?? []).map(({ resource }) => names.find(([, id]) => id === resource.id)?.[0] ?? resource.resourceType).sort()
  }

  it('is of the type named, by whichever parameter leads into it, and of the criteria', async () => {
    expect(await found(`Patient/${ids['patient']}/Observation`)).toEqual(['final', 'preliminary'])
    expect(await found(`Patient/${ids['patient']}/Observation?status=final`)).toEqual(['final'])
    expect(await found(`Patient/${ids['patient']}/ServiceRequest?status=active`)).toEqual([])
  })

  it('of every type holds the resource itself and all that is in it', async () => {
    expect(await found(`Patient/${ids['patient']}/*`)).toEqual(['daughter', 'final', 'patient', 'preliminary', 'visit'])
    expect(await found(`Patient/${ids['patient']}/*?_type=Encounter,RelatedPerson`)).toEqual(['daughter', 'visit'])
  })

  it('is there for encounters, related people, practitioners and devices too', async () => {
    expect(await found(`Encounter/${ids['visit']}/Observation`)).toEqual(['final'])
    expect(await found(`Device/${ids['monitor']}/Observation`)).toEqual(['final'])
    expect(await found(`RelatedPerson/${ids['daughter']}/Observation`)).toEqual(['preliminary'])
    expect(await found('Practitioner/nobody/Observation')).toEqual([])
  })

  it('by POST means the same, with and without a type, and its self link is that of the GET', async () => {
    for (const [path, self, total] of [['Observation/_search', 'Observation', 1], ['_search', '*', 1], ['*/_search', '*', 1]] as const) {
      const answer = await request(hub.url).post(`/fhir/Patient/${ids['patient']}/${path}`).set('Authorization', `Bearer ${await hub.token('gp')}`)
        .type('form').send('_type=Observation&status=final').expect(200)
      expect(answer.body).toMatchObject({ total, link: [{ url: `${hub.url}/fhir/Patient/${ids['patient']}/${self}?_type=Observation&status=final` }] })
    }
  })

  it('pages with links of its own, which are good for no other compartment', async () => {
    const agent = await hub.as('gp')
    const first = (await agent.get(`/fhir/Patient/${ids['patient']}/Observation?_count=1`).expect(200)).body as Searchset
    const next = first.link.find(({ relation }) => relation === 'next')?.url.slice(hub.url.length) ?? ''
    expect(((await agent.get(next).expect(200)).body as Searchset).entry).toHaveLength(1)
    await agent.get(next.replace(String(ids['patient']), String(ids['other']))).expect(400)
  })

  it('of what is not there and of what is not the caller\'s is the same empty searchset', async () => {
    const other = await hub.as('otherGp')
    const of = async (id: string) => {
      const { status, text } = await other.get(`/fhir/Patient/${id}/Observation`)
      return [status, text.replaceAll(id, '').replace(/"id":"[^"]*"/, '')]
    }
    expect(await of(String(ids['patient']))).toEqual(await of('9f0b7e0e-0000-4000-8000-000000000000'))
    expect((await other.get(`/fhir/Patient/${ids['patient']}/*`).expect(200)).body).toMatchObject({ total: 0 })
  })

  it('needs what a search of the type needs, and leaves out unnamed types that the scopes do not cover', async () => {
    const scoped = await hub.as('gp', undefined, 'system/Observation.rs')
    await scoped.get(`/fhir/Patient/${ids['patient']}/Encounter`).expect(403)
    await scoped.get(`/fhir/Patient/${ids['patient']}/*?_type=Encounter`).expect(403)
    expect((await scoped.get(`/fhir/Patient/${ids['patient']}/*`).expect(200)).body).toMatchObject({ total: 2 })
  })

  it.each([
    ['GET', 'Patient/x/Location', 404, 'not-in-compartment'], ['GET', 'Location/x/Patient', 404, 'compartment-unknown'],
    ['GET', 'Patient/x/Observatoin', 404, 'type-unknown'], ['GET', 'Patient/x/observation', 404, 'route-unknown'],
    ['DELETE', 'Patient/x/Observation', 405, 'method-not-allowed'], ['POST', 'Patient/x/*', 405, 'method-not-allowed'],
    ['GET', 'Patient/x/Observation?colour=red', 400, 'search-unknown-parameter'], ['GET', 'Patient/x/Observation/y', 404, 'route-unknown'],
    ['GET', 'Patient/x/*?_type=Location', 400, 'search-bad-value'],
  ])('%s %s is %i %s', async (method, path, status, code) => {
    const answer = await (await hub.as('gp'))[method.toLowerCase() as 'get'](`/fhir/${path}`)
    expect([answer.status, (answer.body as { issue: { details: { coding: { code: string }[] } }[] }).issue[0]?.details.coding[0]?.code]).toEqual([status, code])
  })

  it('works in a batch and in a transaction', async () => {
    const entry = [{ request: { method: 'GET', url: `Patient/${ids['patient']}/Observation?status=final` } }, { request: { method: 'POST', url: `Patient/${ids['patient']}/_search?_type=Encounter` } }]
    for (const type of ['batch', 'transaction']) {
      const answer = await (await hub.as('gp')).post('/fhir').send({ resourceType: 'Bundle', type, entry }).expect(200)
      expect(answer.body).toMatchObject({ entry: [{ resource: { total: 1 } }, { resource: { total: 1 } }] })
    }
  })
})
