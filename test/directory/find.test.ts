/** HealthcareService/$find: who can meet a need, where and when, and what each of the others failed. */
import { startTestHub, type ClientName, type TestHub } from '../hub.ts'

let hub: TestHub
beforeAll(async () => { hub = await startTestHub() })
afterAll(async () => { await hub.stop() })

interface Part { readonly name: string; readonly part?: readonly Part[]; readonly [value: string]: unknown }
type Shown = Readonly<Record<string, unknown>>

const valueOf = ({ name: _name, part, ...value }: Part): unknown => (part === undefined ? Object.values(value)[0] : shown(part))
const shown = (parts: readonly Part[]): Shown => Object.fromEntries(parts.map(part => [part.name, valueOf(part)]))
const each = (parameters: readonly Part[], name: string): readonly Shown[] => parameters.filter(one => one.name === name).map(({ part = [] }) => shown(part))

const find = async (query: Readonly<Record<string, string>>, client: ClientName = 'gp') => {
  const { body, status } = await (await hub.as(client)).get('/fhir/HealthcareService/$find').query(query)
  expect([status, JSON.stringify(body).slice(0, 300)]).toEqual([200, expect.anything()])
  const parameters = (body as { parameter: readonly Part[] }).parameter
  const left = parameters.filter(({ name }) => name === 'leftOut').map(({ part = [] }) => ({
    reference: (shown(part)['reference'] as { reference: string }).reference, criteria: each(part, 'criterion') }))
  return {
    one: shown(parameters.filter(({ part }) => part === undefined)), place: each(parameters, 'place')[0], asks: each(parameters, 'ask'),
    services: each(parameters, 'service'), codes: each(parameters, 'service').map(({ code }) => code),
    why: (id: string) => left.find(({ reference }) => reference === `HealthcareService/${id}`)?.criteria.map(({ code, result }) => `${String(code)} ${String(result)}`),
    left, pack: each(parameters, 'pack')[0],
  }
}

const PRESTON = { district: 'E07000123' }
const URGENT = { need: 'frailty-acute', ...PRESTON, age: '82' }

