import type { StructureDefinition as RawStructure } from 'fhir/r4.js'
import { createValidator } from '../../src/validation/engine.ts'
import { withDefinitions } from './overlay.ts'
import { altered, check, DECLARED, definitions, errorsOf, observation, patient, told, UKCORE } from './setup.ts'

const URL = 'https://example.org/fhir/StructureDefinition/test'

/** A profile of one differential on a base type, and what validating a resource against it tells. */
const against = (type: string, element: readonly object[], resource: object, supporting: readonly RawStructure[] = []) => {
  const validator = createValidator(withDefinitions(definitions, [profile(URL, type, element), ...supporting]))
  return check(resource, { ...DECLARED, also: [URL] }, validator)
}

const profile = (url: string, type: string, element: readonly object[], more: object = {}): RawStructure => ({
  resourceType: 'StructureDefinition', url, name: 'Test', status: 'draft', kind: 'resource', abstract: false, type,
  baseDefinition: `http://hl7.org/fhir/StructureDefinition/${type}`, derivation: 'constraint', ...more,
  differential: { element: element.map(item => ({ id: (item as { path: string }).path, ...item })) },
} as RawStructure)

const sliced = (path: string, discriminator: readonly { type: string; path: string }[], rules = 'open', ordered = false) =>
  ({ path, slicing: { discriminator, rules, ordered } })

const errors = (...args: Parameters<typeof against>): string[] => told(errorsOf(against(...args)))

