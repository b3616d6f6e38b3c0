/** `_summary` and `_elements` on every way to a resource: https://hl7.org/fhir/R4/search.html#summary */
import { FHIR_JSON, startTestHub, type TestHub } from '../../hub.ts'

interface Fields { [name: string]: unknown; resourceType: string; id: string; meta: { versionId: string; tag?: { system?: string; code?: string }[] } }
interface Entry { resource: Fields; search?: { mode: string }; response?: { status: string; outcome?: Outcome } }
interface Bundle { resourceType: string; total?: number; link: { relation: string; url: string }[]; entry?: Entry[] }
interface Outcome { issue: { severity: string; details: { text: string; coding: { code: string }[] }; expression?: string[] }[] }

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }
const OWN_TAG = { system: 'https://gp.example/tags', code: 'practice' }

const observation = (patient: string): string => `{
  "resourceType": "Observation", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
  "meta": {"tag": [${JSON.stringify(OWN_TAG)}]},
  "text": {"status": "generated", "div": "<div xmlns=\\"http://www.w3.org/1999/xhtml\\">1.50 kg</div>"},
  "subject": {"reference": "Patient/${patient}", "display": "Ann"},
  "effectiveDateTime": "2026-11-24", "valueQuantity": {"value": 1.50, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
  "note": [{"text": "weighed at home"}],
  "referenceRange": [{"low": {"value": 1.10}}]
}`

