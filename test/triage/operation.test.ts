/** ServiceRequest/$triage over HTTP: the dry run leaves nothing behind, the stored referral keeps every result. */
import type { Bundle, GuidanceResponse, Parameters, ParametersParameter, Task } from 'fhir/r4.js'
import { FHIR_JSON, startTestHub, type TestHub } from '../hub.ts'
import { referralBundle } from '../../scripts/vignette-bundle.ts'
import { localities, usual, without } from './referral.ts'

let hub: TestHub
beforeAll(async () => { hub = await startTestHub() })
afterAll(() => hub.stop())

const fall = (): Bundle => referralBundle('T', usual, 'first', localities)
const all = (answer: unknown, name: string): readonly ParametersParameter[] => ((answer as Parameters).parameter ?? []).filter(each => each.name === name)
const part = (parameter: ParametersParameter | undefined, name: string): ParametersParameter | undefined => parameter?.part?.find(each => each.name === name)

const dryRun = async (body: object) => (await hub.as('gp')).post('/fhir/ServiceRequest/$triage').set('content-type', FHIR_JSON).send(JSON.stringify(body))
const withInput = (...more: readonly ParametersParameter[]) => ({ resourceType: 'Parameters', parameter: [{ name: 'referral', resource: fall() }, ...more] })

describe('dry run', () => {
  it('answers a Bundle with the proposal, every rule, its sentence and the pack', async () => {
    const { status, body } = await dryRun(fall())
    expect(status).toBe(200)
    expect(all(body, 'disposition')[0]?.valueCode).toBe('offer')
    expect(all(body, 'due')[0]?.valueInstant).toBe('2026-11-24T12:15:00.000Z')
    const service = all(body, 'service')[0]
    expect([part(service, 'line')?.valueInteger, part(service, 'rank')?.valueInteger, part(service, 'code')?.valueCode]).toEqual([0, 1, 'UCR2H'])
    const directory = await (await hub.as('gp')).get(`/fhir/${part(service, 'reference')?.valueReference?.reference ?? ''}`)
    expect(directory.body).toMatchObject({ resourceType: 'HealthcareService', identifier: [{ value: 'UCR2H' }] })
    const adult = all(body, 'rule').find(rule => part(rule, 'id')?.valueString === 'adult')
    expect([part(adult, 'result')?.valueCode, part(adult, 'fact')?.valueString]).toEqual(['pass', 'age: 84'])
    expect(part(adult, 'source')?.valueString).toContain('patients over 18 years of age')
    expect(part(all(body, 'pack')[0], 'version')?.valueString).toMatch(/^\d+\.\d+\.\d+$/)
    expect(all(body, 'outcome')).toEqual([])
  })

  it('stores nothing', async () => {
    await dryRun(fall())
    const { body } = await (await hub.as('hub')).get('/fhir/GuidanceResponse?_summary=count')
    expect((body as Bundle).total ?? 0).toBe(0)
  })

  it('takes another time and other room for what they are', async () => {
    const late = await dryRun(withInput({ name: 'at', valueDateTime: '2026-11-24T18:01:00Z' }))
    expect(all(late.body, 'flag').map(({ valueCoding }) => valueCoding?.code)).toEqual(['after-cutoff'])
    const full = await dryRun(withInput({ name: 'capacity', part: [{ name: 'service', valueCode: 'UCR2H' }, { name: 'free', valueInteger: 0 }] }))
    expect([all(full.body, 'disposition')[0]?.valueCode, all(full.body, 'priority')[0]?.valueCode]).toEqual(['review', 'asap'])
  })

  it('asks for what is missing in the words of the sender, and tells what would change the answer', async () => {
    const { body } = await dryRun(referralBundle('T', without('age', 'residence', 'practice'), 'first', localities))
    expect(all(body, 'missing').map(missing => part(missing, 'linkId')?.valueString)).toEqual(['age', 'residence', 'practice'])
    expect(part(all(body, 'missing')[0], 'text')?.valueString).toContain('How old')
    expect(all(body, 'change').length).toBeGreaterThan(0)
  })

  it('reads what is not valid all the same, and says what is wrong with it', async () => {
    const bundle = fall()
    const patient = bundle.entry?.find(({ resource }) => resource?.resourceType === 'Patient')?.resource
    if (patient !== undefined) Object.assign(patient, { gender: 'old' })
    const { status, body } = await dryRun(bundle)
    expect([status, all(body, 'disposition')[0]?.valueCode]).toEqual([200, 'offer'])
    expect(all(body, 'outcome')[0]?.resource?.resourceType).toBe('OperationOutcome')
  })

  it.each([
    ['no referral', { resourceType: 'Parameters', parameter: [{ name: 'at', valueDateTime: '2026-11-24T18:01:00Z' }] }],
    ['a referral that is not a Bundle', { resourceType: 'Patient' }],
    ['a day without a time', { resourceType: 'Parameters', parameter: [{ name: 'referral', resource: { resourceType: 'Bundle', type: 'collection' } }, { name: 'at', valueDateTime: '2026-11-24' }] }],
  ])('refuses %s with what to send instead', async (_what, body) => {
    const answer = await dryRun(body)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ resourceType: 'OperationOutcome' })
  })

  it('answers an empty Bundle with questions, not with a refusal', async () => {
    const { status, body } = await dryRun({ resourceType: 'Bundle', type: 'collection' })
    expect([status, all(body, 'disposition')[0]?.valueCode, all(body, 'priority')[0]?.valueCode]).toEqual([200, 'moreinfo', 'asap'])
  })
})

