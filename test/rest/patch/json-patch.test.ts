/** JSON Patch over HTTP: RFC 6902, https://hl7.org/fhir/R4/http.html#patch */
import { codeOf, edith, identifier, startPatching, textOf } from './asking.ts'

let on: Awaited<ReturnType<typeof startPatching>>
beforeAll(async () => { on = await startPatching() })
afterAll(() => on.hub.stop())

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
    const { id, url } = await on.created()
    const answer = await on.jsonPatch(url, operations)
    expect([answer.status, answer.headers['etag'], answer.headers['location']]).toEqual([200, 'W/"2"', `${on.hub.url}${url}/_history/2`])
    expect(answer.body).toMatchObject({ ...edith, ...expected, id, meta: { versionId: '2' } })
    expect((await on.read(url)).body).toEqual(answer.body)
  })

  it('takes a list away with its last item', async () => {
    const { url } = await on.created()
    const answer = await on.jsonPatch(url, [{ op: 'remove', path: '/name/0/given/0' }])
    expect(answer.body).toMatchObject({ name: [{ use: 'official', family: 'Hartley' }] })
    expect(answer.text).not.toContain('given')
  })

  it('keeps the digits of decimals, those that stay and those that come', async () => {
    const { url } = await on.created({ resourceType: 'Observation', status: 'final', code: { text: 'weight' }, valueQuantity: { value: 61, unit: 'kg' } })
    await on.jsonPatch(url, '[{"op":"replace","path":"/valueQuantity/value","value":61.50}]')
    const text = (await on.jsonPatch(url, '[{"op":"test","path":"/valueQuantity/value","value":61.5},{"op":"replace","path":"/valueQuantity/unit","value":"kilo"}]')).text
    expect(text).toContain('"value":61.50')
    expect((await on.jsonPatch(url, '[{"op":"replace","path":"/valueQuantity/value","value":61.5}]')).text).toContain('"value":61.5,')
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
    const { url } = await on.created()
    const answer = await on.jsonPatch(url, operations)
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
    const { url } = await on.created()
    const answer = await on.jsonPatch(url, [{ op: 'replace', path: '/name/0/family', value: 'Changed' }, ...operations])
    expect([answer.status, codeOf(answer)]).toEqual([422, code])
    expect(textOf(answer)).toContain('operation [1]')
    expect((await on.read(url)).body).toMatchObject({ ...edith, meta: { versionId: '1' } })
  })

  it('copies without end are refused', async () => {
    const { url } = await on.created()
    const doubling = Array.from({ length: 40 }, () => ({ op: 'copy', from: '/identifier', path: '/identifier/0/extension' }))
    expect([400, 413]).toContain((await on.jsonPatch(url, doubling)).status)
    const wide = [{ op: 'add', path: '/x', value: ['y'.repeat(100_000)] }, ...Array.from({ length: 60 }, () => ({ op: 'copy', from: '/x', path: '/x/-' }))]
    expect([400, 413]).toContain((await on.jsonPatch(url, wide)).status)
    expect((await on.read(url)).headers['etag']).toBe('W/"1"')
  })
})
