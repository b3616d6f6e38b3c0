/** HealthcareService/[id]/$report-capacity: who may say how much room a service has, and which of several counts stands. */
import { startTestHub, type ClientName, type TestHub } from '../hub.ts'

const TEAM = 'HealthcareService/cl-ucr2h'

let hub: TestHub
beforeAll(async () => { hub = await startTestHub() })
afterAll(async () => { await hub.stop() })

interface Part { readonly name: string; readonly [value: string]: unknown }
const given = (values: Readonly<Record<string, Part>>): object => ({ resourceType: 'Parameters', parameter: Object.values(values) })
const count = (free: number, asOf?: string, more: Readonly<Record<string, Part>> = {}): object => given({
  free: { name: 'free', valueUnsignedInt: free },
  ...(asOf === undefined ? {} : { asOf: { name: 'asOf', valueDateTime: asOf } }),
  ...more,
})
const report = async (body: object, client: ClientName = 'team', service = TEAM) => (await hub.as(client)).post(`/fhir/${service}/$report-capacity`).send(body)
const said = (answer: { readonly body: { readonly parameter?: readonly Part[] } }) => Object.fromEntries((answer.body.parameter ?? []).map(({ name, ...value }) => [name, Object.values(value)[0]]))
const issue = (answer: { readonly body: { readonly issue?: readonly { readonly details: { readonly coding: readonly { readonly code: string }[]; readonly text: string } }[] } }) => {
  const { coding, text } = answer.body.issue![0]!.details
  return { code: coding[0]!.code, text }
}
const version = async (service = TEAM): Promise<number> => Number(((await (await hub.as('hub')).get(`/fhir/${service}`)).body as { meta: { versionId: string } }).meta.versionId)

