import { operationTable } from '../../src/access/permissions.ts'
import { startTestHub, type TestHub } from '../hub.ts'

describe('operations of the hub', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  it('each have a row that says who may call them, and no row is left over', () => {
    const registered = hub.hub.rest.operations.definitions.map(({ code }) => code)
    expect([...operationTable.keys()].sort()).toEqual([...new Set(registered)].sort())
  })

  it('are 404 with the nearest name, or 405 with the methods, where they are not served', async () => {
    const gp = await hub.as('gp')
    expect((await gp.post('/fhir/ServiceRequest/$submitt').send({}).expect(404)).text).toContain('$submitt')
    expect((await gp.get('/fhir/ServiceRequest/$submit').expect(405)).headers['allow']).toBe('POST')
    expect((await gp.post('/fhir/$submit').send({}).expect(404)).text).toContain('it is asked at ServiceRequest/$submit')
    expect((await gp.get('/fhir/Patient/$everything').expect(404)).text).toContain('it is asked at Patient/[id]/$everything')
  })
})
