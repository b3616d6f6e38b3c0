/**
 * Profiles of every kind in one table: what each takes and what it refuses, and for what. The differentials are as short as
 * tools write them.
 */
import { createValidator } from '../../src/validation/engine.ts'
import type { Validator } from '../../src/validation/validator.ts'
import { withDefinitions } from './overlay.ts'
import { check, DECLARED, definitions, errorsOf, told } from './setup.ts'

const BASE = 'http://hl7.org/fhir/StructureDefinition/'
const CLAIMED = 'https://example.org/StructureDefinition/p'
const UCUM = 'http://unitsofmeasure.org'

interface Definition {
  readonly resourceType: string
  readonly url: string
  readonly [name: string]: unknown
}

/** `at('Patient.identifier:a.system', { min: 1 })`: the path is the id without slices. */
const at = (id: string, rule: object): object => {
  const slice = /:([^.]+)$/.exec(id)?.[1]
  return { id, path: id.replaceAll(/:[^.]+/g, ''), ...(slice === undefined ? {} : { sliceName: slice }), ...rule }
}
const sliced = (type: string, path: string, more: object = {}): object => ({ slicing: { discriminator: [{ type, path }], rules: 'open', ...more } })
const profile = (type: string, element: readonly object[], more: object = {}): Definition => ({ resourceType: 'StructureDefinition', url: CLAIMED, name: 'P', status: 'draft',
  kind: 'resource', abstract: false, type, baseDefinition: BASE + type, derivation: 'constraint', differential: { element: [{ id: type, path: type }, ...element] }, ...more })
const extension = (url: string, value: object): Definition => profile('Extension',
  [at('Extension.url', { fixedUri: url }), at('Extension.value[x]', { min: 1, ...value })], { url, kind: 'complex-type', context: [{ type: 'element', expression: 'Element' }] })
const active = profile('Patient', [at('Patient.active', { min: 1 })], { url: 'https://example.org/active' })
const codes = { resourceType: 'ValueSet', url: 'https://example.org/codes', status: 'draft', compose: { include: [{ system: 'urn:cs', concept: [{ code: 'a' }, { code: 'b' }] }] } }

