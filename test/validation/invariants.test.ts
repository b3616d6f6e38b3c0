import type { Resource } from '../../src/fhir/resource.ts'
import { createValidator } from '../../src/validation/engine.ts'
import { compileCheck } from '../../src/validation/invariants.ts'
import { indexBundle } from '../../src/validation/bundles/entries.ts'
import type { Scope } from '../../src/validation/scope.ts'
import { withDefinitions } from './overlay.ts'
import { check, DECLARED, definitions, scopeOf, told } from './setup.ts'

const ask = (base: string, expression: string, value: object, scope: Scope) => {
  const compiled = compileCheck(base, expression)
  if (typeof compiled !== 'function') throw new Error(compiled.reason)
  return compiled(value, scope)
}

describe('a compiled invariant', () => {
  const contained = { resourceType: 'Patient', id: 'c' }
  const container = { resourceType: 'Condition', id: 'root', contained: [contained] }

  it('knows %resource, the nearest, and %rootResource, the container', () => {
    const scope = scopeOf(contained, { rootResource: container as unknown as Resource })
    expect(ask('Patient', "%resource.id = 'c' and %rootResource.id = 'root'", contained, scope)).toBe(true)
  })

  it('knows the types below an element it stands on', () => {
    expect(ask('Observation.component', 'value is Quantity', { valueQuantity: { value: 1 } }, scopeOf({}))).toBe(true)
    expect(ask('Period', 'start < today()', { start: '2020-01-01' }, scopeOf({}))).toBe(true)
  })

  it('is not broken by what it cannot compare', () => {
    expect(ask('Period', 'start <= end', { start: '2026', end: '2026-05' }, scopeOf({}))).toBe(true)
  })

  it('says which functions are not offered', () => {
    expect(compileCheck('Patient', "slice('x', 'y')")).toMatchObject({ broken: false, reason: expect.stringContaining('slice()') })
  })

  it('knows the variables of R4', () => {
    const expression = "url = %`ext-patient-birthTime` and %sct = 'http://snomed.info/sct' and %`vs-gender` = 'http://hl7.org/fhir/ValueSet/gender'"
    expect(ask('Extension', expression, { url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime' }, scopeOf({}))).toBe(true)
  })
})

describe('questions about definitions', () => {
  const url = 'https://example.org/fhir/StructureDefinition/asks'
  const asks = (expression: string, resource: object, supporting: readonly { resourceType: string }[] = []) => {
    const profile = {
      resourceType: 'StructureDefinition', url, name: 'Asks', status: 'draft', kind: 'resource', abstract: false, type: 'Patient', derivation: 'constraint',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
      differential: { element: [{ id: 'Patient', path: 'Patient', constraint: [{ key: 'a-1', severity: 'error', human: 'x', expression }] }] },
    }
    const all = createValidator(withDefinitions(definitions, [profile, ...supporting]))
    return check({ resourceType: 'Patient', ...resource }, { ...DECLARED, also: [url] }, all).map(({ code }) => code).filter(code => code.endsWith('a-1'))
  }
  const single = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'S' }] }
  const animals = { resourceType: 'CodeSystem', url: 'urn:animals', status: 'draft', content: 'complete',
    concept: [{ code: 'animal', concept: [{ code: 'dog' }] }, { code: 'plant' }] }
  const is = (code: string) => ({ maritalStatus: { coding: [{ system: 'urn:animals', code }] } })

  it.each<[string, string, object, string[]]>([
    ['memberOf() of a code in the set', "gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", { gender: 'male' }, []],
    ['memberOf() of a concept in the set', "maritalStatus.memberOf('http://hl7.org/fhir/ValueSet/marital-status')", { maritalStatus: single }, []],
    ['memberOf() of one that is not', "maritalStatus.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", { maritalStatus: single }, ['a-1']],
    ['memberOf() of a set not known', "maritalStatus.memberOf('http://example.org/none')", { maritalStatus: single }, ['not-checked:a-1']],
    ['memberOf() of nothing', "maritalStatus.memberOf('http://example.org/none')", {}, []],
    ['conformsTo() a profile it meets', "conformsTo('https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient')", {}, []],
    ['conformsTo() a profile of another type', "conformsTo('https://fhir.hl7.org.uk/StructureDefinition/UKCore-Organization')", {}, ['a-1']],
    ['conformsTo() a profile not known', "conformsTo('http://example.org/none')", {}, ['not-checked:a-1']],
    ['conformsTo() of something contained', "contained.all(conformsTo('http://hl7.org/fhir/StructureDefinition/Organization'))",
      { contained: [{ resourceType: 'Organization', id: 'o', name: 'x' }], managingOrganization: { reference: '#o' } }, []],
  ])('%s', (_name, expression, resource, codes) => {
    expect(asks(expression, resource, [animals])).toEqual(codes)
  })

  it.each([['animal', 'dog', true], ['dog', 'dog', true], ['dog', 'animal', false], ['plant', 'dog', false], ['dog', 'cat', undefined]])('%s subsumes %s: %s', (above, code, answer) => {
    const both = { ...is(above), communication: [{ language: is(code).maritalStatus }] }
    const codes = answer === true ? [] : [answer === false ? 'a-1' : 'not-checked:a-1']
    expect(asks('maritalStatus.subsumes(communication.language)', both, [animals])).toEqual(codes)
    expect(asks('communication.language.subsumedBy(maritalStatus)', both, [animals])).toEqual(codes)
  })
})

describe('resolve()', () => {
  // ctm-1 of R4
  const expression = 'onBehalfOf.exists() implies (member.resolve().iif(empty(), true, ofType(Practitioner).exists()))'
  const participant = { member: { reference: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' }, onBehalfOf: { display: 'x' } }
  const bundleWith = (resourceType: string) => indexBundle({ resourceType: 'Bundle', entry: [{ fullUrl: participant.member.reference, resource: { resourceType, id: 'a' } }] })

  it('finds the entries of the Bundle around', () => {
    expect(ask('CareTeam.participant', expression, participant, scopeOf({}, { bundle: bundleWith('Practitioner') }))).toBe(true)
    expect(ask('CareTeam.participant', expression, participant, scopeOf({}, { bundle: bundleWith('Patient') }))).toBe(false)
  })

  it('finds contained resources', () => {
    const root = { resourceType: 'CareTeam', contained: [{ resourceType: 'Patient', id: 'a' }] }
    expect(ask('CareTeam.participant', expression, { ...participant, member: { reference: '#a' } }, scopeOf(root))).toBe(false)
  })

  it('leaves the rule undecided where the reference leads elsewhere', () => {
    expect(ask('CareTeam.participant', expression, participant, scopeOf({}))).toBeUndefined()
  })

  it('is told once where undecided', () => {
    const careTeam = { resourceType: 'CareTeam', participant: [participant, participant] }
    expect(told(check(careTeam, DECLARED))).toEqual(['not-checked:ctm-1 at CareTeam.participant[0]'])
  })
})
