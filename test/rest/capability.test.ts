import { readFileSync } from 'node:fs'
import request from 'supertest'
import { startTestHub, type TestHub } from '../hub.ts'

interface Statement {
  implementation: { url: string }
  rest: {
    interaction: { code: string }[]
    searchParam: { name: string; definition?: string }[]
    compartment: string[]
    resource: {
      type: string; interaction: { code: string }[]; searchParam: { name: string; definition?: string }[]
      searchInclude: string[]; searchRevInclude: string[]; operation?: { name: string }[]
    }[]
  }[]
}

describe('CapabilityStatement', () => {
  let hub: TestHub
  let served: Statement
  beforeAll(async () => {
    hub = await startTestHub()
    served = (await request(hub.url).get('/fhir/metadata').expect(200)).body as Statement
  })
  afterAll(() => hub.stop())

  it('is the file in the repository, but for the address (npm run capability writes it)', () => {
    const text = readFileSync(new URL('../../capability-statement.json', import.meta.url), 'utf8')
    const file = JSON.parse(text.replaceAll('http://127.0.0.1:3000', hub.url)) as Statement
    expect(served).toEqual(file)
  })

  it('names the address that was asked, and is the same otherwise', async () => {
    const answer = await request(hub.url).get('/fhir/metadata').set('Host', 'hub.example:8080').expect(200)
    expect(answer.body).toMatchObject({ implementation: { url: 'http://hub.example:8080/fhir' } })
    expect(answer.text).toContain('"valueUri":"http://hub.example:8080/token"')
    expect(JSON.parse(answer.text.replaceAll('http://hub.example:8080', hub.url))).toEqual(served)
  })

  it('names all 146 resource types and, of each, only search parameters that are answered', async () => {
    const resources = served.rest[0]?.resource ?? []
    expect(resources).toHaveLength(146)
    const administrator = await hub.as('administrator')
    for (const type of ['Patient', 'Task', 'ServiceRequest', 'AuditEvent', 'HealthcareService', 'Observation']) {
      for (const { name } of resources.find(resource => resource.type === type)?.searchParam ?? []) {
        const answer = await administrator.get(`/fhir/${type}`).query({ [`${name}:missing`]: 'true', _count: 1 })
        const plain = answer.status === 200 ? answer : await administrator.get(`/fhir/${type}`).query({ [name]: '2026-01-01', _count: 1 })
        expect([type, name, plain.status]).toEqual([type, name, 200])
      }
    }
  })

  it.each(['searchInclude', 'searchRevInclude'] as const)('names under %s only what is answered', async list => {
    const administrator = await hub.as('administrator')
    for (const type of ['Patient', 'Task', 'Location', 'Binary']) {
      const values = served.rest[0]?.resource.find(resource => resource.type === type)?.[list] ?? []
      expect(values).toContain('*')
      for (const value of values) {
        const answer = await administrator.get(`/fhir/${type}`).query({ [list === 'searchInclude' ? '_include' : '_revinclude']: value, _count: 1 })
        expect([type, value, answer.status]).toEqual([type, value, 200])
      }
    }
  })

  it('names what leads to a type by reference, and no other', () => {
    const revIncludes = (type: string) => served.rest[0]?.resource.find(resource => resource.type === type)?.searchRevInclude
    expect(revIncludes('Patient')).toEqual(expect.arrayContaining(['Observation:subject', 'ServiceRequest:patient', 'Task:patient']))
    expect(revIncludes('HealthcareService')).not.toContain('Observation:subject')
  })

  it('names what is asked of everything: search-system with its parameters, and the compartments', async () => {
    const [rest] = served.rest
    expect(rest?.interaction.map(({ code }) => code)).toEqual(expect.arrayContaining(['search-system', 'history-system', 'batch', 'transaction']))
    expect(rest?.compartment.map(url => url.split('/').at(-1))).toEqual(['patient', 'encounter', 'relatedperson', 'practitioner', 'device'])
    const administrator = await hub.as('administrator')
    const values: Record<string, string> = {
      _has: '_has:Observation:subject:status=final', _filter: '_filter=_id eq x', _lastUpdated: '_lastUpdated=ge2026-01-01', _type: '_type=Patient',
    }
    for (const { name } of rest?.searchParam ?? []) {
      const answer = await administrator.get(`/fhir?_type=Patient&_count=1&${values[name] ?? `${name}=x`}`.replace('_type=Patient&_count=1&_type', '_count=1&_type'))
      expect([name, answer.status]).toEqual([name, 200])
    }
  })

  it('says of every parameter where it is defined: at its type, or once for all of them', () => {
    const [rest] = served.rest
    const common = new Set(rest?.searchParam.filter(({ definition }) => definition !== undefined).map(({ name }) => name))
    for (const { searchParam } of rest?.resource ?? []) {
      expect(searchParam.filter(({ name, definition }) => definition === undefined && !common.has(name))).toEqual([])
    }
  })

  it('stays a file that can be read: under 400 KB', () => {
    expect(readFileSync(new URL('../../capability-statement.json', import.meta.url)).length).toBeLessThan(400 * 1024)
  })

  it('lists the operations of the hub where they are', () => {
    const operations = (type: string) => served.rest[0]?.resource.find(resource => resource.type === type)?.operation?.map(({ name }) => name)
    expect(operations('ServiceRequest')).toEqual(expect.arrayContaining(['submit', 'triage']))
    expect(operations('Task')).toEqual(expect.arrayContaining(['transition', 'available-actions']))
  })
})