describe('subsets of resources', () => {
  let hub: TestHub
  let patient = ''
  let id = ''
  const gp = () => hub.as('gp')
  const get = async (address: string, status = 200): Promise<Fields> => (await (await gp()).get(`/fhir/${address}`).expect(status)).body as Fields
  const bundle = async (address: string): Promise<Bundle> => await get(address) as unknown as Bundle
  const refusal = async (address: string): Promise<Outcome['issue'][0] | undefined> => (await get(address, 400) as unknown as Outcome).issue[0]

  beforeAll(async () => {
    hub = await startTestHub({ env: { PROFILES: 'declared' } })
    const agent = await gp()
    patient = ((await agent.post('/fhir/Patient').send({
      resourceType: 'Patient', active: true, name: [{ use: 'official', family: 'Subset', given: ['Ann'] }], birthDate: '1950-01-01',
      maritalStatus: { text: 'widowed' },
    }).expect(201)).body as Fields).id
    id = ((await agent.post('/fhir/Observation').send(observation(patient)).expect(201)).body as Fields).id
  })
  afterAll(() => hub.stop())

  it('_summary=true: what R4 marks as the summary, tagged beside the resource\'s own tags', async () => {
    const shown = await get(`Observation/${id}?_summary=true`)
    expect(Object.keys(shown).sort()).toEqual(['code', 'effectiveDateTime', 'id', 'meta', 'resourceType', 'status', 'subject', 'valueQuantity'])
    expect(shown.meta.tag).toEqual([OWN_TAG, SUBSETTED])
    expect(shown.meta.versionId).toBe('1')
  })

  it('_summary=text: text and what is mandatory', async () => {
    expect(Object.keys(await get(`Observation/${id}?_summary=text`)).sort()).toEqual(['code', 'id', 'meta', 'resourceType', 'status', 'text'])
  })

  it('_summary=data: all but the text', async () => {
    const { text, ...rest } = await get(`Observation/${id}`)
    const shown = await get(`Observation/${id}?_summary=data`)
    expect(text).toBeDefined()
    expect(shown).toEqual({ ...rest, meta: { ...rest.meta, tag: [OWN_TAG, SUBSETTED] } })
  })

  it('_summary=false: the whole resource, without the tag', async () => {
    expect((await get(`Observation/${id}?_summary=false`)).meta.tag).toEqual([OWN_TAG])
  })

  it('_elements: those, and what is mandatory', async () => {
    const shown = await get(`Observation/${id}?_elements=note,value`)
    expect(Object.keys(shown).sort()).toEqual(['code', 'id', 'meta', 'note', 'resourceType', 'status', 'valueQuantity'])
    expect(shown.meta.tag).toEqual([OWN_TAG, SUBSETTED])
  })

  it.each([
    ['valueQuantity', ['valueQuantity']], ['value[x]', ['valueQuantity']], ['Observation.note', ['note']], ['value,', undefined],
    ['valueString', []], ['referenceRange.low', ['referenceRange']],
  ])('_elements=%s', async (asked, expected) => {
    const query = `Observation/${id}?_elements=${encodeURIComponent(asked)}`
    if (expected === undefined) {
      await get(query, 400)
      return
    }
    const shown = Object.keys(await get(query)).filter(name => !['code', 'id', 'meta', 'resourceType', 'status'].includes(name))
    expect(shown).toEqual(expected)
  })

  it('a path shows what is below and what that needs', async () => {
    expect((await get(`Patient/${patient}?_elements=name.family`))['name']).toEqual([{ use: 'official', family: 'Subset' }])
    expect((await get(`Patient/${patient}?_elements=name.family,name`))['name']).toEqual([{ use: 'official', family: 'Subset', given: ['Ann'] }])
  })

  it('a path below a choice leads nowhere in its other types', async () => {
    const shown = await get(`Observation/${id}?_elements=effective.start,value.unit`)
    expect(shown).not.toHaveProperty('effectiveDateTime')
    expect(shown['valueQuantity']).toEqual({ unit: 'kg' })
  })

  it('decimals keep their digits', async () => {
    const agent = await gp()
    for (const query of ['_summary=true', '_summary=data', '_elements=value', '_elements=referenceRange']) {
      const { text } = await agent.get(`/fhir/Observation/${id}?${query}`).expect(200)
      expect(text).toMatch(/"value":1\.(?:50|10)\b/)
    }
  })

  it('the version and its headers are those of the whole', async () => {
    const agent = await gp()
    const answer = await agent.get(`/fhir/Observation/${id}?_summary=true`).expect(200)
    expect(answer.headers['etag']).toBe('W/"1"')
    await agent.get(`/fhir/Observation/${id}?_summary=true`).set('If-None-Match', 'W/"1"').expect(304)
  })

  it('vread, history and search by GET and POST show the same subset', async () => {
    const read = await get(`Observation/${id}?_summary=true`)
    expect(await get(`Observation/${id}/_history/1?_summary=true`)).toEqual(read)
    for (const address of [`Observation/${id}/_history`, 'Observation/_history', '_history']) {
      const { entry } = await bundle(`${address}?_summary=true&_count=50`)
      expect(entry?.find(({ resource }) => resource?.id === id)?.resource).toEqual(read)
    }
    expect((await bundle(`Observation?_id=${id}&_summary=true`)).entry?.map(({ resource }) => resource)).toEqual([read])
    const posted = await (await gp()).post('/fhir/Observation/_search').type('form').send({ _id: id, _summary: 'true' }).expect(200)
    expect((posted.body as Bundle).entry?.map(({ resource }) => resource)).toEqual([read])
  })

  it('entries of a batch and reads of a transaction show it too', async () => {
    const read = await get(`Observation/${id}?_elements=note`)
    for (const type of ['batch', 'transaction']) {
      const sent = { resourceType: 'Bundle', type, entry: [{ request: { method: 'GET', url: `Observation/${id}?_elements=note` } }] }
      const answer = await (await gp()).post('/fhir').set('Content-Type', FHIR_JSON).send(sent).expect(200)
      expect((answer.body as Bundle).entry?.[0]?.resource).toEqual(read)
    }
  })

  it('a transaction with a read that cannot be shaped writes nothing', async () => {
    const agent = await gp()
    const count = async (): Promise<number | undefined> => (await bundle('Flag?_summary=count')).total
    for (const url of [`Observation/${id}?_elements=nothing`, 'Observation?_elements=status&_summary=true', `Observation/${id}/_history?_summary=count`]) {
      const entry = [
        { request: { method: 'POST', url: 'Flag' }, resource: { resourceType: 'Flag', status: 'active', code: { text: 'x' }, subject: { reference: `Patient/${patient}` } } },
        { request: { method: 'GET', url } },
      ]
      const refused = await agent.post('/fhir').set('Content-Type', FHIR_JSON).send({ resourceType: 'Bundle', type: 'transaction', entry }).expect(400)
      expect((refused.body as Outcome).issue[0]?.expression).toEqual(['Bundle.entry[1].request'])
    }
    expect(await count()).toBe(0)
  })

  it('page links keep what was asked', async () => {
    const first = await bundle('Observation?_elements=note&_count=1')
    const self = first.link.find(({ relation }) => relation === 'self')?.url ?? ''
    expect(new URL(self).searchParams.get('_elements')).toBe('note')
  })

  it('a summary is of included resources too, a list of elements is not', async () => {
    const included = async (query: string): Promise<Fields | undefined> =>
      (await bundle(`Observation?_id=${id}&_include=Observation:subject&${query}`)).entry?.find(({ search }) => search?.mode === 'include')?.resource
    expect(await included('_summary=true')).toEqual(await get(`Patient/${patient}?_summary=true`))
    expect(await included('_elements=status')).toEqual(await get(`Patient/${patient}`))
  })

  it('_summary=count answers a number, and only a search does', async () => {
    expect(await bundle(`Observation?_id=${id}&_summary=count`)).toMatchObject({ total: 1 })
    expect((await refusal(`Observation/${id}?_summary=count`))?.details.text).toMatch(/for searches/)
    expect((await refusal(`Observation/${id}/_history?_summary=count`))?.expression).toEqual(['http._summary'])
  })

  it.each([
    ['Observation?_elements=statu', /no element "statu"; did you mean "status"/],
    ['Observation?_elements=status,nothing', /no element "nothing"/],
    ['Observation?_elements=code.codin', /did you mean "code.coding"/], ['Observation?_elements=code.', /no element "code."$/],
    ['Observation?_elements=status.x', /no element "status.x"/],
    ['Observation?_elements=Patient.name', /no element/],
    ['Observation?_elements=status&_summary=true', /two answers to one question/],
    ['Observation?_summary=text&_include=Observation:subject', /no _include/],
    ['Observation?_summary=most', /true, text, data, count or false/],
    ['Observation?_elements=status&_elements=code', /twice/],
  ])('%s is refused: %s', async (address, text) => {
    expect((await refusal(address))?.details.text).toMatch(text)
    if (address.includes('_include')) return
    expect((await refusal(address.replace('Observation?', `Observation/${id}?`)))?.details.text).toMatch(text)
  })

  it('lenient handling leaves out a list with an unknown name, and a search says so', async () => {
    const agent = await gp()
    const found = await agent.get(`/fhir/Observation?_id=${id}&_elements=statu`).set('Prefer', 'handling=lenient').expect(200)
    const { entry, link } = found.body as Bundle
    expect(entry?.find(({ search }) => search?.mode === 'match')?.resource).toEqual(await get(`Observation/${id}`))
    expect(entry?.find(({ search }) => search?.mode === 'outcome')?.resource)
      .toMatchObject({ issue: [{ severity: 'warning', details: { coding: [{ code: 'search-unknown-element' }] } }] })
    expect(link.find(({ relation }) => relation === 'self')?.url).not.toContain('_elements')
    await agent.get(`/fhir/Observation/${id}?_elements=statu`).set('Prefer', 'handling=lenient').expect(200)
  })

  it('a subset does not overwrite the whole', async () => {
    const agent = await gp()
    const subset = await get(`Observation/${id}?_summary=true`)
    const refused = await agent.put(`/fhir/Observation/${id}`).send(subset).expect(422)
    expect((refused.body as Outcome).issue[0]).toMatchObject({ details: { coding: [{ code: 'subset-sent' }] } })
    await agent.put(`/fhir/Observation/${id}`).send({ ...subset, meta: { tag: [null, 1] } }).expect(({ status }) => expect(status).toBeLessThan(500))
    expect((await get(`Observation/${id}`)).meta.versionId).toBe('1')
  })
})
