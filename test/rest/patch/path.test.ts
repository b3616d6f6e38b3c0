import fc from 'fast-check'
import { loadDefinitions } from '../../../src/definitions/load.ts'
import { FhirError } from '../../../src/fhir/outcomes.ts'
import { applyPathPatch, readPathPatch } from '../../../src/rest/patch/fhirpath-patch.ts'
import { parsePath, PathProblem } from '../../../src/rest/patch/path.ts'
import { typesOf } from '../../../src/validation/types.ts'

const types = typesOf(loadDefinitions())

const patient = {
  resourceType: 'Patient', id: 'p', active: true, birthDate: '1942-03-07',
  identifier: [{ use: 'official', system: 'urn:a', value: '1' }, { system: 'urn:b', value: '2', period: { end: '2020' } }],
  name: [{ family: 'O\'Neil', given: ['Edith', 'Mary'] }, { use: 'old', text: 'was' }],
  extension: [{ url: 'urn:x', valueQuantity: { value: 2, unit: 'h' } }, { url: 'urn:y', valueString: 'z' }],
  contained: [{ resourceType: 'Organization', id: 'o', name: 'Practice' }],
}

const replacing = (path: string, value: object) => readPathPatch({
  resourceType: 'Parameters',
  parameter: [{ name: 'operation', part: [{ name: 'type', valueCode: 'replace' }, { name: 'path', valueString: path }, { name: 'value', ...value }] }],
})

describe('a path leads to', () => {
  it.each([
    ['Patient.identifier.where(use = \'official\').value', 'identifier.0.value'],
    ['identifier[1].value', 'identifier.1.value'],
    ['Patient.identifier.where(period.exists()).value', 'identifier.1.value'],
    ['Patient.identifier.where(use.empty() and system = \'urn:b\').value', 'identifier.1.value'],
    ['Patient.identifier.where((use = \'official\').not()).value', 'identifier.1.value'],
    ['Patient.identifier.where(system = \'urn:none\' or period.end = @2020).value', 'identifier.1.value'],
    ['Patient.identifier.where(system != \'urn:a\').value', 'identifier.1.value'],
    ['Patient.name.where(family = \'O\\\'Neil\').given.last()', 'name.0.given.1'],
    ['Patient.name[0].given.where($this = \'Edith\')', 'name.0.given.0'],
    ['Patient.name.first().family', 'name.0.family'],
    ['Patient.extension(\'urn:x\').value.ofType(Quantity).unit', 'extension.0.valueQuantity.unit'],
    ['Patient.extension.where(url = \'urn:x\').value.unit', 'extension.0.valueQuantity.unit'],
    ['Patient.extension(\'urn:y\').value', 'extension.1.valueString'],
    ['Patient.contained[0].name', 'contained.0.name'],
    ['Resource.contained.where(name = \'Practice\').name', 'contained.0.name'],
  ])('%s', (path, place) => {
    const after = applyPathPatch(types, patient, replacing(path, { valueString: 'CHANGED' }))
    const expected = structuredClone(patient) as Record<string, unknown>
    const keys = place.split('.')
    const last = keys.pop() ?? ''
    const holder = keys.reduce((value, key) => value[key] as Record<string, unknown>, expected)
    holder[last] = 'CHANGED'
    expect(after).toEqual(expected)
  })
})

it('a patch of much is cut, not run for ever', () => {
  const wide = { ...patient, identifier: Array.from({ length: 20_000 }, (_, index) => ({ value: String(index) })) }
  const path = `Patient.identifier${'.where(value.exists())'.repeat(60)}[0].value`
  expect(() => applyPathPatch(types, wide, replacing(path, { valueString: 'x' }))).toThrow(/looks at more than/)
})

it('whatever an expression is, it is read or refused', () => {
  const piece = fc.constantFrom('Patient', 'name', '.', '[0]', '[', ']', '(', ')', 'where(', 'use', '=', '!=', '\'x\'', 'and', 'or', 'exists()', '.not()', '$this', '%resource', '@2020', '1', ' ', '`', '\'')
  fc.assert(fc.property(fc.oneof(fc.array(piece, { maxLength: 15 }).map(pieces => pieces.join('')), fc.string()), expression => {
    try {
      expect(Array.isArray(parsePath(expression).steps)).toBe(true)
    } catch (error) {
      expect(error).toBeInstanceOf(PathProblem)
    }
  }), { numRuns: 5_000 })
})

it('whatever Parameters say, they patch or are refused', () => {
  const part = fc.record({
    name: fc.constantFrom('type', 'path', 'name', 'value', 'index', 'source', 'destination', 'x'),
    valueCode: fc.constantFrom('add', 'insert', 'delete', 'replace', 'move', 'x'),
    valueString: fc.constantFrom('Patient', 'Patient.name', 'Patient.name[0]', 'name', 'given', 'Patient.name[0].given', 'Patient.birthDate', 'extension'),
    valueInteger: fc.integer({ min: -1, max: 3 }),
    valueHumanName: fc.jsonValue({ maxDepth: 2 }), valueDate: fc.jsonValue({ maxDepth: 1 }),
    part: fc.jsonValue({ maxDepth: 3 }), resource: fc.jsonValue({ maxDepth: 2 }),
  }, { requiredKeys: ['name'] })
  fc.assert(fc.property(fc.array(fc.record({ name: fc.constant('operation'), part: fc.uniqueArray(part, { selector: ({ name }) => name, maxLength: 6 }) }), { maxLength: 4 }), parameter => {
    try {
      expect(applyPathPatch(types, patient, readPathPatch({ resourceType: 'Parameters', parameter })).resourceType).toBe('Patient')
    } catch (error) {
      expect(error).toBeInstanceOf(FhirError)
      expect([400, 422]).toContain((error as FhirError).status)
    }
  }), { numRuns: 3_000 })
})
