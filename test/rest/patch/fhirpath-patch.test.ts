/** FHIRPath Patch over HTTP: https://hl7.org/fhir/R4/fhirpatch.html */
import { at, codeOf, edith, identifier, named, operation, parameters, startPatching, type Part } from './asking.ts'

let on: Awaited<ReturnType<typeof startPatching>>
beforeAll(async () => { on = await startPatching() })
afterAll(() => on.hub.stop())

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
    const { id, url } = await on.created()
    const answer = await on.pathPatch(url, operations)
    expect([answer.status, answer.headers['etag'], textOfError(answer)]).toEqual([200, 'W/"2"', ''])
    expect(answer.body).toMatchObject({ ...edith, ...expected, id })
    expect((await on.read(url)).body).toEqual(answer.body)
  })

  const textOfError = (answer: { status: number; text: string }) => (answer.status < 300 ? '' : answer.text)

  it('replaces a choice in another type, and the one before is gone', async () => {
    const { url } = await on.created({ ...edith, deceasedBoolean: true })
    const answer = await on.pathPatch(url, [operation('replace', 'Patient.deceased', { name: 'value', valueDateTime: '2026-11-01' })])
    expect(answer.body).toMatchObject({ deceasedDateTime: '2026-11-01' })
    expect(answer.body).not.toHaveProperty('deceasedBoolean')
  })

  it('a deletion takes what is empty without it along', async () => {
    const { url } = await on.created({ ...edith, contact: [{ name: { text: 'Ann' }, telecom: [{ system: 'phone', value: '01772 000000' }] }] })
    const answer = await on.pathPatch(url, [operation('delete', 'Patient.contact[0].name.text'), operation('delete', 'Patient.birthDate')])
    expect((answer.body as { contact: unknown }).contact).toEqual([{ telecom: [{ system: 'phone', value: '01772 000000' }] }])
    expect(answer.body).not.toHaveProperty('birthDate')
  })

  it('extensions of primitives stay with their value, and go with it', async () => {
    const url = 'https://example.org/fhir/StructureDefinition/heard'
    const { url: patient } = await on.created({
      ...edith, name: [{ family: 'Hartley', given: ['Edith', 'Mary'], _given: [null, { extension: [{ url, valueBoolean: true }] }] }],
    })
    const moved = await on.pathPatch(patient, [operation('move', 'Patient.name[0].given', at('source', 1), at('destination', 0))])
    expect(moved.body).toMatchObject({ name: [{ given: ['Mary', 'Edith'], _given: [{ extension: [{ url }] }, null] }] })
    const one = await on.pathPatch(patient, [operation('delete', `Patient.name[0].given.where(extension('${url}').exists())`)])
    expect((one.body as { name: object[] }).name[0]).toEqual({ family: 'Hartley', given: ['Edith'] })
    const added = await on.pathPatch(patient, [operation('add', 'Patient.birthDate', named('extension'), {
      name: 'value', part: [{ name: 'url', valueUri: url }, { name: 'value', valueBoolean: true }],
    })])
    expect(added.body).toMatchObject({ birthDate: '1942-03-07', _birthDate: { extension: [{ url, valueBoolean: true }] } })
    expect((await on.pathPatch(patient, [operation('delete', 'Patient.birthDate.extension[0]')])).body).not.toHaveProperty('_birthDate')
  })

  it('keeps the digits of decimals', async () => {
    const { url } = await on.created({ resourceType: 'Observation', status: 'final', code: { text: 'weight' }, valueQuantity: { value: 61, unit: 'kg' } })
    const sent = JSON.stringify(parameters(operation('replace', 'Observation.value.ofType(Quantity).value', { name: 'value', valueDecimal: 'DIGITS' }))).replace('"DIGITS"', '62.50')
    expect((await (await on.hub.as('gp')).patch(url).send(sent).expect(200)).text).toContain('"value":62.50')
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
    const { url } = await on.created()
    const answer = await on.pathPatch(url, [operation('delete', 'Patient.gender'), bad])
    expect([answer.status, codeOf(answer)]).toEqual([400, 'patch-malformed'])
    expect(answer.body).toMatchObject({ issue: [{ expression: ['Parameters.parameter[1]'] }] })
    expect((await on.read(url)).headers['etag']).toBe('W/"1"')
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
    const { url } = await on.created()
    const answer = await on.pathPatch(url, [operation('delete', 'Patient.gender'), operation('add', 'Patient', named('gender'), { name: 'value', valueCode: 'other' }), bad])
    expect([answer.status, codeOf(answer)]).toEqual([422, 'patch-not-applicable'])
    expect(answer.body).toMatchObject({ issue: [{ expression: ['Parameters.parameter[2]'] }] })
    expect((await on.read(url)).body).toMatchObject({ gender: 'female', meta: { versionId: '1' } })
  })
})