describe('a report', () => {
  it('is kept with the service, confirmed for four hours, and every earlier one stays in its history', async () => {
    const first = await report(count(3, '2026-11-24T10:00:00Z', {
      total: { name: 'total', valueUnsignedInt: 8 }, waiting: { name: 'waiting', valueDuration: { value: 1.5, system: 'http://unitsofmeasure.org', code: 'h' } },
    }))
    expect(first.status).toBe(200)
    expect(said(first)).toEqual({
      result: 'recorded', free: 3, total: 8, asOf: '2026-11-24T10:00:00.000Z', confirmedUntil: '2026-11-24T14:00:00.000Z',
      waiting: { value: 90, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' },
    })
    expect(first.headers['etag']).toBe(`W/"${await version()}"`)
    const second = await report(count(0, '2026-11-24T10:10:00Z'))
    expect(said(second)).toMatchObject({ result: 'recorded', free: 0 })
    expect(said(second)).not.toHaveProperty('waiting')
    const history = await (await hub.as('hub')).get(`/fhir/${TEAM}/_history`)
    expect(JSON.stringify(history.body)).toContain('2026-11-24T10:00:00.000Z')
    expect(JSON.stringify(history.body)).toContain('2026-11-24T10:10:00.000Z')
  })

  it('is as of now where it names no time, and as of receipt where a clock is a little ahead', async () => {
    expect(said(await report(count(4), 'ward', 'HealthcareService/cl-vw'))).toMatchObject({ result: 'recorded', asOf: '2026-11-24T10:15:00.000Z' })
    await hub.clock({ advance: 'PT1M' })
    expect(said(await report(count(5, '2026-11-24T10:16:30Z'), 'ward', 'HealthcareService/cl-vw'))).toMatchObject({ result: 'recorded', asOf: '2026-11-24T10:16:00.000Z' })
  })

  it('sent again changes nothing; an older one, late on its way, never takes the place of a newer', async () => {
    await report(count(2, '2026-11-24T10:15:30Z'))
    const before = await version()
    expect(said(await report(count(2, '2026-11-24T10:15:30Z')))).toMatchObject({ result: 'unchanged', free: 2 })
    expect(said(await report(count(7, '2026-11-24T09:30:00Z')))).toMatchObject({ result: 'superseded', free: 2, asOf: '2026-11-24T10:15:30.000Z' })
    expect(await version()).toBe(before)
  })

  it('that contradicts another of the same time is refused, and the first stays', async () => {
    const answer = await report(count(6, '2026-11-24T10:15:30Z'))
    expect([answer.status, issue(answer).code]).toEqual([409, 'capacity-contradicted'])
  })

  it('leaves an audit entry of its client', async () => {
    await report(count(1, '2026-11-24T10:15:45Z'))
    const found = await (await hub.as('administrator')).get(`/fhir/AuditEvent?entity=${TEAM}&_sort=-date&_count=1`)
    expect(JSON.stringify(found.body)).toContain('ZCC01')
  })

  it('by many at once keeps the newest', async () => {
    const answers = await Promise.all([46, 52, 48, 58, 50].map(second => report(count(second, `2026-11-24T10:15:${second}Z`))))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(said(await report(count(1, '2026-11-24T10:15:40Z')))).toMatchObject({ result: 'superseded', free: 58 })
  })
})

describe('is refused', () => {
  it.each<[ClientName]>([['ward'], ['charity']])('to another service: %s', async client => {
    const answer = await report(count(1), client)
    expect([answer.status, issue(answer).code]).toEqual([403, 'forbidden'])
  })
  it.each<[ClientName]>([['hub'], ['gp'], ['integrator'], ['administrator']])('to who is no service: %s', async client => {
    expect((await report(count(1), client)).status).toBe(403)
  })
  it('for a service that is not there', async () => {
    expect((await report(count(1), 'team', 'HealthcareService/none')).status).toBe(404)
  })
  it.each<[string, object, string]>([
    ['a count from the future', count(1, '2026-11-24T10:30:00Z'), 'capacity-from-the-future'],
    ['a count of more than four hours ago', count(1, '2026-11-24T06:00:00Z'), 'capacity-too-old'],
    ['a time that is a date', count(1, '2026-11-24'), 'capacity-as-of-unreadable'],
    ['a time that does not exist', count(1, '2026-02-30T10:00:00Z'), 'capacity-as-of-unreadable'],
    ['more free than there are', count(9, undefined, { total: { name: 'total', valueUnsignedInt: 8 } }), 'capacity-free-over-total'],
    ['a waiting time in months', count(1, undefined, { waiting: { name: 'waiting', valueDuration: { value: 1, code: 'mo' } } }), 'capacity-waiting-unreadable'],
    ['a waiting time below nothing', count(1, undefined, { waiting: { name: 'waiting', valueDuration: { value: -1, code: 'h' } } }), 'capacity-waiting-unreadable'],
  ])('%s, saying what to send', async (_what, body, code) => {
    const before = await version()
    const answer = await report(body)
    expect([answer.status, issue(answer).code]).toEqual([422, code])
    expect(issue(answer).text).toMatch(/count again|set the clock|such as|send a total/)
    expect(await version()).toBe(before)
  })
  it.each<[string, object]>([
    ['no number', given({})], ['less than none', count(-1)],
    ['what it does not know', given({ free: { name: 'free', valueUnsignedInt: 1 }, beds: { name: 'beds', valueUnsignedInt: 1 } })],
  ])('%s', async (_what, body) => expect((await report(body)).status).toBe(400))

  it('a report on a version that has passed', async () => {
    const answer = await (await hub.as('team')).post(`/fhir/${TEAM}/$report-capacity`).set('If-Match', 'W/"1"').send(count(1, '2026-11-24T10:16:00Z'))
    expect(answer.status).toBe(412)
  })
})

describe('what is reported', () => {
  it('changes who is offered, and not how urgent it is', async () => {
    const triage = async () => {
      const referral = { resourceType: 'Bundle', type: 'collection', entry: [
        { fullUrl: 'urn:uuid:0b0f3f0e-3a3c-4a53-9d0a-000000000001', resource: {
          resourceType: 'Patient', birthDate: '1940-05-01', address: [{ use: 'home', district: 'E07000123' }] } },
        { fullUrl: 'urn:uuid:0b0f3f0e-3a3c-4a53-9d0a-000000000002', resource: {
          resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: 'urn:uuid:0b0f3f0e-3a3c-4a53-9d0a-000000000001' },
          reasonCode: [{ coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/need', code: 'frailty-acute' }] }] } }] }
      const answer = await (await hub.as('gp')).post('/fhir/ServiceRequest/$triage').send(referral)
      const parameters = (answer.body as { parameter: readonly (Part & { part?: readonly Part[] })[] }).parameter
      return {
        services: parameters.filter(({ name }) => name === 'service').map(({ part = [] }) => part.find(({ name }) => name === 'code')!['valueCode']),
        priority: parameters.find(({ name }) => name === 'priority')!['valueCode'],
      }
    }
    await report(count(3), 'ward', 'HealthcareService/cl-vw')
    const free = await triage()
    expect(free.services).toEqual(['VW', 'UCR2H'])
    await hub.clock({ advance: 'PT1M' })
    await report(count(0), 'ward', 'HealthcareService/cl-vw')
    expect(await triage()).toEqual({ services: ['UCR2H'], priority: free.priority })
    await hub.clock({ advance: 'PT4H1M' })
    expect((await triage()).services).toEqual(['VW', 'UCR2H'])
  })
})
