import * as fc from 'fast-check'
import { FhirError } from '../../src/fhir/outcomes.ts'
import { finds, parse, refusal, where } from './ask.ts'

const patient = {
  resourceType: 'Patient', id: 'p1', gender: 'female', birthDate: '1942-05-01', active: true,
  name: [{ family: 'O\'Brien', given: ['Peter', 'Ann'] }], identifier: [{ system: 'http://x.example/id', value: 'A)7' }],
  managingOrganization: { reference: 'Organization/o1' },
}
const observation = {
  resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '1234-5' }, { system: 'http://x.example', code: 'b' }] },
  valueQuantity: { value: 12.5, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
  effectivePeriod: { start: '2026-11-20', end: '2026-11-24' },
}

describe('_filter', () => {
  it.each<[object, string, boolean, string]>([
    [patient, 'name co "pet"', true, 'R4\'s first example: characters in a name'],
    [patient, 'name co "ETE"', true, 'case does not count'],
    [patient, 'given eq "peter" and birthdate ge 1940-10-10', true, 'R4\'s second example'],
    [patient, 'given eq "pete"', false, 'eq is the whole value'],
    [patient, 'given eq peter', true, 'with or without quotes'],
    [patient, 'given sw PET', true, 'starts with'],
    [patient, 'given ew ter', true, 'ends with'],
    [patient, 'given ew tor', false, 'or not'],
    [patient, 'family eq obrien', true, 'punctuation does not count'],
    [patient, 'gender eq female', true, 'a token'],
    [patient, 'gender ne male', true, 'another'],
    [patient, 'gender ne female', false, 'the same'],
    [patient, 'active eq true', true, 'a boolean'],
    [patient, 'identifier eq "http://x.example/id|A)7"', true, 'quotes let brackets stand'],
    [patient, 'organization re Organization/o1', true, 'a reference points there'],
    [patient, 'organization re Organization/o2', false, 'or elsewhere'],
    [patient, 'link pr false', true, 'pr: whether there is one'],
    [patient, 'link pr true', false, 'there is none'],
    [patient, 'not (gender eq male)', true, 'not'],
    [patient, 'not(gender eq male) and (given eq ann or given eq bob)', true, 'brackets'],
    [patient, 'gender eq female or gender eq male and given eq bob', false, 'from left to right, without precedence'],
    [patient, 'gender eq female or (gender eq male and given eq bob)', true, 'so brackets say otherwise'],
    [patient, '_id eq p1 and _lastUpdated ge 2026', true, 'the parameters of every resource'],
    [patient, '_id ne p1', false, 'not this one'],
    [patient, 'birthdate po 1942', true, 'po: the spans overlap'],
    [patient, 'birthdate po 1943', false, 'or not'],
    [patient, 'gender in http://hl7.org/fhir/ValueSet/administrative-gender', true, 'in a value set'],
    [patient, 'gender ni http://hl7.org/fhir/ValueSet/administrative-gender', false, 'not in it'],
    [observation, 'code eq http://loinc.org|1234-5', true, 'R4\'s third example'],
    [observation, 'code eq loinc|1234-5', true, 'a predefined namespace'],
    [observation, 'not (code eq loinc|1234-5)', false, 'not of one of several'],
    [observation, 'value-quantity gt 12', true, 'a quantity'],
    [observation, 'value-quantity eq "12.5|ucum|mm[Hg]"', true, 'with its unit'],
    [observation, 'value-quantity ap 13', true, 'about'],
    [observation, 'date sa 2026-11-24', false, 'starts after'],
    [observation, 'date eb 2026-12', true, 'ends before'],
    [observation, 'date po 2026-11-22', true, 'a period holds a day'],
    [observation, 'date eq 2026-11-22', false, 'but is not in it'],
  ])('%j: _filter=%s -> %s: %s', (resource, filter, expected) => {
    expect(finds(resource, `_filter=${filter}`)).toBe(expected)
  })

  it('chains, with the target\'s own filter, and asks who refers here', () => {
    const name = { kind: 'match', param: 'name', test: { kind: 'string', match: 'contains', folded: 'pet' } }
    expect(where('Observation?_filter=subject:Patient.name co "pet"')).toEqual({ kind: 'chain', param: 'subject', types: ['Patient'], where: name })
    expect(where('Observation?_filter=patient[active eq true].name co "pet"')).toEqual({
      kind: 'chain', param: 'patient', types: ['Patient'],
      where: { kind: 'all-of', of: [{ kind: 'match', param: 'active', test: { kind: 'token', system: undefined, code: 'true' } }, name] },
    })
    expect(where('Patient?_filter=_has:Observation:patient:status eq final')).toMatchObject({ kind: 'has', type: 'Observation', param: 'patient' })
  })

  it('stands beside other parameters, and may be there twice', () => {
    expect(where('Patient?_filter=name co pet&gender=female&_filter=active eq true')).toMatchObject({ kind: 'all-of', of: [{}, {}, {}] })
    expect(where('?_type=Task,ServiceRequest&_filter=subject re 1').kind).toBe('any-of')
  })

  it.each<[string, number, RegExp]>([
    ['name', 5, /expected a space and one of eq, ne, co/], ['name co', 8, /a value after "co"/], ['name like pet', 6, /expected a space and one of/],
    ['name co pet and', 16, /expected a search parameter/], ['name co pet xor active eq true', 13, /expected "and", "or" or the end, found "xor/],
    ['(name co pet', 13, /expected "and", "or" or "\)", found the end/], ['name co pet)', 12, /or the end, found "\)"/], ['not name co pet', 4, /"not" takes brackets/],
    ['NAME co pet', 1, /did you mean "name"/], ['nme co pet', 1, /Patient has no search parameter "nme"; did you mean "name"/], ['active eq true and nme co pet', 20, /no search parameter "nme"/],
    ['name co "pet', 9, /expected a value/], ['name co "\\x"', 9, /as JSON has it/], ['gender co fem', 1, /"gender" takes the operators eq, ne, in, ni, ss, sb, pr, not co/],
    ['organization eq Organization/1', 1, /takes the operators re, pr, not eq/], ['given ne peter', 1, /may have several values.*write not \(given eq/],
    ['birthdate ge 2026-02-30', 1, /does not exist in the calendar/], ['birthdate eq ge2026', 1, /without a prefix/], ['active eq maybe', 1, /true or false/],
    ['link pr maybe', 1, /true or false/], ['_id eq a/b', 1, /takes an id/], ['_list eq 1', 1, /send it beside _filter/], ['_filter eq 1', 1, /beside _filter/],
    ['organization[name co x] re 1', 24, /expected "\." and a parameter/], ['organization[name co x.name co y', 29, /"and", "or" or "\]"/],
    ['organization[nme co x].name co y', 14, /no search parameter "nme"/], ['general-practitioner:Foo.name co x', 1, /never refers to "Foo"/],
    ['organization.partof.partof.partof.partof.name co x', 42, /up to 4/], ['name:exact eq x', 11, /operators instead of modifiers/], ['name co ---', 1, /letter or digit/],
    [`${'('.repeat(20)}active eq true${')'.repeat(20)}`, 10, /8 deep/], ['[active eq true].name co x', 1, /expected a search parameter/],
    [`name co ${'x'.repeat(990)}, or`, 1, /characters|longer/],
  ])('%s is refused at character %d: %s', (filter, at, text) => {
    const { status, issues } = refusal(`Patient?_filter=${filter}`)
    expect(status).toBe(400)
    expect(issues[0]?.text).toMatch(text)
    if (filter.length < 1_000) expect(issues[0]).toMatchObject({ text: expect.stringContaining(`_filter, character ${at}:`) as string, expression: ['http._filter'] })
  })

  it('whose parameters are not known is left out by lenient handling, one that cannot be read is not', () => {
    expect(parse('Patient?_filter=nme co pet', { strict: false }).ignored).toMatchObject([{ severity: 'warning', text: expect.stringContaining('character 1') as string }])
    expect(refusal('Patient?_filter=name co', { strict: false }).status).toBe(400)
  })

  it('leads by no more ways than a chain, however its brackets multiply them', () => {
    const nested = (depth: number): string => (depth === 0 ? 'based-on re Task/1' : `based-on[${nested(depth - 1)}].based-on re Task/1`)
    expect(refusal(`Task?_filter=${nested(7)}`)).toMatchObject({ status: 400 })
    expect(refusal(`Task?_filter=${nested(7)}`).message).toContain('name one, such as')
  })

  it('counts its tests among the values of a search', () => {
    const filters = Array.from({ length: 40 }, () => `_filter=${Array.from({ length: 30 }, (_, index) => `_id eq p${index}`).join(' or ')}`)
    expect(refusal(`Patient?${filters.join('&')}`).issues[0]).toMatchObject({ code: 'search-too-many-values' })
  })

  it('of any text is a plan or a 400', () => {
    const pieces = ['name', 'active', 'subject.', 'not', '(', ')', '[', ']', 'and', 'or', 'eq', 'co', 'ne', '"pet"', 'true', '2026', '_has:Task:patient:status', '"', '\\', ' ', ' ', '.']
    fc.assert(fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), parts => {
      try {
        return parse(`Patient?_filter=${parts.join(' ')}`).plan.types.length === 1
      } catch (error) {
        return error instanceof FhirError && error.status === 400 && error.issues[0]!.expression?.[0] === 'http._filter'
      }
    }), { numRuns: 1_000 })
  })
})
