import { systemCaller } from '../../src/access/caller.ts'
import { auditLabels, directLabels, visibilityOf } from '../../src/access/visibility.ts'
import { kindOf } from '../../src/access/kinds.ts'
import { loadDefinitions } from '../../src/definitions/load.ts'
import { callerOf } from './callers.ts'

const seen = (role: Parameters<typeof callerOf>[0]): readonly string[] => {
  const visibility = visibilityOf(callerOf(role, { organisation: 'p81001' }))
  return visibility.kind === 'all' ? ['everything'] : visibility.labels
}

/** A caller sees a resource when they share a label. */
const sees = (role: Parameters<typeof callerOf>[0], labels: readonly string[]): boolean =>
  seen(role).some(label => label === 'everything' || labels.includes(label))

describe('what a caller sees', () => {
  it('is everything for an administrator', () => expect(seen('administrator')).toEqual(['everything']))
  it('is the directory, its people and its own organisation for a referrer, in upper case', () =>
    expect(seen('referrer')).toEqual(['public', 'partners', 'org:P81001']))
  it('is the same for a service', () => expect(seen('service')).toEqual(seen('referrer')))
  it('adds the audit of its cases for a hub', () => expect(seen('hub')).toEqual(['public', 'partners', 'org:P81001', 'hub:P81001']))
  it('is the directory alone for an integrator', () => expect(seen('integrator')).toEqual(['public']))
})

describe('labels of a new resource outside a case', () => {
  it.each(['Organization', 'Location', 'HealthcareService', 'Schedule', 'Slot', 'ValueSet', 'Questionnaire', 'PlanDefinition'])(
    'makes a %s public when a keeper of the directory writes it', type => {
      expect(directLabels(type, systemCaller)).toEqual(['public'])
      expect(directLabels(type, callerOf('administrator'))).toEqual(['public'])
      expect(directLabels(type, callerOf('hub'))).toEqual(['public'])
    })

  it.each(['referrer', 'service'] as const)('keeps what a %s writes with its own organisation, whatever the type', role => {
    for (const type of ['Organization', 'PractitionerRole', 'ValueSet', 'Patient', 'Task']) {
      expect(directLabels(type, callerOf(role, { organisation: 'rx7' }))).toEqual(['org:RX7'])
    }
  })

  it('shows the people of the directory to partners and not to integrators', () => {
    const labels = directLabels('PractitionerRole', callerOf('hub'))
    expect(['referrer', 'service', 'hub', 'administrator'].map(role => sees(role as 'hub', labels))).toEqual([true, true, true, true])
    expect(sees('integrator', labels)).toBe(false)
  })

  it('shows what the hub itself writes of somebody\'s care to administrators only', () => {
    const labels = directLabels('Task', systemCaller)
    expect(sees('administrator', labels)).toBe(true)
    expect((['referrer', 'service', 'hub', 'integrator'] as const).filter(role => sees(role, labels))).toEqual([])
  })

  it('treats a type nobody thought of as care', () => expect(directLabels('Basic', callerOf('hub', { organisation: 'RXN' }))).toEqual(['org:RXN']))
})

describe('labels of an audit entry', () => {
  it('are those of the hubs concerned, never of the organisations', () => {
    expect(auditLabels(callerOf('referrer'), ['org:P81001', 'hub:RXN', 'hub:RJ8'])).toEqual(['administrators', 'hub:RXN', 'hub:RJ8'])
  })
  it('name the calling hub', () => expect(auditLabels(callerOf('hub', { organisation: 'rxn' }))).toEqual(['administrators', 'hub:RXN']))
  it('hide an entry from the very referrer whose access it tells of', () => expect(sees('referrer', auditLabels(callerOf('referrer')))).toBe(false))
})

describe('kinds of types', () => {
  it('leave every type of a patient\'s compartment, Schedule and the audit apart, as care', () => {
    const definitions = loadDefinitions()
    const inCompartment = [...definitions.resourceTypes].filter(type => definitions.compartment('Patient', type).length > 0)
    expect(inCompartment.length).toBeGreaterThan(60)
    expect(inCompartment.filter(type => kindOf(type) !== 'care').sort()).toEqual(['AuditEvent', 'Provenance', 'Schedule'])
  })
})
