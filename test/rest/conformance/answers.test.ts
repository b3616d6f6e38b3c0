/** How answers are given: paging, totals, subsets, history, conditions and preferences, by R4's pages on search and the RESTful API. */
import type { Bundle, Parameters, Patient } from 'fhir/r4.js'
import type { Response } from 'supertest'
import type { TestHub } from '../../hub.ts'
import { fixtures, openLibrary } from './data.ts'

let hub: TestHub
beforeAll(async () => { hub = await openLibrary() })
afterAll(() => hub?.stop())

const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> => (await hub.as('hub')).get(`/fhir/${path}`).set(headers)
const bundle = async (path: string): Promise<Bundle> => {
  const answer = await get(path)
  expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, ''])
  return answer.body as Bundle
}
const idsIn = (found: Bundle): readonly string[] => (found.entry ?? []).map(({ resource }) => String(resource?.id))
const linkTo = (found: Bundle, relation: string): string | undefined =>
  found.link?.find(link => link.relation === relation)?.url.slice(`${hub.url}/fhir/`.length)
const numberOf = (type: string): number => fixtures.filter(({ resourceType }) => resourceType === type).length

describe('paging', () => {
  it.each(['', '_sort=_id', '_sort=-_lastUpdated', '_sort=date', '_sort=-date,code', '_sort=value-quantity', '_sort=status,-_id'])(
    'shows each resource exactly once under %s, whatever others write meanwhile', async sort => {
      const seen: string[] = []
      for (let path: string | undefined = `Observation?_count=4&${sort}`; path !== undefined;) {
        const page = await bundle(path)
        expect((page.entry ?? []).length).toBeLessThanOrEqual(4)
        seen.push(...idsIn(page))
        path = linkTo(page, 'next')
        await (await hub.as('hub')).post('/fhir/Observation')
          .send({ resourceType: 'Observation', status: 'final', code: { text: 'written meanwhile' } }).expect(201)
      }
      const ours = fixtures.filter(({ resourceType }) => resourceType === 'Observation').map(({ id }) => id)
      expect(seen.filter(id => ours.includes(id)).sort()).toEqual([...ours].sort())
      expect(new Set(seen).size).toBe(seen.length)
    })

  it('keeps those without a value for the key of the order', async () => {
    const seen: string[] = []
    for (let path: string | undefined = 'Patient?_sort=birthdate&_count=2'; path !== undefined;) {
      const page = await bundle(path)
      seen.push(...idsIn(page))
      path = linkTo(page, 'next')
    }
    expect([...seen].sort()).toEqual(['ann', 'bjorn', 'carl', 'dora', 'eve', 'fred'])
    expect(seen.filter(id => id !== 'dora')).toEqual(['eve', 'carl', 'bjorn', 'ann', 'fred'])
  })
})

describe('totals', () => {
  it('_total=accurate counts all matches, whatever the page holds, and never what is included', async () => {
    expect(await bundle('Patient?_count=2&_total=accurate&_revinclude=Observation:subject')).toMatchObject({ total: numberOf('Patient') })
  })
  it('_summary=count and _count=0 answer the total and no entries', async () => {
    for (const path of ['Patient?_summary=count', 'Patient?_count=0']) {
      const found = await bundle(path)
      expect([found.total, found.entry]).toEqual([numberOf('Patient'), undefined])
    }
  })
  it('_total=none leaves the total out', async () => expect((await bundle('Patient?_count=2&_total=none')).total).toBeUndefined())
})

