/** Conditional update, delete and read: https://hl7.org/fhir/R4/http.html#cond-update */
import { startTestHub, type ClientName, type TestHub } from '../hub.ts'

const SYSTEM = 'urn:example:conditional'

interface Bundle {
  total?: number
  entry?: { resource?: { id: string }; response: { status: string } }[]
}

let hub: TestHub
beforeAll(async () => { hub = await startTestHub() })
afterAll(() => hub.stop())

const patient = (value: string, more: object = {}) => ({ resourceType: 'Patient', identifier: [{ system: SYSTEM, value }], name: [{ family: 'Hartley' }], ...more })
const where = (value: string) => `/fhir/Patient?identifier=${SYSTEM}|${value}`
const put = async (value: string, resource: object, headers: Record<string, string> = {}, client: ClientName = 'gp') =>
  (await hub.as(client)).put(where(value)).set(headers).send(resource)
const remove = async (value: string, headers: Record<string, string> = {}, client: ClientName = 'gp') =>
  (await hub.as(client)).delete(where(value)).set(headers)
const created = async (value: string, client: ClientName = 'gp') =>
  ((await (await hub.as(client)).post('/fhir/Patient').send(patient(value)).expect(201)).body as { id: string }).id
const count = async (value: string): Promise<number | undefined> => ((await (await hub.as('gp')).get(where(value)).expect(200)).body as Bundle).total
const codeOf = (answer: { body: unknown }) => (answer.body as { issue: { details: { coding: { code: string }[] } }[] }).issue[0]?.details.coding[0]?.code
const send = async (type: string, entry: object[]) => (await hub.as('gp')).post('/fhir').send({ resourceType: 'Bundle', type, entry })

describe('conditional update', () => {
  it('without a match and without an id creates: 201 with Location', async () => {
    const answer = await put('new', patient('new'))
    const { id } = answer.body as { id: string }
    expect([answer.status, answer.headers['location']]).toEqual([201, `${hub.url}/fhir/Patient/${id}/_history/1`])
    expect(await count('new')).toBe(1)
  })

  it('without a match and with a free id creates it there', async () => {
    expect((await put('with-id', patient('with-id', { id: 'chosen-in-condition' }))).status).toBe(201)
    await (await hub.as('gp')).get('/fhir/Patient/chosen-in-condition').expect(200)
  })

  it('without a match and with the id of something else is 409, and nothing changes', async () => {
    const id = await created('something-else')
    const answer = await put('unmatched', patient('unmatched', { id }))
    expect([answer.status, codeOf(answer)]).toEqual([409, 'condition-contradicted'])
    expect((await (await hub.as('gp')).get(`/fhir/Patient/${id}`).expect(200)).headers['etag']).toBe('W/"1"')
  })

  it.each([['leaves the id out', false], ['has its id', true]])('with one match updates it when the body %s', async (_name, named) => {
    const value = `one-${named}`
    const id = await created(value)
    const answer = await put(value, patient(value, { gender: 'female', ...(named ? { id } : {}) }))
    expect([answer.status, answer.headers['etag']]).toEqual([200, 'W/"2"'])
    expect(answer.body).toMatchObject({ id, gender: 'female' })
  })

  it('with one match and another id is 400', async () => {
    await created('mismatch')
    const answer = await put('mismatch', patient('mismatch', { id: 'another' }))
    expect([answer.status, codeOf(answer)]).toEqual([400, 'id-mismatch'])
    expect(answer.body).toMatchObject({ issue: [{ expression: ['Resource.id'] }] })
  })

  it('with several matches is 412', async () => {
    await created('several')
    await created('several')
    const answer = await put('several', patient('several'))
    expect([answer.status, codeOf(answer)]).toEqual([412, 'multiple-matches'])
  })

  it('looks only at what the caller may see', async () => {
    await created('mine')
    expect((await put('mine', patient('mine'), {}, 'otherGp')).status).toBe(201)
    expect(await count('mine')).toBe(1)
  })

  it('honours If-Match on the match', async () => {
    await created('guarded')
    expect((await put('guarded', patient('guarded'), { 'If-Match': 'W/"3"' })).status).toBe(412)
    expect((await put('guarded', patient('guarded'), { 'If-Match': 'W/"1"' })).status).toBe(200)
    expect((await put('guarded-nothing', patient('guarded-nothing'), { 'If-Match': 'W/"1"' })).status).toBe(412)
  })

  it.each([
    ['no criteria', '/fhir/Patient', 405], ['an unknown parameter', '/fhir/Patient?identifer=x', 400], ['an empty value', '/fhir/Patient?identifier=', 400],
    ['what shapes an answer', '/fhir/Patient?identifier=x&_count=1', 400], ['only how it is written', '/fhir/Patient?_pretty=true', 405],
  ])('with %s is refused', async (_name, url, status) => {
    expect((await (await hub.as('gp')).put(url).send(patient('x'))).status).toBe(status)
  })

  it('refuses a body of another type, an id that is none, and a resource that is not valid', async () => {
    expect((await put('bad', { resourceType: 'Observation' })).status).toBe(400)
    expect((await put('bad', patient('bad', { id: 'not/an id' }))).status).toBe(400)
    expect((await put('bad', patient('bad', { id: 7 }))).status).toBe(400)
    expect((await put('bad', patient('bad', { gender: 'lady' }))).status).toBe(422)
    expect(await count('bad')).toBe(0)
  })

  it('of 16 at once exactly one creates, and the others update it', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, (_, index) => put('race', patient('race', { address: [{ text: String(index) }] }))))
    const ids = new Set(answers.map(({ body }) => (body as { id: string }).id))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(15)
    expect([ids.size, await count('race')]).toEqual([1, 1])
  })

  it('of 16 transactions at once exactly one creates', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, () => send('transaction', [
      { resource: patient('race-in-transaction'), request: { method: 'PUT', url: `Patient?identifier=${SYSTEM}|race-in-transaction` } },
    ])))
    const statuses = answers.map(({ body }) => (body as Bundle).entry?.[0]?.response.status)
    expect(statuses.filter(status => status === '201 Created')).toHaveLength(1)
    expect(statuses.filter(status => status === '200 OK')).toHaveLength(15)
    expect(await count('race-in-transaction')).toBe(1)
  })
})

