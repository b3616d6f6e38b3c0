import { localReference, parseCanonical, parseReference, references, rewriteLinks } from '../../src/fhir/reference.ts'

const BASE = 'https://hub.example/fhir'

describe('a literal reference', () => {
  it.each([
    ['Patient/1', { kind: 'local', type: 'Patient', id: '1', version: undefined }],
    ['Patient/1/_history/3', { kind: 'local', type: 'Patient', id: '1', version: '3' }],
    [`${BASE}/Task/a-b.c`, { kind: 'local', type: 'Task', id: 'a-b.c', version: undefined }],
    [`${BASE}/Task/7/_history/2`, { kind: 'local', type: 'Task', id: '7', version: '2' }],
    ['https://elsewhere.example/fhir/Patient/1', { kind: 'url', url: 'https://elsewhere.example/fhir/Patient/1', type: 'Patient' }],
    ['https://hub.example/fhirish/Patient/1', { kind: 'url', url: 'https://hub.example/fhirish/Patient/1', type: 'Patient' }],
    ['http://hl7.org/fhir/ValueSet/x|4.0.1', { kind: 'url', url: 'http://hl7.org/fhir/ValueSet/x|4.0.1', type: undefined }],
    ['urn:uuid:0b0fb9a6-4c7c-4d20-9b6d-8d64ad4bd91c', { kind: 'uuid', urn: 'urn:uuid:0b0fb9a6-4c7c-4d20-9b6d-8d64ad4bd91c' }],
    ['urn:oid:1.2.3', { kind: 'url', url: 'urn:oid:1.2.3', type: undefined }],
    ['#p1', { kind: 'contained', id: 'p1' }],
    ['Patient?identifier=a|b', { kind: 'conditional', type: 'Patient', query: 'identifier=a|b' }],
    ['patient/1', { kind: 'malformed' }],
    ['Patient/', { kind: 'malformed' }],
    ['Patient/1/2', { kind: 'malformed' }],
    ['1', { kind: 'malformed' }],
    ['', { kind: 'malformed' }],
  ])('%s', (text, expected) => {
    expect(parseReference(text, [BASE])).toEqual(expected)
  })

  it('under no known base is elsewhere', () => {
    expect(parseReference(`${BASE}/Task/1`)).toEqual({ kind: 'url', url: `${BASE}/Task/1`, type: 'Task' })
  })

  it('is local only when it names a type and an id of this server', () => {
    expect(localReference('Patient/1/_history/3')).toEqual({ type: 'Patient', id: '1' })
    expect(localReference('#p1')).toBeUndefined()
  })
})

describe('a canonical', () => {
  it.each([
    ['http://x.example/Y', { url: 'http://x.example/Y', version: undefined, fragment: undefined }],
    ['http://x.example/Y|1.0', { url: 'http://x.example/Y', version: '1.0', fragment: undefined }],
    ['http://x.example/Y|1.0#part', { url: 'http://x.example/Y', version: '1.0', fragment: 'part' }],
    ['#part', { url: '', version: undefined, fragment: 'part' }],
  ])('%s', (text, expected) => {
    expect(parseCanonical(text)).toEqual(expected)
  })
})

const task = () => ({
  resourceType: 'Task',
  for: { reference: 'urn:uuid:p' },
  contained: [{ resourceType: 'Provenance', target: [{ reference: '#' }] }],
  input: [{ type: { text: 'a' }, valueReference: { reference: 'Observation/1', display: 'x' } }, { valueUri: 'urn:uuid:p' }],
  extension: [{ url: 'urn:uuid:p', valueReference: { reference: 'Group/2' } }],
  identifier: [{ system: 'urn:ietf:rfc:3986', value: 'urn:uuid:p' }],
  instantiatesCanonical: 'urn:uuid:p',
  text: { div: '<div><a href="urn:uuid:p">her</a><img src="urn:uuid:q"/></div>' },
})

describe('references of a resource', () => {
  it('are found wherever they stand, with the place of each', () => {
    expect(references(task()).map(({ reference, expression }) => `${expression} ${reference}`)).toEqual([
      'Task.for.reference urn:uuid:p',
      'Task.contained[0].target[0].reference #',
      'Task.input[0].valueReference.reference Observation/1',
      'Task.extension[0].valueReference.reference Group/2',
    ])
  })

  it('can be set where they stand', () => {
    const resource = task()
    references(resource)[0]!.set('Patient/1')
    expect(resource.for.reference).toBe('Patient/1')
  })

  it('survive odd data', () => {
    expect(references({ resourceType: 'Task', for: { reference: 7 }, focus: null, input: [null, 'x', [{ reference: 'A/1' }]] })).toHaveLength(1)
  })
})

describe('rewriting the links of a transaction', () => {
  const rewritten = task()
  rewriteLinks(rewritten, link => (link === 'urn:uuid:p' ? 'Patient/1' : undefined))

  it('reaches references, uris and the narrative', () => {
    expect(rewritten.for.reference).toBe('Patient/1')
    expect(rewritten.input[1]!.valueUri).toBe('Patient/1')
    expect(rewritten.text.div).toBe('<div><a href="Patient/1">her</a><img src="urn:uuid:q"/></div>')
  })
  it('leaves identifiers and canonicals alone', () => {
    expect(rewritten.identifier[0]!.value).toBe('urn:uuid:p')
    expect(rewritten.instantiatesCanonical).toBe('urn:uuid:p')
  })
})