describe('parts of resources', () => {
  it('_elements gives what is asked for and what is mandatory, marked SUBSETTED, and leaves includes whole', async () => {
    const found = await bundle('Observation?_id=pulse&_elements=status&_include=Observation:subject')
    const [match, included] = (found.entry ?? []).map(({ resource }) => resource)
    expect(Object.keys(match ?? {}).sort()).toEqual(['code', 'id', 'meta', 'resourceType', 'status'])
    expect(match?.meta?.tag).toContainEqual(expect.objectContaining({ code: 'SUBSETTED' }))
    expect(included).toMatchObject({ id: 'carl', name: [{ family: 'Müller' }] })
  })
  it.each([
    ['true', ['active', 'address', 'birthDate', 'gender', 'id', 'identifier', 'meta', 'name', 'resourceType', 'telecom'], 'elements in the summary'],
    ['text', ['id', 'meta', 'resourceType', 'text'], 'text, id, meta and what is mandatory'],
    ['data', ['active', 'address', 'birthDate', 'gender', 'generalPractitioner', 'id', 'identifier', 'meta', 'name', 'resourceType', 'telecom'], 'all but text'],
  ])('_summary=%s gives %j (%s)', async (summary, elements) => {
    const searched = await bundle(`Patient?_id=ann&_summary=${summary}`)
    const read = (await get(`Patient/ann?_summary=${summary}`)).body as Patient
    for (const found of [searched.entry?.[0]?.resource, read]) {
      expect(Object.keys(found ?? {}).filter(name => !['managingOrganization', 'link'].includes(name)).sort()).toEqual(elements)
      expect(found?.meta?.tag).toContainEqual(expect.objectContaining({ code: 'SUBSETTED' }))
    }
  })
  it('what is stored is not changed by being asked for in part', async () => expect((await get('Patient/ann')).text).not.toContain('SUBSETTED'))
})

describe('history', () => {
  const change = async (given: string, at: string): Promise<void> => {
    await hub.clock({ now: at })
    await (await hub.as('hub')).put('/fhir/Patient/fred').send({ resourceType: 'Patient', id: 'fred', name: [{ given: [given] }] }).expect(200)
  }
  beforeAll(async () => {
    await change('Second', '2026-11-25T10:00:00.000Z')
    await change('Third', '2026-11-26T10:00:00.000Z')
    await (await hub.as('hub')).delete('/fhir/Patient/fred').expect(204)
    await hub.clock({ now: '2026-11-27T10:00:00.000Z' })
    await (await hub.as('hub')).put('/fhir/Patient/fred').send({ resourceType: 'Patient', id: 'fred', name: [{ given: ['Fifth'] }] }).expect(201)
  })
  const versions = (found: Bundle): readonly string[] => (found.entry ?? []).map(({ response }) => String(response?.etag))

  it.each([
    ['', ['W/"5"', 'W/"4"', 'W/"3"', 'W/"2"', 'W/"1"'], 'newest first, the deletion among them'],
    ['?_since=2026-11-26T10:00:00Z', ['W/"5"', 'W/"4"', 'W/"3"'], 'at or after the instant'],
    ['?_since=2026-11-26T10:00:00.001Z', ['W/"5"'], ''],
    ['?_at=2026-11-24T23:00:00Z', ['W/"1"'], 'current at that instant'],
    ['?_at=2026-11-25T12:00:00Z', ['W/"2"'], 'written before it and still current then'],
    ['?_at=2026-11-25', ['W/"2"', 'W/"1"'], 'current at some time of that day'],
    ['?_count=2', ['W/"5"', 'W/"4"'], ''],
  ])('Patient/fred/_history%s is %j (%s)', async (query, expected) => expect(versions(await bundle(`Patient/fred/_history${query}`))).toEqual(expected))

  it('pages over all of them', async () => {
    const seen: string[] = []
    for (let path: string | undefined = 'Patient/fred/_history?_count=2'; path !== undefined;) {
      const page = await bundle(path)
      seen.push(...versions(page))
      path = linkTo(page, 'next')
    }
    expect(seen).toEqual(['W/"5"', 'W/"4"', 'W/"3"', 'W/"2"', 'W/"1"'])
  })
  it('a deleted version is 410, those around it are there', async () => {
    const found = await Promise.all(['3', '4', '5', '6'].map(async version => (await get(`Patient/fred/_history/${version}`)).status))
    expect(found).toEqual([200, 410, 200, 404])
  })
})