describe('conditional delete', () => {
  it('deletes the one match: 204', async () => {
    const id = await created('gone')
    const answer = await remove('gone')
    expect([answer.status, answer.headers['etag']]).toEqual([204, 'W/"2"'])
    await (await hub.as('gp')).get(`/fhir/Patient/${id}`).expect(410)
  })

  it('of nothing is 200 and says so, as of what is not to be seen', async () => {
    await created('hidden')
    for (const answer of [await remove('nobody'), await remove('hidden', {}, 'otherGp')]) {
      expect([answer.status, codeOf(answer)]).toEqual([200, 'nothing-to-delete'])
    }
    expect(await count('hidden')).toBe(1)
  })

  it('of several deletes them all and says which', async () => {
    const ids = [await created('two'), await created('two')]
    const answer = await remove('two')
    expect([answer.status, codeOf(answer)]).toEqual([200, 'deleted'])
    for (const id of ids) expect(answer.text).toContain(`Patient/${id} is deleted, as its version 2`)
    for (const id of ids) await (await hub.as('gp')).get(`/fhir/Patient/${id}`).expect(410)
    const audit = await (await hub.as('administrator')).get('/fhir/AuditEvent').query({ entity: `Patient/${ids[1]}`, action: 'D,E' }).expect(200)
    expect(audit.body).toMatchObject({ total: 1 })
  })

  it('of several deletes none when one may not be deleted, or when If-Match names the version of one', async () => {
    const [kept] = [await created('held'), await created('held')]
    const ward = await hub.as('gp')
    await ward.post('/fhir/ServiceRequest').send({
      resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: `Patient/${kept}` }, code: { text: 'Fall' },
    }).expect(201)
    expect((await remove('held')).status).toBe(409)
    expect((await remove('held', { 'If-Match': 'W/"1"' })).status).toBe(412)
    expect(await count('held')).toBe(2)
  })

  it('of more than 100 is 412, and says how many', async () => {
    const entry = Array.from({ length: 101 }, () => ({ resource: patient('crowd'), request: { method: 'POST', url: 'Patient' } }))
    expect((await send('transaction', entry)).status).toBe(200)
    const answer = await remove('crowd')
    expect([answer.status, codeOf(answer)]).toEqual([412, 'too-many-to-delete'])
    expect(answer.text).toContain('up to 100')
    const summed = await (await hub.as('gp')).get(`${where('crowd')}&_summary=count`).expect(200)
    expect(summed.body).toMatchObject({ total: 101 })
  })

  it('is 204 where minimal is preferred, and an OperationOutcome where that is', async () => {
    await created('brief')
    await created('brief')
    expect((await remove('brief', { Prefer: 'return=minimal' })).status).toBe(204)
    await created('told')
    const answer = await remove('told', { Prefer: 'return=OperationOutcome' })
    expect([answer.status, codeOf(answer)]).toEqual([200, 'deleted'])
  })

  it('honours If-Match, and needs criteria', async () => {
    await created('kept')
    expect((await remove('kept', { 'If-Match': 'W/"2"' })).status).toBe(412)
    expect((await (await hub.as('gp')).delete('/fhir/Patient')).status).toBe(405)
    expect(await count('kept')).toBe(1)
  })
})

