/** Slicing: every kind of discriminator, on every kind of path. https://hl7.org/fhir/R4/profiling.html#slicing */
import type { StructureDefinition as RawStructure } from 'fhir/r4.js'
import { createValidator } from '../../src/validation/engine.ts'
import { withDefinitions } from './overlay.ts'
import { check, DECLARED, definitions, told } from './setup.ts'

const URL = 'https://example.org/fhir/StructureDefinition/sliced'

const profile = (url: string, type: string, element: readonly object[]): RawStructure => ({
  resourceType: 'StructureDefinition', url, name: 'Sliced', status: 'draft', kind: 'resource', abstract: false, type, derivation: 'constraint',
  baseDefinition: `http://hl7.org/fhir/StructureDefinition/${type}`, differential: { element },
} as unknown as RawStructure)

/** An element of a differential by its id; path and slice name follow from it. */
const at = (id: string, more: object = {}) => {
  const last = id.slice(id.lastIndexOf('.') + 1)
  return { id, path: id.replace(/:[^.]+/g, ''), ...(last.includes(':') ? { sliceName: last.slice(last.indexOf(':') + 1) } : {}), ...more }
}
const sliced = (path: string, type: string, by: string | readonly string[], rules = 'open', more: object = {}) =>
  at(path, { slicing: { discriminator: [by].flat().map(step => ({ type, path: step })), rules }, ...more })

const issuesOf = (type: string, element: readonly object[], members: object, supporting: readonly RawStructure[] = []) =>
  check({ resourceType: type, ...members }, { ...DECLARED, also: [URL] }, createValidator(withDefinitions(definitions, [profile(URL, type, element), ...supporting])))
const found = (...args: Parameters<typeof issuesOf>): string[] => told(issuesOf(...args), 'error')

const observation = { status: 'final', code: { text: 'x' } }
const composition = { status: 'final', type: { text: 'x' }, date: '2026', author: [{ display: 'x' }], title: 'x' }
const coded = (...codes: string[]) => codes.map(code => ({ coding: [{ system: 'urn:c', code }] }))

