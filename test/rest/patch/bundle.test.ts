/** Patches in batches and transactions: https://hl7.org/fhir/R4/http.html#patch */
import { codeOf, edith, identifier, JSON_PATCH, named, operation, parameters, startPatching, textOf } from './asking.ts'

let on: Awaited<ReturnType<typeof startPatching>>
beforeAll(async () => { on = await startPatching() })
afterAll(() => on.hub.stop())

describe('in a batch or transaction', () => {
  const binary = (operations: unknown) => ({ resourceType: 'Binary', contentType: JSON_PATCH, data: Buffer.from(JSON.stringify(operations)).toString('base64') })
  const send = async (type: string, entry: object[]) => (await on.hub.as('gp')).post('/fhir').send({ resourceType: 'Bundle', type, entry })
  const patches = (url: string, resource: object, more: object = {}) => ({ resource, request: { method: 'PATCH', url, ...more } })

  it.each(['batch', 'transaction'])('%s: a Binary is a JSON Patch, Parameters are a FHIRPath Patch', async type => {
    const one = await on.created()
    const other = await on.created({ ...edith, identifier: [identifier(`in-${type}`)] })
    const answer = await send(type, [
      patches(`Patient/${one.id}`, binary([{ op: 'replace', path: '/gender', value: 'other' }]), { ifMatch: 'W/"1"' }),
      patches(`Patient?identifier=urn:example:patch|in-${type}`, parameters(operation('replace', 'Patient.gender', { name: 'value', valueCode: 'unknown' }))),
    ])
    expect([answer.status, answer.body]).toMatchObject([200, {
      entry: [{ response: { status: '200 OK', etag: 'W/"2"' } }, { response: { status: '200 OK', etag: 'W/"2"' } }],
    }])
    expect([(await on.read(one.url)).body, (await on.read(other.url)).body]).toMatchObject([{ gender: 'other' }, { gender: 'unknown' }])
  })

  it.each<[string, (url: string) => object, number, string]>([
    ['a stale If-Match', url => patches(url, binary([{ op: 'add', path: '/active', value: true }]), { ifMatch: 'W/"9"' }), 412, 'version-conflict'],
    ['a failing test', url => patches(url, binary([{ op: 'test', path: '/gender', value: 'male' }])), 422, 'patch-test-failed'],
    ['a malformed patch', url => patches(url, binary({ op: 'remove' })), 400, 'patch-malformed'],
    ['a Binary of another type', url => patches(url, { ...binary([]), contentType: 'text/plain' }), 400, 'patch-malformed'],
    ['a Patient as a patch', url => patches(url, edith), 400, 'type-mismatch'],
    ['a condition that matches nothing', () => patches('Patient?identifier=urn:example:patch|nobody', binary([])), 404, 'not-found'],
  ])('%s fails the transaction, and only its own entry of a batch', async (_name, bad, status, code) => {
    const { id, url } = await on.created()
    const good = () => ({ resource: { ...edith, identifier: [identifier(`beside-${id}`)] }, request: { method: 'POST', url: 'Patient' } })
    const whole = await send('transaction', [good(), bad(`Patient/${id}`)])
    expect([whole.status, codeOf(whole)]).toEqual([status, code])
    expect(textOf(whole)).toContain('entry 1')
    const each = await send('batch', [good(), bad(`Patient/${id}`)])
    expect(each.body).toMatchObject({ entry: [{ response: { status: '201 Created' } }, { response: { outcome: { issue: [{ details: { coding: [{ code }] } }] } } }] })
    const found = await (await on.hub.as('gp')).get('/fhir/Patient').query({ identifier: `urn:example:patch|beside-${id}` }).expect(200)
    expect([(found.body as { total: number }).total, (await on.read(url)).headers['etag']]).toEqual([1, 'W/"1"'])
  })

  it('a value may link to what the same transaction creates', async () => {
    const { id, url } = await on.created()
    const urn = 'urn:uuid:0b1c2a50-6f0a-4c3e-8d53-0c9b54c3f0a1'
    const answer = await send('transaction', [
      patches(`Patient/${id}`, parameters(operation('add', 'Patient', named('generalPractitioner'), { name: 'value', valueReference: { reference: urn } }))),
      { fullUrl: urn, resource: { resourceType: 'Practitioner', name: [{ family: 'Rao' }] }, request: { method: 'POST', url: 'Practitioner' } },
    ])
    expect(answer.status).toBe(200)
    const { entry } = answer.body as { entry: { resource: { id: string } }[] }
    expect((await on.read(url)).body).toMatchObject({ generalPractitioner: [{ reference: `Practitioner/${entry[1]?.resource.id}` }] })
  })

  it('the value of a JSON Patch may link to what the same transaction creates, or to what a condition finds', async () => {
    const { id, url } = await on.created()
    const known = await on.created({ ...edith, identifier: [identifier('sister')] })
    const [urn, organisation] = ['urn:uuid:0b1c2a50-6f0a-4c3e-8d53-0c9b54c3f0a2', 'urn:uuid:0b1c2a50-6f0a-4c3e-8d53-0c9b54c3f0a3']
    const answer = await send('transaction', [
      patches(`Patient/${id}`, binary([
        { op: 'add', path: '/generalPractitioner', value: [{ reference: urn }] },
        { op: 'add', path: '/managingOrganization', value: {} },
        { op: 'add', path: '/managingOrganization/reference', value: organisation },
        { op: 'add', path: '/link', value: [{ type: 'seealso', other: { reference: 'Patient?identifier=urn:example:patch|sister' } }] },
        { op: 'add', path: '/multipleBirthInteger', value: 2 },
      ])),
      { fullUrl: urn, resource: { resourceType: 'Practitioner', name: [{ family: 'Rao' }] }, request: { method: 'POST', url: 'Practitioner' } },
      { fullUrl: organisation, resource: { resourceType: 'Organization', name: 'Surgery' }, request: { method: 'POST', url: 'Organization' } },
    ])
    expect(answer.status).toBe(200)
    const { entry } = answer.body as { entry: { resource: { id: string } }[] }
    expect((await on.read(url)).body).toMatchObject({
      generalPractitioner: [{ reference: `Practitioner/${entry[1]?.resource.id}` }], multipleBirthInteger: 2,
      managingOrganization: { reference: `Organization/${entry[2]?.resource.id}` }, link: [{ other: { reference: `Patient/${known.id}` } }],
    })
  })

  it('one resource is changed by one entry, however it is named', async () => {
    const { id } = await on.created({ ...edith, identifier: [identifier('twice')] })
    const answer = await send('transaction', [
      patches(`Patient/${id}`, binary([{ op: 'add', path: '/active', value: true }])),
      patches('Patient?identifier=urn:example:patch|twice', binary([{ op: 'replace', path: '/gender', value: 'other' }])),
    ])
    expect([answer.status, codeOf(answer)]).toEqual([400, 'entry-repeated'])
  })
})
