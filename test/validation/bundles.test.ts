/** Bundles: what R4's text asks of each type of Bundle, and how references find entries. */
import { check, DECLARED, errorsOf, patient, serviceRequest, told, UKCORE } from './setup.ts'

const uuid = (n: number): string => `urn:uuid:00000000-0000-4000-8000-00000000000${n}`
const bundle = (type: string, ...entry: object[]) => ({ resourceType: 'Bundle', type, entry })
const errors = (resource: object): string[] => told(errorsOf(check(resource, DECLARED)))
const warnings = (resource: object): string[] => told(check(resource, DECLARED), 'warning')
const person = { resourceType: 'Patient', name: [{ text: 'x' }] }

describe('full URLs', () => {
  it.each<[string, string, object, string[]]>([
    ['a UUID that is none', 'urn:uuid:123', person, ['uri-form at Bundle.entry[0].fullUrl']],
    ['an OID', 'urn:oid:1.2.3', person, []],
    ['the address of another type', 'https://a.example/fhir/Observation/1', { ...person, id: '1' }, ['bundle-fullurl-id at Bundle.entry[0].fullUrl']],
    ['the address of the resource', 'https://a.example/fhir/Patient/1', { ...person, id: '1' }, []],
    ['a version of it', 'https://a.example/fhir/Patient/1/_history/2', { ...person, id: '1' }, ['bdl-8 at Bundle.entry[0]']],
  ])('%s', (_name, fullUrl, resource, expected) => {
    expect(errors(bundle('collection', { fullUrl, resource }))).toEqual(expected)
  })

  it('are asked for once, where others could refer to an entry', () => {
    expect(told(check(bundle('collection', { resource: person }, { resource: person }), DECLARED))).toEqual(['bundle-fullurl-missing at Bundle.entry[0]'])
    expect(told(check(bundle('transaction', { resource: person, request: { method: 'POST', url: 'Patient' } }), DECLARED))).toEqual([])
  })
})

describe('a reference in a Bundle', () => {
  const pointing = (reference: string) => ({ ...serviceRequest, id: '1', subject: { reference } })
  const at = (fullUrl: string, reference: string, target: object) => bundle('collection', { fullUrl, resource: pointing(reference) }, target)
  const group = { resourceType: 'Organization', name: 'x', id: '2' }
  const wrongType = 'target:ServiceRequest.subject at Bundle.entry[0].resource.subject'

  it.each<[string, object, string[]]>([
    ['is relative to the server of its own entry', at('https://a.example/fhir/ServiceRequest/1', 'Patient/2', { fullUrl: 'https://b.example/fhir/Patient/2', resource: { ...person, id: '2' } }), []],
    ['finds the UUID of another', at(uuid(1), uuid(2), { fullUrl: uuid(2), resource: group }), [wrongType]],
    ['finds the address of another', at(uuid(1), 'https://a.example/fhir/Patient/2', { fullUrl: 'https://a.example/fhir/Patient/2', resource: { ...person, id: '2' } }), []],
    ['finds an id where no server is named', at(uuid(1), 'Organization/2', { fullUrl: uuid(2), resource: group }), [wrongType]],
    ['may be a search only in a transaction', at(uuid(1), 'Patient?identifier=x|1', { fullUrl: uuid(2), resource: person }), ['reference-conditional at Bundle.entry[0].resource.subject.reference']],
  ])('%s', (_name, resource, expected) => {
    expect(errors(resource)).toEqual(expected)
  })

  it('to a UUID that no entry has is an error where the Bundle is one whole, else a warning', () => {
    const entry = { fullUrl: uuid(1), resource: pointing(uuid(9)), request: { method: 'POST', url: 'ServiceRequest' } }
    const issue = 'reference-unresolved at Bundle.entry[0].resource.subject.reference'
    expect(errors(bundle('transaction', entry))).toEqual([issue])
    const { request: _, ...shown } = entry
    expect(errors(bundle('collection', shown))).toEqual([])
    expect(warnings(bundle('collection', shown))).toEqual([issue])
  })
})