const person = (members: object = {}): object => ({ resourceType: 'Patient', ...members })
const identified = (...systems: readonly string[]): object => person({ identifier: systems.map(system => ({ system: `urn:${system}`, value: '1' })) })
const observed = (members: object): object => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...members })
const coded = (system: string, code: string, more: object = {}): object => ({ coding: [{ system, code }], ...more })
const kilograms = (value: number, code = 'kg'): object => observed({ valueQuantity: { value, system: UCUM, code } })
const collection = (...resources: readonly object[]): object =>
  ({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource, i) => ({ fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${i}`, resource })) })
const system = (slice: string): object => at(`Patient.identifier:${slice}.system`, { min: 1, fixedUri: `urn:${slice}` })

interface Row {
  readonly profile: Definition
  readonly with?: readonly Definition[]
  readonly good: readonly object[]
  readonly bad: readonly (readonly [resource: object, told: string])[]
}

const table: Readonly<Record<string, Row>> = {
  'slices by value': {
    profile: profile('Patient', [at('Patient.identifier', sliced('value', 'system')), at('Patient.identifier:a', { min: 1, max: '1' }), system('a')]),
    good: [identified('b', 'a')], bad: [[identified('b'), 'slice-min'], [person(), 'slice-min'], [identified('a', 'a'), 'slice-max']],
  },
  'slices by two values': {
    profile: profile('Patient', [at('Patient.telecom', { slicing: { discriminator: [{ type: 'value', path: 'system' }, { type: 'value', path: 'use' }], rules: 'open' } }),
      at('Patient.telecom:a', { min: 1 }), at('Patient.telecom:a.system', { min: 1, fixedCode: 'phone' }), at('Patient.telecom:a.use', { min: 1, fixedCode: 'home' })]),
    good: [person({ telecom: [{ system: 'phone', use: 'work', value: '1' }, { system: 'phone', use: 'home', value: '1' }] })], bad: [[person({ telecom: [{ system: 'phone', use: 'work', value: '1' }] }), 'slice-min']],
  },
  'closed slicing': { profile: profile('Patient', [at('Patient.identifier', sliced('value', 'system', { rules: 'closed' })), at('Patient.identifier:a', { max: '1' }), system('a')]), good: [identified('a'), person()], bad: [[identified('b'), 'slice-closed']] },
  'slicing that is open at the end': { profile: profile('Patient', [at('Patient.identifier', sliced('value', 'system', { rules: 'openAtEnd' })), at('Patient.identifier:a', { max: '1' }), system('a')]), good: [identified('a', 'b')], bad: [[identified('b', 'a'), 'slice-order']] },
  'ordered slicing': { profile: profile('Patient', [at('Patient.identifier', sliced('value', 'system', { ordered: true })), at('Patient.identifier:a', { max: '1' }), system('a'), at('Patient.identifier:b', { max: '1' }), system('b')]), good: [identified('a', 'b')], bad: [[identified('b', 'a'), 'slice-order']] },
  'a default slice': {
    profile: profile('Patient', [at('Patient.identifier', sliced('value', 'system', { rules: 'closed' })), at('Patient.identifier:a', { max: '1' }), system('a'), at('Patient.identifier:@default', {}), at('Patient.identifier:@default.value', { min: 1 })]),
    good: [identified('b')], bad: [[person({ identifier: [{ system: 'urn:b', use: 'old' }] }), 'min:Patient.identifier:@default.value']],
  },
  'slices of a slice': {
    profile: profile('Patient', [at('Patient.identifier', sliced('value', 'system')), at('Patient.identifier:a', { min: 1, ...sliced('value', 'use') }), system('a'),
      at('Patient.identifier:a/o', { min: 1, max: '1' }), at('Patient.identifier:a/o.use', { min: 1, fixedCode: 'official' })]),
    good: [person({ identifier: [{ system: 'urn:a', use: 'official', value: '1' }, { system: 'urn:a', use: 'old', value: '1' }] })], bad: [[person({ identifier: [{ system: 'urn:a', use: 'old', value: '1' }] }), 'slice-min']],
  },
  'slices by a pattern on $this': {
    profile: profile('Observation', [at('Observation.category', sliced('pattern', '$this')), at('Observation.category:v', { min: 1, patternCodeableConcept: coded('urn:c', 'v') })]),
    good: [observed({ category: [coded('urn:z', 'q'), { coding: [{ system: 'urn:y', code: 'q' }, { system: 'urn:c', code: 'v', display: 'x' }], text: 't' }] })], bad: [[observed({ category: [coded('urn:c', 'w')] }), 'slice-min']],
  },
  'slices by the value set of a required binding': {
    profile: profile('Observation', [at('Observation.category', sliced('value', '$this')), at('Observation.category:c', { min: 1, binding: { strength: 'required', valueSet: codes.url } })]), with: [codes],
    good: [observed({ category: [coded('urn:cs', 'b')] })], bad: [[observed({ category: [coded('urn:cs', 'z')] }), 'slice-min']],
  },
  'slices by a value deep inside': {
    profile: profile('Observation', [at('Observation.component', sliced('value', 'code.coding.code')), at('Observation.component:s', { min: 1 }), at('Observation.component:s.code.coding.code', { min: 1, fixedCode: 's' }),
      at('Observation.component:s.value[x]', { min: 1, type: [{ code: 'Quantity' }] })]),
    good: [observed({ component: [{ code: coded('urn:a', 's'), valueQuantity: { value: 1 } }] })],
    bad: [[observed({ component: [{ code: coded('urn:a', 's'), valueString: 'x' }] }), 'Observation.component[0]'], [observed({ component: [{ code: coded('urn:a', 's') }] }), 'min:Observation.component:s.value[x]']],
  },
  'slices by existence': {
    profile: profile('Patient', [at('Patient.contact', sliced('exists', 'relationship')), at('Patient.contact:with', { max: '1' }), at('Patient.contact:with.relationship', { min: 1 }),
      at('Patient.contact:without', { max: '1' }), at('Patient.contact:without.relationship', { max: '0' })]),
    good: [person({ contact: [{ name: { text: 'a' }, relationship: [{ text: 'x' }] }, { name: { text: 'b' } }] })], bad: [[person({ contact: [{ name: { text: 'a' } }, { name: { text: 'b' } }] }), 'slice-max']],
  },
  'slices of a choice by type': {
    profile: profile('Observation', [at('Observation.value[x]', sliced('type', '$this')), at('Observation.value[x]:valueQuantity', { type: [{ code: 'Quantity' }] }), at('Observation.value[x]:valueQuantity.code', { min: 1, patternCode: 'kg' })]),
    good: [kilograms(1), observed({ valueString: 'x' })], bad: [[kilograms(1, 'g'), 'pattern'], [observed({ valueQuantity: { value: 1 } }), 'min:']],
  },
  'slices of entries by type of resource': {
    profile: profile('Bundle', [at('Bundle.entry', sliced('type', 'resource')), at('Bundle.entry:p', { min: 1, max: '1' }), at('Bundle.entry:p.resource', { min: 1, type: [{ code: 'Patient' }] })]),
    good: [collection(person(), observed({}))], bad: [[collection(observed({})), 'slice-min'], [collection(person(), person()), 'slice-max']],
  },
  'slices of entries by profile': {
    profile: profile('Bundle', [at('Bundle.entry', sliced('profile', 'resource')), at('Bundle.entry:p', { min: 1 }), at('Bundle.entry:p.resource', { min: 1, type: [{ code: 'Patient', profile: ['https://example.org/active'] }] })]), with: [active],
    good: [collection(person({ active: true }))], bad: [[collection(person()), 'slice-min']],
  },
  'slices by the type that a reference leads to': {
    profile: profile('Observation', [at('Observation.performer', sliced('type', 'resolve()')), at('Observation.performer:org', { min: 1, type: [{ code: 'Reference', targetProfile: [`${BASE}Organization`] }] })]),
    good: [observed({ performer: [{ reference: 'Organization/1' }] })], bad: [[observed({ performer: [{ reference: 'Practitioner/1' }] }), 'slice-min']],
  },
  'an extension that must be there': {
    profile: profile('Patient', [at('Patient.extension', sliced('value', 'url')), at('Patient.extension:e', { min: 1, max: '1', type: [{ code: 'Extension', profile: ['https://example.org/e'] }] })]),
    with: [extension('https://example.org/e', { type: [{ code: 'integer' }], minValueInteger: 3, maxValueInteger: 5 })],
    good: [person({ extension: [{ url: 'https://example.org/e', valueInteger: 4 }] })],
    bad: [[person({ extension: [{ url: 'https://example.org/other', valueInteger: 4 }] }), 'slice-min'], [person({ extension: [{ url: 'https://example.org/e', valueInteger: 6 }] }), 'max-value'],
      [person({ extension: [{ url: 'https://example.org/e', valueInteger: 2 }] }), 'min-value'], [person({ extension: [{ url: 'https://example.org/e', valueString: 'x' }] }), 'type:']],
  },
  'slices by the value of an extension': {
    profile: profile('Patient', [at('Patient.name', sliced('value', "extension('https://example.org/e').value")), at('Patient.name:a', { min: 1 }), at('Patient.name:a.extension', sliced('value', 'url')),
      at('Patient.name:a.extension:e', { min: 1, type: [{ code: 'Extension', profile: ['https://example.org/e'] }] }), at('Patient.name:a.extension:e.value[x]', { min: 1, fixedCode: 'q' })]),
    with: [extension('https://example.org/e', { type: [{ code: 'code' }] })],
    good: [person({ name: [{ text: 'x', extension: [{ url: 'https://example.org/e', valueCode: 'q' }] }] })], bad: [[person({ name: [{ text: 'x', extension: [{ url: 'https://example.org/e', valueCode: 'z' }] }] }), 'slice-min']],
  },
  'fixed values, patterns and limits': {
    profile: profile('Patient', [at('Patient.maritalStatus', { fixedCodeableConcept: { text: 'x' } }), at('Patient.name', { max: '1' }), at('Patient.name.text', { maxLength: 3 }), at('Patient.telecom', { max: '0' }),
      at('Patient.birthDate', { minValueDate: '2000-01-01' }), at('Patient.gender', { patternCode: 'female' })]),
    good: [person({ gender: 'female', maritalStatus: { text: 'x' }, name: [{ text: 'abc' }], birthDate: '2001' })],
    bad: [[person({ maritalStatus: { text: 'x', id: 'a' } }), 'fixed'], [person({ name: [{ text: 'abcd' }] }), 'max-length'], [person({ name: [{ text: 'a' }, { text: 'b' }] }), 'max:'],
      [person({ telecom: [{ system: 'phone', value: '1' }] }), 'max:'], [person({ birthDate: '1999-12-31' }), 'min-value'], [person({ gender: 'male' }), 'pattern']],
  },
  'a pattern of two codes': {
    profile: profile('Observation', [at('Observation.code', { patternCodeableConcept: { coding: [{ system: 'urn:a', code: '1' }, { system: 'urn:b', code: '2' }] } })]),
    good: [observed({ code: { coding: [{ system: 'urn:b', code: '2' }, { system: 'urn:c', code: '3' }, { system: 'urn:a', code: '1', display: 'd' }] } })], bad: [[observed({ code: coded('urn:a', '1') }), 'pattern']],
  },
  'limits of quantities, dates and instants': {
    profile: profile('Observation', [at('Observation.value[x]', { maxValueQuantity: { value: 100, system: UCUM, code: 'kg' } }), at('Observation.effective[x]', { minValueDateTime: '2020-01-01T00:00:00Z' }), at('Observation.issued', { maxValueInstant: '2030-01-01T00:00:00Z' })]),
    good: [kilograms(100), observed({ effectiveDateTime: '2021', issued: '2029-12-31T23:59:59Z' })],
    bad: [[kilograms(100.5), 'max-value'], [kilograms(100_001, 'g'), 'max-value'], [observed({ effectiveDateTime: '2019-12-31' }), 'min-value'], [observed({ issued: '2030-01-01T00:00:01Z' }), 'max-value']],
  },
  'fewer types and targets': {
    profile: profile('Observation', [at('Observation.value[x]', { min: 1, type: [{ code: 'Quantity' }, { code: 'string' }] }), at('Observation.subject', { min: 1, type: [{ code: 'Reference', targetProfile: [`${BASE}Patient`] }] })]),
    good: [observed({ valueString: 'x', subject: { reference: 'Patient/1' } })],
    bad: [[observed({ valueInteger: 1, subject: { reference: 'Patient/1' } }), 'type:'], [observed({ subject: { reference: 'Patient/1' } }), 'min:Observation.value[x]'], [observed({ valueString: 'x', subject: { reference: 'Group/1' } }), 'target:']],
  },
  'a choice under the name of one type': {
    profile: profile('Observation', [at('Observation.valueQuantity', { min: 1 }), at('Observation.valueQuantity.unit', { min: 1 })]),
    good: [observed({ valueQuantity: { value: 1, unit: 'x' } })], bad: [[observed({}), ''], [observed({ valueQuantity: { value: 1 } }), 'min:']],
  },
  'a profile of a data type': {
    profile: profile('Patient', [at('Patient.name', { type: [{ code: 'HumanName', profile: ['https://example.org/name'] }] })]),
    with: [profile('HumanName', [at('HumanName.family', { min: 1 })], { url: 'https://example.org/name', kind: 'complex-type' })],
    good: [person({ name: [{ family: 'x' }] })], bad: [[person({ name: [{ text: 'x' }] }), 'min:HumanName.family']],
  },
  'a profile of what a reference leads to': {
    profile: profile('Observation', [at('Observation.subject', { type: [{ code: 'Reference', targetProfile: ['https://example.org/active'] }] })]), with: [active],
    good: [observed({ contained: [{ resourceType: 'Patient', id: 'p', active: true }], subject: { reference: '#p' } })], bad: [[observed({ contained: [{ resourceType: 'Patient', id: 'p' }], subject: { reference: '#p' } }), '']],
  },
  'a profile of a profile': {
    profile: profile('Patient', [at('Patient.birthDate', { min: 1 })], { baseDefinition: 'https://example.org/active' }), with: [active],
    good: [person({ active: true, birthDate: '2000' })], bad: [[person({ birthDate: '2000' }), 'min:Patient.active'], [person({ active: true }), 'min:Patient.birthDate']],
  },
  'elements inside a data type': {
    profile: profile('Patient', [at('Patient.identifier.assigner', { max: '0' }), at('Patient.identifier.period.start', { min: 1 }), at('Patient.contact.name.family', { min: 1 })]),
    good: [identified('a'), person({ contact: [{ name: { family: 'x' } }] })],
    bad: [[person({ identifier: [{ value: '1', assigner: { display: 'x' } }] }), 'max:'], [person({ identifier: [{ value: '1', period: { end: '2026' } }] }), 'min:'], [person({ contact: [{ name: { text: 'x' } }] }), 'min:']],
  },
  'elements below a content reference': {
    profile: profile('Questionnaire', [at('Questionnaire.item.item.text', { min: 1 })]),
    good: [{ resourceType: 'Questionnaire', status: 'draft', item: [{ linkId: '1', type: 'group', item: [{ linkId: '2', type: 'string', text: 'x' }] }] }],
    bad: [[{ resourceType: 'Questionnaire', status: 'draft', item: [{ linkId: '1', type: 'group', item: [{ linkId: '2', type: 'string' }] }] }, 'min:']],
  },
  'a snapshot alone': {
    profile: profile('Patient', [], { differential: undefined, snapshot: { element: [{ id: 'Patient', path: 'Patient', min: 0, max: '*' }, { id: 'Patient.gender', path: 'Patient.gender', min: 1, max: '1', type: [{ code: 'code' }] }] } }),
    good: [person({ gender: 'male' })], bad: [[person(), 'min:Patient.gender']],
  },
  'rules in FHIRPath': {
    profile: profile('Observation', [{ id: 'Observation', path: 'Observation', constraint: [
      { key: 'o-1', severity: 'error', human: 'x', expression: 'value.ofType(Quantity).exists() implies value.ofType(Quantity).value > 0' },
      { key: 'o-2', severity: 'error', human: 'x', expression: "extension('https://example.org/z').exists().not()" },
      { key: 'o-3', severity: 'error', human: 'x', expression: "component.all(code.exists() and %resource.status = 'final')" },
      { key: 'o-4', severity: 'error', human: 'x', expression: 'subject.resolve() is Patient or subject.empty()' },
    ] }]),
    good: [kilograms(1)],
    bad: [[kilograms(0), 'o-1'], [observed({ extension: [{ url: 'https://example.org/z', valueCode: 'x' }] }), 'o-2'], [observed({ status: 'preliminary', component: [{ code: { text: 'x' } }] }), 'o-3'],
      [observed({ contained: [{ resourceType: 'Group', id: 'g', type: 'person', actual: true }], subject: { reference: '#g' } }), 'o-4']],
  },
}

describe.each(Object.entries(table))('%s', (_name, { profile: claimed, with: more = [], good, bad }) => {
  const validator: Validator = createValidator(withDefinitions(definitions, [claimed, ...more]))
  const errors = (resource: object): readonly string[] => told(errorsOf(check(resource, { ...DECLARED, also: [CLAIMED] }, validator)))

  it.each(good.map(resource => [JSON.stringify(resource).slice(0, 100), resource] as const))('takes %s', (_text, resource) => expect(errors(resource)).toEqual([]))
  it.each(bad.map(([resource, code]) => [JSON.stringify(resource).slice(0, 100), resource, code] as const))('refuses %s', (_text, resource, code) => {
    expect(errors(resource)).not.toEqual([])
    expect(errors(resource).join('\n')).toContain(code)
  })
})
