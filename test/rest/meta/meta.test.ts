/** $meta, $meta-add, $meta-delete: https://hl7.org/fhir/R4/resource-operations.html */
import { startTestHub, type TestHub } from '../../hub.ts'

type Agent = Awaited<ReturnType<TestHub['as']>>
interface Meta { versionId?: string; lastUpdated?: string; profile?: string[]; tag?: { system?: string; code?: string; display?: string }[]; security?: unknown[] }
interface Outcome { issue: { details: { text: string; coding: { code: string }[] }; expression?: string[] }[] }

const TAG = { system: 'https://gp.example/tags', code: 'recall', display: 'Recall' }
const OTHER = { system: 'https://gp.example/tags', code: 'review' }
const UK_PATIENT = 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient'

const parameters = (meta: object): object => ({ resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: meta }] })
const returned = (body: unknown): Meta => {
  const { resourceType, parameter } = body as { resourceType: string; parameter: { name: string; valueMeta: Meta }[] }
  expect([resourceType, parameter.map(({ name }) => name)]).toEqual(['Parameters', ['return']])
  return parameter[0]!.valueMeta
}

describe('meta operations', () => {
  let hub: TestHub
  const gp = () => hub.as('gp')
  const created = async (meta?: object): Promise<string> => ((await (await gp()).post('/fhir/Patient').send({
    resourceType: 'Patient', ...(meta === undefined ? {} : { meta }), name: [{ family: 'Meta', given: ['Ann'] }], birthDate: '1950-01-01',
  }).expect(201)).body as { id: string }).id
  const post = async (address: string, meta: object, status = 200) => (await gp()).post(`/fhir/${address}`).send(parameters(meta)).expect(status)
  const stored = async (id: string): Promise<{ meta: Meta; birthDate: string }> => (await (await gp()).get(`/fhir/Patient/${id}`).expect(200)).body as never

  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  it('$meta answers the meta that a read shows, by GET and by POST', async () => {
    const id = await created({ tag: [TAG] })
    const { meta } = await stored(id)
    const answer = await (await gp()).get(`/fhir/Patient/${id}/$meta`).expect(200)
    expect(returned(answer.body)).toEqual(meta)
    expect(answer.headers['etag']).toBe('W/"1"')
    expect(returned((await (await gp()).post(`/fhir/Patient/${id}/$meta`).expect(200)).body)).toEqual(meta)
  })

  it('$meta of a version answers that version\'s', async () => {
    const id = await created({ tag: [TAG] })
    await post(`Patient/${id}/$meta-add`, { tag: [OTHER] })
    const meta = async (version: number): Promise<Meta> => returned((await (await gp()).get(`/fhir/Patient/${id}/_history/${version}/$meta`).expect(200)).body)
    expect((await meta(1)).tag).toEqual([TAG])
    expect((await meta(2)).tag).toEqual([TAG, OTHER])
    await (await gp()).get(`/fhir/Patient/${id}/_history/3/$meta`).expect(404)
    await (await gp()).get(`/fhir/Patient/${id}/_history/x/$meta`).expect(404)
  })

  it('$meta is not answered of a type or of everything, which would be to read it all', async () => {
    for (const address of ['$meta', 'Patient/$meta']) expect((await (await gp()).get(`/fhir/${address}`)).status).toBe(404)
  })

  it('$meta-add adds profiles and tags, as a version like any other', async () => {
    const id = await created()
    const answer = await post(`Patient/${id}/$meta-add`, { tag: [TAG], profile: [UK_PATIENT] })
    const { meta, birthDate } = await stored(id)
    expect(returned(answer.body)).toEqual(meta)
    expect(meta).toMatchObject({ versionId: '2', tag: [TAG], profile: [UK_PATIENT] })
    expect(birthDate).toBe('1950-01-01')
    expect(answer.headers['etag']).toBe('W/"2"')
    const found = await (await gp()).get(`/fhir/Patient?_tag=${TAG.system}|${TAG.code}&_id=${id}&_summary=count`).expect(200)
    expect(found.body).toMatchObject({ total: 1 })
  })

  it('sets hold a tag once, by system and code, and what changes nothing makes no version', async () => {
    const id = await created({ tag: [TAG] })
    const answer = await post(`Patient/${id}/$meta-add`, { tag: [{ ...TAG, display: 'Called again', version: '2' }] })
    expect(returned(answer.body)).toMatchObject({ versionId: '1', tag: [TAG] })
    await post(`Patient/${id}/$meta-delete`, { tag: [OTHER], profile: ['http://example.org/none'] })
    expect((await stored(id)).meta.versionId).toBe('1')
  })

  it('$meta-delete takes away what is named and no more', async () => {
    const id = await created({ tag: [TAG, OTHER], profile: [UK_PATIENT] })
    await post(`Patient/${id}/$meta-delete`, { tag: [{ system: TAG.system, code: TAG.code }] })
    expect((await stored(id)).meta).toMatchObject({ versionId: '2', tag: [OTHER], profile: [UK_PATIENT] })
    await post(`Patient/${id}/$meta-delete`, { tag: [OTHER], profile: [UK_PATIENT] })
    const { meta } = await stored(id)
    expect(Object.keys(meta).sort()).toEqual(['lastUpdated', 'versionId'])
  })

  it('security labels are neither added nor deleted', async () => {
    const id = await created()
    for (const code of ['$meta-add', '$meta-delete']) {
      const { body } = await post(`Patient/${id}/${code}`, { tag: [TAG], security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] }, 422)
      expect((body as Outcome).issue[0]).toMatchObject({ details: { text: expect.stringContaining('meta.security') as string } })
      expect((body as Outcome).issue[0]?.expression?.[0]).toMatch(/\.security$/)
    }
    expect((await stored(id)).meta.versionId).toBe('1')
  })

  it('a claimed profile is one that the resource meets', async () => {
    const id = await created()
    await post(`Patient/${id}/$meta-add`, { profile: ['http://hl7.org/fhir/StructureDefinition/Observation'] }, 422)
    await post(`Patient/${id}/$meta-add`, { profile: ['https://example.org/fhir/StructureDefinition/nobody-knows'] }, 422)
    expect((await stored(id)).meta.versionId).toBe('1')
  })

  it('If-Match is honoured', async () => {
    const id = await created()
    const agent = await gp()
    const add = async (version: number): Promise<number> =>
      (await agent.post(`/fhir/Patient/${id}/$meta-add`).set('If-Match', `W/"${version}"`).send(parameters({ tag: [TAG] }))).status
    expect([await add(2), await add(1), await add(1)]).toEqual([412, 200, 412])
  })

  it('a version that was is not changed', async () => {
    const id = await created()
    for (const code of ['$meta-add', '$meta-delete']) await post(`Patient/${id}/_history/1/${code}`, { tag: [TAG] }, 422)
    expect((await stored(id)).meta).not.toHaveProperty('tag')
  })

  it.each<[string, object]>([
    ['no meta', { resourceType: 'Parameters' }],
    ['tags that are no list', parameters({ tag: TAG })],
    ['tags that are no Codings', parameters({ tag: ['recall'] })],
    ['profiles that are no canonicals', parameters({ profile: [1] })],
    ['another resource', { resourceType: 'Patient' }],
  ])('%s is refused', async (_what, body) => {
    const id = await created()
    const answer = await (await gp()).post(`/fhir/Patient/${id}/$meta-add`).send(body).expect(400)
    expect((answer.body as Outcome).issue).toHaveLength(1)
  })

  it('is for whoever may update, and what is not visible is not there', async () => {
    const id = await created()
    const status = async (client: Agent, address: string): Promise<number> =>
      (await client.post(`/fhir/${address}`).send(parameters({ tag: [TAG] }))).status
    for (const code of ['$meta-add', '$meta-delete']) {
      expect(await status(await hub.as('otherGp'), `Patient/${id}/${code}`)).toBe(404)
      expect(await status(await hub.as('integrator'), `Organization/${id}/${code}`)).toBe(403)
      expect((await (await gp()).get(`/fhir/Patient/${id}/${code}`)).status).toBe(405)
    }
    expect((await (await hub.as('otherGp')).get(`/fhir/Patient/${id}/$meta`)).status).toBe(404)
    const reading = await hub.as('gp', undefined, 'system/Patient.read')
    expect((await reading.get(`/fhir/Patient/${id}/$meta`)).status).toBe(200)
    expect(await status(reading, `Patient/${id}/$meta-add`)).toBe(403)
  })

  it('a deleted resource has no meta to change', async () => {
    const id = await created()
    await (await gp()).delete(`/fhir/Patient/${id}`).expect(204)
    expect((await (await gp()).post(`/fhir/Patient/${id}/$meta-add`).send(parameters({ tag: [TAG] }))).status).toBe(410)
    expect((await (await gp()).get(`/fhir/Patient/${id}/$meta`)).status).toBe(410)
  })

  it('is audited', async () => {
    const id = await created()
    await post(`Patient/${id}/$meta-add`, { tag: [TAG] })
    await (await gp()).get(`/fhir/Patient/${id}/$meta`).expect(200)
    const { body } = await (await hub.as('administrator')).get(`/fhir/AuditEvent?patient=Patient/${id}`).expect(200)
    const actions = (body as { entry: { resource: { action: string } }[] }).entry.map(({ resource }) => resource.action)
    expect(actions.sort()).toEqual(['C', 'R', 'U'])
  })

  it('an update replaces profiles and tags with what it carries', async () => {
    const id = await created({ tag: [TAG] })
    const { meta: _meta, ...content } = await stored(id)
    await (await gp()).put(`/fhir/Patient/${id}`).send(content).expect(200)
    expect((await stored(id)).meta).not.toHaveProperty('tag')
  })
})