describe('the profile of what a reference leads to', () => {
  const bmi = (target: object) => bundle('collection', { fullUrl: uuid(1), resource: {
    resourceType: 'Observation', meta: { profile: ['http://hl7.org/fhir/StructureDefinition/bmi'] }, status: 'final', subject: { reference: 'Patient/1' },
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '39156-5' }] }, effectiveDateTime: '2026-11-24',
    valueQuantity: { value: 22, unit: 'kg/m2', system: 'http://unitsofmeasure.org', code: 'kg/m2' }, derivedFrom: [{ reference: uuid(2) }],
  } }, { fullUrl: uuid(2), resource: target })
  const weight = { resourceType: 'Observation', status: 'final', code: { text: 'weight' }, subject: { reference: 'Patient/1' } }
  const vital = { ...weight, effectiveDateTime: '2026-11-24', valueQuantity: { value: 70, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }] }

  it('is asked of an entry', () => {
    expect(errors(bmi(vital))).toEqual([])
    expect(errors(bmi(weight))).toEqual(['target-profile:Observation.derivedFrom at Bundle.entry[0].resource.derivedFrom[0]'])
  })

  it('is asked of a contained resource', () => {
    const [outer] = bmi(weight).entry as [{ resource: object }]
    const holding = (contained: object) => ({ ...outer.resource, contained: [{ ...contained, id: 'w' }], derivedFrom: [{ reference: '#w' }] })
    expect(errors(holding(vital))).toEqual([])
    expect(errors(holding(weight))).toEqual(['target-profile:Observation.derivedFrom at Observation.derivedFrom[0]'])
  })

  it('cannot be known of a resource elsewhere, which is said once', () => {
    const { resource } = bmi(vital).entry[0] as { resource: object }
    const issues = check({ ...resource, derivedFrom: [{ reference: 'Observation/1' }, { reference: 'Observation/2' }] }, DECLARED)
    expect(issues.map(({ severity, code }) => [severity, code])).toEqual([['information', 'not-checked:target-profile:Observation.derivedFrom']])
  })

  it('is known of what the hub holds where all of the type must meet it', () => {
    const referral = { ...serviceRequest, meta: { profile: ['https://care-connexions.example/fhir/StructureDefinition/hub-referral'] } }
    const about = (issues: readonly { code: string }[]) => issues.filter(({ code }) => code.includes('target-profile'))
    expect(about(check(referral, UKCORE))).toEqual([])
    expect(about(check(referral, DECLARED))).toHaveLength(1)
  })

  it('ends where resources refer to each other in a circle', () => {
    const one = (n: number, to: number) => ({ fullUrl: uuid(n), resource: { ...vital, meta: { profile: ['http://hl7.org/fhir/StructureDefinition/vitalsigns'] }, hasMember: [{ reference: uuid(to) }] } })
    expect(errors(bundle('collection', one(1, 2), one(2, 3), one(3, 1)))).toEqual([])
  })
})

describe('requests', () => {
  const asked = (type: string, method: string, url: string, resource?: object) => errors(bundle(type, { ...(resource ? { resource } : {}), request: { method, url } }))

  it.each<[string, string, string, object | undefined, string[]]>([
    ['POST with its resource', 'POST', 'Patient', person, []],
    ['POST without a resource', 'POST', 'Patient', undefined, ['bundle-request at Bundle.entry[0].request']],
    ['POST of an operation', 'POST', 'Patient/1/$everything', undefined, []],
    ['POST of a search', 'POST', 'Patient/_search', undefined, []],
    ['POST to another type', 'POST', 'Observation', person, ['bundle-request at Bundle.entry[0].request.url']],
    ['PUT to its id', 'PUT', 'Patient/1', { ...person, id: '1' }, []],
    ['PUT to another id', 'PUT', 'Patient/1', { ...person, id: '2' }, ['bundle-request at Bundle.entry[0].request.url']],
    ['PUT without an id', 'PUT', 'Patient/1', person, ['bundle-request at Bundle.entry[0].request.url']],
    ['PUT by a search', 'PUT', 'Patient?identifier=x|1', person, []],
    ['PUT to a type', 'PUT', 'Patient', person, ['bundle-request at Bundle.entry[0].request.url']],
    ['DELETE', 'DELETE', 'Patient/1', undefined, []],
    ['DELETE with a resource', 'DELETE', 'Patient/1', { ...person, id: '1' }, ['bundle-request at Bundle.entry[0].resource']],
    ['GET of anything', 'GET', 'Patient?name=x', undefined, []],
    ['PATCH as Parameters', 'PATCH', 'Patient/1', { resourceType: 'Parameters', parameter: [{ name: 'x', valueString: 'x' }] }, []],
    ['PATCH as a Patient', 'PATCH', 'Patient/1', person, ['bundle-request at Bundle.entry[0].resource']],
  ])('%s', (_name, method, url, resource, expected) => {
    expect(asked('transaction', method, url, resource)).toEqual(expected)
  })

  it.each([['201 Created', true], ['200', true], ['OK', false], ['2000', false]])('a response of status %s', (status, isGood) => {
    expect(errors(bundle('transaction-response', { response: { status } }))).toEqual(isGood ? [] : ['bundle-response-status at Bundle.entry[0].response.status'])
  })
})

