/** Whatever a partner's software makes of a referral, $submit answers for it: kept or refused by name, never a failure of the hub. */
import * as fc from 'fast-check'
import type { Bundle, OperationOutcome } from 'fhir/r4.js'
import { fallInPreston, openStory, referralIn, type Story } from '../referral/story.ts'

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

/** Bundles tried, more in a long run (HOSTILE_RUNS=2000); a failure prints its seed. */
const RUNS = Number(process.env['HOSTILE_RUNS'] ?? 60)

const PERSON = 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000001'
const ASKED = 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000002'
const at = (name: string, resource: object): object => ({ fullUrl: `urn:uuid:${name}`, resource })

/** What stands around a referral: each kind of resource that the hub itself reads, follows or guards. */
const around = [
  { resource: { resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] }, valueQuantity: { value: 88, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' } } },
  { resource: { resourceType: 'Flag', status: 'active', code: { coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/soft-flag', code: 'long-lie' }] }, subject: { reference: PERSON } } },
  { resource: { resourceType: 'Condition', code: { text: 'fell' }, subject: { reference: PERSON } } },
  { resource: { resourceType: 'MessageHeader', eventCoding: { system: 'https://fhir.nhs.uk/CodeSystem/message-events-bars', code: 'servicerequest-request' }, source: { endpoint: 'https://gp.example' }, focus: [{ reference: ASKED }] } },
  at('organisation', { resourceType: 'Organization', identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'P81067' }], partOf: { reference: 'urn:uuid:other' } }),
  at('other', { resourceType: 'Organization', name: 'Other', partOf: { reference: 'urn:uuid:organisation' } }),
  at('role', { resourceType: 'PractitionerRole', organization: { reference: 'urn:uuid:organisation' }, healthcareService: [{ reference: 'urn:uuid:service' }] }),
  at('service', { resourceType: 'HealthcareService', providedBy: { reference: 'urn:uuid:organisation' } }),
  at('task', { resourceType: 'Task', status: 'requested', intent: 'order', code: { coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/task-code', code: 'call-back' }] }, basedOn: [{ reference: ASKED }], focus: { reference: ASKED } }),
  at('further', { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: PERSON }, requester: { reference: 'urn:uuid:role' }, performer: [{ reference: 'urn:uuid:service' }], basedOn: [{ reference: ASKED }] }),
]

type Path = readonly (string | number)[]

const pathsOf = (value: unknown, path: Path = []): Path[] => {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, Array.isArray(value) ? Number(key) : key]))]
}

const fall = fallInPreston()
const sound = { ...fall, entry: [...fall.entry ?? [], ...around] } as Bundle
const urns = [PERSON, ASKED, ...['organisation', 'other', 'role', 'service', 'task', 'further'].map(name => `urn:uuid:${name}`)]
const junk: readonly unknown[] = [
  ...urns, ...urns.map(reference => ({ reference })), ...urns.map(reference => [{ reference }]), 'coordinate', 'fulfill', 'fix-data', 'active', 'revoked', 'AuditEvent', 'Task', 'Patient',
  '', ' ', 0, -1, 1e308, true, [], [[]], {}, { resourceType: 'Patient' }, [{}], ['x'], '2026-02-30', 'urn:uuid:x', 'Patient/', '#', { reference: '#nothing' }, 'a'.repeat(3_000)]
const mutation = fc.record({ path: fc.constantFrom(...pathsOf(sound).filter(path => path.length > 1)), put: fc.constantFrom(...junk) })

const mutated = (changes: readonly { path: Path; put: unknown }[]): Bundle => {
  const bundle = structuredClone(sound)
  for (const { path, put } of changes) {
    let holder: unknown = bundle
    for (const key of path.slice(0, -1)) holder = typeof holder === 'object' && holder !== null ? (holder as Record<string | number, unknown>)[key] : undefined
    const last = path.at(-1)
    if (typeof holder === 'object' && holder !== null && last !== undefined) (holder as Record<string | number, unknown>)[last] = structuredClone(put)
  }
  return bundle
}

it('kept with one owner, or refused by name', async () => {
  await fc.assert(fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 6 }), async changes => {
    const answer = await story.submit(mutated(changes))
    if (answer.status === 201) {
      const tasks = await story.tasks(story.desk, referralIn(answer))
      expect(tasks.filter(({ code }) => code?.coding?.[0]?.code === 'coordinate')).toHaveLength(1)
    } else {
      expect([200, 400, 409, 422]).toContain(answer.status)
      if (answer.status !== 200) expect((answer.body as OperationOutcome).issue[0]?.details?.coding?.[0]?.code).toBeDefined()
    }
  }), { numRuns: RUNS })
}, 600_000)
