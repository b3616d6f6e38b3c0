/**
 * What the hub's profiles take and what they refuse, as the validator reads them.
 */
import { loadDefinitions } from '../../src/definitions/load.ts'
import { hubCodeSystem, hubProfile, type Resource, SERVICE_SYSTEM } from '../../src/fhir/resource.ts'
import { createValidator } from '../../src/validation/engine.ts'

const validator = createValidator(loadDefinitions())

/** Rule ids of the errors, or with `severity` of other issues. */
const issues = (profile: string, resource: Resource, severity = 'error'): string[] =>
  validator.validate(resource, { profiles: 'ukcore', also: [hubProfile(profile)], unknownProfile: 'error' })
    .filter(issue => issue.severity === severity).map(({ code }) => code)

const coded = (system: string, code: string) => ({ coding: [{ system: hubCodeSystem(system), code }] })

describe('hub-referral', () => {
  const bare: Resource = { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: 'Patient/1' } }
  const extension = (id: string, valueCodeableConcept: unknown) => ({ url: hubProfile(id), valueCodeableConcept })

  it('takes a referral that names a person and nothing else, and says what would help', () => {
    expect(issues('hub-referral', bare)).toEqual([])
    expect(issues('hub-referral', bare, 'warning')).toContain('hub-ref-1')
  })

  it.each([
    ['a need of the hub', { reasonCode: [coded('need', 'fall-no-injury')] }],
    ['a SNOMED CT concept that counts as one', { reasonCode: [{ coding: [{ system: 'http://snomed.info/sct', code: '161898004' }] }] }],
    ['words only', { reasonCode: [{ text: 'fell in the kitchen' }] }],
    ['who refers', { reasonCode: [{ text: 'fell' }], extension: [extension('referrer-kind', coded('referrer-kind', 'care-home'))] }],
    ['an ambulance category', { reasonCode: [{ text: 'fell' }], extension: [extension('ambulance-category',
      { coding: [{ system: 'https://fhir.nhs.uk/CodeSystem/arp-priority-codes', code: 'C3' }] })] }],
  ])('takes %s', (_name, more) => {
    expect(issues('hub-referral', { ...bare, ...more })).toEqual([])
  })

  it.each([
    ['a referral of nobody', 'min:ServiceRequest.subject', { resourceType: 'ServiceRequest', status: 'active', intent: 'order' }],
    ['an unknown kind of referrer', 'binding:Extension.value[x]', { ...bare, extension: [extension('referrer-kind', coded('referrer-kind', 'dentist'))] }],
  ])('refuses %s', (_name, rule, resource) => {
    expect(issues('hub-referral', resource)).toContain(rule)
  })
})

describe('hub-task', () => {
  const task: Resource = {
    resourceType: 'Task', status: 'in-progress', intent: 'order', code: coded('task-code', 'coordinate'),
    businessStatus: coded('business-status', 'received'), focus: { reference: 'ServiceRequest/1' }, owner: { reference: 'Organization/1' },
    restriction: { period: { end: '2026-11-24T12:15:00Z' } },
    extension: [{ url: hubProfile('eta'), valueDateTime: '2026-11-24T11:40:00Z' }, { url: hubProfile('line'), valueUnsignedInt: 0 }],
  }

  it('takes a coordinating Task, and an offer by FHIR\'s own code', () => {
    expect(issues('hub-task', task)).toEqual([])
    expect(issues('hub-task', { ...task, code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] } })).toEqual([])
  })

  it.each(['code', 'focus', 'owner', 'businessStatus'])('refuses one without %s', element => {
    const { [element]: _, ...rest } = task
    expect(issues('hub-task', rest as Resource)).toContain(`min:Task.${element}`)
  })

  it.each([
    ['a code of another kind of work', 'binding:Task.code', { code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'suspend' }] } }],
    ['an unknown business state', 'binding:Task.businessStatus', { businessStatus: coded('business-status', 'lost') }],
    ['coordination without a next time to act', 'hub-task-1', { restriction: {} }],
    ['a stop without a reason', 'hub-task-2', { status: 'failed' }],
  ])('refuses %s', (_name, rule, more) => {
    expect(issues('hub-task', { ...task, ...more })).toContain(rule)
  })
})

describe('directory-healthcare-service', () => {
  const capacity = (...parts: object[]) => ({ url: hubProfile('service-capacity'), extension: parts })
  const free = { url: 'free', valueInteger: 2 }
  const asOf = { url: 'asOf', valueDateTime: '2026-11-24T10:00:00Z' }
  const service: Resource = {
    resourceType: 'HealthcareService', active: true, name: 'Two-hour urgent community response', providedBy: { reference: 'Organization/1' },
    identifier: [{ system: SERVICE_SYSTEM, value: 'UCR2H' }, { system: 'https://fhir.nhs.uk/Id/dos-service-id', value: '2000099999' }],
  }

  it.each([
    ['a service', service],
    ['its capacity', { ...service, extension: [capacity(free, asOf)] }],
    ['its capacity of a total', { ...service, extension: [capacity(free, { url: 'total', valueInteger: 8 }, asOf)] }],
  ])('takes %s', (_name, resource) => {
    expect(issues('directory-healthcare-service', resource)).toEqual([])
  })

  it.each(['active', 'name', 'providedBy'])('refuses one without %s', element => {
    const { [element]: _, ...rest } = service
    expect(issues('directory-healthcare-service', rest as Resource)).toContain(`min:HealthcareService.${element}`)
  })

  it.each([
    ['one without a service code', 'slice-min:HealthcareService.identifier:service', { identifier: [{ system: 'https://example.org', value: '1' }] }],
    ['one with two', 'slice-max:HealthcareService.identifier:service', { identifier: [{ system: SERVICE_SYSTEM, value: 'VW' }, { system: SERVICE_SYSTEM, value: 'UCR2H' }] }],
    ['a capacity that does not say since when', 'slice-min:Extension.extension:asOf', { extension: [capacity(free, { url: 'total', valueInteger: 8 })] }],
    ['a capacity in words', 'type:Extension.extension:free.value[x]', { extension: [capacity({ url: 'free', valueString: 'two' }, asOf)] }],
  ])('refuses %s', (_name, rule, more) => {
    expect(issues('directory-healthcare-service', { ...service, ...more })).toContain(rule)
  })
})

describe('estimated-age', () => {
  it('stands on a Patient and nowhere else', () => {
    const extension = [{ url: hubProfile('estimated-age'), valueUnsignedInt: 80 }]
    const errors = (resource: Resource): string[] => validator.validate(resource, { profiles: 'ukcore', unknownProfile: 'error' })
      .filter(({ severity }) => severity === 'error').map(({ code }) => code)
    expect(errors({ resourceType: 'Patient', extension })).toEqual([])
    expect(errors({ resourceType: 'Organization', name: 'A practice', extension })).toHaveLength(1)
  })
})
