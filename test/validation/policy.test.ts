import { altered, check, patient, told } from './setup.ts'
import { POLICY } from '../../src/validation/policy/identifiers.ts'

const NHS_NUMBER = 'https://fhir.nhs.uk/Id/nhs-number'

const withNumber = (value: string) => altered(patient, 'identifier.0.value', value)
const organisation = (system: string, value: string) => ({ resourceType: 'Organization', name: 'x', identifier: [{ system: `https://fhir.nhs.uk/Id/${system}`, value }] })

describe('NHS number policy', () => {
  it.each(['9000000009', '9000000017', '9476719931'])('accepts %s', number => {
    expect(told(check(withNumber(number)))).toEqual([])
  })

  it.each([
    ['9000000015', 'modulus 11'],
    ['0000000060', 'no check digit'],
    ['900 000 0009', 'remove the blanks'],
    ['900000000', 'ten digits'],
    ['unknown', 'leave the identifier out'],
  ])('refuses %s apart from UK Core, without repeating it', (number, remedy) => {
    const issues = check(withNumber(number))
    expect(issues).toHaveLength(1)
    expect(issues[0]).toMatchObject({ severity: 'error', type: 'business-rule', code: 'hub-nhs-number', source: POLICY, expression: ['Patient.identifier[0].value'] })
    expect(issues[0]?.text).toContain(remedy)
    expect(issues[0]?.text).not.toContain(number)
  })

  it('holds wherever an identifier stands', () => {
    expect(told(check({ resourceType: 'Task', status: 'requested', intent: 'order', for: { identifier: { system: NHS_NUMBER, value: '9000000015' } } }), 'error'))
      .toEqual(['hub-nhs-number at Task.for.identifier.value'])
  })

  it('leaves other systems alone', () => {
    expect(told(check({ resourceType: 'Patient', identifier: [{ system: 'https://example.org/mrn', value: '9000000015' }] }))).toEqual([])
  })

  it('warns of a number with the status that there is none', () => {
    const contradiction = altered(patient, 'identifier.0.extension.0.valueCodeableConcept.coding.0.code', '07')
    expect(check(contradiction).map(({ severity, code }) => [severity, code])).toEqual([['warning', 'hub-nhs-number-status']])
  })

  it('does not ask for a number', () => {
    expect(told(check({ resourceType: 'Patient', name: [{ text: 'unknown man' }] }))).toEqual([])
  })
})

describe('the status of an NHS number', () => {
  it('that it is verified needs a number', () => {
    const without = altered(patient, 'identifier.0.value', undefined)
    expect(told(check(without), 'warning')).toEqual(['hub-nhs-number-status at Patient.identifier[0]'])
  })
})

describe('other national identifiers', () => {
  const of = (system: string, value: string) => told(check({ resourceType: 'Practitioner', identifier: [{ system, value }] }))

  it.each([
    ['https://fhir.nhs.uk/Id/sds-user-id', '555021935107', '55502 1935'],
    ['https://fhir.nhs.uk/Id/sds-role-profile-id', '555021935107', 'R0260'],
    ['https://fhir.nhs.uk/Id/UBRN', '000049666699', '4966 6699'],
    ['https://fhir.nhs.uk/Id/dos-service-id', '2000099999', 'two million'],
    ['https://fhir.hl7.org.uk/Id/gmc-number', 'C1234567', 'not known'],
    ['https://fhir.hl7.org.uk/Id/nmc-number', '99A9999E', '99A 9999E'],
  ])('%s: a warning where it looks like no other', (system, good, odd) => {
    expect(of(system, good)).toEqual([])
    expect(of(system, odd)).toEqual(['hub-identifier-form at Practitioner.identifier[0].value'])
  })

  it.each([['http://fhir.nhs.uk/Id/nhs-number'], ['https://fhir.nhs.uk/id/nhs-number'], ['https://fhir.nhs.uk/Id/nhs-number/']])('%s is another spelling', system => {
    const [issue] = check({ resourceType: 'Patient', identifier: [{ system, value: '9000000009' }] })
    expect(issue).toMatchObject({ severity: 'warning', code: 'hub-identifier-system', source: POLICY, expression: ['Patient.identifier[0].system'] })
    expect(issue?.text).toContain('send "https://fhir.nhs.uk/Id/nhs-number"')
  })
})

describe('addresses', () => {
  const at = (address: object) => check({ resourceType: 'Patient', address: [address] })
  const key = (type: string, value: string) => ({ extension: [{ url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-AddressKey', extension: [
    { url: 'type', valueCodeableConcept: { coding: [{ system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-AddressKeyType', code: type }] } },
    { url: 'value', valueString: value }] }] })

  it.each(['PR1 0AA', 'M1 1AE', 'SW1A 1AA', 'DE14 2WD', 'GIR 0AA', 'ZZ99 3VZ'])('%s is a postcode', postalCode => {
    expect(told(at({ postalCode }))).toEqual([])
  })

  it.each([['PR10AA', 'in capitals with one blank'], ['pr1 0aa', 'in capitals with one blank'], ['PR1  0AA', 'in capitals with one blank'], ['PR2', 'abroad'], ['90210', 'abroad'], ['PR1 0CA', 'abroad']])(
    '%s is none, which is told and not repeated', (postalCode, remedy) => {
      const [issue] = at({ postalCode, country: 'GB' })
      expect(issue).toMatchObject({ severity: 'warning', code: 'hub-postcode', source: POLICY, expression: ['Patient.address[0].postalCode'] })
      expect(issue?.text).toContain(remedy)
      expect(issue?.text).not.toContain(postalCode)
    })

  it('abroad they are as they are', () => {
    expect(told(at({ postalCode: '90210', country: 'US' }))).toEqual([])
  })

  it('a UPRN is one to twelve digits, a PAF key eight', () => {
    expect(told(at(key('UPRN', '10033544614')), 'error')).toEqual([])
    expect(told(at(key('UPRN', '1234567890123')), 'error')).toEqual(['hub-uprn at Patient.address[0].extension[0].extension[1].value.ofType(string)'])
    expect(told(at(key('PAF', '12345678')), 'error')).toEqual([])
    expect(told(at(key('PAF', '1234')), 'warning')).toEqual(['hub-paf at Patient.address[0].extension[0].extension[1].value.ofType(string)'])
  })
})

describe('ODS code policy', () => {
  it.each([['ods-organization-code', 'RXN'], ['ods-organization-code', 'P81001'], ['ods-site-code', 'RXN01']])('%s %s is well formed', (system, code) => {
    expect(told(check(organisation(system, code)))).toEqual([])
  })

  it('says how to write one in small letters', () => {
    const [issue] = check(organisation('ods-organization-code', 'rxn'))
    expect(issue).toMatchObject({ severity: 'error', code: 'hub-ods-code', source: POLICY, expression: ['Organization.identifier[0].value'] })
    expect(issue?.text).toContain('send "RXN"')
  })

  it('refuses a site code of another form', () => {
    expect(told(check(organisation('ods-site-code', 'Ward 4 / Bay 2')))).toEqual(['hub-ods-site-code at Organization.identifier[0].value'])
  })
})
