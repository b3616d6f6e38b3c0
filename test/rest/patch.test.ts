/** patch over HTTP: https://hl7.org/fhir/R4/http.html#patch, RFC 6902, https://hl7.org/fhir/R4/fhirpatch.html */
import { FHIR_JSON, startTestHub, type ClientName, type TestHub } from '../hub.ts'

const JSON_PATCH = 'application/json-patch+json'

interface Part { name: string; part?: Part[]; resource?: object; [value: `value${string}` | `_value${string}`]: unknown }

/** A FHIRPath Patch operation, as Parameters write it. */
const operation = (type: string, path: string, ...parts: Part[]): Part =>
  ({ name: 'operation', part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...parts] })
const parameters = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter })
const named = (name: string): Part => ({ name: 'name', valueString: name })
const at = (name: 'index' | 'source' | 'destination', value: number): Part => ({ name, valueInteger: value })

let hub: TestHub
beforeAll(async () => { hub = await startTestHub() })
afterAll(() => hub.stop())

const identifier = (value: string) => ({ system: 'urn:example:patch', value })
const edith = {
  resourceType: 'Patient',
  identifier: [identifier('1'), identifier('2'), identifier('3')],
  name: [{ use: 'official', family: 'Hartley', given: ['Edith'] }],
  gender: 'female', birthDate: '1942-03-07',
}

const created = async (content: object = edith): Promise<{ id: string; url: string }> => {
  const gp = await hub.as('gp')
  const { resourceType } = content as { resourceType: string }
  const { body } = await gp.post(`/fhir/${resourceType}`).send(content).expect(201)
  const { id } = body as { id: string }
  return { id, url: `/fhir/${resourceType}/${id}` }
}

const jsonPatch = async (url: string, operations: unknown, headers: Record<string, string> = {}, client: ClientName = 'gp') =>
  (await hub.as(client)).patch(url).set('Content-Type', JSON_PATCH).set(headers).send(typeof operations === 'string' ? operations : JSON.stringify(operations))

const pathPatch = async (url: string, operations: readonly unknown[], headers: Record<string, string> = {}) =>
  (await hub.as('gp')).patch(url).set('Content-Type', FHIR_JSON).set(headers).send(JSON.stringify(parameters(...operations)))

const read = async (url: string) => (await hub.as('gp')).get(url).expect(200)
const codeOf = (answer: { body: unknown }) => (answer.body as { issue: { details: { coding: { code: string }[] } }[] }).issue[0]?.details.coding[0]?.code
const textOf = (answer: { body: unknown }) => (answer.body as { issue: { details: { text: string } }[] }).issue[0]?.details.text

