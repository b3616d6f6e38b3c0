/** Histories of a resource, of a type, of everything: https://hl7.org/fhir/R4/http.html#history */
import { startTestHub, type ClientName, type TestHub } from '../hub.ts'

interface Bundle {
  total?: number
  link: { relation: string; url: string }[]
  entry?: {
    fullUrl: string; resource?: { resourceType: string; id: string; meta: { versionId: string } }
    request: { method: string; url: string }; response: { status: string }
  }[]
}

describe('history', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  const patient = (value: string, more: object = {}) =>
    ({ resourceType: 'Patient', identifier: [{ system: 'urn:example:history', value }], name: [{ family: 'Hartley' }], ...more })
  const created = async (value: string, client: ClientName = 'gp') =>
    ((await (await hub.as(client)).post('/fhir/Patient').send(patient(value)).expect(201)).body as { id: string }).id
  const update = async (id: string, value: string, more: object) => (await hub.as('gp')).put(`/fhir/Patient/${id}`).send(patient(value, { id, ...more })).expect(200)
  const versions = ({ entry }: Bundle): (string | undefined)[] => (entry ?? []).map(({ resource, request }) => resource?.meta.versionId ?? request.method)

  const pages = async (path: string, client: ClientName = 'gp'): Promise<Bundle[]> => {
    const agent = await hub.as(client)
    const found: Bundle[] = []
    for (let url: string | undefined = path; url !== undefined && found.length < 100;) {
      const bundle = (await agent.get(url).expect(200)).body as Bundle
      found.push(bundle)
      url = bundle.link.find(({ relation }) => relation === 'next')?.url.slice(hub.url.length)
    }
    return found
  }

  it('lists versions newest first, deletions among them, and pages through them once', async () => {
    const first = await created('h-1')
    const second = await created('h-2')
    await update(first, 'h-1', { gender: 'female' })
    await (await hub.as('gp')).delete(`/fhir/Patient/${second}`).expect(204)
    const all = (await pages('/fhir/Patient/_history?_count=3')).flatMap(({ entry }) => entry ?? [])
    expect(all.slice(0, 4).map(({ request }) => `${request.method} ${request.url}`)).toEqual([
      `DELETE Patient/${second}`, `PUT Patient/${first}`, 'POST Patient', 'POST Patient',
    ])
    const versions = all.map(({ fullUrl, resource }) => `${fullUrl} ${resource?.meta.versionId ?? 'deleted'}`)
    expect(new Set(versions).size).toBe(versions.length)
    const [whole] = await pages('/fhir/Patient/_history?_count=500')
    expect([whole?.entry?.length, whole?.total]).toEqual([all.length, undefined])
  })

  it('of everything holds every type, and nothing that the caller may not see', async () => {
    await created('h-foreign', 'otherGp')
    const mine = (await pages('/fhir/_history?_count=200')).flatMap(({ entry }) => entry ?? [])
    const types = new Set(mine.map(({ fullUrl }) => fullUrl.split('/').at(-2)))
    expect(types.has('Patient') && types.has('HealthcareService')).toBe(true)
    expect(types.has('AuditEvent')).toBe(false)
    expect(JSON.stringify(mine)).not.toContain('h-foreign')
    const theirs = JSON.stringify(await pages('/fhir/Patient/_history?_count=200', 'otherGp'))
    expect([theirs.includes('h-foreign'), theirs.includes('h-1')]).toEqual([true, false])
  })

  it('since a time holds what was written from then on', async () => {
    await hub.clock({ advance: 'PT1H' })
    const id = await created('h-late')
    const [page] = await pages('/fhir/_history?_since=2026-11-24T11:00:00Z')
    expect(page?.entry?.map(({ resource }) => resource?.id)).toEqual([id])
    expect((await pages('/fhir/Patient/_history?_since=2030-01-01'))[0]).not.toHaveProperty('entry')
  })

  it.each([
    ['/fhir/Patient/_history?_count=x', 400], ['/fhir/_history?_since=yesterday', 400], ['/fhir/_history?_page=forged', 400],
    ['/fhir/_history?name=x', 400], ['/fhir/Patien/_history', 404], ['/fhir/_history/1', 404], ['/fhir/Patient/_history/1', 404],
  ])('%s is %i', async (path, status) => {
    expect((await (await hub.as('gp')).get(path)).status).toBe(status)
  })

  it('a page link is good for its own history only', async () => {
    const [, next] = (await pages('/fhir/Patient/_history?_count=1'))[0]?.link ?? []
    const query = next?.url.split('?')[1] ?? ''
    expect(query).toContain('_page=')
    await (await hub.as('gp')).get(`/fhir/_history?${query}`).expect(400)
    await (await hub.as('gp')).get(`/fhir/Observation/_history?${query}`).expect(400)
  })

  it('needs what a search needs: the role, and of everything a scope for every type', async () => {
    const integrator = await hub.as('integrator')
    const scoped = await hub.as('gp', undefined, 'system/Patient.rs')
    const status = async (agent: typeof scoped, path: string) => (await agent.get(path)).status
    expect([await status(integrator, '/fhir/Patient/_history'), await status(integrator, '/fhir/_history')]).toEqual([403, 403])
    expect(await status(integrator, '/fhir/HealthcareService/_history')).toBe(200)
    expect(await status(scoped, '/fhir/Patient/_history')).toBe(200)
    expect([await status(scoped, '/fhir/Observation/_history'), await status(scoped, '/fhir/_history')]).toEqual([403, 403])
  })

  it('is audited where it shows a patient\'s data', async () => {
    const id = await created('h-audited')
    await pages('/fhir/Patient/_history?_count=1')
    const audit = await (await hub.as('administrator')).get('/fhir/AuditEvent').query({ entity: `Patient/${id}`, action: 'R' }).expect(200)
    expect(audit.body).toMatchObject({ total: 1, entry: [{ resource: { subtype: [{ code: 'history' }] } }] })
  })

  it('takes only GET', async () => {
    expect((await (await hub.as('gp')).post('/fhir/_history').send({})).status).toBe(405)
    expect((await (await hub.as('gp')).delete('/fhir/Patient/_history')).status).toBe(405)
  })

  it('of a resource holds its deletion as a request without a resource, and its return', async () => {
    const id = await created('h-returns')
    await (await hub.as('gp')).delete(`/fhir/Patient/${id}`).expect(204)
    await (await hub.as('gp')).put(`/fhir/Patient/${id}`).send(patient('h-returns', { id })).expect(201)
    const [page] = await pages(`/fhir/Patient/${id}/_history`)
    expect(page).toMatchObject({ type: 'history', total: 3 })
    expect(versions(page!)).toEqual(['3', 'DELETE', '1'])
    expect(page?.entry?.[1]).toMatchObject({ request: { method: 'DELETE', url: `Patient/${id}` }, response: { etag: 'W/"2"' } })
    expect(page?.entry?.[1]).not.toHaveProperty('resource')
  })

  it('of a count of 0 is its total alone, of a type and of everything too', async () => {
    const id = await created('h-counted')
    await update(id, 'h-counted', { gender: 'female' })
    for (const [path, least] of [[`/fhir/Patient/${id}/_history`, 2], ['/fhir/Patient/_history', 3], ['/fhir/_history', 4]] as const) {
      const [page, ...more] = await pages(`${path}?_count=0`)
      expect([page?.entry, more]).toEqual([undefined, []])
      expect(page?.total).toBeGreaterThanOrEqual(least)
    }
  })

  it('lenient handling passes over what is no parameter of it', async () => {
    const answer = await (await hub.as('gp')).get('/fhir/Patient/_history?name=x&_count=1').set('Prefer', 'handling=lenient').expect(200)
    expect((answer.body as Bundle).entry).toHaveLength(1)
  })

  it.each(['_at=yesterday', '_at=2026-02-30', '_at=ge2026-11-24', '_since=2026-11-24&_since=2026-11-25', '_list=42', '_sort=_lastUpdated', '_cuont=3'])(
    '?%s is 400 that names it', async query => {
      const answer = await (await hub.as('gp')).get(`/fhir/Patient/_history?${query}`).expect(400)
      expect(answer.text).toContain(query.split('=')[0])
    })

  describe('_at', () => {
    const instants = ['2026-11-26T09:00:00.000Z', '2026-11-27T12:00:00.000Z', '2026-11-28T12:00:00.000Z']
    let id = ''
    beforeAll(async () => {
      await hub.clock({ now: instants[0]! })
      id = await created('h-at')
      await hub.clock({ now: instants[1]! })
      await update(id, 'h-at', { gender: 'female' })
      await hub.clock({ now: instants[2]! })
      await (await hub.as('gp')).delete(`/fhir/Patient/${id}`).expect(204)
    })

    it.each([
      ['2026-11-26T08:59:59.999Z', []], ['2026-11-26T09:00:00.000Z', ['1']], ['2026-11-27', ['2', '1']], ['2026-11-27T13:00Z', ['2']],
      ['2026-11-28', ['DELETE', '2']], ['2026-11', ['DELETE', '2', '1']], ['2025', []], ['2026-12-01', ['DELETE']],
    ])('%s holds what was current at some time in it: %j', async (at, expected) => {
      const [page] = await pages(`/fhir/Patient/${id}/_history?_at=${at}`)
      expect(versions(page!)).toEqual(expected)
    })

    it('and _since hold together', async () => {
      const [page] = await pages(`/fhir/Patient/${id}/_history?_at=2026-11-27&_since=2026-11-27T00:00:00Z`)
      expect(versions(page!)).toEqual(['2'])
    })

    it('pages, and is there for a type and for everything', async () => {
      const all = (await pages(`/fhir/Patient/${id}/_history?_at=2026-11&_count=1`)).flatMap(versions)
      expect(all).toEqual(['DELETE', '2', '1'])
      for (const path of ['/fhir/Patient/_history', '/fhir/_history']) {
        const found = (await pages(`${path}?_at=2026-11-27T13:00:00Z`)).flatMap(({ entry }) => entry ?? []).filter(({ fullUrl }) => fullUrl.endsWith(id))
        expect(found.map(({ resource }) => resource?.meta.versionId)).toEqual(['2'])
      }
    })
  })
})