describe('services that can', () => {
  it('come as triage ranks them, each with need, place, hours, deadline, capacity and distance', async () => {
    const { services, one, place, pack } = await find({ ...URGENT, position: '53.76|-2.70' })
    expect(services.map(({ code, rank }) => [code, rank])).toEqual([['VW', 1], ['UCR2H', 2]])
    expect(services[1]).toMatchObject({
      reference: { reference: 'HealthcareService/cl-ucr2h' }, takesNeed: true, coversPlace: true, open: true, closesAt: '2026-11-24T20:00:00.000Z', meetsDeadline: true,
      capacity: { status: 'unknown' }, distance: { code: 'km', system: 'http://unitsofmeasure.org' },
    })
    expect(one).toMatchObject({ priority: 'urgent', deadline: '2026-11-24T20:00:00.000Z', at: '2026-11-24T10:15:00.000Z' })
    expect(place).toMatchObject({ kind: 'district', district: { code: 'E07000123', display: 'Preston' }, position: '53.76|-2.7' })
    expect(pack).toMatchObject({ canonical: expect.stringContaining('central-lancashire'), version: expect.stringMatching(/^\d/) })
  })

  it.each<[string, Record<string, string>, readonly string[]]>([
    ['a condition of the pack holds', { need: 'frailty-decomp', ...PRESTON, age: '80', frailty: '6' }, ['UCR2H', 'VW']],
    ['it does not', { need: 'frailty-decomp', ...PRESTON, age: '80', frailty: '3' }, ['UCR2H']],
    ['SNOMED CT says the need', { need: 'http://snomed.info/sct|161898004', ...PRESTON, age: '80' }, ['UCR2H']],
    ['a postcode says where', { need: 'fall-no-injury', postcode: 'pr12he', age: '80' }, ['UCR2H']],
    ['a position says where', { need: 'fall-no-injury', position: '53.7632|-2.7031', age: '80' }, ['UCR2H']],
    ['another locality governs', { need: 'fall-no-injury', district: 'E07000193', practice: 'M83042', age: '80' }, ['CIT']],
    ['someone is in a ward there', { need: 'fall-no-injury', district: 'E07000193', practice: 'M83042', age: '80', setting: 'hospital-ward' }, ['HDT']],
  ])('where %s', async (_what, query, expected) => {
    expect((await find(query)).codes).toEqual(expected)
  })

  it('are those of $triage, in the same order, for every need of the pack', async () => {
    for (const need of ['fall-no-injury', 'confusion', 'resp-acute', 'frailty-acute', 'acute-medical', 'dvt-suspected', 'discharge-support', 'loneliness', 'frailty-review', 'chc']) {
      const referral = { resourceType: 'Bundle', type: 'collection', entry: [
        { fullUrl: 'urn:uuid:0b0f3f0e-3a3c-4a53-9d0a-000000000001', resource: { resourceType: 'Patient', birthDate: '1940-05-01', address: [{ use: 'home', district: 'E07000123' }] } },
        { fullUrl: 'urn:uuid:0b0f3f0e-3a3c-4a53-9d0a-000000000002', resource: {
          resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: 'urn:uuid:0b0f3f0e-3a3c-4a53-9d0a-000000000001' },
          reasonCode: [{ coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/need', code: need }] }] } }] }
      const { body } = await (await hub.as('gp')).post('/fhir/ServiceRequest/$triage').send(referral).expect(200)
      const proposed = each((body as { parameter: readonly Part[] }).parameter, 'service').map(({ code }) => code)
      expect([need, (await find({ need, ...PRESTON, age: '86' })).codes]).toEqual([need, proposed])
    }
  })

  it('say when they open, and whether that is in time', async () => {
    const { services, one } = await find({ need: 'fall-no-injury', ...PRESTON, age: '80', at: '2026-11-24T22:00:00Z' })
    expect(one).toMatchObject({ deadline: '2026-11-25T00:00:00.000Z' })
    expect(services[0]).toMatchObject({ code: 'UCR2H', open: false, opensAt: '2026-11-25T08:00:00.000Z', meetsDeadline: false })
    expect(services[0]).not.toHaveProperty('closesAt')
  })

  it('name what a clinician would look at first', async () => {
    const { services } = await find({ need: 'fall-no-injury', ...PRESTON, age: '80', referrer: 'prison' })
    expect(services[0]).toMatchObject({ code: 'UCR2H', review: { code: 'referrer-listed', result: 'fail', source: expect.stringContaining('page') } })
  })
})

describe('services left out', () => {
  it('name the criterion, and the sentence behind it', async () => {
    const { why, left, one, services } = await find(URGENT)
    expect(why('cl-sdec')).toEqual(['need fail'])
    expect(why('es-cit')).toEqual(['place fail'])
    expect(why('es-neighbourhood')).toEqual(['need fail', 'place fail'])
    expect(left.find(({ reference }) => reference === 'HealthcareService/es-cit')?.criteria[0]).toMatchObject({ text: expect.stringContaining('area') })
    expect(left.length + services.length).toBe(Number(one['leftOutTotal']) + Number(one['serviceTotal']))
  })

  it('come with those first that take the need', async () => {
    const { left } = await find({ need: 'fall-no-injury', ...PRESTON, age: '12' })
    expect(left.slice(0, 2).map(({ reference }) => reference)).toEqual(['HealthcareService/cl-ucr2h', 'HealthcareService/es-cit'])
  })

  it.each<[string, Record<string, string>, string, readonly string[]]>([
    ['a child', { need: 'fall-no-injury', ...PRESTON, age: '12' }, 'cl-ucr2h', ['adult fail']],
    ['a place elsewhere', { need: 'fall-no-injury', district: 'E06000009', age: '80' }, 'cl-ucr2h', ['place fail']],
    ['a self-referral', { need: 'fall-no-injury', ...PRESTON, age: '80', referrer: 'self' }, 'cl-ucr2h', ['self-referral-in-time fail']],
    ['someone under 50', { need: 'loneliness', ...PRESTON, age: '40' }, 'cl-ageuk', ['need fail']],
    ['an age not said', { need: 'loneliness', ...PRESTON }, 'cl-ageuk', ['need unknown']],
    ['a practice elsewhere', { need: 'fall-no-injury', district: 'E06000009', practice: 'P81067', age: '80' }, 'cl-ucr2h', ['lives-in-area fail']],
  ])('%s', async (_what, query, id, expected) => {
    const { why, codes } = await find(query)
    expect(why(id)).toEqual(expected)
    expect(codes).not.toContain('UCR2H')
  })

  it('are those that are full, while the count is fresh; an old one ranks them no lower than the pack does, and is not shown as free', async () => {
    const report = async (free: number) => (await hub.as('ward')).post('/fhir/HealthcareService/cl-vw/$report-capacity')
      .send({ resourceType: 'Parameters', parameter: [{ name: 'free', valueUnsignedInt: free }] }).expect(200)
    await report(3)
    const free = await find(URGENT)
    expect(free.services[0]).toMatchObject({ code: 'VW', capacity: { status: 'confirmed', free: 3, age: { value: 0, code: 'min' } } })
    await hub.clock({ advance: 'PT1M' })
    await report(0)
    const fullNow = await find(URGENT)
    expect([fullNow.codes, fullNow.why('cl-vw'), fullNow.one['priority']]).toEqual([['UCR2H'], ['capacity fail'], free.one['priority']])
    const later = await find({ ...URGENT, at: '2026-11-24T15:00:00Z' })
    expect(later.services[0]).toMatchObject({ code: 'VW', capacity: { status: 'unconfirmed', age: { value: 284 } } })
    expect(later.services[0]!['capacity']).not.toHaveProperty('free')
  })
})

describe('what cannot be told is asked for', () => {
  it.each<[string, Record<string, string>, string]>([
    ['no place', { need: 'fall-no-injury', age: '80' }, 'Send postcode, position'],
    ['half a postcode', { need: 'fall-no-injury', postcode: 'PR1', age: '80' }, 'all of it'],
    ['a sector that districts share', { need: 'fall-no-injury', postcode: 'PR4 5AA', age: '80' }, 'in which district'],
    ['a postcode that nobody knows', { need: 'fall-no-injury', postcode: 'ZE1 0AA', age: '80' }, 'in which district'],
    ['a district that nobody knows', { need: 'fall-no-injury', district: 'Narnia', age: '80' }, 'GSS code'],
    ['a position at a border', { need: 'fall-no-injury', position: '53.59369|-2.62585', age: '80' }, 'border'],
  ])('%s', async (_what, query, text) => {
    const { place, asks, services, why } = await find(query)
    expect(place).toMatchObject({ kind: 'ask' })
    expect(asks[0]).toMatchObject({ linkId: 'place', text: expect.stringContaining(text) })
    expect(services).toEqual([])
    expect(why('cl-ucr2h')).toEqual(['place unknown'])
  })

  it('an age, a practice where the pack needs it, a need that nobody takes', async () => {
    expect((await find({ need: 'fall-no-injury', ...PRESTON })).asks.map(({ linkId }) => linkId)).toContain('age')
    expect((await find({ need: 'fall-no-injury', district: 'E07000193', age: '80' })).asks.map(({ linkId }) => linkId)).toContain('practice')
    expect((await find({ need: 'fall-no-injurry', ...PRESTON, age: '80' })).asks[0]).toMatchObject({ linkId: 'need', text: expect.stringContaining('did you mean fall-no-injury') })
  })

  it.each<[Record<string, string>, string]>([
    [{ need: 'x', at: '2026-11-24' }, 'at is a date with a time'], [{ need: 'x', at: 'yesterdayT' }, 'at is a date'], [{ need: 'x', position: '53.7,-2.7' }, 'latitude|longitude'],
    [{ need: 'x', position: '99|0' }, 'latitude|longitude'], [{ need: 'x', age: '131' }, 'at most 130'], [{ need: 'x', referrer: 'gpp' }, 'did you mean gp?'],
    [{ need: 'x', setting: 'home' }, 'own-home'], [{ need: 'x', age: '-3' }, 'age'], [{}, 'need'], [{ need: 'x', name: 'Smith' }, 'no parameter'],
  ])('%j is refused: %s', async (query, text) => {
    const { body, status } = await (await hub.as('gp')).get('/fhir/HealthcareService/$find').query(query)
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining(text)])
  })
})

describe('services put there by ordinary writes', () => {
  const service = (id: string, more: object = {}) => ({
    resourceType: 'HealthcareService', id, active: true, name: id, providedBy: { reference: 'Organization/cl-care-connexions' },
    type: [{ coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/need', code: 'wound-care' }] }],
    coverageArea: [{ reference: 'Location/cl-area-chorley' }], location: [{ reference: 'Location/cl-base-chorley' }],
    availableTime: [{ daysOfWeek: ['tue'], availableStartTime: '09:00:00', availableEndTime: '12:00:00' }], ...more,
  })
  const put = async (body: { readonly id: string }) => (await hub.as('hub')).put(`/fhir/HealthcareService/${body.id}`).send(body)
  const CHORLEY = { need: 'wound-care', district: 'E07000118', age: '70' }
  const references = async (query: Record<string, string>) => (await find(query)).services.map(({ reference }) => (reference as { reference: string }).reference.split('/')[1])

  it('are found as far as their data says, behind those that the pack lists, the nearest first', async () => {
    for (const [id, more] of [
      ['own-wounds', {}], ['own-snomed', { type: [], specialty: [{ coding: [{ system: 'http://snomed.info/sct', code: '225358003' }] }], location: [] }],
      ['own-elsewhere', { coverageArea: [{ reference: 'Location/cl-area-preston' }] }], ['own-silent', { coverageArea: [] }], ['own-other', { type: [{ text: 'Podiatry' }] }],
      ['own-closed', { active: false }],
    ] as const) expect((await put(Object.fromEntries(Object.entries(service(id, more)).filter(([, value]) => !(Array.isArray(value) && value.length === 0))) as { id: string })).status).toBe(201)
    expect(await references(CHORLEY)).toEqual(['cl-map-dn', 'own-wounds'])
    const { why, services } = await find({ ...CHORLEY, position: '53.65|-2.63' })
    expect(['own-elsewhere', 'own-silent', 'own-other', 'own-closed'].map(id => why(id))).toEqual([['place fail'], ['place unknown'], ['need fail'], ['active fail']])
    expect(services[1]).toMatchObject({ open: true, closesAt: '2026-11-24T12:00:00.000Z', distance: { value: expect.any(Number) } })
    expect(await references({ ...CHORLEY, need: 'http://snomed.info/sct|225358003' })).toContain('own-snomed')
  })

  it('follow every write at once: hours, coverage, deletion', async () => {
    const more = service('own-wounds', { coverageArea: [{ reference: 'Location/cl-area-south-ribble' }] })
    expect((await put(more)).status).toBe(200)
    expect(await references(CHORLEY)).toEqual(['cl-map-dn'])
    expect(await references({ ...CHORLEY, district: 'E07000126' })).toEqual(['cl-map-dn', 'own-wounds'])
    await (await hub.as('hub')).delete('/fhir/HealthcareService/own-wounds').expect(204)
    expect(await references({ ...CHORLEY, district: 'E07000126' })).toEqual(['cl-map-dn'])
  })

  it('that came inside a referral are nobody else to see', async () => {
    const { body, status } = await (await hub.as('gp')).post('/fhir/HealthcareService').send(service('mine'))
    expect(status).toBe(201)
    const { left, services } = await find(CHORLEY)
    expect(JSON.stringify([left, services])).not.toContain((body as { id: string }).id)
  })
})

describe('asking', () => {
  it('goes by POST with a Coding, and by any client that may search the directory', async () => {
    const { body } = await (await hub.as('integrator')).post('/fhir/HealthcareService/$find').send({ resourceType: 'Parameters', parameter: [
      { name: 'need', valueCoding: { system: 'http://snomed.info/sct', code: '161898004' } }, { name: 'postcode', valueString: 'PR1 2HE' }, { name: 'age', valueUnsignedInt: 80 },
      { name: 'canTravel', valueBoolean: true }, { name: 'count', valuePositiveInt: 1 }] }).expect(200)
    expect(each((body as { parameter: readonly Part[] }).parameter, 'service').map(({ code }) => code)).toEqual(['UCR2H'])
    const { status } = await (await hub.as('integrator', undefined, 'system/Organization.read')).get('/fhir/HealthcareService/$find').query(URGENT)
    expect(status).toBe(403)
  })

  it('leaves no trace', async () => {
    const events = async () => (await hub.hub.store.events(0, 10_000)).length
    const before = await events()
    await find(URGENT)
    expect(await events()).toBe(before)
  })
})