describe('conditions in transactions', () => {
  it('are resolved before anything is written: update, creation and deletion in one commit', async () => {
    const updated = await created('t-update')
    const deleted = await created('t-delete')
    const answer = await send('transaction', [
      { resource: patient('t-update', { gender: 'other' }), request: { method: 'PUT', url: `Patient?identifier=${SYSTEM}|t-update` } },
      { fullUrl: 'urn:uuid:1b1c2a50-6f0a-4c3e-8d53-0c9b54c3f0b1', resource: patient('t-create'), request: { method: 'PUT', url: `Patient?identifier=${SYSTEM}|t-create` } },
      { request: { method: 'DELETE', url: `Patient?identifier=${SYSTEM}|t-delete` } },
      { request: { method: 'DELETE', url: `Patient?identifier=${SYSTEM}|t-nothing` } },
      {
        resource: { resourceType: 'Observation', status: 'final', code: { text: 'NEWS2' }, subject: { reference: 'urn:uuid:1b1c2a50-6f0a-4c3e-8d53-0c9b54c3f0b1' } },
        request: { method: 'POST', url: 'Observation' },
      },
    ])
    const { entry } = answer.body as Bundle
    expect(entry?.map(({ response }) => response.status)).toEqual(['200 OK', '201 Created', '204 No Content', '204 No Content', '201 Created'])
    expect(entry?.[0]?.resource).toMatchObject({ id: updated, gender: 'other' })
    expect(entry?.[4]?.resource).toMatchObject({ subject: { reference: `Patient/${entry?.[1]?.resource?.id}` } })
    await (await hub.as('gp')).get(`/fhir/Patient/${deleted}`).expect(410)
  })

  it('a deletion of several is of them all', async () => {
    const ids = [await created('t-several'), await created('t-several')]
    const answer = await send('transaction', [
      { request: { method: 'DELETE', url: `Patient?identifier=${SYSTEM}|t-several` } },
      { resource: patient('t-several'), request: { method: 'POST', url: 'Patient' } },
    ])
    expect((answer.body as Bundle).entry?.map(({ response }) => response.status)).toEqual(['200 OK', '201 Created'])
    expect(answer.body).toMatchObject({ entry: [{ response: { outcome: { resourceType: 'OperationOutcome' } } }, {}] })
    for (const id of ids) await (await hub.as('gp')).get(`/fhir/Patient/${id}`).expect(410)
  })

  it.each([
    ['several matches', 412, 'multiple-matches', () => ({ resource: patient('t-two'), request: { method: 'PUT', url: `Patient?identifier=${SYSTEM}|t-two` } })],
    ['another id', 400, 'id-mismatch', () => ({ resource: patient('t-one', { id: 'x' }), request: { method: 'PUT', url: `Patient?identifier=${SYSTEM}|t-one` } })],
    ['a stale If-Match', 412, 'version-conflict', () => ({ request: { method: 'DELETE', url: `Patient?identifier=${SYSTEM}|t-one`, ifMatch: 'W/"9"' } })],
    ['a criterion that is none', 400, 'search-unknown-parameter', () => ({ request: { method: 'DELETE', url: 'Patient?identifer=x' } })],
    ['a POST with criteria', 400, 'entry-url', () => ({ resource: patient('x'), request: { method: 'POST', url: 'Patient?identifier=x' } })],
  ])('%s fails the whole, and names the entry', async (_name, status, code, bad) => {
    if (await count('t-one') === 0) await created('t-one')
    while (Number(await count('t-two')) < 2) await created('t-two')
    const answer = await send('transaction', [{ resource: patient('t-beside'), request: { method: 'POST', url: 'Patient' } }, bad()])
    expect([answer.status, codeOf(answer)]).toEqual([status, code])
    expect(answer.text).toContain('Bundle.entry[1]')
    expect(await count('t-beside')).toBe(0)
  })

  it('the same condition twice, or two that lead to one resource, are refused', async () => {
    await created('t-same')
    const byIdentifier = { resource: patient('t-same'), request: { method: 'PUT', url: `Patient?identifier=${SYSTEM}|t-same` } }
    const otherwise = { resource: patient('t-same'), request: { method: 'PUT', url: `Patient?identifier=${SYSTEM}|t-same&family=hartley` } }
    for (const entries of [[byIdentifier, byIdentifier], [byIdentifier, otherwise]]) {
      const answer = await send('transaction', entries)
      expect([answer.status, codeOf(answer)]).toEqual([400, 'entry-repeated'])
    }
  })

  it('work in a batch, each entry for itself', async () => {
    await created('b-delete')
    const answer = await send('batch', [
      { resource: patient('b-create'), request: { method: 'PUT', url: `Patient?identifier=${SYSTEM}|b-create` } },
      { request: { method: 'DELETE', url: `Patient?identifier=${SYSTEM}|b-delete` } },
      { resource: patient('x', { id: 'x' }), request: { method: 'PUT', url: 'Patient?identifer=x' } },
    ])
    expect((answer.body as Bundle).entry?.map(({ response }) => response.status)).toEqual(['201 Created', '204 No Content', '400 Bad Request'])
  })
})