describe('by value and pattern', () => {
  const byType = [sliced('Patient.identifier', 'pattern', 'type'), at('Patient.identifier:a', { min: 1 }),
    at('Patient.identifier:a.type', { min: 1, patternCodeableConcept: { coding: [{ system: 'urn:c', code: 'a' }] } })]
  const onThis = [sliced('Observation.category', 'pattern', '$this'), at('Observation.category:a', { min: 1, max: '1', patternCodeableConcept: { coding: [{ code: 'a' }] } })]
  const byTwo = [sliced('Observation.category', 'value', ['coding.code', 'coding.system']), at('Observation.category:a', { min: 1 }), at('Observation.category:a.coding', { min: 1 }),
    at('Observation.category:a.coding.system', { min: 1, fixedUri: 'urn:c' }), at('Observation.category:a.coding.code', { min: 1, fixedCode: 'a' })]
  const ofPrimitive = [sliced('Patient.name.given', 'value', '$this'), at('Patient.name.given:a', { min: 1, fixedString: 'Ann' })]
  const byBinding = [sliced('Patient.identifier', 'value', 'use'), at('Patient.identifier:a', { min: 1 }),
    at('Patient.identifier:a.use', { min: 1, binding: { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/identifier-use' } })]
  const byChoice = [sliced('Observation.component', 'value', 'value.ofType(CodeableConcept).coding.code'), at('Observation.component:a', { min: 1 }),
    at('Observation.component:a.value[x]', { min: 1, type: [{ code: 'CodeableConcept' }] }), at('Observation.component:a.value[x].coding', { min: 1 }),
    at('Observation.component:a.value[x].coding.code', { min: 1, fixedCode: 'a' })]
  const component = (code: string) => ({ component: [{ code: { text: 'x' }, valueCodeableConcept: { coding: [{ code }] } }] })

  it.each<[string, string, readonly object[], object, string[]]>([
    ['a concept, met', 'Patient', byType, { identifier: [{ type: { coding: [{ system: 'urn:c', code: 'a' }], text: 'A' } }] }, []],
    ['a concept, not met', 'Patient', byType, { identifier: [{ type: { coding: [{ system: 'urn:c', code: 'b' }] } }] }, ['slice-min:Patient.identifier:a at Patient']],
    ['the element itself', 'Observation', onThis, { ...observation, category: coded('b', 'a') }, []],
    ['the element itself, twice', 'Observation', onThis, { ...observation, category: coded('a', 'b', 'a') }, ['slice-max:Observation.category:a at Observation.category[2]']],
    ['two paths, met', 'Observation', byTwo, { ...observation, category: coded('a') }, []],
    ['two paths, one met', 'Observation', byTwo, { ...observation, category: [{ coding: [{ system: 'urn:d', code: 'a' }] }] }, ['slice-min:Observation.category:a at Observation']],
    ['a primitive', 'Patient', ofPrimitive, { name: [{ given: ['Bob', 'Ann'] }, { given: ['Eve'] }] }, ['slice-min:Patient.name.given:a at Patient.name[1]']],
    ['a required binding, met', 'Patient', byBinding, { identifier: [{ use: 'usual', value: 'x' }] }, []],
    ['a required binding, not met', 'Patient', byBinding, { identifier: [{ value: 'x' }] }, ['slice-min:Patient.identifier:a at Patient']],
    ['ofType(), met', 'Observation', byChoice, { ...observation, ...component('a') }, []],
    ['ofType(), not met', 'Observation', byChoice, { ...observation, ...component('b') }, ['slice-min:Observation.component:a at Observation']],
  ])('%s', (_name, type, element, members, expected) => {
    expect(found(type, element, members)).toEqual(expected)
  })

  it('says what is missing by what tells it apart', () => {
    expect(issuesOf('Observation', byTwo, { ...observation, category: coded('b') })[0]?.text)
      .toBe(`found no category "a" (coding.code "a" and coding.system "urn:c"); ${URL} needs one; add what is missing`)
  })
})

describe('by existence', () => {
  const element = [sliced('Patient.identifier', 'exists', 'period'), at('Patient.identifier:dated', { max: '1' }), at('Patient.identifier:dated.period', { min: 1 }),
    at('Patient.identifier:undated', { max: '0' }), at('Patient.identifier:undated.period', { max: '0' })]
  it('asks both', () => {
    expect(found('Patient', element, { identifier: [{ period: { start: '2026' } }] })).toEqual([])
    expect(found('Patient', element, { identifier: [{ value: 'x' }, { period: { start: '2026' } }, { period: { start: '2026' } }] }))
      .toEqual(['slice-max:Patient.identifier:undated at Patient.identifier[0]', 'slice-max:Patient.identifier:dated at Patient.identifier[2]'])
  })
})

describe('by type', () => {
  const entries = [sliced('Bundle.entry', 'type', 'resource', 'closed'), at('Bundle.entry:p', { min: 1, max: '1' }), at('Bundle.entry:p.resource', { min: 1, type: [{ code: 'Patient' }] })]
  const bundle = (...types: string[]) => ({ type: 'collection', entry: types.map((resourceType, i) => ({ fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${i}`, resource: { resourceType, name: undefined, active: true, ...(resourceType === 'Organization' ? { name: 'x' } : {}) } })) })
  const choice = [sliced('Observation.value[x]', 'type', '$this', 'closed'), at('Observation.value[x]:valueQuantity', { type: [{ code: 'Quantity' }] }), at('Observation.value[x]:valueQuantity.unit', { min: 1 })]
  const contained = [sliced('Patient.contained', 'type', '$this'), at('Patient.contained:o', { max: '0', type: [{ code: 'Organization' }] })]
  const reference = (rules: string) => [sliced('Composition.section.entry', 'type', 'resolve()', rules),
    at('Composition.section.entry:p', { max: '1', type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Patient'] }] })]
  const section = (...references: object[]) => ({ ...composition, section: [{ title: 'x', entry: references }] })

  it.each<[string, string, readonly object[], object, string[]]>([
    ['an entry of the type', 'Bundle', entries, bundle('Patient'), []],
    ['an entry of another type', 'Bundle', entries, bundle('Organization'), ['slice-min:Bundle.entry:p at Bundle', 'slice-closed:Bundle.entry at Bundle.entry[0]']],
    ['a choice', 'Observation', choice, { ...observation, valueQuantity: { value: 1 } }, ['min:Observation.value[x]:valueQuantity.unit at Observation.value.ofType(Quantity)']],
    ['a choice that is closed', 'Observation', choice, { ...observation, valueString: 'x' }, ['slice-closed:Observation.value[x] at Observation.value.ofType(string)']],
    ['a contained resource', 'Patient', contained, { contained: [{ resourceType: 'Organization', id: 'o', name: 'x' }], managingOrganization: { reference: '#o' } }, ['slice-max:Patient.contained:o at Patient.contained[0]']],
    ['a reference, by its text', 'Composition', reference('closed'), section({ reference: 'Patient/1' }, { reference: 'Observation/1' }), ['slice-closed:Composition.section.entry at Composition.section[0].entry[1]']],
    ['a reference, by Reference.type', 'Composition', reference('closed'), section({ type: 'Observation', display: 'x' }), ['slice-closed:Composition.section.entry at Composition.section[0].entry[0]']],
    ['a reference of unknown type', 'Composition', reference('closed'), section({ display: 'x' }), []],
    ['references of one type', 'Composition', reference('open'), section({ reference: 'Patient/1' }, { reference: 'Patient/2' }), ['slice-max:Composition.section.entry:p at Composition.section[0].entry[1]']],
  ])('%s', (_name, type, element, members, expected) => {
    expect(found(type, element, members)).toEqual(expected)
  })

  it('says of a choice narrowed to one type only that', () => {
    expect(found('Observation', [at('Observation.valueQuantity')], { ...observation, valueString: 'x' })).toEqual(['type:Observation.value[x] at Observation.value.ofType(string)'])
  })
})

describe('by profile', () => {
  const active = profile('urn:active', 'Patient', [at('Patient.active', { min: 1, fixedBoolean: true })])
  const entries = [sliced('Bundle.entry', 'profile', 'resource'), at('Bundle.entry:p', { min: 1, max: '1' }), at('Bundle.entry:p.resource', { min: 1, type: [{ code: 'Patient', profile: ['urn:active'] }] })]
  const bundle = (...states: boolean[]) => ({ type: 'collection', entry: states.map((state, i) => ({ fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${i}`, resource: { resourceType: 'Patient', active: state } })) })
  const referred = [sliced('Composition.section.entry', 'profile', 'resolve()'), at('Composition.section.entry:p', { min: 1, type: [{ code: 'Reference', targetProfile: ['urn:active'] }] })]
  const section = (state: boolean, reference = '#p') => ({ ...composition, contained: [{ resourceType: 'Patient', id: 'p', active: state }], section: [{ title: 'x', entry: [{ reference }, { reference: '#p' }] }] })

  it.each<[string, string, readonly object[], object, string[]]>([
    ['an entry that meets it', 'Bundle', entries, bundle(false, true), []],
    ['no entry that meets it', 'Bundle', entries, bundle(false), ['slice-min:Bundle.entry:p at Bundle']],
    ['two', 'Bundle', entries, bundle(true, true), ['slice-max:Bundle.entry:p at Bundle.entry[1]']],
    ['what a reference leads to', 'Composition', referred, section(true), []],
    ['what a reference leads to, not met', 'Composition', referred, section(false), ['slice-min:Composition.section.entry:p at Composition.section[0]']],
    ['what cannot be looked at', 'Composition', referred, section(false, 'Patient/1'), []],
  ])('%s', (_name, type, element, members, expected) => {
    expect(found(type, element, members, [active])).toEqual(expected)
  })

  it('says what it could not look at', () => {
    expect(told(issuesOf('Composition', referred, section(false, 'Patient/1'), [active]), 'information')).toContain('not-checked:Composition.section.entry:p at Composition.section[0].entry[0]')
  })
})

describe('by what a reference leads to', () => {
  const final = profile('urn:final', 'Observation', [at('Observation.status', { fixedCode: 'final' })])
  const element = [sliced('Composition.section.entry', 'value', 'resolve().status'), at('Composition.section.entry:p', { min: 1, type: [{ code: 'Reference', targetProfile: ['urn:final'] }] })]
  const section = (status: string) => ({ ...composition, contained: [{ resourceType: 'Observation', id: 'o', status, code: { text: 'x' } }], section: [{ title: 'x', entry: [{ reference: '#o' }] }] })
  it('asks an element of it', () => {
    expect(found('Composition', element, section('final'), [final])).toEqual([])
    expect(found('Composition', element, section('amended'), [final])).toEqual(['slice-min:Composition.section.entry:p at Composition.section[0]'])
  })
})

describe('re-slicing', () => {
  const element = [sliced('Patient.identifier', 'value', 'system'),
    at('Patient.identifier:a', { max: '2', slicing: { discriminator: [{ type: 'value', path: 'use' }], rules: 'closed' } }), at('Patient.identifier:a.system', { min: 1, fixedUri: 'urn:a' }),
    at('Patient.identifier:a/1', { min: 1, max: '1' }), at('Patient.identifier:a/1.use', { min: 1, fixedCode: 'usual' }),
    at('Patient.identifier:a/2', { max: '1' }), at('Patient.identifier:a/2.use', { min: 1, fixedCode: 'old' })]
  const of = (...uses: string[]) => found('Patient', element, { identifier: uses.map(use => ({ system: 'urn:a', use, value: 'x' })) })
  it('slices a slice again', () => {
    expect(of('usual', 'old')).toEqual([])
    expect(of('temp', 'old')).toEqual(['slice-min:Patient.identifier:a/1 at Patient', 'slice-closed:Patient.identifier:a at Patient.identifier[0]'])
    expect(of('usual', 'old', 'old')).toEqual(['slice-max:Patient.identifier:a at Patient.identifier[2]', 'slice-max:Patient.identifier:a/2 at Patient.identifier[2]'])
  })
})

describe('counting', () => {
  const element = [sliced('Patient.identifier', 'value', 'system', 'open', { min: 2, max: '3' }), at('Patient.identifier:a', { min: 1, max: '1' }), at('Patient.identifier:a.system', { min: 1, fixedUri: 'urn:a' })]
  const of = (...systems: string[]) => found('Patient', element, { identifier: systems.map(system => ({ system, value: 'x' })) })
  it('goes for the element and for its slices', () => {
    expect(of('urn:a', 'urn:b')).toEqual([])
    expect(of('urn:b')).toEqual(['min:Patient.identifier at Patient', 'slice-min:Patient.identifier:a at Patient'])
    expect(of('urn:a', 'urn:b', 'urn:c', 'urn:d')).toEqual(['max:Patient.identifier at Patient.identifier[3]'])
  })
})

describe('a slice that cannot be told apart', () => {
  const element = [sliced('Patient.identifier', 'value', 'system', 'closed'), at('Patient.identifier:a', { min: 1 })]
  it('is a fault of the definition, not of the resource', () => {
    expect(told(issuesOf('Patient', element, { identifier: [{ value: 'x' }] }), 'error', 'warning')).toEqual(['definition at Patient'])
  })
})
