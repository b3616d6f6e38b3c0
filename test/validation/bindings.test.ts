/** What can be said of codes from a value set that cannot be expanded here. https://hl7.org/fhir/R4/terminologies.html#strength */
import type { StructureDefinition, ValueSet } from 'fhir/r4.js'
import { createValidator } from '../../src/validation/engine.ts'
import { withDefinitions } from './overlay.ts'
import { check, DECLARED, definitions, told } from './setup.ts'

const PROFILE = 'https://example.org/fhir/StructureDefinition/bound'
const SET = 'https://example.org/fhir/ValueSet/falls'
const SNOMED = 'http://snomed.info/sct'

const falls: ValueSet = { resourceType: 'ValueSet', url: SET, status: 'active', compose: { include: [{ system: SNOMED, filter: [{ property: 'concept', op: 'is-a', value: '1912002' }] }] } }
const bound = (strength: 'required' | 'extensible'): StructureDefinition => ({
  resourceType: 'StructureDefinition', url: PROFILE, name: 'Bound', status: 'draft', kind: 'resource', abstract: false, type: 'Basic', derivation: 'constraint',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Basic', differential: { element: [{ path: 'Basic.code', binding: { strength, valueSet: SET } }] },
})

const found = (strength: 'required' | 'extensible', code: object) =>
  check({ resourceType: 'Basic', code }, { ...DECLARED, also: [PROFILE] }, createValidator(withDefinitions(definitions, [falls, bound(strength)])))

describe('codes bound to an expression of SNOMED CT', () => {
  it.each<[string, object, string[]]>([
    ['of SNOMED CT are not checked', { coding: [{ system: SNOMED, code: '1912002' }] }, ['binding-not-checked at Basic.code']],
    ['of SNOMED CT beside another are not checked', { coding: [{ system: 'urn:x', code: 'x' }, { system: SNOMED, code: '1912002' }] }, ['binding-not-checked at Basic.code']],
    ['of another system are in no such set', { coding: [{ system: 'urn:x', code: 'x' }] }, ['binding:Basic.code at Basic.code.coding[0]']],
    ['of no system neither', { coding: [{ code: '1912002' }] }, ['binding:Basic.code at Basic.code.coding[0]']],
    ['are missing where there is text only', { text: 'a fall' }, ['binding:Basic.code at Basic.code']],
  ])('%s', (_name, code, expected) => expect(told(found('required', code))).toEqual(expected))

  it('may be text alone where the binding is extensible', () => expect(told(found('extensible', { text: 'a fall' }))).toEqual([]))

  it('are said to be from where the set takes them', () => {
    const [issue] = found('extensible', { coding: [{ system: 'urn:x', code: 'x' }] })
    expect(issue?.severity).toBe('warning')
    expect(issue?.text).toMatch(/its codes are from http:\/\/snomed\.info\/sct$/)
  })
})