describe('UK Core Patient', () => {
  it('allows one NHS number', () => {
    const two = altered(patient, 'identifier.1', { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000017' })
    expect(told(errorsOf(check(two)))).toEqual(['slice-max:Patient.identifier:nhsNumber at Patient.identifier[1]'])
    expect(told(errorsOf(check(two, DECLARED)))).toEqual([])
  })

  it('asks of an NHS number its value', () => {
    const without = altered(patient, 'identifier.0.value', undefined)
    expect(told(errorsOf(check(without)))).toEqual(['min:Patient.identifier:nhsNumber.value at Patient.identifier[0]'])
  })

  it('refuses the retired code system of the verification status', () => {
    const retired = altered(patient, 'identifier.0.extension.0.valueCodeableConcept.coding.0',
      { system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus', code: 'number-present-and-verified' })
    const [issue] = errorsOf(check(retired))
    expect(issue).toMatchObject({ code: 'binding:Extension.value[x]', expression: ['Patient.identifier[0].extension[0].value.ofType(CodeableConcept).coding[0]'] })
    expect(issue?.text).toContain('UKCore-NHSNumberVerificationStatusEngland')
  })

  it('leaves the rest of the world its identifiers', () => {
    expect(told(check({ resourceType: 'Patient', identifier: [{ system: 'https://example.org/mrn', value: '1' }, { system: 'https://example.org/mrn', value: '2' }] }))).toEqual([])
  })
})

describe('profiles claimed', () => {
  const claim = (...profile: string[]) => ({ ...patient, meta: { profile } })

  it('refuses an unknown one, and only warns where asked to', () => {
    const unknown = claim('https://fhir.hl7.org.uk/StructureDefinition/UKCore-Pateint')
    const [issue] = check(unknown)
    expect(issue).toMatchObject({ severity: 'error', code: 'profile-unknown', expression: ['Patient.meta.profile[0]'] })
    expect(issue?.text).toContain('did you mean https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient?')
    expect(check(unknown, { ...UKCORE, unknownProfile: 'warning' }).map(({ severity }) => severity)).toEqual(['warning'])
  })

  it('refuses one of another type', () => {
    expect(told(check(claim('https://fhir.hl7.org.uk/StructureDefinition/UKCore-Task')))).toEqual(['profile-type at Patient.meta.profile[0]'])
  })

  it('refuses a version that is not known', () => {
    expect(told(check(claim('https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient|99.0.0')))).toEqual(['profile-unknown at Patient.meta.profile[0]'])
  })

  it('checks them in Bundle entries as well', () => {
    expect(told(check({ resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', resource: claim('https://example.org/none') }] })))
      .toEqual(['profile-unknown at Bundle.entry[0].resource.meta.profile[0]'])
  })
})

describe('a profile element by element', () => {
  it.each<[string, object, object, string[]]>([
    ['min', { path: 'Patient.birthDate', min: 1 }, {}, ['min:Patient.birthDate at Patient']],
    ['min inside', { path: 'Patient.name.family', min: 1 }, { name: [{ family: 'x' }, { text: 'x' }] }, ['min:Patient.name.family at Patient.name[1]']],
    ['min inside what is not there', { path: 'Patient.name.family', min: 1 }, {}, []],
    ['max', { path: 'Patient.name', max: '1' }, { name: [{ text: 'a' }, { text: 'b' }] }, ['max:Patient.name at Patient.name[1]']],
    ['max 0', { path: 'Patient.photo', max: '0' }, { photo: [{ title: 'x' }] }, ['max:Patient.photo at Patient.photo[0]']],
    ['fixed', { path: 'Patient.active', fixedBoolean: true }, { active: false }, ['fixed:Patient.active at Patient.active']],
    ['fixed, complex', { path: 'Patient.maritalStatus', fixedCodeableConcept: { text: 'x' } }, { maritalStatus: { text: 'x', id: 'y' } }, ['fixed:Patient.maritalStatus at Patient.maritalStatus']],
    ['pattern met', { path: 'Patient.maritalStatus', patternCodeableConcept: { coding: [{ code: 'M' }] } }, { maritalStatus: { coding: [{ code: 'X' }, { code: 'M', display: 'x' }] } }, []],
    ['pattern not met', { path: 'Patient.maritalStatus', patternCodeableConcept: { coding: [{ code: 'M' }] } }, { maritalStatus: { coding: [{ code: 'X' }] } }, ['pattern:Patient.maritalStatus at Patient.maritalStatus']],
    ['maxLength', { path: 'Patient.name.text', maxLength: 3 }, { name: [{ text: '😀😀😀' }, { text: 'four' }] }, ['max-length:Patient.name.text at Patient.name[1].text']],
    ['a choice narrowed', { path: 'Patient.deceased[x]', type: [{ code: 'boolean' }] }, { deceasedDateTime: '2026-01-01' }, ['type:Patient.deceased[x] at Patient.deceased.ofType(dateTime)']],
    ['a choice required', { path: 'Patient.deceased[x]', min: 1 }, {}, ['min:Patient.deceased[x] at Patient']],
    ['reference targets', { path: 'Patient.generalPractitioner', type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Organization'] }] },
      { generalPractitioner: [{ reference: 'Practitioner/1' }] }, ['target:Patient.generalPractitioner at Patient.generalPractitioner[0]']],
    ['a binding made required', { path: 'Patient.contact.relationship', binding: { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/patient-contactrelationship' } },
      { contact: [{ name: { text: 'x' }, relationship: [{ coding: [{ system: 'urn:x', code: 'x' }] }] }] }, ['binding:Patient.contact.relationship at Patient.contact[0].relationship[0].coding[0]']],
    ['least value', { path: 'Patient.multipleBirth[x]', minValueInteger: 2 }, { multipleBirthInteger: 1 }, ['min-value:Patient.multipleBirth[x] at Patient.multipleBirth.ofType(integer)']],
    ['greatest value', { path: 'Patient.birthDate', maxValueDate: '2020-01-01' }, { birthDate: '2020-01-02' }, ['max-value:Patient.birthDate at Patient.birthDate']],
    ['an invariant', { path: 'Patient', constraint: [{ key: 'p-1', severity: 'error', human: 'Needs a name', expression: 'name.exists()' }] }, {}, ['p-1 at Patient']],
    ['an invariant inside', { path: 'Patient.name', constraint: [{ key: 'p-2', severity: 'error', human: 'Needs a family name', expression: 'family.exists()' }] }, { name: [{ text: 'x' }] }, ['p-2 at Patient.name[0]']],
    ['an extension on a primitive', { path: 'Patient.birthDate.extension', max: '0' }, { birthDate: '1942', _birthDate: { extension: [{ url: 'https://example.org/x', valueString: 'x' }] } },
      ['max:Patient.birthDate.extension at Patient.birthDate.extension[0]']],
  ])('%s', (_name, element, members, expected) => {
    expect(errors('Patient', [element], { resourceType: 'Patient', ...members })).toEqual(expected)
  })

  it('asks an invariant of a choice by the type that is there', () => {
    // vs-1 of the vital signs profiles of R4
    const element = { path: 'Observation.effective[x]', type: [{ code: 'dateTime' }, { code: 'Period' }],
      constraint: [{ key: 'vs-1', severity: 'error', human: 'precise to the day', expression: '($this as dateTime).toString().length() >= 8' }] }
    const at = (effective: object) => errors('Observation', [element], { ...altered(observation, 'effectiveDateTime', undefined), ...effective })
    expect(at({ effectiveDateTime: '2026-11' })).toEqual(['vs-1 at Observation.effective.ofType(dateTime)'])
    expect(at({ effectiveDateTime: '2026-11-24' })).toEqual([])
    expect(at({ effectivePeriod: { start: '2026' } })).toEqual([])
  })

  it.each([[null], ['Patient/1'], [[null]]])('is not confused by %j where a reference is asked for', subject => {
    const element = { path: 'ServiceRequest.subject', type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Patient'] }] }
    const issues = told(against('ServiceRequest', [element], { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject }), 'error')
    expect(issues.length).toBeGreaterThan(0)
    expect(issues.filter(issue => issue.startsWith('not-validated'))).toEqual([])
  })

  it('says of a value of another type only that', () => {
    const element = { path: 'Observation.value[x]', type: [{ code: 'Quantity' }], patternQuantity: { code: 'kg' } }
    expect(errors('Observation', [element], { ...observation, valueQuantity: undefined, valueString: 'x' })).toEqual(['type:Observation.value[x] at Observation.value.ofType(string)'])
  })

  it('keeps a warning a warning', () => {
    const issues = against('Patient', [{ path: 'Patient', constraint: [{ key: 'p-1', severity: 'warning', human: 'Should have a name', expression: 'name.exists()' }] }], { resourceType: 'Patient' })
    expect(issues.map(({ severity, code, text }) => [severity, code, text])).toEqual([['warning', 'p-1', 'Should have a name (rule p-1: name.exists())']])
  })

  it('converts units to compare quantities', () => {
    const quantity = (value: number, code: string) => ({ value, code, system: 'http://unitsofmeasure.org' })
    const element = { path: 'Observation.value[x]', type: [{ code: 'Quantity' }], maxValueQuantity: quantity(1, 'kg') }
    expect(errors('Observation', [element], { ...observation, valueQuantity: quantity(999, 'g') })).toEqual([])
    expect(errors('Observation', [element], { ...observation, valueQuantity: quantity(1001, 'g') })).toEqual(['max-value:Observation.value[x] at Observation.value.ofType(Quantity)'])
  })
})

describe('slicing', () => {
  const bySystem = [{ type: 'value', path: 'system' }]
  const slice = (name: string, more: object = {}) => ({ id: `Patient.identifier:${name}`, path: 'Patient.identifier', sliceName: name, ...more })
  const system = (name: string, uri = `urn:${name}`) => ({ id: `Patient.identifier:${name}.system`, path: 'Patient.identifier.system', min: 1, fixedUri: uri })
  const holder = (...names: string[]) => ({ resourceType: 'Patient', identifier: names.map(name => ({ system: `urn:${name}`, value: '1' })) })
  const ab = (rules = 'open', ordered = false) => [sliced('Patient.identifier', bySystem, rules, ordered), slice('a', { max: '1' }), system('a'), slice('b', { max: '1' }), system('b')]

  it.each<[string, readonly object[], object, string[]]>([
    ['min', [sliced('Patient.identifier', bySystem), slice('a', { min: 1 }), system('a')], holder('b'), ['slice-min:Patient.identifier:a at Patient']],
    ['max', ab(), holder('a', 'b', 'a'), ['slice-max:Patient.identifier:a at Patient.identifier[2]']],
    ['open', ab(), holder('c', 'a', 'c'), []],
    ['closed', ab('closed'), holder('a', 'c'), ['slice-closed:Patient.identifier at Patient.identifier[1]']],
    ['open at end, met', ab('openAtEnd'), holder('a', 'b', 'c'), []],
    ['open at end, not met', ab('openAtEnd'), holder('a', 'c', 'b'), ['slice-order:Patient.identifier at Patient.identifier[1]']],
    ['ordered, met', ab('open', true), holder('a', 'c', 'b'), []],
    ['ordered, not met', ab('open', true), holder('b', 'a'), ['slice-order:Patient.identifier at Patient.identifier[1]']],
    ['a rule within a slice', [...ab(), { id: 'Patient.identifier:a.period', path: 'Patient.identifier.period', min: 1 }], holder('a', 'b'), ['min:Patient.identifier:a.period at Patient.identifier[0]']],
  ])('%s', (_name, elements, resource, expected) => {
    // a differential lists a slice's elements right after it
    const ordered = elements.filter(element => (element as { id?: string }).id !== 'Patient.identifier:a.period')
    const period = elements.find(element => (element as { id?: string }).id === 'Patient.identifier:a.period')
    if (period) ordered.splice(3, 0, period)
    expect(errors('Patient', ordered, resource)).toEqual(expected)
  })

  it.each<[string, readonly object[], object, string[]]>([
    ['pattern', [
      sliced('Observation.category', [{ type: 'pattern', path: '$this' }]),
      { id: 'Observation.category:lab', path: 'Observation.category', sliceName: 'lab', min: 1, patternCodeableConcept: { coding: [{ code: 'laboratory' }] } },
    ], observation, ['slice-min:Observation.category:lab at Observation']],
    ['exists', [
      sliced('Observation.component', [{ type: 'exists', path: 'interpretation' }]),
      { id: 'Observation.component:read', path: 'Observation.component', sliceName: 'read', max: '1' },
      { id: 'Observation.component:read.interpretation', path: 'Observation.component.interpretation', min: 1 },
    ], { ...observation, component: [{ code: { text: 'a' } }, { code: { text: 'b' }, interpretation: [{ text: 'x' }] }, { code: { text: 'c' }, interpretation: [{ text: 'x' }] }] },
    ['slice-max:Observation.component:read at Observation.component[2]']],
    ['type of a choice', [
      sliced('Observation.value[x]', [{ type: 'type', path: '$this' }]),
      { id: 'Observation.value[x]:valueQuantity', path: 'Observation.value[x]', sliceName: 'valueQuantity', type: [{ code: 'Quantity' }] },
      { id: 'Observation.value[x]:valueQuantity.code', path: 'Observation.value[x].code', min: 1 },
    ], altered(observation, 'valueQuantity.code', undefined), ['min:Observation.value[x]:valueQuantity.code at Observation.value.ofType(Quantity)']],
    ['type of an entry', [
      sliced('Bundle.entry', [{ type: 'type', path: 'resource' }]),
      { id: 'Bundle.entry:patient', path: 'Bundle.entry', sliceName: 'patient', min: 1, max: '1' },
      { id: 'Bundle.entry:patient.resource', path: 'Bundle.entry.resource', min: 1, type: [{ code: 'Patient' }] },
    ], { resourceType: 'Bundle', type: 'collection', entry: [{ resource: patient }, { resource: observation }, { resource: patient }] },
    ['slice-max:Bundle.entry:patient at Bundle.entry[2]']],
    ['value inside a coding', [
      sliced('Observation.component', [{ type: 'value', path: 'code.coding.code' }]),
      { id: 'Observation.component:systolic', path: 'Observation.component', sliceName: 'systolic', min: 1 },
      { id: 'Observation.component:systolic.code.coding.code', path: 'Observation.component.code.coding.code', min: 1, fixedCode: '8480-6' },
    ], { ...observation, valueQuantity: undefined, component: [{ code: { coding: [{ code: 'x' }] } }] },
    ['slice-min:Observation.component:systolic at Observation']],
  ])('told apart by %s', (_name, elements, resource, expected) => {
    expect(errors((resource as { resourceType: string }).resourceType, elements, resource)).toEqual(expected)
  })

  it('reaches into the resource of an entry, whose elements know it as %resource', () => {
    const elements = [
      sliced('Bundle.entry', [{ type: 'type', path: 'resource' }]),
      { id: 'Bundle.entry:patient', path: 'Bundle.entry', sliceName: 'patient' },
      { id: 'Bundle.entry:patient.resource', path: 'Bundle.entry.resource', type: [{ code: 'Patient' }],
        constraint: [{ key: 'p-1', severity: 'error', human: 'x', expression: "%resource.type = 'collection'" }] },
      { id: 'Bundle.entry:patient.resource.name', path: 'Bundle.entry.resource.name',
        constraint: [{ key: 'p-2', severity: 'error', human: 'x', expression: '%resource.active = true' }] },
      { id: 'Bundle.entry:patient.resource.birthDate', path: 'Bundle.entry.resource.birthDate', min: 1 },
    ]
    const bundle = (person: object) => ({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: observation }, { resource: person }] })
    expect(errors('Bundle', elements, bundle(patient))).toEqual([])
    expect(errors('Bundle', elements, bundle(altered(altered(patient, 'birthDate', undefined), 'active', false))))
      .toEqual(['min:Bundle.entry:patient.resource.birthDate at Bundle.entry[1].resource', 'p-2 at Bundle.entry[1].resource.name[0]'])
  })

  it('says that a profile of an element is not known', () => {
    const element = { path: 'Patient.name', type: [{ code: 'HumanName', profile: ['https://example.org/none'] }] }
    expect(told(against('Patient', [element], patient))).toEqual(['not-checked:profile at Patient.name[0]'])
  })

  it('told apart by the type a reference leads to', () => {
    const elements = [
      sliced('Patient.generalPractitioner', [{ type: 'type', path: 'resolve()' }]),
      { id: 'Patient.generalPractitioner:gp', path: 'Patient.generalPractitioner', sliceName: 'gp', max: '1', type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Practitioner'] }] },
    ]
    const person = { resourceType: 'Patient', contained: [{ resourceType: 'Practitioner', id: 'a', active: true }, { resourceType: 'Organization', id: 'b', name: 'x' }] }
    expect(errors('Patient', elements, { ...person, generalPractitioner: [{ reference: '#a' }, { reference: '#b' }] })).toEqual([])
    expect(errors('Patient', elements, { ...person, generalPractitioner: [{ reference: '#a' }, { reference: '#b' }, { reference: '#a' }] }))
      .toEqual(['slice-max:Patient.generalPractitioner:gp at Patient.generalPractitioner[2]'])
  })

  it('says so where a reference cannot be followed, and does not guess', () => {
    const elements = [
      sliced('Patient.generalPractitioner', [{ type: 'profile', path: 'resolve()' }]),
      { id: 'Patient.generalPractitioner:gp', path: 'Patient.generalPractitioner', sliceName: 'gp', max: '0', type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Practitioner'] }] },
    ]
    const issues = against('Patient', elements, { resourceType: 'Patient', generalPractitioner: [{ reference: 'Practitioner/1' }, { reference: 'Practitioner/2' }] })
    expect(issues.map(({ severity, code }) => [severity, code])).toEqual([['information', 'not-checked:Patient.generalPractitioner:gp']])
  })
})

describe('a slice sliced again', () => {
  const A = 'https://example.org/a'
  const by = (path: string) => [{ type: 'value', path }]
  const element = [
    sliced('Patient.identifier', by('system')),
    { id: 'Patient.identifier:a', path: 'Patient.identifier', sliceName: 'a', max: '2', slicing: { discriminator: by('use'), rules: 'closed' } },
    { id: 'Patient.identifier:a.system', path: 'Patient.identifier.system', fixedUri: A },
    { id: 'Patient.identifier:a/official', path: 'Patient.identifier', sliceName: 'a/official', min: 1, max: '1' },
    { id: 'Patient.identifier:a/official.use', path: 'Patient.identifier.use', min: 1, fixedCode: 'official' },
    { id: 'Patient.identifier:a/old', path: 'Patient.identifier', sliceName: 'a/old', max: '1' },
    { id: 'Patient.identifier:a/old.use', path: 'Patient.identifier.use', min: 1, fixedCode: 'old' },
    { id: 'Patient.identifier:a/old.period', path: 'Patient.identifier.period', min: 1 },
  ]
  const of = (...identifier: object[]) => errors('Patient', element, { resourceType: 'Patient', identifier })
  const official = { system: A, use: 'official', value: '1' }

  it('holds its parts to their own rules', () => {
    expect(of(official, { system: A, use: 'old', value: '2', period: { end: '2020' } })).toEqual([])
    expect(of(official, { system: A, use: 'old', value: '2' })).toEqual(['min:Patient.identifier:a/old.period at Patient.identifier[1]'])
    expect(of(official, official)).toEqual(['slice-max:Patient.identifier:a/official at Patient.identifier[1]'])
    expect(of({ system: A, use: 'old', period: { end: '2020' }, value: '2' })).toEqual(['slice-min:Patient.identifier:a/official at Patient'])
  })

  it('is closed for itself alone', () => {
    expect(of(official, { system: A, use: 'temp', value: '2' })).toEqual(['slice-closed:Patient.identifier:a at Patient.identifier[1]'])
    expect(of(official, { system: 'https://example.org/b', use: 'temp', value: '2' }, { system: 'https://example.org/b', use: 'old', value: '3' })).toEqual([])
  })

  it('counts all of them against the limit of the slice around', () => {
    expect(of(official, { system: A, use: 'old', value: '2', period: { end: '2020' } }, { system: A, use: 'old', value: '3', period: { end: '2021' } }))
      .toEqual(['slice-max:Patient.identifier:a at Patient.identifier[2]', 'slice-max:Patient.identifier:a/old at Patient.identifier[2]'])
  })
})

describe('a default slice', () => {
  const element = [
    sliced('Patient.identifier', [{ type: 'value', path: 'system' }], 'closed'),
    { id: 'Patient.identifier:@default', path: 'Patient.identifier', sliceName: '@default', max: '1' },
    { id: 'Patient.identifier:@default.assigner', path: 'Patient.identifier.assigner', min: 1 },
    { id: 'Patient.identifier:a', path: 'Patient.identifier', sliceName: 'a', max: '1' },
    { id: 'Patient.identifier:a.system', path: 'Patient.identifier.system', fixedUri: 'https://example.org/a' },
  ]
  const of = (...identifier: object[]) => errors('Patient', element, { resourceType: 'Patient', identifier })
  const a = { system: 'https://example.org/a', value: '1' }
  const other = { system: 'https://example.org/b', value: '2', assigner: { display: 'Elsewhere' } }

  it('takes what is in no other, wherever it stands in the profile', () => {
    expect(of(a, other)).toEqual([])
    expect(of(a)).toEqual([])
    expect(of(a, { ...other, assigner: undefined })).toEqual(['min:Patient.identifier:@default.assigner at Patient.identifier[1]'])
    expect(of(other, a, other)).toEqual(['slice-max:Patient.identifier:@default at Patient.identifier[2]'])
  })
})

describe('an extension that belongs in another', () => {
  const outer = 'https://example.org/fhir/StructureDefinition/outer'
  const inner = 'https://example.org/fhir/StructureDefinition/inner'
  const extension = (url: string, context: object) => profile(url, 'Extension', [{ path: 'Extension.url', fixedUri: url }], { context: [context] })
  const validator = (expression: string) => createValidator(withDefinitions(definitions, [
    extension(outer, { type: 'element', expression: 'Patient' }), extension(inner, { type: 'extension', expression }),
  ]))
  const value = { url: inner, valueString: 'x' }
  const places = (expression: string, ...extensions: object[]) =>
    told(errorsOf(check({ resourceType: 'Patient', extension: extensions }, DECLARED, validator(expression))))

  it('may stand in that one only', () => {
    expect(places(outer, { url: outer, extension: [value] })).toEqual([])
    expect(places(outer, value)).toEqual(['extension-context at Patient.extension[0]'])
    expect(places(outer, { url: 'https://example.org/other', extension: [value] })).toEqual(['extension-context at Patient.extension[0].extension[0]'])
  })

  it('may stand in a part of that one', () => {
    expect(places(`${outer}#part`, { url: outer, extension: [{ url: 'part', extension: [value] }] })).toEqual([])
    expect(places(`${outer}#part`, { url: outer, extension: [{ url: 'else', extension: [value] }] })).toEqual(['extension-context at Patient.extension[0].extension[0].extension[0]'])
  })
})

describe('an extension with a FHIRPath context', () => {
  const url = 'https://example.org/fhir/StructureDefinition/selected'
  const validator = (expression: string) => createValidator(withDefinitions(definitions, [
    profile(url, 'Extension', [{ path: 'Extension.url', fixedUri: url }], { context: [{ type: 'fhirpath', expression }] })]))
  const extension = [{ url, valueString: 'x' }]
  const at = (expression: string, members: object) => told(errorsOf(check({ resourceType: 'Patient', ...members }, DECLARED, validator(expression))))

  it('stands on what the expression selects', () => {
    const names = { name: [{ use: 'official', text: 'x', extension }, { use: 'nickname', text: 'y' }] }
    expect(at("Patient.name.where(use = 'official')", names)).toEqual([])
    expect(at("Patient.name.where(use = 'nickname')", names)).toEqual(['extension-context at Patient.name[0].extension[0]'])
    expect(at('Patient', { extension })).toEqual([])
    expect(at('Patient.name', { extension })).toEqual(['extension-context at Patient.extension[0]'])
  })

  it('is not refused where the expression does not run, or selects primitives', () => {
    expect(at('Patient.name.(', { extension })).toEqual([])
    expect(at('Patient.birthDate', { birthDate: '1942', _birthDate: { extension } })).toEqual([])
  })
})

describe('a profile that cannot be made', () => {
  it.each<[string, object]>([
    ['has an element that its type does not', profile(URL, 'Patient', [{ path: 'Patient.nonsense', min: 1 }])],
    ['is its own base', profile(URL, 'Patient', [], { baseDefinition: URL })],
    ['rests on one that is not here', profile(URL, 'Patient', [], { baseDefinition: 'https://example.org/none' })],
  ])('because it %s, is named as the definition at fault', (_why, broken) => {
    const issues = check({ resourceType: 'Patient', meta: { profile: [URL] } }, DECLARED, createValidator(withDefinitions(definitions, [broken as RawStructure])))
    expect(issues).toMatchObject([{ severity: 'error', code: 'definition', type: 'processing', source: URL, expression: ['Patient.meta.profile[0]'] }])
  })
})

describe('a broken definition', () => {
  const fault = (element: readonly object[]) => against('Patient', element, { ...patient }).filter(({ source }) => source === URL)

  it.each<[string, readonly object[], string]>([
    ['FHIRPath that does not compile', [{ path: 'Patient', constraint: [{ key: 'p-1', severity: 'error', human: 'x', expression: 'name.(' }] }], 'definition:p-1'],
    ['FHIRPath that does not run', [{ path: 'Patient', constraint: [{ key: 'p-1', severity: 'error', human: 'x', expression: 'name.noSuchFunction()' }] }], 'definition:p-1'],
    ['a slicing without discriminator', [{ path: 'Patient.identifier', slicing: { rules: 'closed' } }, { id: 'Patient.identifier:a', path: 'Patient.identifier', sliceName: 'a', max: '1' }], 'definition'],
    ['a slice that fixes nothing', [sliced('Patient.identifier', [{ type: 'value', path: 'system' }]), { id: 'Patient.identifier:a', path: 'Patient.identifier', sliceName: 'a', max: '1' }], 'definition'],
  ])('%s is an issue that names it, not an exception', (_name, element, code) => {
    expect(fault(element)[0]).toMatchObject({ severity: 'warning', type: 'processing', code, text: expect.stringContaining(URL) })
  })

  it('says that a rule is not checked which needs more than the resource', () => {
    const issues = fault([{ path: 'Patient', constraint: [{ key: 'p-1', severity: 'error', human: 'x', expression: "gender.memberOf('http://x')" }] }])
    expect(issues.map(({ severity, code }) => [severity, code])).toEqual([['information', 'not-checked:p-1']])
    expect(issues[0]?.text).toContain('not known here')
  })
})
