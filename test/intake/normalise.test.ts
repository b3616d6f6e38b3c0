/** National variants, one by one: what comes in, what goes on, and that nothing else is touched. */
import { normalise } from '../../src/intake/normalise.ts'

const NHS = 'https://fhir.nhs.uk/Id/nhs-number'
const VERIFICATION = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus'

describe('identifier systems', () => {
  it.each([
    ['http://fhir.nhs.uk/Id/nhs-number', NHS],
    ['https://fhir.nhs.uk/id/nhs-number', NHS],
    ['HTTPS://FHIR.NHS.UK/Id/NHS-Number', NHS],
    ['https://fhir.nhs.uk/id/ods-organization-code', 'https://fhir.nhs.uk/Id/ods-organization-code'],
    ['http://fhir.nhs.uk/Id/dos-service-id', 'https://fhir.nhs.uk/Id/dos-service-id'],
    ['https://fhir.nhs.uk/Id/ubrn', 'https://fhir.nhs.uk/Id/UBRN'],
    ['http://fhir.hl7.org.uk/id/gmc-number', 'https://fhir.hl7.org.uk/Id/gmc-number'],
  ])('%s becomes %s', (sent, expected) => {
    const { resource, changes } = normalise({ resourceType: 'Patient', identifier: [{ system: sent, value: '9000000009' }] })
    expect(resource['identifier']).toEqual([{ system: expected, value: '9000000009' }])
    expect(changes.map(({ rule, expression }) => [rule, expression])).toEqual([['identifier-system', 'Patient.identifier[0]']])
  })

  it.each([NHS, 'https://gp.example/id/nhs-number', 'http://snomed.info/sct', 'http://fhir.nhs.uk/Id/unheard-of'])('%s stays', system => {
    const sent = { resourceType: 'Patient', identifier: [{ system, value: '1' }] }
    expect(normalise(sent)).toEqual({ resource: sent, changes: [] })
  })

  it('are found however deep they stand', () => {
    const { resource } = normalise({
      resourceType: 'ServiceRequest', requester: { identifier: { system: 'https://fhir.nhs.uk/id/ods-organization-code', value: 'P81067' } },
      contained: [{ resourceType: 'Patient', identifier: [{ system: 'http://fhir.nhs.uk/Id/nhs-number', value: '9000000009' }] }],
    })
    expect(JSON.stringify(resource)).not.toMatch(/http:\/\/fhir\.nhs\.uk|nhs\.uk\/id\//)
  })
})

it.each(['900 000 0009', '900-000-0009'])('NHS number %s becomes ten digits', value => {
  const { resource } = normalise({ resourceType: 'Patient', identifier: [{ system: NHS, value }] })
  expect(resource['identifier']).toEqual([{ system: NHS, value: '9000000009' }])
})

describe('the retired verification status', () => {
  it.each([['number-present-and-verified', '01'], ['number-present-but-not-traced', '02'], ['01', '01']])('%s becomes %s of England', (code, current) => {
    const { resource } = normalise({ resourceType: 'Patient', extension: [{ url: 'x', valueCodeableConcept: { coding: [{ system: VERIFICATION, code }] } }] })
    expect(resource['extension']).toEqual([{ url: 'x', valueCodeableConcept: { coding: [{ system: `${VERIFICATION}England`, code: current }] } }])
  })
  it('stays where England has no such code', () => {
    const sent = { resourceType: 'Patient', extension: [{ url: 'x', valueCoding: { system: VERIFICATION, code: 'number-present-and-traced-using-welsh-nhs-ar' } }] }
    expect(normalise(sent).changes).toEqual([])
  })
})

it('the old language list becomes BCP 47, but for its codes that are no languages', () => {
  const system = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-HumanLanguage'
  const { resource } = normalise({
    resourceType: 'Patient', communication: [{ language: { coding: [{ system, code: 'en' }] } }, { language: { coding: [{ system, code: 'q4' }] } }],
  })
  expect(resource['communication']).toEqual([
    { language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'en' }] } }, { language: { coding: [{ system, code: 'q4' }] } },
  ])
})

it('the type of a PDS address key becomes a CodeableConcept', () => {
  const url = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-AddressKey'
  const coding = { system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-AddressKeyType', code: 'PAF' }
  const { resource } = normalise({
    resourceType: 'Patient', address: [{ extension: [{ url, extension: [{ url: 'type', valueCoding: coding }, { url: 'value', valueString: '12345678' }] }] }],
  })
  expect(resource['address']).toEqual([
    { extension: [{ url, extension: [{ url: 'type', valueCodeableConcept: { coding: [coding] } }, { url: 'value', valueString: '12345678' }] }] },
  ])
})

it('the resource as sent is left alone', () => {
  const sent = { resourceType: 'Patient', identifier: [{ system: 'http://fhir.nhs.uk/Id/nhs-number', value: '9000000009' }] }
  normalise(sent)
  expect(sent.identifier[0]?.system).toBe('http://fhir.nhs.uk/Id/nhs-number')
})
