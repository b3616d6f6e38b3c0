/** Any patch at all: applied, or refused for what is wrong with it; the resource stays valid R4 either way. */
import fc from 'fast-check'
import type { TestHub } from '../../hub.ts'
import { openLibrary } from '../conformance/data.ts'
import { answeredWell, runs } from './answers.ts'
import { word } from './words.ts'

let hub: TestHub
beforeAll(async () => { hub = await openLibrary() })
afterAll(() => hub?.stop())

const anyValue = fc.oneof(
  word, fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(1.50, -0, 1e300, true, null, [], {}, [[]], { coding: [] }, { __proto__: null, toString: 'x' }),
)
const segment = fc.oneof(
  fc.constantFrom('name', 'family', 'given', 'identifier', 'value', 'active', 'gender', 'birthDate', 'meta', 'tag', 'versionId', 'id', 'resourceType', 'extension', 'contained',
    '0', '1', '-', '-1', '01', '1e3', '999999999', '__proto__', 'constructor', 'length', '~0', '~1', '~2', '~', '', ' ',
    '_birthDate'),
  word,
)
const pointer = fc.oneof(
  fc.array(segment, { minLength: 1, maxLength: 6 }).map(parts => `/${parts.join('/')}`), word,
  fc.constantFrom('', '/', '//', 'name', '/name/0/given/-'),
)
const operation = fc.record({
  op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'ADD', 'nothing', ''),
  path: fc.oneof({ weight: 9, arbitrary: pointer }, { weight: 1, arbitrary: anyValue }),
  from: pointer, value: anyValue,
}, { requiredKeys: [] })
const jsonPatch = fc.oneof(
  { weight: 8, arbitrary: fc.array(operation, { maxLength: 8 }).map(each => JSON.stringify(each)) },
  { weight: 1, arbitrary: fc.jsonValue().map(each => JSON.stringify(each)) },
  { weight: 1, arbitrary: word },
  { weight: 1, arbitrary: fc.constantFrom('['.repeat(50_000), `[${'{"op":"add","path":"/name/-","value":{"family":"x"}},'.repeat(2_000)}{}]`) },
)

it('JSON Patch', async () => {
  await fc.assert(fc.asyncProperty(jsonPatch, async body => {
    await answeredWell(hub, 'hub', { method: 'PATCH', path: 'Patient/ann', body, as: 'application/json-patch+json' })
  }), runs(600))
}, 600_000)

const path = fc.oneof(
  fc.constantFrom('Patient', 'Patient.name', 'Patient.name[0]', 'Patient.name.given', 'Patient.name.where(use=\'official\')', 'Patient.birthDate', 'Patient.id', 'Patient.meta.versionId',
    'Patient.nothing', 'Observation.status', 'Patient.name[99]', 'Patient.name[-1]', 'name', '%resource', '%context.name',
    'Patient.name.first().given', 'Patient.repeat(name)',
    'Patient.descendants()', 'Patient.name | Patient.name', 'Patient.where(', 'Patient.name.where(family.matches(\'(a+)+$\'))',
    'Patient.contained[0].id', '$this', 'Patient.name.trace(\'x\')',
    'Patient.__proto__', 'Patient.constructor', 'Patient.name.where(true).where(true)', `Patient${'.name'.repeat(300)}`,
    `${'('.repeat(300)}Patient${')'.repeat(300)}`),
  word,
)
const part = fc.record({
  name: fc.oneof(fc.constantFrom('type', 'path', 'name', 'value', 'index', 'source', 'destination', 'nothing'), word),
  valueCode: fc.constantFrom('add', 'insert', 'delete', 'replace', 'move', 'nothing', ''),
  valueString: path, valueInteger: fc.oneof(fc.integer(), fc.constantFrom(-1, 0, 1, 1e9)),
  valueHumanName: fc.constant({ family: 'Fuzz' }), valueDate: word,
}, { requiredKeys: ['name'] })
const wellFormed = fc.tuple(
  fc.constantFrom('add', 'insert', 'delete', 'replace', 'move'), path,
  fc.constantFrom('name', 'birthDate', 'given', 'nothing', '__proto__'), fc.integer({ min: -2, max: 5 }), anyValue,
)
  .map(([type, at, name, index, value]) => [
    { name: 'type', valueCode: type }, { name: 'path', valueString: at }, { name: 'name', valueString: name },
    { name: 'index', valueInteger: index },
    { name: 'source', valueInteger: index }, { name: 'destination', valueInteger: 0 },
    typeof value === 'string' ? { name: 'value', valueString: value } : { name: 'value', part: [{ name, valueString: 'x' }] },
  ].filter(({ name }) => type === 'move' ? name !== 'index' : !['source', 'destination'].includes(name)))
const fhirPathPatch = fc.array(fc.oneof({ weight: 3, arbitrary: wellFormed }, { weight: 1, arbitrary: fc.array(part, { maxLength: 6 }) }), { maxLength: 4 })
  .map(operations => JSON.stringify({ resourceType: 'Parameters', parameter: operations.map(part => ({ name: 'operation', part })) }))

it('FHIRPath Patch', async () => {
  await fc.assert(fc.asyncProperty(fhirPathPatch, async body => {
    await answeredWell(hub, 'hub', { method: 'PATCH', path: 'Patient/ann', body })
  }), runs(600))
}, 600_000)

it('what was patched can be read and is valid still', async () => {
  const { body } = await answeredWell(hub, 'hub', { method: 'GET', path: 'Patient/ann' })
  expect(JSON.parse(body)).toMatchObject({ resourceType: 'Patient', id: 'ann' })
  const checked = await answeredWell(hub, 'hub', { method: 'POST', path: 'Patient/$validate', body })
  expect(checked.body).not.toMatch(/"severity":"(error|fatal)"/)
})
