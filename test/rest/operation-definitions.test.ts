/** The OperationDefinitions that the CapabilityStatement refers to are there, and say what the operations take. */
import type { Bundle, CapabilityStatement, OperationDefinition } from 'fhir/r4.js'
import { startTestHub, type TestHub } from '../hub.ts'

let hub: TestHub
beforeAll(async () => { hub = await startTestHub() })
afterAll(async () => { await hub.stop() })

const OWN = 'https://care-connexions.example/fhir/OperationDefinition/'
const get = async (path: string): Promise<unknown> => (await (await hub.as('integrator')).get(`/fhir/${path}`).expect(200)).body

it('each by its canonical', async () => {
  const { rest = [] } = await get('metadata') as CapabilityStatement
  const listed = rest.flatMap(({ operation = [], resource = [] }) => [...operation, ...resource.flatMap(one => one.operation ?? [])]).map(({ definition }) => definition).filter(url => url.startsWith(OWN))
  expect(new Set(listed)).toContain(`${OWN}find`)
  for (const url of new Set(listed)) {
    const { entry = [] } = await get(`OperationDefinition?url=${url}`) as Bundle
    expect([url, entry.length, (entry[0]?.resource as OperationDefinition | undefined)?.code]).toEqual([url, 1, url.slice(OWN.length)])
  }
})

it('$find may be asked by GET, $report-capacity of one service by POST alone', async () => {
  expect(await get('OperationDefinition/find')).toMatchObject({ affectsState: false, system: false, type: true, instance: false, resource: ['HealthcareService'] })
  expect(await get('OperationDefinition/report-capacity')).toMatchObject({ affectsState: true, type: false, instance: true })
})

it('what a parameter takes and what it is made of', async () => {
  const { parameter = [] } = await get('OperationDefinition/find') as OperationDefinition
  expect(parameter.find(({ name, use }) => name === 'need' && use === 'in')).toMatchObject({ min: 1, max: '1' })
  expect(parameter.find(({ name }) => name === 'service')?.part?.map(({ name }) => name)).toEqual(expect.arrayContaining(['rank', 'reference', 'capacity', 'distance']))
})

it('each is a valid resource', async () => {
  const { entry = [] } = await get('OperationDefinition') as Bundle
  for (const { resource } of entry) {
    const { body } = await (await hub.as('administrator')).post('/fhir/OperationDefinition/$validate').send(resource)
    const issues = (body as { issue: { severity: string; details?: { text: string } }[] }).issue
    expect([resource?.id, issues.filter(({ severity }) => severity === 'error' || severity === 'fatal')]).toEqual([resource?.id, []])
  }
  expect(entry.length).toBeGreaterThan(6)
})