describe('a conditional delete of several', () => {
  it('is written down as one delete that names each of them', async () => {
    const ids = [await created('audited'), await created('audited')]
    expect((await remove('audited')).status).toBe(200)
    const written = await (await hub.as('administrator')).get(`/fhir/AuditEvent?action=D&entity=Patient/${ids[0]}`).expect(200)
    const { entry = [] } = written.body as { entry?: { resource: { subtype: { code: string }[]; entity: { what: { reference: string } }[] } }[] }
    expect(entry.map(({ resource }) => [resource.subtype[0]?.code, ...resource.entity.map(({ what }) => what.reference).sort()]))
      .toEqual([['delete', ...ids.map(id => `Patient/${id}/_history/2`).sort()]])
  })
})

describe('conditional read', () => {
  it('in a batch goes by ifNoneMatch and ifModifiedSince', async () => {
    const id = await created('read')
    const get = (condition: object) => ({ request: { method: 'GET', url: `Patient/${id}`, ...condition } })
    const answer = await send('batch', [
      get({ ifNoneMatch: 'W/"1"' }), get({ ifNoneMatch: 'W/"2"' }),
      get({ ifModifiedSince: '2026-11-24T10:15:00.000Z' }), get({ ifModifiedSince: '2026-11-24T10:14:59.999Z' }), get({ ifModifiedSince: '2026-11-24T11:15:00+01:00' }),
    ])
    expect((answer.body as Bundle).entry?.map(({ response }) => response.status))
      .toEqual(['304 Not Modified', '200 OK', '304 Not Modified', '200 OK', '304 Not Modified'])
  })

  it('of what is not yours is 404, whatever the condition', async () => {
    const id = await created('not-yours')
    const other = await hub.as('otherGp')
    expect((await other.get(`/fhir/Patient/${id}`).set('If-None-Match', 'W/"1"')).status).toBe(404)
    expect((await other.get(`/fhir/Patient/${id}`).set('If-Modified-Since', 'Tue, 24 Nov 2026 10:15:00 GMT')).status).toBe(404)
  })
})

it('the CapabilityStatement tells of all this, and of nothing more', async () => {
  const { rest, patchFormat } = (await (await hub.as('gp')).get('/fhir/metadata').expect(200)).body as {
    patchFormat: string[]
    rest: { interaction: { code: string }[]; resource: { type: string; interaction: { code: string }[]; conditionalUpdate: boolean; conditionalDelete: string; conditionalRead: string }[] }[]
  }
  expect(patchFormat).toEqual(['application/json-patch+json', 'application/fhir+json'])
  expect(rest[0]?.interaction.map(({ code }) => code)).toContain('history-system')
  const of = (type: string) => rest[0]?.resource.find(resource => resource.type === type)
  expect(of('Patient')).toMatchObject({ conditionalUpdate: true, conditionalDelete: 'multiple', conditionalRead: 'full-support' })
  expect(of('Patient')?.interaction.map(({ code }) => code)).toEqual(expect.arrayContaining(['patch', 'history-type']))
  expect(of('AuditEvent')).toMatchObject({ conditionalUpdate: false, conditionalDelete: 'not-supported' })
  expect(of('AuditEvent')?.interaction.map(({ code }) => code)).not.toContain('patch')
})
