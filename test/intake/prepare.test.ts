/** Referrals as partners really send them, made ready to be stored: the real validator judges, nothing is lost. */
import { loadDefinitions } from '../../src/definitions/load.ts'
import { FhirError } from '../../src/fhir/outcomes.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { prepare, type Prepared } from '../../src/intake/prepare.ts'
import { readReferralBundle } from '../../src/intake/referral-bundle.ts'
import { createValidator } from '../../src/validation/engine.ts'

const validator = createValidator(loadDefinitions())
const examine = (resource: Resource): ReturnType<typeof validator.validate> => validator.validate(resource, { profiles: 'ukcore', unknownProfile: 'warning' })
const known = new Set(['Organization/hub', 'Patient/known'])

const prepared = (entries: object[], type = 'collection'): Promise<Prepared> => prepare(
  readReferralBundle({ resourceType: 'Bundle', type, entry: entries }),
  { examine, isVisible: async ref => known.has(`${ref.type}/${ref.id}`), bases: ['http://hub.example/fhir'] },
)

const PATIENT = { resourceType: 'Patient', name: [{ family: 'Jones', given: ['Ada'] }], birthDate: '1942-03-01' }
const REQUEST = { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: 'urn:uuid:p' } }
const entry = (resource: object, fullUrl?: string): object => ({ ...(fullUrl === undefined ? {} : { fullUrl }), resource })
const codes = ({ issues }: Prepared): string[] => issues.map(({ code }) => code)
const places = ({ problems }: Prepared): string[] => problems.map(({ at }) => at)

describe('references', () => {
  it.each([
    ['urn:uuid', 'urn:uuid:p', 'urn:uuid:p'],
    ['absolute', 'https://gp.example/fhir/Patient/p', 'https://gp.example/fhir/Patient/p'],
    ['relative to an absolute fullUrl', 'https://gp.example/fhir/Patient/p', 'Patient/p'],
    ['with a version', 'https://gp.example/fhir/Patient/p', 'Patient/p/_history/3'],
  ])('%s leads to the stored Patient', async (_form, fullUrl, reference) => {
    const { request, others } = await prepared([entry(PATIENT, fullUrl), entry({ ...REQUEST, subject: { reference } })])
    expect(request['subject']).toEqual({ reference: `Patient/${others[0]?.id}` })
  })

  it('to resources of this hub stay, made relative', async () => {
    const { request } = await prepared([entry(PATIENT, 'urn:uuid:p'), entry({ ...REQUEST, performer: [{ reference: 'http://hub.example/fhir/Organization/hub' }] })])
    expect(request['performer']).toEqual([{ reference: 'Organization/hub' }])
  })

  it('to nothing keep their words and are warned about', async () => {
    const result = await prepared([entry(PATIENT, 'urn:uuid:p'), entry({ ...REQUEST, requester: { reference: 'Practitioner/unheard-of', display: 'Dr Rao' } })])
    expect(result.request['requester']).toEqual({ display: 'Dr Rao' })
    expect(codes(result)).toContain('reference-not-stored')
  })
})