describe('a searchset', () => {
  it('counts at least its matches', () => {
    const match = { fullUrl: 'https://a.example/fhir/Patient/1', resource: { ...person, id: '1' }, search: { mode: 'match' } }
    expect(warnings({ ...bundle('searchset', match), total: 0 })).toEqual(['bundle-total at Bundle.total'])
    expect(warnings({ ...bundle('searchset', match), total: 7 })).toEqual([])
  })
})

describe('documents and messages', () => {
  const narrative = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' }
  const composition = (more: object = {}) => ({ fullUrl: uuid(1), resource: {
    resourceType: 'Composition', status: 'final', type: { text: 'x' }, date: '2026-11-24', author: [{ display: 'x' }], title: 'x', text: narrative, ...more } })
  const document = (...entry: object[]) => ({ ...bundle('document', ...entry), identifier: { system: 'urn:x', value: '1' }, timestamp: '2026-11-24T10:00:00Z' })
  const header = (...focus: string[]) => ({ fullUrl: uuid(1), resource: {
    resourceType: 'MessageHeader', eventUri: 'urn:event', source: { endpoint: 'https://a.example' }, focus: focus.map(reference => ({ reference })) } })
  const entry = (n: number, resource: object = person) => ({ fullUrl: uuid(n), resource })

  it.each<[string, object, string[]]>([
    ['a document of one entry', document(composition()), []],
    ['no entries', { ...document(), entry: undefined }, ['bundle-empty at Bundle']],
    ['what the Composition refers to', document(composition({ subject: { reference: uuid(2) } }), entry(2)), []],
    ['a relative reference that is not in the document', document(composition({ subject: { reference: 'Patient/2' } })), ['bundle-document-reference at Bundle.entry[0].resource.subject']],
    ['what nothing refers to', document(composition(), entry(2)), ['bundle-document-orphan at Bundle.entry[1]']],
    ['a style sheet', document(composition(), entry(2, { resourceType: 'Binary', contentType: 'text/css' })), []],
    ['what refers to the Composition', document(composition(), entry(2, { resourceType: 'Provenance', target: [{ reference: uuid(1) }], recorded: '2026-11-24T10:00:00Z', agent: [{ who: { display: 'x' } }] })), []],
    ['a message with its focus', bundle('message', header(uuid(2)), entry(2)), []],
    ['a message without its focus', bundle('message', header('Patient/9')), ['bundle-message-focus at Bundle.entry[0].resource.focus[0]']],
    ['another resource first', bundle('message', entry(2)), ['bdl-12 at Bundle']],
  ])('%s', (_name, resource, expected) => {
    expect(errors(resource)).toEqual(expected)
  })

  it('warns of what nothing in a message refers to', () => {
    expect(warnings(bundle('message', header(uuid(2)), entry(2), entry(3)))).toEqual(['bundle-message-orphan at Bundle.entry[2]'])
  })
})

describe('a referral Bundle', () => {
  it('passes without an error', () => {
    expect(errors(bundle('collection', { fullUrl: uuid(1), resource: patient }, { fullUrl: uuid(2), resource: { ...serviceRequest, subject: { reference: uuid(1) } } }))).toEqual([])
  })
})
