/** patch as an interaction, by id and by condition: https://hl7.org/fhir/R4/http.html#patch */
import { FHIR_JSON } from '../../hub.ts'
import { codeOf, edith, identifier, JSON_PATCH, named, operation, startPatching, textOf } from './asking.ts'

let on: Awaited<ReturnType<typeof startPatching>>
beforeAll(async () => { on = await startPatching() })
afterAll(() => on.hub.stop())

describe('a patch of either kind', () => {
  it('is validated like an update', async () => {
    const { url } = await on.created()
    expect((await on.jsonPatch(url, [{ op: 'replace', path: '/gender', value: 'lady' }])).status).toBe(422)
    expect((await on.jsonPatch(url, [{ op: 'add', path: '/nme', value: 'x' }])).status).toBe(400)
    expect((await on.pathPatch(url, [operation('replace', 'Patient.gender', { name: 'value', valueCode: 'lady' })])).status).toBe(422)
    const dangling = await on.jsonPatch(url, [{ op: 'add', path: '/managingOrganization', value: { reference: 'Organization/nowhere' } }])
    expect([dangling.status, codeOf(dangling)]).toEqual([422, 'reference-not-found'])
    expect((await on.read(url)).headers['etag']).toBe('W/"1"')
  })

  it.each([
    ['id', [{ op: 'replace', path: '/id', value: 'another' }]],
    ['id', [{ op: 'remove', path: '/id' }]],
    ['resourceType', [{ op: 'replace', path: '/resourceType', value: 'Person' }]],
    ['meta.versionId', [{ op: 'replace', path: '/meta/versionId', value: '7' }]],
    ['meta.lastUpdated', [{ op: 'replace', path: '/meta/lastUpdated', value: '2020-01-01T00:00:00Z' }]],
  ])('may not change %s', async (element, operations) => {
    const { url } = await on.created()
    const answer = await on.jsonPatch(url, operations)
    expect([answer.status, codeOf(answer)]).toEqual([422, 'element-protected'])
    expect(answer.body).toMatchObject({ issue: [{ expression: [`Patient.${element}`] }] })
  })

  it('may tag, and leave out what the hub sets', async () => {
    const { url } = await on.created()
    const answer = await on.jsonPatch(url, [{ op: 'replace', path: '/meta', value: { tag: [{ system: 'urn:x', code: 'y' }] } }])
    expect(answer.body).toMatchObject({ meta: { versionId: '2', tag: [{ code: 'y' }] } })
  })

  it('leaves no resource, or one that is none: 422', async () => {
    const { url } = await on.created()
    expect((await on.jsonPatch(url, [{ op: 'remove', path: '' }])).status).toBe(422)
    expect((await on.jsonPatch(url, [{ op: 'replace', path: '', value: [] }])).status).toBe(422)
  })

  it('honours If-Match', async () => {
    const { url } = await on.created()
    const operations = [{ op: 'replace', path: '/gender', value: 'other' }]
    const stale = await on.jsonPatch(url, operations, { 'If-Match': 'W/"7"' })
    expect([stale.status, stale.headers['etag']]).toEqual([412, 'W/"1"'])
    expect((await on.jsonPatch(url, operations, { 'If-Match': 'W/"1"' })).status).toBe(200)
  })

  it('of 16 simultaneous patches with the same If-Match one wins; without it all 16 are kept', async () => {
    const { url } = await on.created()
    const guarded = await Promise.all(Array.from({ length: 16 }, () => on.jsonPatch(url, [{ op: 'replace', path: '/gender', value: 'other' }], { 'If-Match': 'W/"1"' })))
    expect(guarded.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(guarded.filter(({ status }) => status === 412)).toHaveLength(15)
    const free = await Promise.all(Array.from({ length: 16 }, (_, index) => on.pathPatch(url, [
      operation('add', 'Patient', named('telecom'), { name: 'value', valueContactPoint: { system: 'phone', value: String(index) } }),
    ])))
    expect(free.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 200))
    const { telecom } = (await on.read(url)).body as { telecom: { value: string }[] }
    expect(new Set(telecom.map(({ value }) => value)).size).toBe(16)
  })

  it.each([['minimal', ''], ['representation', '"resourceType":"Patient"'], ['OperationOutcome', '"resourceType":"OperationOutcome"']])(
    'Prefer: return=%s', async (preference, text) => {
      const { url } = await on.created()
      const answer = await on.jsonPatch(url, [{ op: 'add', path: '/active', value: true }], { Prefer: `return=${preference}` })
      expect([answer.status, answer.text === '']).toEqual([200, preference === 'minimal'])
      expect(answer.text).toContain(text)
    })

  it.each([
    ['application/xml-patch+xml', '<diff/>'], ['application/fhir+xml', '<Parameters/>'], ['application/merge-patch+json', '{}'],
    ['text/plain', '[]'], [FHIR_JSON, '[{"op":"remove","path":"/gender"}]'],
  ])('%s is 415 and the answer says what is taken', async (type, body) => {
    const { url } = await on.created()
    const answer = await (await on.hub.as('gp')).patch(url).set('Content-Type', type).send(body)
    expect([answer.status, answer.headers['accept-patch']]).toEqual([415, 'application/json-patch+json, application/fhir+json'])
  })

  it('a resource that is no Parameters is 400', async () => {
    const { url } = await on.created()
    expect((await (await on.hub.as('gp')).patch(url).send(edith)).status).toBe(400)
    expect((await (await on.hub.as('gp')).patch(url).set('Content-Type', JSON_PATCH).send('')).status).toBe(400)
  })

  it('never creates: nothing is 404, what is not yours is the same, what was deleted is 410', async () => {
    const { id, url } = await on.created()
    const operations = [{ op: 'test', path: '/gender', value: 'female' }]
    const absent = await on.jsonPatch('/fhir/Patient/nothing', operations)
    const foreign = await on.jsonPatch(url, operations, {}, 'otherGp')
    expect([absent.status, foreign.status]).toEqual([404, 404])
    expect(textOf(foreign)?.replace(id, '')).toBe(textOf(absent)?.replace('nothing', ''))
    await (await on.hub.as('gp')).delete(url).expect(204)
    expect((await on.jsonPatch(url, operations)).status).toBe(410)
  })

  it('needs the role and the scopes of a read and an update', async () => {
    const { url } = await on.created()
    const operations = [{ op: 'add', path: '/active', value: true }]
    expect((await on.jsonPatch(url, operations, {}, 'integrator')).status).toBe(403)
    for (const scope of ['system/Patient.rs', 'system/Patient.u']) {
      const agent = await on.hub.as('gp', undefined, scope)
      expect((await agent.patch(url).set('Content-Type', JSON_PATCH).send(JSON.stringify(operations))).status).toBe(403)
    }
    const entry = (await (await on.hub.as('gp')).get('/fhir/HealthcareService').query({ _count: 1 }).expect(200)).body as { entry: { resource: { id: string } }[] }
    const listed = await on.jsonPatch(`/fhir/HealthcareService/${entry.entry[0]?.resource.id}`, [{ op: 'add', path: '/comment', value: 'mine' }])
    expect(listed.status).toBe(403)
  })

  it('is in the history as PATCH, and audited', async () => {
    const { id, url } = await on.created()
    await on.jsonPatch(url, [{ op: 'add', path: '/active', value: true }])
    const history = await (await on.hub.as('gp')).get(`${url}/_history`).expect(200)
    expect(history.body).toMatchObject({ entry: [{ request: { method: 'PATCH', url: `Patient/${id}` }, response: { status: '200' } }, {}] })
    const audit = await (await on.hub.as('administrator')).get('/fhir/AuditEvent').query({ entity: `Patient/${id}`, action: 'U' }).expect(200)
    expect(audit.body).toMatchObject({ total: 1, entry: [{ resource: { subtype: [{ code: 'patch' }] } }] })
  })
})

describe('conditional patch', () => {
  const where = (value: string) => `/fhir/Patient?identifier=urn:example:patch|${value}`
  const operations = [{ op: 'add', path: '/active', value: true }]

  it('patches the one match, is 404 for none and 412 for several', async () => {
    const { id } = await on.created({ ...edith, identifier: [identifier('only')] })
    expect((await on.jsonPatch(where('only'), operations)).body).toMatchObject({ id, active: true })
    expect((await on.pathPatch(where('only'), [operation('delete', 'Patient.active')])).body).not.toHaveProperty('active')
    expect((await on.jsonPatch(where('none'), operations)).status).toBe(404)
    await on.created({ ...edith, identifier: [identifier('only')] })
    const several = await on.jsonPatch(where('only'), operations)
    expect([several.status, codeOf(several)]).toEqual([412, 'multiple-matches'])
  })

  it('needs criteria', async () => {
    expect((await on.jsonPatch('/fhir/Patient', operations)).status).toBe(405)
    expect((await on.jsonPatch('/fhir/Patient?nothing=x', operations)).status).toBe(400)
  })
})
