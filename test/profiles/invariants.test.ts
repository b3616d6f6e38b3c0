/**
 * The invariants of the hub's profiles say what their text says, on the resources they are about.
 */
import { evaluate } from 'fhirpath'
import type { ServiceRequest, Task } from 'fhir/r4.js'
import { definitionOf } from './restated.ts'
import { hubCodeSystem, hubProfile } from '../../src/fhir/resource.ts'

interface Invariant { readonly key: string; readonly expression: string }

const invariant = (profile: string, key: string): Invariant => {
  const { element } = definitionOf(hubProfile(profile)).differential as { element: { constraint?: Invariant[] }[] }
  const found = element.flatMap(one => one.constraint ?? []).find(constraint => constraint.key === key)
  if (found === undefined) throw new Error(`${profile} has no invariant ${key}`)
  return found
}

const holds = (profile: string, key: string, resource: unknown): boolean =>
  JSON.stringify(evaluate(resource, invariant(profile, key).expression)) === '[true]'

const task = (code: string, status: Task['status'], more: Partial<Task> = {}): Task => ({
  resourceType: 'Task', status, intent: 'order', code: { coding: [{ system: hubCodeSystem('task-code'), code }] }, ...more })

describe('hub-task-1: an open coordinating Task has the next time somebody must act', () => {
  const end = { restriction: { period: { end: '2026-11-24T12:15:00Z' } } }

  it.each<[string, boolean, Task]>([
    ['open with it', true, task('coordinate', 'in-progress', end)],
    ['open without it', false, task('coordinate', 'in-progress')],
    ['on hold without it', false, task('coordinate', 'on-hold')],
    ['open with only a start', false, task('coordinate', 'requested', { restriction: { period: { start: '2026-11-24T12:15:00Z' } } })],
    ['completed without it', true, task('coordinate', 'completed')],
    ['cancelled without it', true, task('coordinate', 'cancelled')],
    ['another Task without it', true, task('triage', 'requested')],
    ['the same code of another system', true,
      { ...task('triage', 'requested'), code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'coordinate' }] } }],
  ])('%s: %s', (_name, expected, resource) => {
    expect(holds('hub-task', 'hub-task-1', resource)).toBe(expected)
  })
})

describe('hub-task-2: a Task that stops or waits says why', () => {
  it.each<Task['status']>(['rejected', 'failed', 'cancelled', 'on-hold'])('%s', status => {
    expect(holds('hub-task', 'hub-task-2', task('triage', status))).toBe(false)
    expect(holds('hub-task', 'hub-task-2', task('triage', status, { statusReason: { text: 'no room' } }))).toBe(true)
  })

  it.each<Task['status']>(['requested', 'received', 'accepted', 'in-progress', 'completed'])('not %s', status => {
    expect(holds('hub-task', 'hub-task-2', task('triage', status))).toBe(true)
  })
})

describe('hub-ref-1: a referral says why it is made', () => {
  const referral = (more: Partial<ServiceRequest>): ServiceRequest => ({
    resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: 'Patient/1' }, ...more })

  it.each<[string, boolean, ServiceRequest]>([
    ['a reason', true, referral({ reasonCode: [{ text: 'fell' }] })],
    ['a condition', true, referral({ reasonReference: [{ reference: 'Condition/1' }] })],
    ['a service asked for', true, referral({ code: { text: 'two-hour response' } })],
    ['nothing', false, referral({})],
  ])('%s: %s', (_name, expected, resource) => {
    expect(holds('hub-referral', 'hub-ref-1', resource)).toBe(expected)
  })
})

describe('ukcore-obs-vs-001: a vital sign names its observable in LOINC', () => {
  const { element } = definitionOf('https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-VitalSigns')
    .differential as { element: { constraint?: Invariant[] }[] }
  const expression = element.flatMap(one => one.constraint ?? [])[0]?.expression ?? ''
  const pulse = (system: string, code: string) => ({ resourceType: 'Observation', status: 'final', code: { coding: [{ system, code }] } })

  it.each([
    [true, pulse('http://loinc.org', '8867-4')],
    [false, pulse('http://snomed.info/sct', '364075005')],
  ])('%s: %j', (expected, resource) => {
    expect(evaluate(resource, expression)).toEqual([expected])
  })
})
