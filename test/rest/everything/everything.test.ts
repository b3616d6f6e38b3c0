/** $everything: https://hl7.org/fhir/R4/patient-operation-everything.html */
import { loadDefinitions } from '../../../src/definitions/load.ts'
import { careDate } from '../../../src/rest/everything/care-dates.ts'
import { indexedParameters } from '../../../src/search/parameters.ts'
import { startTestHub, type ClientName, type TestHub } from '../../hub.ts'

interface Fields { [name: string]: unknown; resourceType: string; id: string; meta: { lastUpdated: string; tag?: unknown[] } }
interface Entry { fullUrl: string; resource: Fields; search: { mode: string } }
interface Bundle { type: string; total?: number; link: { relation: string; url: string }[]; entry?: Entry[] }

const CODE = { coding: [{ system: 'http://loinc.org', code: '8867-4' }] }

describe('Patient/[id]/$everything', () => {
  let hub: TestHub
  const made: Record<string, string> = {}
  const create = async (client: ClientName, name: string, resource: object): Promise<string> => {
    const { body } = await (await hub.as(client)).post(`/fhir/${(resource as Fields).resourceType}`).send(resource).expect(201)
    return made[name] = `${(body as Fields).resourceType}/${(body as Fields).id}`
  }
  const get = async (address: string, client: ClientName = 'gp', status = 200): Promise<Bundle> =>
    (await (await hub.as(client)).get(`/fhir/${address}`).expect(status)).body as Bundle
  const status = async (address: string, client: ClientName = 'gp'): Promise<number> => (await (await hub.as(client)).get(`/fhir/${address}`)).status
  const named = (bundle: Bundle, mode: string): string[] => (bundle.entry ?? []).filter(({ search }) => search.mode === mode)
    .map(({ resource: { resourceType, id } }) => Object.keys(made).find(name => made[name] === `${resourceType}/${id}`) ?? `${resourceType}/${id}`).sort()
  const matches = (bundle: Bundle): string[] => named(bundle, 'match')
  const included = (bundle: Bundle): string[] => named(bundle, 'include')
  const pages = async (address: string): Promise<Bundle[]> => {
    const all = [await get(address)]
    for (;;) {
      const next = all.at(-1)?.link.find(({ relation }) => relation === 'next')?.url
      if (next === undefined) return all
      all.push(await get(next.slice(`${hub.url}/fhir/`.length)))
    }
  }

  beforeAll(async () => {
    hub = await startTestHub({ env: { PROFILES: 'declared' } })
    await create('administrator', 'trust', { resourceType: 'Organization', active: true, name: 'Trust' })
    await create('administrator', 'hospital', { resourceType: 'Organization', active: true, name: 'Hospital', partOf: { reference: made['trust'] } })
    await create('administrator', 'nurse', { resourceType: 'Practitioner', name: [{ family: 'Nightingale' }] })
    await create('administrator', 'role', { resourceType: 'PractitionerRole', practitioner: { reference: made['nurse'] }, organization: { reference: made['hospital'] } })
    await create('administrator', 'stranger', { resourceType: 'Practitioner', name: [{ family: 'Nobody' }] })
    const patient = await create('gp', 'patient', { resourceType: 'Patient', name: [{ family: 'All', given: ['Ann'] }] })
    const other = await create('gp', 'other patient', { resourceType: 'Patient', name: [{ family: 'Other' }] })
    const subject = { reference: patient }
    await create('gp', 'encounter', {
      resourceType: 'Encounter', status: 'finished', class: { code: 'HH' }, subject, period: { start: '2026-11-01', end: '2026-11-10' },
      participant: [{ individual: { reference: made['role'] } }],
    })
    await create('gp', 'early', { resourceType: 'Observation', status: 'final', code: CODE, subject, effectiveDateTime: '2026-10-15' })
    await create('gp', 'late', {
      resourceType: 'Observation', status: 'final', code: CODE, subject, effectiveDateTime: '2026-11-20T10:00:00Z', encounter: { reference: made['encounter'] },
    })
    await create('gp', 'undated', { resourceType: 'Condition', subject, code: { text: 'fall' } })
    await create('gp', 'elsewhere', { resourceType: 'Observation', status: 'final', code: CODE, subject: { reference: other }, performer: [{ reference: made['stranger'] }] })
    await create('gp', 'appointment', {
      resourceType: 'Appointment', status: 'booked', start: '2026-11-24T10:00:00Z', end: '2026-11-24T10:30:00Z',
      participant: [{ actor: subject, status: 'accepted' }, { actor: { reference: other }, status: 'accepted' }],
    })
    await create('gp', 'task', { resourceType: 'Task', status: 'draft', intent: 'plan', for: subject, encounter: { reference: made['encounter'] } })
    // Of the same patient, made by another organisation for itself.
    await hub.clock({ advance: 'PT1H' })
    await create('administrator', 'not theirs', { resourceType: 'Flag', status: 'active', code: { text: 'x' }, subject })
  })
  afterAll(() => hub.stop())

  it('the patient, all in its compartment that the caller may see, and what they refer to', async () => {
    const bundle = await get(`${made['patient']}/$everything`)
    expect(bundle.type).toBe('searchset')
    expect(matches(bundle)).toEqual(['appointment', 'early', 'encounter', 'late', 'patient', 'task', 'undated'])
    expect(included(bundle)).toEqual(['hospital', 'nurse', 'role', 'trust'])
    expect(bundle.total).toBe(7)
    for (const { fullUrl, resource } of bundle.entry ?? []) expect(fullUrl).toBe(`${hub.url}/fhir/${resource.resourceType}/${resource.id}`)
  })

  it('nothing of another patient comes along, not even by a reference', async () => {
    const bundle = await get(`${made['patient']}/$everything`)
    for (const name of ['other patient', 'elsewhere', 'stranger']) expect([...matches(bundle), ...included(bundle)]).not.toContain(name)
  })

  it('who sees more gets more', async () => {
    expect(matches(await get(`${made['patient']}/$everything`, 'administrator'))).toContain('not theirs')
  })

  it('POST answers the same', async () => {
    const { body } = await (await hub.as('gp')).post(`/fhir/${made['patient']}/$everything`)
      .send({ resourceType: 'Parameters', parameter: [{ name: 'start', valueDate: '2026-11-15' }, { name: '_type', valueCode: 'Observation' }] }).expect(200)
    expect(matches(body as Bundle)).toEqual(['late'])
    expect((body as Bundle).link[0]?.url).toBe(`${hub.url}/fhir/${made['patient']}/$everything?start=2026-11-15&_type=Observation`)
  })

  it.each([
    ['_type=Observation', ['early', 'late'], []],
    ['_type=Observation,Encounter', ['early', 'encounter', 'late'], []],
    ['_type=Observation&_type=Condition', ['early', 'late', 'undated'], []],
    ['_type=Encounter,Practitioner', ['encounter'], []],
    ['_type=Encounter,PractitionerRole,Practitioner', ['encounter'], ['nurse', 'role']],
    ['start=2026-11-11', ['appointment', 'late', 'patient', 'task', 'undated'], []],
    ['end=2026-10-31', ['early', 'patient', 'task', 'undated'], []],
    ['start=2026-11-05&end=2026-11-05', ['encounter', 'patient', 'task', 'undated'], ['hospital', 'nurse', 'role', 'trust']],
    ['start=2026-11&end=2026-11', ['appointment', 'encounter', 'late', 'patient', 'task', 'undated'], ['hospital', 'nurse', 'role', 'trust']],
    ['_since=2026-11-24T10:30:00Z', [], []],
    ['_since=2026-11-24T10:15:00Z', ['appointment', 'early', 'encounter', 'late', 'patient', 'task', 'undated'], ['hospital', 'nurse', 'role', 'trust']],
  ])('%s', async (query, expected, along) => {
    const bundle = await get(`${made['patient']}/$everything?${query}`)
    expect(matches(bundle)).toEqual(expected)
    expect(included(bundle)).toEqual(along)
  })

  it('_count pages it, and each page brings what its matches refer to', async () => {
    const all = await pages(`${made['patient']}/$everything?_count=2`)
    expect(all).toHaveLength(4)
    expect(all.flatMap(matches).sort()).toEqual(['appointment', 'early', 'encounter', 'late', 'patient', 'task', 'undated'])
    expect(all.find(page => matches(page).includes('encounter'))).toBeDefined()
    expect(new Set(all.flatMap(included))).toEqual(new Set(['hospital', 'nurse', 'role', 'trust']))
  })

  it('an entry of a batch answers it too', async () => {
    const sent = { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: `${made['patient']}/$everything?_type=Observation` } }] }
    const { body } = await (await hub.as('gp')).post('/fhir').send(sent).expect(200)
    expect(matches((body as { entry: { resource: Bundle }[] }).entry[0]!.resource)).toEqual(['early', 'late'])
  })

  it('a page link is good for its own question only', async () => {
    const next = (await get(`${made['patient']}/$everything?_count=2`)).link.find(({ relation }) => relation === 'next')?.url ?? ''
    const link = new URL(next).searchParams.get('_page') ?? ''
    expect(await status(`${made['other patient']}/$everything?_count=2&_page=${encodeURIComponent(link)}`)).toBe(400)
    expect(await status(`${made['patient']}/$everything?_count=3&_page=${encodeURIComponent(link)}`)).toBe(400)
  })

  it('shows subsets where they are asked for', async () => {
    const bundle = await get(`${made['patient']}/$everything?_summary=true`)
    for (const { resource } of bundle.entry ?? []) expect(resource.meta.tag).toBeDefined()
    const some = await get(`${made['patient']}/$everything?_elements=status`)
    const encounter = some.entry?.find(({ resource }) => resource.resourceType === 'Encounter')?.resource
    expect(Object.keys(encounter ?? {}).sort()).toEqual(['class', 'id', 'meta', 'resourceType', 'status'])
    expect(await get(`${made['patient']}/$everything?_summary=count`)).toMatchObject({ total: 7 })
  })

  it('audit entries come where they are asked for, to whom they are open', async () => {
    const bundle = await get(`${made['patient']}/$everything?_type=AuditEvent`, 'administrator')
    expect(new Set(bundle.entry?.map(({ resource }) => resource.resourceType))).toEqual(new Set(['AuditEvent']))
    expect(await status(`${made['patient']}/$everything?_type=AuditEvent`)).toBe(403)
  })

  it('is audited with the patient', async () => {
    const before = (await get(`AuditEvent?patient=${made['patient']}&action=E&_summary=count`, 'administrator')).total ?? 0
    await get(`${made['patient']}/$everything`)
    const after = (await get(`AuditEvent?patient=${made['patient']}&action=E&_summary=count`, 'administrator')).total ?? 0
    expect(after).toBe(before + 1)
  })

  it('scopes narrow what it answers', async () => {
    const agent = await hub.as('gp', undefined, 'system/Patient.read system/Observation.read')
    const bundle = (await agent.get(`/fhir/${made['patient']}/$everything`).expect(200)).body as Bundle
    expect(matches(bundle)).toEqual(['early', 'late', 'patient'])
    expect(included(bundle)).toEqual([])
    await agent.get(`/fhir/${made['patient']}/$everything?_type=Encounter`).expect(403)
    await (await hub.as('gp', undefined, 'system/Observation.read')).get(`/fhir/${made['patient']}/$everything`).expect(403)
  })

  it('what is not visible is not there', async () => {
    const one = await (await hub.as('otherGp')).get(`/fhir/${made['patient']}/$everything`).expect(404)
    const none = await (await hub.as('otherGp')).get('/fhir/Patient/nobody/$everything').expect(404)
    const text = ({ body }: { body: unknown }): string => JSON.stringify(body).replaceAll(/Patient\/[\w-]+/g, 'Patient/x')
    expect(text(one)).toBe(text(none))
    expect(await status(`${made['patient']}/$everything`, 'integrator')).toBe(403)
  })

  it('a deleted patient is gone', async () => {
    const gone = await create('gp', 'gone', { resourceType: 'Patient', name: [{ family: 'Gone' }] })
    await (await hub.as('gp')).delete(`/fhir/${gone}`).expect(204)
    expect(await status(`${gone}/$everything`)).toBe(410)
  })

  it('is not served of all patients, nor of what is no patient', async () => {
    expect(await status('Patient/$everything')).toBe(404)
    expect(await status(`${made['early']}/$everything`)).toBe(404)
  })

  it.each([
    'start=yesterday', 'end=2026-02-30', 'start=2026-11-24&end=2026-11-01', '_since=now', '_type=Practitioner', '_type=Patents', '_type=ValueSet', '_type=Organisation,Patient',
    '_count=-1', '_count=x', '_page=x', '_elements=nothing', '_summary=most', 'begin=2026', 'start=2026&start=2027',
  ])('%s is refused', async query => {
    const { issue } = await get(`${made['patient']}/$everything?${query}`, 'gp', 400) as unknown as { issue: { details: { text: string } }[] }
    expect(issue).toHaveLength(1)
  })

  it('Encounter/[id]/$everything: the encounter, what is of it, its patient and the people', async () => {
    const bundle = await get(`${made['encounter']}/$everything`)
    expect(matches(bundle)).toEqual(['encounter', 'late', 'task'])
    expect(included(bundle)).toEqual(['hospital', 'nurse', 'patient', 'role', 'trust'])
  })

  it('the date of care of every type is a date parameter that is indexed', () => {
    const definitions = loadDefinitions()
    const dated = [...definitions.resourceTypes].filter(type => careDate(type) !== undefined)
    expect(dated.length).toBeGreaterThan(35)
    expect(dated.filter(type => indexedParameters(definitions, type).get(careDate(type) ?? '')?.type !== 'date')).toEqual([])
    expect(dated.filter(type => definitions.compartment('Patient', type).length === 0)).toEqual(['Task'])
  })
})
