import { extracted, finds, refusal } from './ask.ts'

const NHS = 'https://fhir.nhs.uk/Id/nhs-number'

const patient = {
  resourceType: 'Patient', active: true, gender: 'female',
  identifier: [
    { system: NHS, value: '9000000009', type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'NH' }], text: 'NHS number' } },
    { value: 'LOCAL|7' },
  ],
  telecom: [{ system: 'phone', value: '(01772) 900-123' }, { system: 'email', value: 'jo.smith@nhs.example' }],
  meta: { tag: [{ system: 'http://x.example/tags', code: 'demo' }], profile: ['http://x.example/P|1.2'], source: 'urn:x:source' },
}
const observation = {
  resourceType: 'Observation', status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8480-6', display: 'Systolic blood pressure' }], text: 'BP systolic' },
}

const local = (code: string) => ({ resourceType: 'Observation', code: { coding: [{ system: 'http://x.example/codes', code }] } })

describe('token parameters', () => {
  it.each<[object, string, boolean, string]>([
    [patient, `identifier=${NHS}|9000000009`, true, 'system and code'],
    [patient, 'identifier=9000000009', true, 'code of any system'],
    [patient, `identifier=${NHS}|`, true, 'any code of the system'],
    [patient, 'identifier=http://other.example|9000000009', false, 'another system'],
    [patient, 'identifier=|9000000009', false, 'no system, but it has one'],
    [patient, 'identifier=|LOCAL\\|7', true, 'no system, and a bar in the code'],
    [patient, 'identifier=900000000', false, 'a code is matched whole'],
    [patient, `identifier=1,${NHS}|9000000009`, true, 'either'],
    [patient, 'identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|NH|9000000009', true, 'type and value'],
    [patient, 'identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|9000000009', false, 'another type'],
    [patient, 'identifier:text=nhs', true, 'text of an identifier\'s type'],
    [patient, 'gender=female', true, 'a code'],
    [patient, 'gender=FEMALE', false, 'codes of this system have a case'],
    [patient, 'gender=http://hl7.org/fhir/administrative-gender|female', true, 'a code has the system of its required binding'],
    [patient, 'gender=|female', false, 'so it is not without system'],
    [patient, 'gender:not=male', true, ':not is the rest'],
    [patient, 'gender:not=female,other', false, ':not of several is none of them'],
    [{ resourceType: 'Patient' }, 'gender:not=male', true, ':not includes those without a value'],
    [{ resourceType: 'Patient' }, 'gender:missing=true', true, ':missing'],
    [patient, 'gender:missing=true', false, ':missing'],
    [patient, 'gender:in=http://hl7.org/fhir/ValueSet/administrative-gender', true, ':in a value set'],
    [patient, 'gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender', false, ':not-in it'],
    [patient, 'active=true', true, 'a boolean'],
    [patient, 'active=http://terminology.hl7.org/CodeSystem/special-values|true', true, 'with its implicit system'],
    [patient, 'active=false', false, 'the other'],
    [patient, 'deceased=false', true, 'nobody said that the person died'],
    [{ resourceType: 'Patient', deceasedDateTime: '2026-01-01' }, 'deceased=true', true, 'a date of death is a yes'],
    [{ resourceType: 'Patient', deceasedBoolean: false }, 'deceased=true', false, 'a false is a no'],
    [patient, 'telecom=01772 900123', true, 'a telephone number however it is punctuated'],
    [patient, 'phone=phone|01772900123', true, 'with its kind as system'],
    [patient, 'email=jo.smith@nhs.example', true, 'an address as it is'],
    [patient, 'email=josmith@nhs.example', false, 'whose punctuation counts'],
    [patient, '_tag=http://x.example/tags|demo', true, 'a tag'],
    [observation, 'code=http://loinc.org|8480-6', true, 'a coding of a concept'],
    [observation, 'code:text=systolic', true, 'the beginning of a display'],
    [observation, 'code:text=bp', true, 'or of the text'],
    [observation, 'code:text=pressure', false, 'not the middle'],
    [observation, 'code=BP systolic', false, 'text is no code'],
    [{ resourceType: 'Observation', code: { text: 'only words' } }, 'code:missing=false', true, 'text is a value'],
    [local('Fall-1'), 'code=fall-1', true, 'a code of a system that nobody here knows, in any case'],
    [local('Fall-1'), 'code=FALL-1', true, 'in any case'],
    [local('fall-1'), 'code=http://x.example/codes|FALL-1', true, 'with its system'],
    [local('fall-1'), 'code:not=FALL-1', false, ':not of it, too'],
    [local('fall-1'), 'code=http://y.example/codes|FALL-1', false, 'but not in another system'],
    [{ resourceType: 'Patient', identifier: [{ value: 'AB12' }] }, 'identifier=ab12', false, 'an identifier has a case'],
    [{ resourceType: 'Patient', maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M' }] },
      meta: { tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HTEST' }] } }, '_tag=htest', false, 'a system that is known to have a case'],
    [{ resourceType: 'Encounter', status: 'finished', class: { code: 'HH' } }, 'class=|HH', true, 'a coding without system'],
  ])('%# %j: %s -> %s: %s', (resource, query, expected) => {
    expect(finds(resource, query)).toBe(expected)
  })

  it(':below and :above follow the hierarchy of a code system', () => {
    const kind = (code: string) => ({ resourceType: 'AuditEvent', agent: [], entity: [], type: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code } })
    expect(finds(kind('EMER'), 'type:below=http://terminology.hl7.org/CodeSystem/v3-ActCode|_ActEncounterCode')).toBe(true)
    expect(finds(kind('_ActEncounterCode'), 'type:above=http://terminology.hl7.org/CodeSystem/v3-ActCode|EMER')).toBe(true)
    expect(finds(kind('EMER'), 'type:above=http://terminology.hl7.org/CodeSystem/v3-ActCode|_ActEncounterCode')).toBe(false)
  })

  it.each([
    ['Patient?identifier=|', 'search-bad-value'],
    ['Patient?identifier=a|b|c', 'search-bad-value'],
    ['Patient?active=yes', 'search-bad-value'],
    ['Patient?identifier:of-type=a|b', 'search-bad-value'], ['Patient?gender:of-type=a|b|c', 'search-unsupported'],
    ['Patient?gender:in=http://nowhere.example/ValueSet/x', 'search-bad-value'],
    ['Patient?gender:below=female', 'search-bad-value'],
    ['Observation?code:below=http://snomed.info/sct|404684003', 'search-unsupported'],
    ['Patient?gender:exact=female', 'search-unsupported'],
  ])('%s is refused with %s', (search, code) => {
    const { status, issues } = refusal(search)
    expect([status, issues[0]?.code]).toEqual([400, code])
  })

  it('each distinct coding is indexed once', () => {
    const twice = { ...observation, category: [observation.code, observation.code] }
    expect(extracted(twice).entries.filter(entry => entry.param === 'category' && entry.kind === 'token')).toHaveLength(1)
  })
})