describe('conditional interactions', () => {
  it.each([
    ['if-none-match', 'W/"1"', 304], ['if-none-match', 'W/"2"', 200], ['if-none-match', '*', 304],
    ['if-modified-since', 'Wed, 25 Nov 2026 00:00:00 GMT', 304], ['if-modified-since', 'Mon, 23 Nov 2026 00:00:00 GMT', 200],
  ])('a read with %s: %s is %i', async (header, value, status) => expect((await get('Patient/eve', { [header]: value })).status).toBe(status))

  const patient = { resourceType: 'Patient', name: [{ family: 'Conditional' }], identifier: [{ system: 'https://x.example/Id', value: 'conditional' }] }
  const condition = 'identifier=https://x.example/Id|conditional'

  it('create: none creates, one is answered, several are 412', async () => {
    const agent = await hub.as('hub')
    const statuses: number[] = []
    for (let time = 0; time < 2; time += 1) statuses.push((await agent.post('/fhir/Patient').set('If-None-Exist', condition).send(patient)).status)
    expect(statuses).toEqual([201, 200])
    expect((await agent.post('/fhir/Patient').set('If-None-Exist', 'gender=female').send(patient)).status).toBe(412)
  })
  it('update: one is updated, several are 412, none creates', async () => {
    const agent = await hub.as('hub')
    expect((await agent.put(`/fhir/Patient?${condition}`).send({ ...patient, active: true })).status).toBe(200)
    expect((await agent.put('/fhir/Patient?gender=female').send(patient)).status).toBe(412)
    expect((await agent.put('/fhir/Patient?identifier=https://x.example/Id|new').send({ resourceType: 'Patient' })).status).toBe(201)
  })
  it('patch: one is patched, none is 404, several are 412', async () => {
    const agent = await hub.as('hub')
    const patch = async (query: string): Promise<number> => (await agent.patch(`/fhir/Patient?${query}`).set('Content-Type', 'application/json-patch+json')
      .send('[{"op":"add","path":"/gender","value":"other"}]')).status
    expect([await patch(condition), await patch('identifier=nothing'), await patch('gender=female')]).toEqual([200, 404, 412])
  })
  it('delete: one is deleted, none is nothing to do', async () => {
    const agent = await hub.as('hub')
    expect((await agent.delete(`/fhir/Patient?${condition}`)).status).toBe(204)
    expect((await agent.delete(`/fhir/Patient?${condition}`)).status).toBe(200)
  })
})

describe('preferences', () => {
  it.each([['minimal', ''], ['representation', 'Patient'], ['OperationOutcome', 'OperationOutcome']])('return=%s answers %s', async (preference, type) => {
    const answer = await (await hub.as('hub')).post('/fhir/Patient').set('Prefer', `return=${preference}`).send({ resourceType: 'Patient' }).expect(201)
    expect([answer.headers['location'], answer.headers['etag']]).toEqual([expect.stringMatching(/\/Patient\/[^/]+\/_history\/1$/), 'W/"1"'])
    expect(answer.text === '' ? '' : (JSON.parse(answer.text) as { resourceType: string }).resourceType).toBe(type)
  })
  it('handling=strict refuses an unknown parameter, lenient leaves it out, says so and shows in self what was searched', async () => {
    expect((await get('Patient?famly=smith&gender=female', { prefer: 'handling=strict' })).status).toBe(400)
    const lenient = (await get('Patient?famly=smith&gender=female', { prefer: 'handling=lenient' })).body as Bundle
    expect(linkTo(lenient, 'self')).toBe('Patient?gender=female')
    expect(lenient.entry?.find(({ search }) => search?.mode === 'outcome')?.resource).toMatchObject({ resourceType: 'OperationOutcome' })
  })
})

describe('Patient/[id]/$everything', () => {
  it('holds the patient, its compartment and what they refer to, each once', async () => {
    const ids = idsIn(await bundle('Patient/carl/$everything?_count=100'))
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(expect.arrayContaining(['carl', 'pulse', 'no-period']))
    expect(ids.filter(id => ['ann', 'bjorn', 'eve', 'two-months'].includes(id))).toEqual([])
  })
})

describe('$meta', () => {
  it('of one resource is its own tags', async () => {
    const answer = await get('Patient/bjorn/$meta')
    expect((answer.body as Parameters).parameter?.[0])
      .toMatchObject({ name: 'return', valueMeta: { tag: [{ system: 'https://x.example/tags', code: 'blue' }] } })
  })
})

it('decimals keep their precision', async () => {
  const agent = await hub.as('hub')
  const made = await agent.post('/fhir/Observation')
    .send('{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50}}').expect(201)
  expect((await get(`Observation/${(made.body as { id: string }).id}`)).text).toContain('"value":1.50')
})