describe('on a stored referral', () => {
  it('reads the case as it stands, and keeps the result beside the older ones', async () => {
    const submitted = await (await hub.as('gp')).post('/fhir/ServiceRequest/$submit').set('content-type', FHIR_JSON).send(JSON.stringify(fall()))
    expect(submitted.status).toBe(201)
    const id = new URL(submitted.headers['location'] ?? '').pathname.split('/').at(-1) ?? ''
    const agent = await hub.as('hub')
    const again = await agent.post(`/fhir/ServiceRequest/${id}/$triage`).set('content-type', FHIR_JSON).send('{"resourceType":"Parameters"}')
    expect([again.status, all(again.body, 'disposition')[0]?.valueCode]).toEqual([200, 'offer'])
    expect(all(again.body, 'service').map(service => part(service, 'code')?.valueCode)).toEqual(['UCR2H'])
    const request = (await agent.get(`/fhir/ServiceRequest/${id}`)).body as { subject: { reference: string } }
    const kept = (await agent.get(`/fhir/GuidanceResponse?subject=${request.subject.reference}`)).body as Bundle
    expect(kept.entry?.length).toBe(2)

    const whatIf = await agent.post(`/fhir/ServiceRequest/${id}/$triage`).set('content-type', FHIR_JSON)
      .send(JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: 'at', valueDateTime: '2026-11-24T18:01:00Z' }] }))
    expect(whatIf.status).toBe(400)
    const stranger = await (await hub.as('otherGp')).post(`/fhir/ServiceRequest/${id}/$triage`).set('content-type', FHIR_JSON).send('{"resourceType":"Parameters"}')
    expect(stranger.status).toBe(404)
  })
  it('keeps the clock, the urgency and the kind of sender it came with, and is what the triage Task then points to', async () => {
    const bundle = fall()
    const request = bundle.entry?.find(({ resource }) => resource?.resourceType === 'ServiceRequest')?.resource
    if (request === undefined) throw new Error('the Bundle has no request')
    // Who sends, the hub knows from the client alone; when it was written nobody says.
    Object.assign(request, { requester: undefined, authoredOn: undefined })
    const submitted = await (await hub.as('gp')).post('/fhir/ServiceRequest/$submit').set('content-type', FHIR_JSON).send(JSON.stringify(bundle))
    const id = new URL(submitted.headers['location'] ?? '').pathname.split('/').at(-1) ?? ''
    await hub.clock({ advance: 'PT40M' })
    const agent = await hub.as('hub')
    const again = await agent.post(`/fhir/ServiceRequest/${id}/$triage`).set('content-type', FHIR_JSON).send('{"resourceType":"Parameters"}')
    expect([all(again.body, 'disposition')[0]?.valueCode, all(again.body, 'due')[0]?.valueInstant]).toEqual(['offer', '2026-11-24T12:15:00.000Z'])
    const referrer = all(again.body, 'rule').find(rule => part(rule, 'id')?.valueString === 'referrer-listed')
    expect([part(referrer, 'fact')?.valueString, part(referrer, 'factReference')?.valueString]).toEqual(['referrer: gp', 'registered client'])

    const stored = (await agent.get(`/fhir/ServiceRequest/${id}`)).body as { subject: { reference: string } }
    const kept = ((await agent.get(`/fhir/GuidanceResponse?subject=${stored.subject.reference}`)).body as Bundle).entry?.map(({ resource }) => resource as GuidanceResponse) ?? []
    const newest = kept.toSorted((a, b) => (b.occurrenceDateTime ?? '').localeCompare(a.occurrenceDateTime ?? ''))[0]
    const tasks = ((await agent.get(`/fhir/Task?based-on=ServiceRequest/${id}`)).body as Bundle).entry?.map(({ resource }) => resource as Task) ?? []
    const triageTask = tasks.find(({ code }) => code?.coding?.some(coding => coding.code === 'triage') === true)
    expect(kept.length).toBe(2)
    const proposals = triageTask?.output?.filter(({ type }) => type.coding?.some(({ code }) => code === 'proposal') === true)
    expect(proposals?.map(({ valueReference }) => valueReference?.reference)).toEqual([`GuidanceResponse/${newest?.id}`])
  })
})