describe('JSON Patch', () => {
  it.each([
    ['add a member', [{ op: 'add', path: '/active', value: true }], { active: true }],
    ['add to the end of a list', [{ op: 'add', path: '/identifier/-', value: identifier('4') }], { identifier: [...edith.identifier, identifier('4')] }],
    ['add into a list', [{ op: 'add', path: '/identifier/1', value: identifier('x') }],
      { identifier: [identifier('1'), identifier('x'), identifier('2'), identifier('3')] }],
    ['replace', [{ op: 'replace', path: '/name/0/family', value: 'Holt' }], { name: [{ use: 'official', family: 'Holt', given: ['Edith'] }] }],
    ['remove from a list', [{ op: 'remove', path: '/identifier/0' }], { identifier: [identifier('2'), identifier('3')] }],
    ['move', [{ op: 'move', from: '/identifier/0', path: '/identifier/2' }], { identifier: [identifier('2'), identifier('3'), identifier('1')] }],
    ['copy', [{ op: 'copy', from: '/name/0/family', path: '/name/0/text' }], { name: [{ use: 'official', family: 'Hartley', given: ['Edith'], text: 'Hartley' }] }],
    ['several after a test', [
      { op: 'test', path: '/gender', value: 'female' }, { op: 'replace', path: '/gender', value: 'unknown' }, { op: 'test', path: '/gender', value: 'unknown' },
    ], { gender: 'unknown' }],
    ['a test of an object, its members in any order', [{ op: 'test', path: '/identifier/0', value: { value: '1', system: 'urn:example:patch' } }], {}],
    ['members that are not defined are passed over', [{ op: 'add', path: '/active', value: true, comment: 'x' }], { active: true }],
  ])('%s', async (_name, operations, expected) => {
    const { id, url } = await created()
    const answer = await jsonPatch(url, operations)
    expect([answer.status, answer.headers['etag'], answer.headers['location']]).toEqual([200, 'W/"2"', `${hub.url}${url}/_history/2`])
    expect(answer.body).toMatchObject({ ...edith, ...expected, id, meta: { versionId: '2' } })
    expect((await read(url)).body).toEqual(answer.body)
  })

  it('takes a list away with its last item', async () => {
    const { url } = await created()
    const answer = await jsonPatch(url, [{ op: 'remove', path: '/name/0/given/0' }])
    expect(answer.body).toMatchObject({ name: [{ use: 'official', family: 'Hartley' }] })
    expect(answer.text).not.toContain('given')
  })

  it('keeps the digits of decimals, those that stay and those that come', async () => {
    const { url } = await created({ resourceType: 'Observation', status: 'final', code: { text: 'weight' }, valueQuantity: { value: 61, unit: 'kg' } })
    await jsonPatch(url, '[{"op":"replace","path":"/valueQuantity/value","value":61.50}]')
    const text = (await jsonPatch(url, '[{"op":"test","path":"/valueQuantity/value","value":61.5},{"op":"replace","path":"/valueQuantity/unit","value":"kilo"}]')).text
    expect(text).toContain('"value":61.50')
    expect((await jsonPatch(url, '[{"op":"replace","path":"/valueQuantity/value","value":61.5}]')).text).toContain('"value":61.5,')
  })

  it.each([
    ['no array', '{"op":"remove","path":"/gender"}', 'array of operations'],
    ['an unknown op', [{ op: 'remove', path: '/gender' }, { op: 'delete', path: '/gender' }], 'operation [1]'],
    ['no path', [{ op: 'remove' }], 'operation [0]'],
    ['a path without a slash', [{ op: 'remove', path: 'gender' }], 'operation [0]'],
    ['a broken escape', [{ op: 'remove', path: '/a~2' }], '~0'],
    ['no value', [{ op: 'add', path: '/gender' }], 'needs "value"'],
    ['a prototype in the path', [{ op: 'add', path: '/__proto__/polluted', value: 'x' }], 'operation [0]'],
    ['a constructor in from', [{ op: 'copy', from: '/constructor/prototype', path: '/gender' }], 'operation [0]'],
    ['a move into itself', [{ op: 'move', from: '/name', path: '/name/0/given' }], 'into itself'],
    ['operations that are no objects', ['remove', null], 'operation [0]'],
  ])('%s is 400 and names the operation', async (_name, operations, text) => {
    const { url } = await created()
    const answer = await jsonPatch(url, operations)
    expect([answer.status, codeOf(answer)]).toEqual([400, 'patch-malformed'])
    expect(textOf(answer)).toContain(text)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it.each([
    ['a test of another value', [{ op: 'test', path: '/gender', value: 'male' }], 'patch-test-failed'],
    ['a test of what is not there', [{ op: 'test', path: '/active', value: true }], 'patch-test-failed'],
    ['removing what is not there', [{ op: 'remove', path: '/active' }], 'patch-not-applicable'],
    ['replacing what is not there', [{ op: 'replace', path: '/active', value: true }], 'patch-not-applicable'],
    ['adding below what is not there', [{ op: 'add', path: '/contact/0/gender', value: 'male' }], 'patch-not-applicable'],
    ['an index past the end', [{ op: 'add', path: '/identifier/4', value: identifier('5') }], 'patch-not-applicable'],
    ['an index with a leading zero', [{ op: 'remove', path: '/identifier/01' }], 'patch-not-applicable'],
    ['a method of arrays', [{ op: 'replace', path: '/identifier/length', value: 0 }], 'patch-not-applicable'],
  ])('%s is 422 and nothing is written, of the operations before it neither', async (_name, operations, code) => {
    const { url } = await created()
    const answer = await jsonPatch(url, [{ op: 'replace', path: '/name/0/family', value: 'Changed' }, ...operations])
    expect([answer.status, codeOf(answer)]).toEqual([422, code])
    expect(textOf(answer)).toContain('operation [1]')
    expect((await read(url)).body).toMatchObject({ ...edith, meta: { versionId: '1' } })
  })

  it('copies without end are refused', async () => {
    const { url } = await created()
    const doubling = Array.from({ length: 40 }, () => ({ op: 'copy', from: '/identifier', path: '/identifier/0/extension' }))
    expect([400, 413]).toContain((await jsonPatch(url, doubling)).status)
    const wide = [{ op: 'add', path: '/x', value: ['y'.repeat(100_000)] }, ...Array.from({ length: 60 }, () => ({ op: 'copy', from: '/x', path: '/x/-' }))]
    expect([400, 413]).toContain((await jsonPatch(url, wide)).status)
    expect((await read(url)).headers['etag']).toBe('W/"1"')
  })
})

describe('FHIRPath Patch', () => {
  it.each<[string, Part[], object]>([
    ['add a primitive', [operation('add', 'Patient', named('active'), { name: 'value', valueBoolean: true })], { active: true }],
    ['replace a primitive', [operation('replace', 'Patient.birthDate', { name: 'value', valueDate: '1943-01-01' })], { birthDate: '1943-01-01' }],
    ['replace one below', [operation('replace', 'Patient.name[0].family', { name: 'value', valueString: 'Holt' })], { name: [{ family: 'Holt' }] }],
    ['add a complex type', [operation('add', 'Patient', named('maritalStatus'), { name: 'value', valueCodeableConcept: { text: 'married' } })],
      { maritalStatus: { text: 'married' } }],
    ['add an element whose type has no name', [operation('add', 'Patient', named('contact'), {
      name: 'value', part: [{ name: 'name', valueHumanName: { text: 'Ann' } }, { name: 'gender', valueCode: 'female' }],
    })], { contact: [{ name: { text: 'Ann' }, gender: 'female' }] }],
    ['add an extension', [operation('add', 'Patient.name[0]', named('extension'), {
      name: 'value', part: [{ name: 'url', valueUri: 'https://example.org/fhir/StructureDefinition/x' }, { name: 'value', valueString: 'y' }],
    })], {}],
    ['add to a list', [operation('add', 'Patient', named('identifier'), { name: 'value', valueIdentifier: identifier('4') })],
      { identifier: [...edith.identifier, identifier('4')] }],
    ['add to a list of primitives', [operation('add', 'Patient.name[0]', named('given'), { name: 'value', valueString: 'Mary' })], { name: [{ given: ['Edith', 'Mary'] }] }],
    ['insert into a list', [operation('insert', 'Patient.identifier', at('index', 0), { name: 'value', valueIdentifier: identifier('0') })],
      { identifier: [identifier('0'), ...edith.identifier] }],
    ['insert at its end', [operation('insert', 'Patient.identifier', at('index', 3), { name: 'value', valueIdentifier: identifier('4') })],
      { identifier: [...edith.identifier, identifier('4')] }],
    ['delete from a list', [operation('delete', 'Patient.identifier[1]')], { identifier: [identifier('1'), identifier('3')] }],
    ['delete by criteria', [operation('delete', 'Patient.identifier.where(system = \'urn:example:patch\' and value = \'2\')')],
      { identifier: [identifier('1'), identifier('3')] }],
    ['delete nothing', [operation('delete', 'Patient.contact[3]')], {}],
    ['move', [operation('move', 'Patient.identifier', at('source', 0), at('destination', 2))], { identifier: [identifier('2'), identifier('3'), identifier('1')] }],
    ['each operation sees what those before it did', [
      operation('move', 'Patient.identifier', at('source', 2), at('destination', 0)), operation('move', 'Patient.identifier', at('source', 2), at('destination', 1)),
    ], { identifier: [identifier('3'), identifier('2'), identifier('1')] }],
    ['a choice, by its element name', [operation('add', 'Patient', named('deceased'), { name: 'value', valueBoolean: false })], { deceasedBoolean: false }],
    ['first() and last()', [operation('replace', 'Patient.identifier.last().value', { name: 'value', valueString: 'nine' })],
      { identifier: [identifier('1'), identifier('2'), identifier('nine')] }],
    ['no operations', [], {}],
  ])('%s', async (_name, operations, expected) => {
    const { id, url } = await created()
    const answer = await pathPatch(url, operations)
    expect([answer.status, answer.headers['etag'], textOfError(answer)]).toEqual([200, 'W/"2"', ''])
    expect(answer.body).toMatchObject({ ...edith, ...expected, id })
    expect((await read(url)).body).toEqual(answer.body)
  })

  const textOfError = (answer: { status: number; text: string }) => (answer.status < 300 ? '' : answer.text)

  it('replaces a choice in another type, and the one before is gone', async () => {
    const { url } = await created({ ...edith, deceasedBoolean: true })
    const answer = await pathPatch(url, [operation('replace', 'Patient.deceased', { name: 'value', valueDateTime: '2026-11-01' })])
    expect(answer.body).toMatchObject({ deceasedDateTime: '2026-11-01' })
    expect(answer.body).not.toHaveProperty('deceasedBoolean')
  })

  it('a deletion takes what is empty without it along', async () => {
    const { url } = await created({ ...edith, contact: [{ name: { text: 'Ann' }, telecom: [{ system: 'phone', value: '01772 000000' }] }] })
    const answer = await pathPatch(url, [operation('delete', 'Patient.contact[0].name.text'), operation('delete', 'Patient.birthDate')])
    expect((answer.body as { contact: unknown }).contact).toEqual([{ telecom: [{ system: 'phone', value: '01772 000000' }] }])
    expect(answer.body).not.toHaveProperty('birthDate')
  })

  it('extensions of primitives stay with their value, and go with it', async () => {
    const url = 'https://example.org/fhir/StructureDefinition/heard'
    const { url: patient } = await created({
      ...edith, name: [{ family: 'Hartley', given: ['Edith', 'Mary'], _given: [null, { extension: [{ url, valueBoolean: true }] }] }],
    })
    const moved = await pathPatch(patient, [operation('move', 'Patient.name[0].given', at('source', 1), at('destination', 0))])
    expect(moved.body).toMatchObject({ name: [{ given: ['Mary', 'Edith'], _given: [{ extension: [{ url }] }, null] }] })
    const one = await pathPatch(patient, [operation('delete', `Patient.name[0].given.where(extension('${url}').exists())`)])
    expect((one.body as { name: object[] }).name[0]).toEqual({ family: 'Hartley', given: ['Edith'] })
    const added = await pathPatch(patient, [operation('add', 'Patient.birthDate', named('extension'), {
      name: 'value', part: [{ name: 'url', valueUri: url }, { name: 'value', valueBoolean: true }],
    })])
    expect(added.body).toMatchObject({ birthDate: '1942-03-07', _birthDate: { extension: [{ url, valueBoolean: true }] } })
    expect((await pathPatch(patient, [operation('delete', 'Patient.birthDate.extension[0]')])).body).not.toHaveProperty('_birthDate')
  })

  it('keeps the digits of decimals', async () => {
    const { url } = await created({ resourceType: 'Observation', status: 'final', code: { text: 'weight' }, valueQuantity: { value: 61, unit: 'kg' } })
    const sent = JSON.stringify(parameters(operation('replace', 'Observation.value.ofType(Quantity).value', { name: 'value', valueDecimal: 'DIGITS' }))).replace('"DIGITS"', '62.50')
    expect((await (await hub.as('gp')).patch(url).send(sent).expect(200)).text).toContain('"value":62.50')
  })

  it.each<[string, unknown]>([
    ['another name than operation', { ...operation('delete', 'Patient.name'), name: 'op' }],
    ['an unknown type', operation('remove', 'Patient.name')],
    ['no path', { name: 'operation', part: [{ name: 'type', valueCode: 'delete' }] }],
    ['no value', operation('replace', 'Patient.gender')],
    ['a value of another type', operation('replace', 'Patient.birthDate', { name: 'value', valueString: '1942-03-07' })],
    ['two values', operation('replace', 'Patient.birthDate', { name: 'value', valueDate: '1942', valueString: 'x' })],
    ['an element that is not there in R4', operation('add', 'Patient', named('birthdate'), { name: 'value', valueDate: '1942' })],
    ['a path through one', operation('delete', 'Patient.names[0]')],
    ['another type\'s path', operation('delete', 'Task.status')],
    ['a path that is no FHIRPath', operation('delete', 'Patient.name[')],
    ['a function that is not served', operation('delete', 'Patient.descendants()')],
    ['a regular expression', operation('delete', 'Patient.name.where(family.matches(\'(a+)+$\'))')],
    ['a variable', operation('delete', 'Patient.name.where(%resource.exists())')],
    ['an insert without an index', operation('insert', 'Patient.name', { name: 'value', valueHumanName: { text: 'x' } })],
    ['an insert where nothing repeats', operation('insert', 'Patient.gender', at('index', 0), { name: 'value', valueCode: 'male' })],
    ['a negative index', operation('insert', 'Patient.name', at('index', -1), { name: 'value', valueHumanName: { text: 'x' } })],
    ['the deletion of the resource', operation('delete', 'Patient')],
    ['an unknown part', { name: 'operation', part: [{ name: 'what', valueCode: 'delete' }] }],
    ['a prototype', operation('add', 'Patient', named('__proto__'), { name: 'value', valueString: 'x' })],
  ])('%s is 400 and names the operation', async (_name, bad) => {
    const { url } = await created()
    const answer = await pathPatch(url, [operation('delete', 'Patient.gender'), bad])
    expect([answer.status, codeOf(answer)]).toEqual([400, 'patch-malformed'])
    expect(answer.body).toMatchObject({ issue: [{ expression: ['Parameters.parameter[1]'] }] })
    expect((await read(url)).headers['etag']).toBe('W/"1"')
  })

  it.each<[string, Part]>([
    ['replacing nothing', operation('replace', 'Patient.maritalStatus', { name: 'value', valueCodeableConcept: { text: 'x' } })],
    ['replacing several', operation('replace', 'Patient.identifier', { name: 'value', valueIdentifier: identifier('x') })],
    ['deleting several', operation('delete', 'Patient.identifier')],
    ['adding below nothing', operation('add', 'Patient.identifier.where(value = \'9\').period', named('end'), { name: 'value', valueDateTime: '2026' })],
    ['adding what is there and does not repeat', operation('add', 'Patient', named('gender'), { name: 'value', valueCode: 'male' })],
    ['an index past the end', operation('insert', 'Patient.identifier', at('index', 4), { name: 'value', valueIdentifier: identifier('x') })],
    ['a source past the end', operation('move', 'Patient.identifier', at('source', 3), at('destination', 0))],
  ])('%s is 422 and names the operation', async (_name, bad) => {
    const { url } = await created()
    const answer = await pathPatch(url, [operation('delete', 'Patient.gender'), operation('add', 'Patient', named('gender'), { name: 'value', valueCode: 'other' }), bad])
    expect([answer.status, codeOf(answer)]).toEqual([422, 'patch-not-applicable'])
    expect(answer.body).toMatchObject({ issue: [{ expression: ['Parameters.parameter[2]'] }] })
    expect((await read(url)).body).toMatchObject({ gender: 'female', meta: { versionId: '1' } })
  })
})

describe('a patch of either kind', () => {
  it('is validated like an update', async () => {
    const { url } = await created()
    expect((await jsonPatch(url, [{ op: 'replace', path: '/gender', value: 'lady' }])).status).toBe(422)
    expect((await jsonPatch(url, [{ op: 'add', path: '/nme', value: 'x' }])).status).toBe(400)
    expect((await pathPatch(url, [operation('replace', 'Patient.gender', { name: 'value', valueCode: 'lady' })])).status).toBe(422)
    const dangling = await jsonPatch(url, [{ op: 'add', path: '/managingOrganization', value: { reference: 'Organization/nowhere' } }])
    expect([dangling.status, codeOf(dangling)]).toEqual([422, 'reference-not-found'])
    expect((await read(url)).headers['etag']).toBe('W/"1"')
  })

  it.each([
    ['id', [{ op: 'replace', path: '/id', value: 'another' }]],
    ['id', [{ op: 'remove', path: '/id' }]],
    ['resourceType', [{ op: 'replace', path: '/resourceType', value: 'Person' }]],
    ['meta.versionId', [{ op: 'replace', path: '/meta/versionId', value: '7' }]],
    ['meta.lastUpdated', [{ op: 'replace', path: '/meta/lastUpdated', value: '2020-01-01T00:00:00Z' }]],
  ])('may not change %s', async (element, operations) => {
    const { url } = await created()
    const answer = await jsonPatch(url, operations)
    expect([answer.status, codeOf(answer)]).toEqual([422, 'element-protected'])
    expect(answer.body).toMatchObject({ issue: [{ expression: [`Patient.${element}`] }] })
  })

  it('may tag, and leave out what the hub sets', async () => {
    const { url } = await created()
    const answer = await jsonPatch(url, [{ op: 'replace', path: '/meta', value: { tag: [{ system: 'urn:x', code: 'y' }] } }])
    expect(answer.body).toMatchObject({ meta: { versionId: '2', tag: [{ code: 'y' }] } })
  })

  it('leaves no resource, or one that is none: 422', async () => {
    const { url } = await created()
    expect((await jsonPatch(url, [{ op: 'remove', path: '' }])).status).toBe(422)
    expect((await jsonPatch(url, [{ op: 'replace', path: '', value: [] }])).status).toBe(422)
  })

  it('honours If-Match', async () => {
    const { url } = await created()
    const operations = [{ op: 'replace', path: '/gender', value: 'other' }]
    const stale = await jsonPatch(url, operations, { 'If-Match': 'W/"7"' })
    expect([stale.status, stale.headers['etag']]).toEqual([412, 'W/"1"'])
    expect((await jsonPatch(url, operations, { 'If-Match': 'W/"1"' })).status).toBe(200)
  })

  it('of 16 simultaneous patches with the same If-Match one wins; without it all 16 are kept', async () => {
    const { url } = await created()
    const guarded = await Promise.all(Array.from({ length: 16 }, () => jsonPatch(url, [{ op: 'replace', path: '/gender', value: 'other' }], { 'If-Match': 'W/"1"' })))
    expect(guarded.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(guarded.filter(({ status }) => status === 412)).toHaveLength(15)
    const free = await Promise.all(Array.from({ length: 16 }, (_, index) => pathPatch(url, [
      operation('add', 'Patient', named('telecom'), { name: 'value', valueContactPoint: { system: 'phone', value: String(index) } }),
    ])))
    expect(free.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 200))
    const { telecom } = (await read(url)).body as { telecom: { value: string }[] }
    expect(new Set(telecom.map(({ value }) => value)).size).toBe(16)
  })

  it.each([['minimal', ''], ['representation', '"resourceType":"Patient"'], ['OperationOutcome', '"resourceType":"OperationOutcome"']])(
    'Prefer: return=%s', async (preference, text) => {
      const { url } = await created()
      const answer = await jsonPatch(url, [{ op: 'add', path: '/active', value: true }], { Prefer: `return=${preference}` })
      expect([answer.status, answer.text === '']).toEqual([200, preference === 'minimal'])
      expect(answer.text).toContain(text)
    })

  it.each([
    ['application/xml-patch+xml', '<diff/>'], ['application/fhir+xml', '<Parameters/>'], ['application/merge-patch+json', '{}'],
    ['text/plain', '[]'], [FHIR_JSON, '[{"op":"remove","path":"/gender"}]'],
  ])('%s is 415 and the answer says what is taken', async (type, body) => {
    const { url } = await created()
    const answer = await (await hub.as('gp')).patch(url).set('Content-Type', type).send(body)
    expect([answer.status, answer.headers['accept-patch']]).toEqual([415, 'application/json-patch+json, application/fhir+json'])
  })

  it('a resource that is no Parameters is 400', async () => {
    const { url } = await created()
    expect((await (await hub.as('gp')).patch(url).send(edith)).status).toBe(400)
    expect((await (await hub.as('gp')).patch(url).set('Content-Type', JSON_PATCH).send('')).status).toBe(400)
  })

  it('never creates: nothing is 404, what is not yours is the same, what was deleted is 410', async () => {
    const { id, url } = await created()
    const operations = [{ op: 'test', path: '/gender', value: 'female' }]
    const absent = await jsonPatch('/fhir/Patient/nothing', operations)
    const foreign = await jsonPatch(url, operations, {}, 'otherGp')
    expect([absent.status, foreign.status]).toEqual([404, 404])
    expect(textOf(foreign)?.replace(id, '')).toBe(textOf(absent)?.replace('nothing', ''))
    await (await hub.as('gp')).delete(url).expect(204)
    expect((await jsonPatch(url, operations)).status).toBe(410)
  })

  it('needs the role and the scopes of a read and an update', async () => {
    const { url } = await created()
    const operations = [{ op: 'add', path: '/active', value: true }]
    expect((await jsonPatch(url, operations, {}, 'integrator')).status).toBe(403)
    for (const scope of ['system/Patient.rs', 'system/Patient.u']) {
      const agent = await hub.as('gp', undefined, scope)
      expect((await agent.patch(url).set('Content-Type', JSON_PATCH).send(JSON.stringify(operations))).status).toBe(403)
    }
    const entry = (await (await hub.as('gp')).get('/fhir/HealthcareService').query({ _count: 1 }).expect(200)).body as { entry: { resource: { id: string } }[] }
    const listed = await jsonPatch(`/fhir/HealthcareService/${entry.entry[0]?.resource.id}`, [{ op: 'add', path: '/comment', value: 'mine' }])
    expect(listed.status).toBe(403)
  })

  it('is in the history as PATCH, and audited', async () => {
    const { id, url } = await created()
    await jsonPatch(url, [{ op: 'add', path: '/active', value: true }])
    const history = await (await hub.as('gp')).get(`${url}/_history`).expect(200)
    expect(history.body).toMatchObject({ entry: [{ request: { method: 'PATCH', url: `Patient/${id}` }, response: { status: '200' } }, {}] })
    const audit = await (await hub.as('administrator')).get('/fhir/AuditEvent').query({ entity: `Patient/${id}`, action: 'U' }).expect(200)
    expect(audit.body).toMatchObject({ total: 1, entry: [{ resource: { subtype: [{ code: 'patch' }] } }] })
  })
})

describe('conditional patch', () => {
  const where = (value: string) => `/fhir/Patient?identifier=urn:example:patch|${value}`
  const operations = [{ op: 'add', path: '/active', value: true }]

  it('patches the one match, is 404 for none and 412 for several', async () => {
    const { id } = await created({ ...edith, identifier: [identifier('only')] })
    expect((await jsonPatch(where('only'), operations)).body).toMatchObject({ id, active: true })
    expect((await pathPatch(where('only'), [operation('delete', 'Patient.active')])).body).not.toHaveProperty('active')
    expect((await jsonPatch(where('none'), operations)).status).toBe(404)
    await created({ ...edith, identifier: [identifier('only')] })
    const several = await jsonPatch(where('only'), operations)
    expect([several.status, codeOf(several)]).toEqual([412, 'multiple-matches'])
  })

  it('needs criteria', async () => {
    expect((await jsonPatch('/fhir/Patient', operations)).status).toBe(405)
    expect((await jsonPatch('/fhir/Patient?nothing=x', operations)).status).toBe(400)
  })
})

describe('in a batch or transaction', () => {
  const binary = (operations: unknown) => ({ resourceType: 'Binary', contentType: JSON_PATCH, data: Buffer.from(JSON.stringify(operations)).toString('base64') })
  const send = async (type: string, entry: object[]) => (await hub.as('gp')).post('/fhir').send({ resourceType: 'Bundle', type, entry })
  const patches = (url: string, resource: object, more: object = {}) => ({ resource, request: { method: 'PATCH', url, ...more } })

  it.each(['batch', 'transaction'])('%s: a Binary is a JSON Patch, Parameters are a FHIRPath Patch', async type => {
    const one = await created()
    const other = await created({ ...edith, identifier: [identifier(`in-${type}`)] })
    const answer = await send(type, [
      patches(`Patient/${one.id}`, binary([{ op: 'replace', path: '/gender', value: 'other' }]), { ifMatch: 'W/"1"' }),
      patches(`Patient?identifier=urn:example:patch|in-${type}`, parameters(operation('replace', 'Patient.gender', { name: 'value', valueCode: 'unknown' }))),
    ])
    expect([answer.status, answer.body]).toMatchObject([200, {
      entry: [{ response: { status: '200 OK', etag: 'W/"2"' } }, { response: { status: '200 OK', etag: 'W/"2"' } }],
    }])
    expect([(await read(one.url)).body, (await read(other.url)).body]).toMatchObject([{ gender: 'other' }, { gender: 'unknown' }])
  })

  it.each<[string, (url: string) => object, number, string]>([
    ['a stale If-Match', url => patches(url, binary([{ op: 'add', path: '/active', value: true }]), { ifMatch: 'W/"9"' }), 412, 'version-conflict'],
    ['a failing test', url => patches(url, binary([{ op: 'test', path: '/gender', value: 'male' }])), 422, 'patch-test-failed'],
    ['a malformed patch', url => patches(url, binary({ op: 'remove' })), 400, 'patch-malformed'],
    ['a Binary of another type', url => patches(url, { ...binary([]), contentType: 'text/plain' }), 400, 'patch-malformed'],
    ['a Patient as a patch', url => patches(url, edith), 400, 'type-mismatch'],
    ['a condition that matches nothing', () => patches('Patient?identifier=urn:example:patch|nobody', binary([])), 404, 'not-found'],
  ])('%s fails the transaction, and only its own entry of a batch', async (_name, bad, status, code) => {
    const { id, url } = await created()
    const good = () => ({ resource: { ...edith, identifier: [identifier(`beside-${id}`)] }, request: { method: 'POST', url: 'Patient' } })
    const whole = await send('transaction', [good(), bad(`Patient/${id}`)])
    expect([whole.status, codeOf(whole)]).toEqual([status, code])
    expect(textOf(whole)).toContain('entry 1')
    const each = await send('batch', [good(), bad(`Patient/${id}`)])
    expect(each.body).toMatchObject({ entry: [{ response: { status: '201 Created' } }, { response: { outcome: { issue: [{ details: { coding: [{ code }] } }] } } }] })
    const found = await (await hub.as('gp')).get('/fhir/Patient').query({ identifier: `urn:example:patch|beside-${id}` }).expect(200)
    expect([(found.body as { total: number }).total, (await read(url)).headers['etag']]).toEqual([1, 'W/"1"'])
  })

  it('a value may link to what the same transaction creates', async () => {
    const { id, url } = await created()
    const urn = 'urn:uuid:0b1c2a50-6f0a-4c3e-8d53-0c9b54c3f0a1'
    const answer = await send('transaction', [
      patches(`Patient/${id}`, parameters(operation('add', 'Patient', named('generalPractitioner'), { name: 'value', valueReference: { reference: urn } }))),
      { fullUrl: urn, resource: { resourceType: 'Practitioner', name: [{ family: 'Rao' }] }, request: { method: 'POST', url: 'Practitioner' } },
    ])
    expect(answer.status).toBe(200)
    const { entry } = answer.body as { entry: { resource: { id: string } }[] }
    expect((await read(url)).body).toMatchObject({ generalPractitioner: [{ reference: `Practitioner/${entry[1]?.resource.id}` }] })
  })

  it('one resource is changed by one entry, however it is named', async () => {
    const { id } = await created({ ...edith, identifier: [identifier('twice')] })
    const answer = await send('transaction', [
      patches(`Patient/${id}`, binary([{ op: 'add', path: '/active', value: true }])),
      patches('Patient?identifier=urn:example:patch|twice', binary([{ op: 'replace', path: '/gender', value: 'other' }])),
    ])
    expect([answer.status, codeOf(answer)]).toEqual([400, 'entry-repeated'])
  })
})
