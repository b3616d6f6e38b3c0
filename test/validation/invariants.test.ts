import type { Resource } from '../../src/fhir/resource.ts'
import { collectFindings } from '../../src/validation/findings.ts'
import { compileCheck } from '../../src/validation/invariants.ts'
import { indexBundle, type Scope } from '../../src/validation/scope.ts'
import { check, DECLARED, told } from './setup.ts'

const scopeOf = (resource: object, more: Partial<Scope> = {}): Scope =>
  ({ findings: collectFindings(), resource: resource as Resource, rootResource: resource as Resource, bundle: undefined, isShaped: true, ...more })

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

  it.each(['memberOf', 'conformsTo', 'subsumes'])('needs more than a resource for %s()', name => {
    expect(compileCheck('Patient', `name.${name}('x')`)).toMatchObject({ broken: false, reason: expect.stringContaining(name) })
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
