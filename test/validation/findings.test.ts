import { MAX_ISSUES } from '../../src/validation/findings.ts'
import { check, DECLARED, told } from './setup.ts'

describe('the issues of a run', () => {
  it('stand in the order of the document, whatever found them', () => {
    const faulty = {
      resourceType: 'Patient',
      name: [{ family: '' }, { nmae: 'x' }],
      gender: 'f',
      birthDate: '2026-02-30',
      contact: [{ gender: 'male' }],
    }
    const reversed = Object.fromEntries([['resourceType', 'Patient'], ...Object.entries(faulty).reverse()])
    const expected = [
      'primitive:string at Patient.name[0].family', 'element-unknown at Patient.name[1].nmae', 'binding:Patient.gender at Patient.gender',
      'primitive:date at Patient.birthDate', 'pat-1 at Patient.contact[0]',
    ]
    expect(told(check(faulty, DECLARED), 'error')).toEqual(expected)
    expect(told(check(reversed, DECLARED), 'error')).toEqual([
      'pat-1 at Patient.contact[0]', 'primitive:date at Patient.birthDate', 'binding:Patient.gender at Patient.gender',
      'primitive:string at Patient.name[0].family', 'element-unknown at Patient.name[1].nmae',
    ])
  })

  it('are the same each time', () => {
    const faulty = { resourceType: 'Patient', name: [{ family: '' }], gender: 'f', foo: 1 }
    expect(check(faulty)).toEqual(check(faulty))
  })

  it('have none twice, though base and profile both ask', () => {
    const issues = check({ resourceType: 'ServiceRequest', meta: { profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-ServiceRequest'] } })
    expect(told(issues)).toEqual([...new Set(told(issues))])
    expect(told(issues, 'error')).toEqual(['min:ServiceRequest.status at ServiceRequest', 'min:ServiceRequest.intent at ServiceRequest', 'min:ServiceRequest.subject at ServiceRequest'])
  })

  it('are cut at a limit, and say so', () => {
    const issues = check({ resourceType: 'Patient', name: Array.from({ length: 500 }, () => ({ family: '' })) })
    expect(issues).toHaveLength(MAX_ISSUES + 1)
    expect(issues[0]?.expression).toEqual(['Patient.name[0].family'])
    expect(issues.at(-1)).toMatchObject({ severity: 'information', code: 'issues-cut' })
  })

  it.each([300, 1_500])('never hide an error behind %d warnings', count => {
    const extension = Array.from({ length: count }, (_, n) => ({ url: `https://nobody.example/x${n}`, valueString: 'a' }))
    const issues = check({ resourceType: 'Patient', extension, gender: 'bogus' })
    expect(issues).toHaveLength(MAX_ISSUES + 1)
    expect(issues.filter(({ severity }) => severity === 'error').map(({ code }) => code))
      .toEqual(['binding:Patient.gender'])
  })

  it('never make an error of many warnings', () => {
    const contact = Array.from({ length: 1_500 }, () => ({ name: { text: 'x' }, relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0131', code: 'QQ' }] }] }))
    expect(told(check({ resourceType: 'Patient', contact }), 'error', 'fatal')).toEqual([])
  })

  it('each carry what the outcome needs', () => {
    for (const issue of check({ resourceType: 'Patient', gender: 'f', foo: [], contact: [{}], identifier: [{ value: 5 }] })) {
      expect(issue).toMatchObject({ severity: expect.any(String), type: expect.any(String), code: expect.any(String), text: expect.stringMatching(/\S/) })
      expect(issue.expression).toHaveLength(1)
    }
  })
})
