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
