import { BASE, finds, refusal, testsIn } from './ask.ts'

const task = {
  resourceType: 'Task',
  for: { reference: 'Patient/p1', identifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009' } },
  focus: { reference: 'ServiceRequest/r1/_history/2' },
  owner: { reference: 'https://elsewhere.example/fhir/Organization/o1' },
  requester: { reference: `${BASE}/Organization/o2` },
  basedOn: [{ reference: 'urn:uuid:0b0fb9a6-4c7c-4d20-9b6d-8d64ad4bd91c' }],
  encounter: { display: 'a visit' },
  contained: [{ resourceType: 'Patient', id: 'inside' }],
}

const plan = (type: string, resource: string) => ({ resourceType: 'PlanDefinition', relatedArtifact: [{ type, resource }] })

describe('reference parameters', () => {
  it.each<[object, string, boolean, string]>([
    [task, 'subject=Patient/p1', true, 'type and id'],
    [task, 'subject=p1', true, 'id alone'],
    [task, 'subject=Group/p1', false, 'another type'],
    [task, 'subject:Patient=p1', true, 'type as modifier'],
    [task, 'subject:Group=p1', false, 'another type as modifier'],
    [task, `subject=${BASE}/Patient/p1`, true, 'absolute, under this server'],
    [task, 'subject=https://elsewhere.example/fhir/Patient/p1', false, 'absolute, elsewhere'],
    [task, 'patient=Patient/p1', true, 'a parameter for one type of target'],
    [{ ...task, for: { reference: 'Group/g' } }, 'patient:missing=true', true, 'has none where the target is of another'],
    [{ ...task, for: { reference: '#inside' } }, 'patient:missing=false', true, 'a contained resource tells its type'],
    [{ ...task, for: { type: 'Patient', identifier: { value: '9' } } }, 'patient:identifier=9', true, 'Reference.type too'],
    [task, 'focus=ServiceRequest/r1', true, 'a versioned reference is found without version'],
    [task, 'focus=ServiceRequest/r1/_history/2', true, 'and with it'],
    [task, 'focus=ServiceRequest/r1/_history/1', false, 'but not with another'],
    [task, 'subject=Patient/p1/_history/1', false, 'nor is an unversioned one by a version'],
    [task, 'owner=https://elsewhere.example/fhir/Organization/o1', true, 'an address elsewhere'],
    [task, 'owner=Organization/o1', false, 'is no local reference'],
    [task, 'requester=Organization/o2', true, 'an absolute reference to this server is local'],
    [task, 'based-on=urn:uuid:0b0fb9a6-4c7c-4d20-9b6d-8d64ad4bd91c', true, 'a urn'],
    [task, 'subject:identifier=https://fhir.nhs.uk/Id/nhs-number|9000000009', true, ':identifier looks at Reference.identifier'],
    [task, 'subject:identifier=9000000009', true, 'of any system'],
    [task, 'subject:identifier=9000000017', false, 'another number'],
    [task, 'subject:not=Patient/p1', false, ':not is the rest'],
    [task, 'subject:not=Patient/x,Group/p1', true, ':not of several is none of them'],
    [task, 'part-of:not=Task/1', true, ':not includes those without a value'],
    [task, 'subject:missing=false', true, 'there is one'],
    [task, 'encounter:missing=false', true, 'a display is a value'],
    [task, 'part-of:missing=true', true, 'there is none'],
    [task, 'subject=Patient/x,Patient/p1', true, 'either'],
    [plan('depends-on', 'http://x.example/L|2'), 'depends-on=http://x.example/L', true, 'a canonical without version'],
    [plan('depends-on', 'http://x.example/L|2'), 'depends-on=http://x.example/L|2', true, 'with its version'],
    [plan('depends-on', 'http://x.example/L|2'), 'depends-on=http://x.example/L|1', false, 'with another'],
    [plan('depends-on', 'Library/l1|2'), 'depends-on=Library/l1', true, 'a canonical that is written as a local reference'],
    [plan('depends-on', 'Library/l1'), 'depends-on=l1', true, 'by its id'],
    [plan('depends-on', `${BASE}/Library/l1`), 'depends-on=Library/l1', true, 'as an address of this server'],
    [plan('depends-on', `${BASE}/Library/l1`), `depends-on=${BASE}/Library/l1`, true, 'by that address'],
    [plan('depends-on', `${BASE}/Library/l1`), 'depends-on=Library/l2', false, 'and nothing else'],
    [plan('successor', 'http://x.example/L'), 'depends-on=http://x.example/L', false, 'only artefacts of the kind'],
  ])('%# %j: %s -> %s: %s', (resource, query, expected) => {
    expect(finds(resource, query)).toBe(expected)
  })

  it('an id alone may be of any type that the parameter refers to', () => {
    expect(testsIn('Patient?general-practitioner=1')).toEqual([{ kind: 'reference', types: ['Practitioner', 'Organization', 'PractitionerRole'], id: '1' }])
    expect(testsIn('Task?focus=1')).toEqual([{ kind: 'reference', types: [], id: '1' }])
  })

  it.each([
    ['Task?subject=Foo/1', /"Foo" is not an R4 resource type/],
    ['Task?subject=#p1', /takes an id, Type\/id/],
    ['Task?subject=Patient?name=x', /chain: subject.name=value/],
    ['Task?subject=a b', /takes an id/],
    ['Task?subject:Patient=Group/1', /asks for a Patient/],
    ['Task?subject:Patent=1', /did you mean ":Patient"/],
  ])('%s is refused: %s', (search, text) => {
    const { status, issues } = refusal(search)
    expect(status).toBe(400)
    expect(issues[0]?.text).toMatch(text)
  })
})

describe('uri parameters', () => {
  const valueSet = { resourceType: 'ValueSet', url: 'http://x.example/fhir/ValueSet/a' }
  it.each<[string, boolean]>([
    ['url=http://x.example/fhir/ValueSet/a', true], ['url=http://x.example/fhir/ValueSet', false], ['url=http://X.example/fhir/ValueSet/a', false],
    ['url:below=http://x.example/fhir', true], ['url:below=http://x.example/fhir/', true], ['url:below=http://x.example/fh', false],
    ['url:above=http://x.example/fhir/ValueSet/a/b', true], ['url:above=http://x.example/fhir/ValueSet', false],
    ['url:missing=false', true], ['url:not=http://x.example/fhir/ValueSet/a', false], ['url:not=http://x.example/other', true],
  ])('%s -> %s', (query, expected) => {
    expect(finds(valueSet, query)).toBe(expected)
  })
  it('a claimed profile is found with its version and without', () => {
    const patient = { resourceType: 'Patient', meta: { profile: ['http://x.example/P|1.2'] } }
    expect(['_profile=http://x.example/P', '_profile=http://x.example/P|1.2', '_profile=http://x.example/P|2'].map(query => finds(patient, query)))
      .toEqual([true, true, false])
  })
})

describe('near', () => {
  const preston = { resourceType: 'Location', position: { latitude: 53.7632, longitude: -2.7031 } }
  it.each<[string, boolean]>([
    ['near=54.0466|-2.8007|33|km', true], ['near=54.0466|-2.8007|31|km', false], ['near=54.0466|-2.8007|33', true], ['near=54.0466|-2.8007|33000|m', true],
    ['near=54.0466|-2.8007|19|[mi_i]', false], ['near=54.0466|-2.8007|21|[mi_i]', true], ['near=53.77|-2.71', true], ['near=54.0466|-2.8007', false],
    ['near=54.0466|-2.8007|19|mi', false], ['near=54.0466|-2.8007|21|mi', true], ['near=54.0466|-2.8007|21|[mi_us]', true],
    ['near=53.77|-2.71||km', true], ['near=54.0466|-2.8007||km', false], ['near=53.7632|-2.7031|0', true], ['near=+53.7632|-2.70310|0.0|m', true],
    ['near:missing=false', true],
  ])('%s -> %s', (query, expected) => {
    expect(finds(preston, query)).toBe(expected)
  })
  it.each(['91|0', '53|-181', '53|-2|-1', '53|-2|1|mile', '53|-2|1|km|x', 'a|b', '53', '53|', '|-2', 'NaN|0', '1e1|0', '53|-2|five'])('%s is refused', value => {
    expect(refusal(`Location?near=${value}`).issues[0]?.text).toMatch(/latitude\|longitude/)
  })
  it.each([
    ['-181|53', 'has "-181" where the latitude stands, a number from -90 to 90'], ['53', 'has no longitude'],
    ['53|-2|-1', 'has "-1" where the distance stands, a number from 0 up'], ['53|-2|1|mile', 'has the unit "mile", which is none of km, m, [mi_i], [mi_us] and mi'],
  ])('%s: %s', (value, text) => {
    expect(refusal(`HealthcareService?location.near=${value}`).issues[0]?.text).toContain(`location.near ${text}`)
  })
})

describe('composite parameters', () => {
  it('say what they are made of', () => {
    expect(refusal('MolecularSequence?chromosome-variant-coordinate=1$2').issues[0]?.text)
      .toMatch(/takes 3 values joined by "\$": chromosome\$variant-start\$variant-end/)
  })

  const bloodPressure = {
    resourceType: 'Observation', code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
    component: [
      { code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] }, valueQuantity: { value: 120, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' } },
      { code: { coding: [{ system: 'http://loinc.org', code: '8462-4' }] }, valueQuantity: { value: 80, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' } },
    ],
  }
  it.each<[string, boolean]>([
    ['component-code-value-quantity=8480-6$gt100', true],
    ['component-code-value-quantity=8462-4$gt100', false],
    ['component-code-value-quantity=http://loinc.org|8462-4$80||mm[Hg]', true],
    ['combo-code-value-quantity=8480-6$ge120', true],
    ['code-value-quantity=85354-9$120', false],
    ['component-code-value-quantity=8462-4$gt100,8480-6$gt100', true],
    ['component-code-value-quantity:missing=false', true],
  ])('%s -> %s: the values of one element belong together', (query, expected) => {
    expect(finds(bloodPressure, query)).toBe(expected)
  })
  it('a component may come from the whole resource', () => {
    const sequence = { resourceType: 'MolecularSequence', coordinateSystem: 0, referenceSeq: { chromosome: { coding: [{ code: '7' }] } }, variant: [{ start: 10, end: 20 }] }
    expect(finds(sequence, 'chromosome-variant-coordinate=7$ge5$le25')).toBe(true)
    expect(finds(sequence, 'chromosome-variant-coordinate=8$ge5$le25')).toBe(false)
  })
  it.each(['8480-6', '8480-6$', '8480-6$1$2', '8480-6$abc'])('%s is refused', value => {
    expect(refusal(`Observation?code-value-quantity=${value}`).status).toBe(400)
  })
})
