/** The edges of what R4 allows: forms of primitives, shadows, contained resources, extensions, references, bindings, Bundles. */
import { check, DECLARED, errorsOf, told } from './setup.ts'

const errors = (resource: object): readonly string[] => told(errorsOf(check(resource, { ...DECLARED, unknownProfile: 'warning' })))
const person = (members: object): object => ({ resourceType: 'Patient', ...members })
const observed = (members: object): object => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...members })
const allergy = (clinicalStatus: object): object => ({ resourceType: 'AllergyIntolerance', patient: { reference: 'Patient/1' }, clinicalStatus })
const UNKNOWN = [{ url: 'https://example.org/x', valueCode: 'x' }]
const CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical'

const primitives: readonly (readonly [type: string, put: (value: unknown) => object, good: readonly unknown[], bad: readonly unknown[]])[] = [
  ['date', birthDate => person({ birthDate }), ['2026', '2026-02', '2026-02-28', '0001-01-01', '9999-12-31', '2024-02-29', '2000-02-29'],
    ['', '26', '2026-2-28', '2026-02-28Z', '2026-00', '2026-01-00', '2026-01-32', '2026-04-31', '2023-02-29', '1900-02-29', ' 2026', '2026 ', '-2026', '0000', '2026/01/01', 2026]],
  ['dateTime', deceasedDateTime => person({ deceasedDateTime }), ['2026', '2026-02', '2026-02-28', '2026-02-28T23:59:60Z', '2026-02-28T00:00:00.000000001+14:00', '2026-02-28T00:00:00-12:00'],
    ['2026-02-28T24:00:00Z', '2026-02-28T23:60:00Z', '2026-02-28T10:00:00+14:01', '2026-02-28T10:00:00+1:00', '2026-02-28t10:00:00z', '2026-02-28 10:00:00Z', '2026-02-28T10Z', '2026-02-28T10:00:00.Z', '2026-02-28T', '2026-02T10:00:00Z']],
  ['instant', issued => observed({ issued }), ['2026-02-28T10:00:00Z', '2026-02-28T10:00:00.123+01:00'], ['2026-02-28', '2026-02-28T10:00:00', '2026-02-28T10:00Z', '2026', '2026-02-30T10:00:00Z']],
  ['time', valueTime => observed({ valueTime }), ['00:00:00', '23:59:59.999', '23:59:60'], ['24:00:00', '10:00', '10:00:00Z', '1:00:00', 'T10:00:00']],
  ['decimal', value => observed({ valueQuantity: { value } }), [0, -0, 1e10, 1.5e-10, 123456789012345680000, 0.1], ['1', null, true, [1]]],
  ['integer', valueInteger => observed({ valueInteger }), [-2147483648, 2147483647, 0], [2147483648, -2147483649, 1.5, '1', true]],
  ['code', code => person({ identifier: [{ type: { coding: [{ code }] } }] }), ['a', 'a b', 'A-1_x', 'é', '1.2.3'], ['', ' a', 'a ', 'a  b', '\ta', 7]],
  ['id', id => person({ id }), ['a', 'A.b-1', '1'.repeat(64)], ['', 'a_b', 'a b', 'a/b', 'é', '1'.repeat(65), 'a:b']],
  ['uri', url => ({ resourceType: 'Library', status: 'draft', type: { text: 'x' }, url }), ['urn:oid:1.2.3', 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', 'https://x.org/a?b=c#d', 'https://x.org/é'], ['', ' x', 'a b', 'a\tb']],
  ['base64Binary', data => person({ photo: [{ contentType: 'image/png', data }] }), ['QUJD', 'QUI=', 'QQ==', 'QU JD', 'QUJD\r\nQUJD', '+/+/'], ['', 'QUJ', 'QUJ*', 'QQ=', '=QQQ', 'Q===', 'QUJD=', 'QU=I', 'QUJD-_']],
  ['string', text => person({ name: [{ text }] }), ['x', ' x ', 'a\nb\tc', '😀', '\u00a0'], ['', '\u0000', 'a\u0001', 'a\u000b', 5, true, {}]],
  ['boolean', active => person({ active }), [true, false], ['true', 0, 1, '']],
  ['positiveInt', rank => person({ telecom: [{ rank }] }), [1, 2147483647], [0, -1, 1.5, '1']],
]

describe.each(primitives)('%s', (_type, put, good, bad) => {
  it.each(good)('takes %j', value => expect(errors(put(value))).toEqual([]))
  it.each(bad)('refuses %j', value => expect(errors(put(value))).not.toEqual([]))
})

describe('an element beside a primitive', () => {
  it.each<[string, object]>([
    ['stands for its value', person({ _birthDate: { extension: UNKNOWN } })],
    ['has its place in an array', person({ name: [{ given: ['a', null], _given: [null, { extension: UNKNOWN }] }] })],
  ])('%s', (_name, resource) => expect(errors(resource)).toEqual([]))

  it.each<[string, object]>([
    ['that is empty', person({ _birthDate: {} })],
    ['that has an id only', person({ name: [{ _text: { id: 'a' } }] })],
    ['in an array where the value is single', person({ _birthDate: [{ extension: UNKNOWN }] })],
    ['missing on both sides', person({ name: [{ given: [null], _given: [null] }] })],
    ['missing where the value is null', person({ name: [{ given: ['a', null] }] })],
    ['further than the values go', person({ name: [{ given: ['a'], _given: [null, null] }] })],
    ['of what is no primitive', person({ _name: [{ extension: UNKNOWN }] })],
  ])('%s is refused', (_name, resource) => expect(errors(resource)).not.toEqual([]))
})

const inPatient = (contained: object, reference = '#a'): object => person({ contained: [contained], managingOrganization: { reference } })
const organization = (more: object): object => ({ resourceType: 'Organization', id: 'a', name: 'x', ...more })
const url = (name: string): string => `http://hl7.org/fhir/StructureDefinition/${name}`
const fullUrl = (n: number): string => `urn:uuid:00000000-0000-4000-8000-00000000000${n}`
const bundle = (type: string, entry: readonly object[], more: object = {}): object => ({ resourceType: 'Bundle', type, ...more, entry })
const DOCUMENT = { identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' }, timestamp: '2026-01-01T00:00:00Z' }
const practitioner = { resourceType: 'Practitioner', name: [{ text: 'x' }] }
const composition = (more: object = {}): object => ({ resourceType: 'Composition', status: 'final', type: { text: 'x' }, date: '2026-01-01', title: 'x', author: [{ reference: fullUrl(2) }], ...more })
const header = (focus: number): object => ({ resourceType: 'MessageHeader', eventCoding: { system: 'urn:x', code: 'x' }, source: { endpoint: 'https://x' }, focus: [{ reference: fullUrl(focus) }] })
const at = (n: number, resource: object, more: object = {}): object => ({ fullUrl: fullUrl(n), resource, ...more })

describe('what is right', () => {
  it.each<[string, object]>([
    ['a contained resource that another refers to', person({ managingOrganization: { reference: '#a' }, contained: [organization({ partOf: { reference: '#b' } }), organization({ id: 'b' })] })],
    ['a contained resource that refers to its container', person({ contained: [{ resourceType: 'Observation', id: 'a', status: 'final', code: { text: 'x' }, subject: { reference: '#' } }] })],
    ['a contained value set that a canonical names', { resourceType: 'Questionnaire', status: 'draft', item: [{ linkId: '1', type: 'choice', answerValueSet: '#v' }],
      contained: [{ resourceType: 'ValueSet', id: 'v', status: 'draft', compose: { include: [{ system: 'urn:x' }] } }] }],
    ['an extension where its definition has it', person({ extension: [{ url: url('patient-birthPlace'), valueAddress: { city: 'x' } }] })],
    ['an extension on a primitive', person({ name: [{ family: 'x', _family: { extension: [{ url: url('humanname-own-name'), valueString: 'x' }] } }] })],
    ['a reason for absence', person({ _birthDate: { extension: [{ url: url('data-absent-reason'), valueCode: 'unknown' }] } })],
    ['a logical reference', observed({ subject: { identifier: { system: 'urn:x', value: '1' }, display: 'x' } })],
    ['a reference to a version', observed({ subject: { reference: 'https://x.org/fhir/Patient/1/_history/2' } })],
    ['one right code of two', allergy({ coding: [{ system: 'urn:x', code: 'a' }, { system: CLINICAL, code: 'active' }] })],
    ['a code below another', allergy({ coding: [{ system: CLINICAL, code: 'resolved' }] })],
    ['a currency', { resourceType: 'Invoice', status: 'draft', totalNet: { value: 1, currency: 'GBP' } }],
    ['a media type with parameters', person({ photo: [{ contentType: 'text/plain; charset=utf-8' }] })],
    ['sampled data', observed({ valueSampledData: { origin: { value: 0 }, period: 10, dimensions: 1, data: '1 2 E U L' } })],
    ['a document', bundle('document', [at(1, composition()), at(2, practitioner)], DOCUMENT)],
    ['a message', bundle('message', [at(1, header(2)), at(2, person({}))])],
    ['a transaction', bundle('transaction', [at(1, person({}), { request: { method: 'POST', url: 'Patient' } }), { request: { method: 'GET', url: 'Patient?name=x' } }, { request: { method: 'DELETE', url: 'Patient/1' } }])],
    ['a response to a batch', bundle('batch-response', [{ response: { status: '201 Created', location: 'Patient/1' } }])],
    ['a history', bundle('history', [{ fullUrl: 'https://x.org/fhir/Patient/1', resource: person({ id: '1' }), request: { method: 'PUT', url: 'Patient/1' }, response: { status: '200' } }], { total: 1 })],
    ['search results', bundle('searchset', [{ fullUrl: 'https://x.org/fhir/Patient/1', resource: person({ id: '1' }), search: { mode: 'match', score: 0.5 } }], { total: 1 })],
    ['the same id of two types', bundle('collection', [{ fullUrl: 'https://x.org/Patient/1', resource: person({ id: '1' }) }, { fullUrl: 'https://x.org/Practitioner/1', resource: { ...practitioner, id: '1' } }])],
    ['a Bundle in a Bundle with a fullUrl of its own', bundle('collection', [at(1, bundle('collection', [at(1, person({}))]))])],
    ['a relative reference between entries', bundle('collection', [{ fullUrl: 'https://x.org/fhir/Patient/1', resource: person({ id: '1' }) },
      { fullUrl: 'https://x.org/fhir/Observation/2', resource: observed({ id: '2', subject: { reference: 'Patient/1' } }) }])],
  ])('%s', (_name, resource) => expect(errors(resource)).toEqual([]))
})

describe('what is wrong', () => {
  it.each<[string, object, string]>([
    ['an element named as in the definition', observed({ value: 'x' }), 'element-unknown'],
    ['a choice in a type that R4 does not have', observed({ valueFoo: 'x' }), 'element-unknown'],
    ['a choice in a type that it may not have', observed({ valueCode: 'x' }), 'element-unknown'],
    ['resourceType in a data type', person({ name: [{ resourceType: 'HumanName', text: 'x' }] }), 'element-unknown'],
    ['comments of DSTU2', person({ fhir_comments: ['x'] }), 'element-unknown'],
    ['a contained resource without id', inPatient({ resourceType: 'Organization', name: 'x' }, '#'), ''],
    ['two contained resources with one id', person({ contained: [organization({}), organization({ name: 'y' })], managingOrganization: { reference: '#a' } }), ''],
    ['a contained resource of no type', inPatient({ resourceType: 'Foo', id: 'a' }), 'resource-type'],
    ['a fault in a contained resource', inPatient(organization({ name: 5 })), 'contained[0].name'],
    ['an extension without url', person({ extension: [{ valueCode: 'x' }] }), 'min:Extension.url'],
    ['an extension whose url is a number', person({ extension: [{ url: 5, valueCode: 'x' }] }), 'Patient.extension[0].url'],
    ['a modifier extension where the type has none', person({ name: [{ text: 'x', modifierExtension: UNKNOWN }] }), 'element-unknown'],
    ['an extension with a value of another type', person({ extension: [{ url: url('patient-birthPlace'), valueString: 'x' }] }), 'type:Extension.value[x]'],
    ['an extension where its definition has it not', person({ name: [{ text: 'x', extension: [{ url: url('patient-birthPlace'), valueAddress: { city: 'x' } }] }] }), 'extension-context'],
    ['a reason for absence that is none', person({ _birthDate: { extension: [{ url: url('data-absent-reason'), valueCode: 'foo' }] } }), 'binding:Extension.value[x]'],
    ['a reference to a version of another type', observed({ subject: { reference: 'https://x.org/fhir/Practitioner/1/_history/3' } }), 'target:Observation.subject'],
    ['a logical reference to another type', observed({ subject: { type: 'Practitioner', identifier: { value: '1' } } }), ''],
    ['an empty reference', observed({ subject: {} }), 'ele-1'],
    ['text where a code is required', allergy({ text: 'active' }), 'binding'],
    ['the right code of another system', allergy({ coding: [{ system: 'urn:x', code: 'active' }] }), 'binding'],
    ['the right code of no system', allergy({ coding: [{ code: 'active' }] }), 'binding'],
    ['a currency that is none', { resourceType: 'Invoice', status: 'draft', totalNet: { value: 1, currency: 'POUND' } }, 'binding'],
    ['a type of resource that is none', { resourceType: 'Questionnaire', status: 'draft', subjectType: ['Foo'] }, 'binding'],
    ['a code that R4\'s own system does not have', observed({ category: [{ coding: [{ system: 'http://hl7.org/fhir/administrative-gender', code: 'mail' }] }] }), 'coding-unknown'],
    ['two types of a choice', observed({ effectiveDateTime: '2026', effectivePeriod: { start: '2026' } }), 'choice:Observation.effective[x]'],
    ['sampled data without its origin', observed({ valueSampledData: { period: 10, dimensions: 1 } }), 'min:SampledData.origin'],
    ['an author that the document does not hold', bundle('document', [at(1, composition())], DOCUMENT), ''],
    ['a subject that the document does not hold', bundle('document', [at(1, composition({ subject: { reference: 'Patient/1' } })), at(2, practitioner)], DOCUMENT), ''],
    ['a focus that the message does not hold', bundle('message', [at(1, header(3)), at(2, person({}))]), ''],
    ['a request without method', bundle('transaction', [at(1, person({}), { request: { url: 'Patient' } })]), 'min:Bundle.entry.request.method'],
    ['a method in lower case', bundle('transaction', [at(1, person({}), { request: { method: 'post', url: 'Patient' } })]), 'binding'],
    ['POST without a resource', bundle('transaction', [{ request: { method: 'POST', url: 'Patient' } }]), ''],
    ['a history without requests', bundle('history', [{ fullUrl: 'https://x.org/fhir/Patient/1', resource: person({ id: '1' }), response: { status: '200' } }]), 'bdl-3'],
    ['a fullUrl of another type', bundle('collection', [{ fullUrl: 'https://x.org/Practitioner/1', resource: person({ id: '1' }) }]), ''],
    ['a subject that is the wrong entry', bundle('collection', [at(1, practitioner), at(2, observed({ subject: { reference: fullUrl(1) } }))]), 'target:Observation.subject'],
    ['an empty entry', bundle('collection', [{}]), 'ele-1'],
    ['no entry in "entry"', bundle('collection', []), 'array-empty'],
  ])('%s', (_name, resource, told) => {
    expect(errors(resource)).not.toEqual([])
    expect(errors(resource).join('\n')).toContain(told)
  })
})
