import { readFileSync } from 'node:fs'
import request from 'supertest'
import { startTestHub, type TestHub } from '../hub.ts'

interface Statement {
  implementation: { url: string }
  rest: { resource: { type: string; interaction: { code: string }[]; searchParam: { name: string }[]; operation?: { name: string }[] }[] }[]
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

  it('lists the operations of the hub where they are', () => {
    const operations = (type: string) => served.rest[0]?.resource.find(resource => resource.type === type)?.operation?.map(({ name }) => name)
    expect(operations('ServiceRequest')).toEqual(expect.arrayContaining(['submit', 'triage']))
    expect(operations('Task')).toEqual(expect.arrayContaining(['transition', 'available-actions']))
  })
})
