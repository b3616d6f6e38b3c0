import { ROLES, type Role } from '../../src/access/caller.ts'
import { permit, type Interaction } from '../../src/access/permissions.ts'
import { FhirError } from '../../src/fhir/outcomes.ts'
import { callerOf } from './callers.ts'

const refusal = (...[caller, interaction, type, operation]: Parameters<typeof permit>): string | undefined => {
  try {
    permit(caller, interaction, type, operation)
    return undefined
  } catch (error) {
    if (!(error instanceof FhirError) || error.status !== 403) throw error
    return error.message
  }
}

const rolesThatMay = (interaction: Interaction, type: string, operation?: string): readonly Role[] =>
  ROLES.filter(role => refusal(callerOf(role), interaction, type, operation) === undefined)

const everyone = ['referrer', 'hub', 'service', 'integrator', 'administrator']
const partners = ['referrer', 'hub', 'service', 'administrator']
const keepers = ['hub', 'administrator']

describe('who may do what', () => {
  it.each<[Interaction, string, readonly string[]]>([
    ['read', 'HealthcareService', everyone],
    ['search', 'Organization', everyone],
    ['history', 'ValueSet', everyone],
    ['read', 'PractitionerRole', partners],
    ['search', 'Patient', partners],
    ['read', 'Binary', partners],
    ['search', '*', partners],
    ['create', 'ServiceRequest', partners],
    ['update', 'Task', partners],
    ['delete', 'Observation', partners],
    ['create', 'Organization', partners],
    ['update-own', 'Organization', partners],
    ['update', 'Organization', keepers],
    ['delete', 'HealthcareService', keepers],
    ['create', 'Slot', keepers],
    ['create', 'PractitionerRole', partners],
    ['update', 'PractitionerRole', keepers],
    ['create', 'SearchParameter', keepers],
    ['create', 'StructureDefinition', ['administrator']],
    ['update-own', 'ValueSet', ['administrator']],
    ['delete', 'CodeSystem', ['administrator']],
    ['read', 'AuditEvent', keepers],
    ['search', 'AuditEvent', keepers],
    ['create', 'AuditEvent', []],
    ['update', 'AuditEvent', []],
    ['delete', 'AuditEvent', []],
    ['create', 'Provenance', partners],
    ['update', 'Provenance', []],
    ['delete', 'Provenance', []],
  ])('%s of %s is for %j', (interaction, type, roles) => expect(rolesThatMay(interaction, type)).toEqual(roles))

  it.each<[string, string, readonly string[]]>([
    ['submit', 'ServiceRequest', ['referrer', 'hub', 'administrator']],
    ['triage', 'ServiceRequest', partners],
    ['transition', 'Task', partners],
    ['available-actions', 'Task', partners],
    ['nobody-listed-this', 'Task', ['administrator']],
    ['constructor', 'Task', ['administrator']],
  ])('$%s on %s is for %j', (operation, type, roles) => expect(rolesThatMay('operation', type, operation)).toEqual(roles))

  it('says in the refusal which roles may', () => {
    expect(refusal(callerOf('integrator'), 'search', 'Patient')).toMatch(/integrator; it is for: referrer, hub, service, administrator/)
    expect(refusal(callerOf('hub'), 'update', 'Provenance')).toMatch(/created once and never changed/)
  })
})

describe('scopes of the token restrict further', () => {
  const withScopes = (...scopes: string[]) => callerOf('referrer', { scopes })

  it('lets a read scope read and search, not write, and says which scope is missing', () => {
    const caller = withScopes('system/*.read')
    expect(refusal(caller, 'read', 'Task')).toBeUndefined()
    expect(refusal(caller, 'search', 'Task')).toBeUndefined()
    expect(refusal(caller, 'update', 'Task')).toMatch(/system\/Task\.write or system\/Task\.u/)
    expect(refusal(caller, 'operation', 'ServiceRequest', 'submit')).toMatch(/system\/ServiceRequest\.write/)
  })

  it('keeps to the type of the scope', () => {
    const caller = withScopes('system/Task.cruds')
    expect(refusal(caller, 'update', 'Task')).toBeUndefined()
    expect(refusal(caller, 'read', 'Patient')).toMatch(/do not cover/)
  })

  it('never widens a role', () => expect(refusal(callerOf('integrator', { scopes: ['system/*.*'] }), 'read', 'Patient')).toMatch(/role/))
  it('asks for every type where the whole system is meant', () => expect(refusal(withScopes('system/Task.read'), 'search', '*')).toMatch(/whole system/))
  it('gives nothing without scopes', () => expect(refusal(withScopes(), 'read', 'Organization')).toMatch(/do not cover/))
})
