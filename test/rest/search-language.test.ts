/** Filters, sounds, units, hierarchies and several types asked over HTTP: https://hl7.org/fhir/R4/search.html */
import { startTestHub, type ClientName, type TestHub } from '../hub.ts'

interface Searchset { entry?: { resource: { resourceType: string; id: string }; search: { mode: string } }[] }

const TAG = { system: 'urn:example:search-language', code: 'here' }

describe('the search language', () => {
  let hub: TestHub
  const ids: Record<string, string> = {}
  const named = new Map<string, string>()

  const create = async (name: string, client: ClientName, resource: { resourceType: string; [element: string]: unknown }): Promise<void> => {
    const { body } = await (await hub.as(client)).post(`/fhir/${resource.resourceType}`).send({ meta: { tag: [TAG] }, ...resource }).expect(201)
    ids[name] = (body as { id: string }).id
    named.set(ids[name], name)
  }
  const found = async (search: string, client: ClientName = 'gp'): Promise<string> => {
    const address = `/fhir${search.startsWith('?') ? '' : '/'}${search}&_tag=${TAG.system}|${TAG.code}`
    const { entry = [] } = (await (await hub.as(client)).get(encodeURI(address)).expect(200)).body as Searchset
    return entry.filter(({ search: { mode } }) => mode === 'match').map(({ resource: { id } }) => named.get(id) ?? id).sort().join(' ')
  }

  beforeAll(async () => {
    hub = await startTestHub()
    await create('smyth', 'gp', { resourceType: 'Patient', active: true, gender: 'female', birthDate: '1942-05-01', name: [{ family: 'Smyth', given: ['Kathryn'] }] })
    await create('jones', 'gp', { resourceType: 'Patient', active: true, gender: 'male', birthDate: '1950-01-01', name: [{ family: 'Jones', given: ['Peter'] }] })
    await create('foreign', 'otherGp', { resourceType: 'Patient', active: true, gender: 'female', name: [{ family: 'Smith', given: ['Catherine'] }] })
    const subject = { reference: `Patient/${ids['smyth']}` }
    const ucum = { system: 'http://unitsofmeasure.org' }
    await create('weight', 'gp', { resourceType: 'Observation', status: 'final', code: { text: 'weight' }, subject, valueQuantity: { value: 62.5, unit: 'kg', ...ucum, code: 'kg' } })
    await create('dose', 'gp', { resourceType: 'Observation', status: 'final', code: { text: 'dose' }, subject, valueQuantity: { value: 0.0054, unit: 'g', ...ucum, code: 'g' } })
    await create('problem', 'gp', { resourceType: 'Condition', code: { text: 'Fractured hip' }, subject,
      clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] } })
    await create('site', 'administrator', { resourceType: 'Location', name: 'Site' })
    await create('ward', 'administrator', { resourceType: 'Location', name: 'Ward', partOf: { reference: `Location/${ids['site']}` } })
    await create('bed', 'administrator', { resourceType: 'Location', name: 'Bed', partOf: { reference: `Location/${ids['ward']}` } })
  })
  afterAll(() => hub.stop())

  it('filters by R4\'s expressions, and only what the caller may see', async () => {
    expect(await found('Patient?_filter=gender eq female')).toBe('smyth')
    expect(await found('Patient?_filter=gender eq female', 'otherGp')).toBe('foreign')
    expect(await found('Patient?_filter=given eq peter or (birthdate lt 1945 and not (family sw "jo"))')).toBe('jones smyth')
    expect(await found('Observation?_filter=patient[gender eq female].name co "myt"')).toBe('dose weight')
    expect(await found('Patient?_filter=_has:Observation:patient:status eq final')).toBe('smyth')
  })

  it('says where a filter cannot be read', async () => {
    const { body } = await (await hub.as('gp')).get(encodeURI('/fhir/Patient?_filter=gender eq female and nme co pet')).expect(400)
    expect(JSON.stringify(body)).toMatch(/_filter, character 22: Patient has no search parameter/)
  })

  it('finds names by their sound', async () => {
    expect(await found('Patient?phonetic=catherine smith')).toBe('smyth')
    expect(await found('Patient?phonetic=catherine smith', 'otherGp')).toBe('foreign')
  })

  it('finds quantities in every unit', async () => {
    expect(await found('Observation?value-quantity=5.4|http://unitsofmeasure.org|mg')).toBe('dose')
    expect(await found('Observation?value-quantity=gt137|http://unitsofmeasure.org|[lb_av]')).toBe('weight')
  })

  it('finds words of what was just committed', async () => {
    expect(await found('Condition?_content=hip fractured')).toBe('problem')
    expect(await found('?_content=fractured or weight')).toBe('problem weight')
    expect(await found('Condition?_content=hip fractured', 'otherGp')).toBe('')
  })

  it('goes down and up hierarchies', async () => {
    expect(await found(`Location?partof:below=${ids['site']}`)).toBe('bed ward')
    expect(await found(`Location?partof:above=Location/${ids['ward']}`)).toBe('bed ward')
    expect(await found(`Location?partof:below=${ids['ward']}`)).toBe('bed')
  })

  it('asks several types, each in its own way', async () => {
    expect(await found(`?_type=Observation,Condition&subject=${ids['smyth']}`)).toBe('dose problem weight')
    expect(await found(`?_type=Observation,Condition&patient.gender=male`)).toBe('')
    expect(await found(`?_type=Observation,Condition&patient=${ids['smyth']}&code:text=frac`)).toBe('problem')
    await (await hub.as('gp')).get('/fhir?_type=Observation,Patient&birthdate=1942').expect(400)
  })
})