describe('a missing or unusable part is made from what is readable', () => {
  it('no ServiceRequest', async () => {
    const result = await prepared([entry(PATIENT, 'urn:uuid:p')])
    expect(result.request).toMatchObject({ status: 'active', intent: 'order', subject: { reference: `Patient/${result.others[0]?.id}` } })
    expect(codes(result)).toContain('request-made')
  })

  it('no Patient: what the ServiceRequest says of the subject', async () => {
    const identifier = { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009' }
    const { others } = await prepared([entry({ ...REQUEST, subject: { identifier, display: 'Ada Jones' } })])
    expect(others[0]).toMatchObject({ resourceType: 'Patient', identifier: [identifier], name: [{ text: 'Ada Jones' }] })
  })

  it('no Patient, but one that is known here', async () => {
    const { request, others } = await prepared([entry({ ...REQUEST, subject: { reference: 'Patient/known' } })])
    expect(request['subject']).toEqual({ reference: 'Patient/known' })
    expect(others).toEqual([])
  })

  it('a Patient with a date that does not exist keeps everything else', async () => {
    const result = await prepared([entry({ ...PATIENT, birthDate: '1942-02-30' }, 'urn:uuid:p'), entry(REQUEST)])
    const [patient] = result.others
    expect(patient).toMatchObject({ resourceType: 'Patient', name: PATIENT.name })
    expect(patient).not.toHaveProperty('birthDate')
    expect(result.request['subject']).toEqual({ reference: `Patient/${patient?.id}` })
    expect(places(result)).toEqual(['Bundle.entry[0].resource'])
  })

  it('a ServiceRequest with a wrong priority keeps its reason', async () => {
    const reasonCode = [{ text: 'fell in the kitchen' }]
    const { request } = await prepared([entry(PATIENT, 'urn:uuid:p'), entry({ ...REQUEST, priority: 'very', reasonCode })])
    expect(request).toMatchObject({ status: 'active', reasonCode })
    expect(request).not.toHaveProperty('priority')
  })

  it('a draft becomes active, with a warning', async () => {
    const result = await prepared([entry(PATIENT, 'urn:uuid:p'), entry({ ...REQUEST, status: 'draft' })])
    expect(result.request['status']).toBe('active')
    expect(codes(result)).toContain('request-active')
  })
})

it('an invalid resource is set aside with its issues at its place in the Bundle, and is not pointed to', async () => {
  const observation = { resourceType: 'Observation', status: 'done', code: { text: 'pulse' }, subject: { reference: 'urn:uuid:p' } }
  const result = await prepared([entry(PATIENT, 'urn:uuid:p'), entry(observation, 'urn:uuid:o'), entry({ ...REQUEST, supportingInfo: [{ reference: 'urn:uuid:o' }] })])
  expect(result.leftOut.map(({ resourceType }) => resourceType)).toEqual(['Observation'])
  expect(result.problems[0]).toMatchObject({ at: 'Bundle.entry[1].resource', what: 'Observation "pulse"', ref: undefined })
  expect(result.problems[0]?.issues[0]?.expression?.[0]).toBe('Bundle.entry[1].resource.status')
  expect(result.request['supportingInfo']).toEqual([{ display: 'Bundle.entry[1].resource (not stored)' }])
})

it.each([['nothing at all', []], ['an Observation alone', [entry({ resourceType: 'Observation', status: 'final', code: { text: 'x' } })]]])(
  'neither request nor person is refused: %s', async (_what, entries) => {
    const refusal = await prepared(entries).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(FhirError)
    expect(refusal).toMatchObject({ status: 422, issues: [{ code: 'nothing-to-refer' }] })
  })

it('a thousand entries are read, one more is too large', () => {
  const of = (count: number): Resource => ({ resourceType: 'Bundle', type: 'collection', entry: Array.from({ length: count }, () => entry(PATIENT)) })
  expect(readReferralBundle(of(1_000)).entries).toHaveLength(1_000)
  expect(() => readReferralBundle(of(1_001))).toThrow(expect.objectContaining({ status: 413 }))
})

const hostile: [string, unknown][] = [
  ['an entry that is a string', 'x'], ['an entry that is null', null], ['an entry without a resource', {}],
  ['a resource that is a list', { resource: [] }], ['a resourceType that is a number', { resource: { resourceType: 5 } }],
  ['a type nobody knows', { resource: { resourceType: 'Ambulance', id: '1' } }],
  ['elements of the wrong shape', { resource: { resourceType: 'Observation', code: 'x', subject: 'y', status: {} } }],
]
it.each(hostile)('%s is no reason to refuse', async (_what, sent) => {
  const { request, others } = await prepared([entry(PATIENT, 'urn:uuid:p'), entry(REQUEST), sent as object])
  expect(request['status']).toBe('active')
  expect(others.map(({ resourceType }) => resourceType)).toEqual(['Patient'])
})
