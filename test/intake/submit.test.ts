/** $submit over HTTP: what is kept, what is answered, what is the same, and the little that is refused. */
import { randomUUID } from 'node:crypto'
import type { Binary, Bundle, OperationOutcome, Parameters, Patient, Provenance, ServiceRequest, Task } from 'fhir/r4.js'
import request, { type Response } from 'supertest'
import { codesOf, fallInPreston, openStory, referralIn, textOf, type Story } from '../referral/story.ts'

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

const parameter = ({ body }: Response, name: string) => (body as Parameters).parameter?.find(found => found.name === name)
const warnings = (answer: Response): readonly (string | undefined)[] =>
  (parameter(answer, 'outcome')?.resource as OperationOutcome | undefined ?? { issue: [] }).issue.map(issue => issue.details?.coding?.[0]?.code)
const FAULTY = { resourceType: 'Observation', status: 'finished', code: { text: 'Pulse' } }

describe('the answer', () => {
  it('is 201 with Location, referral, number, coordinating Task, "stored, not yet confirmed", proposal and outcome', async () => {
    const answer = await story.submit(fallInPreston())
    expect(answer.status).toBe(201)
    const referral = referralIn(answer)
    expect(answer.headers['location']).toBe(`${story.hub.url}/fhir/ServiceRequest/${referral}`)
    expect(parameter(answer, 'status')?.valueString).toBe('stored, not yet confirmed')
    expect(parameter(answer, 'identifier')?.valueIdentifier?.value).toMatch(/^CC-/)
    expect(parameter(answer, 'task')?.valueReference?.reference).toBe(`Task/${(await story.task(story.gp, referral, 'coordinate')).id}`)
    const proposal = parameter(answer, 'proposal')?.resource as Parameters
    expect(proposal.parameter?.find(({ name }) => name === 'disposition')?.valueCode).toBe('offer')
    expect(parameter(answer, 'outcome')?.resource?.resourceType).toBe('OperationOutcome')
  })

  it('carries emergency advice for a red flag, and the case stays open and owned', async () => {
    const flag = {
      resourceType: 'Flag', status: 'active', subject: { reference: 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000001' },
      code: { coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/red-flag', code: 'chest-pain-acs' }] },
    }
    const answer = await story.submit(fallInPreston({ more: [flag] }))
    expect(answer.status).toBe(201)
    expect(parameter(answer, 'emergencyAdvice')?.valueString).toMatch(/999/)
    const coordinating = await story.task(story.gp, referralIn(answer), 'coordinate')
    expect([coordinating.status, coordinating.priority, coordinating.restriction?.period?.end]).toEqual(['in-progress', 'stat', '2026-11-24T10:15:00.000Z'])
  })

  it('finds the referral by its number', async () => {
    const answer = await story.submit(fallInPreston())
    const number = parameter(answer, 'identifier')?.valueIdentifier?.value
    const found = (await story.get(story.gp, `ServiceRequest?identifier=https://care-connexions.example/Id/referral-number|${number}`)).body as Bundle
    expect(found.entry?.map(({ resource }) => resource?.id)).toEqual([referralIn(answer)])
  })
})

describe('what is kept', () => {
  it('is every byte, as a Binary the coordinating Task points to', async () => {
    const sent = fallInPreston({ more: [FAULTY] })
    const answer = await story.submit(sent)
    const coordinating = await story.task(story.gp, referralIn(answer), 'coordinate')
    const binary = (await story.get(story.gp, coordinating.input?.[0]?.valueReference?.reference ?? '')).body as Binary
    expect(binary.contentType).toBe('application/fhir+json')
    expect(Buffer.from(binary.data ?? '', 'base64').toString('utf8')).toBe(JSON.stringify(sent))
  })

  it('is the time it was written and the time it came', async () => {
    const answer = await story.submit(fallInPreston())
    const request = (await story.get(story.gp, `ServiceRequest/${referralIn(answer)}`)).body as ServiceRequest
    expect(request.authoredOn).toBe('2026-11-24T10:10:00Z')
    expect((await story.task(story.gp, referralIn(answer), 'coordinate')).authoredOn).toBe('2026-11-24T10:15:00.000Z')
  })

  it('is what could not be stored, in a fix-data Task of the hub with its issues', async () => {
    const answer = await story.submit(fallInPreston({ more: [FAULTY] }))
    expect(answer.status).toBe(201)
    expect(warnings(answer)).toContain('binding:Observation.status')
    const task = await story.task(story.desk, referralIn(answer), 'fix-data')
    expect(task).toMatchObject({ status: 'requested', owner: { reference: 'Organization/cl-care-connexions' } })
    const [problem] = task.contained as OperationOutcome[]
    expect(problem?.issue[0]?.expression).toEqual(['Bundle.entry[2].resource.status'])
    expect((await story.step(story.desk, task, 'resolve')).status).toBe(200)
  })

  it('is no fix-data Task when all is well', async () => {
    const codes = (await story.tasks(story.desk, referralIn(await story.submit(fallInPreston())))).map(({ code }) => code?.coding?.[0]?.code)
    expect(new Set(codes)).toEqual(new Set(['coordinate', 'triage']))
    expect(codes).toHaveLength(2)
  })

  it('is each normalised resource\'s Provenance', async () => {
    const sent = fallInPreston()
    const patient = sent.entry?.[0]?.resource as Patient
    patient.identifier = [{ system: 'http://fhir.nhs.uk/id/nhs-number', value: '900 000 0009' }]
    const answer = await story.submit(sent)
    const request = (await story.get(story.gp, `ServiceRequest/${referralIn(answer)}`)).body as ServiceRequest
    const stored = (await story.get(story.gp, request.subject.reference ?? '')).body as Patient
    expect(stored.identifier?.[0]).toEqual({ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009' })
    const found = (await story.get(story.gp, `Provenance?target=${request.subject.reference}`)).body as Bundle<Provenance>
    expect(found.entry?.[0]?.resource?.activity?.text).toMatch(/identifier-system/)
  })
})

describe('sent again', () => {
  it('W01: the same request answers the same referral as it now stands', async () => {
    const id = randomUUID()
    const first = await story.submit(fallInPreston(), story.gp, id)
    await story.step(story.clinician, await story.task(story.desk, referralIn(first), 'triage'), 'confirm')
    const again = await story.submit(fallInPreston(), story.gp, id)
    expect([again.status, referralIn(again)]).toEqual([200, referralIn(first)])
    expect(parameter(again, 'status')?.valueString).toBe('Offered')
  })

  it('under the same business identifier but a new X-Request-ID it is the same referral', async () => {
    const first = await story.submit(fallInPreston({ identifier: 'R-1' }))
    const again = await story.submit({ ...fallInPreston({ identifier: 'R-1' }), timestamp: '2026-11-24T10:20:00Z' })
    expect([again.status, referralIn(again)]).toEqual([200, referralIn(first)])
  })

  it('with other content is 409, naming the place and no data', async () => {
    const id = randomUUID()
    await story.submit(fallInPreston(), story.gp, id)
    const other = await story.submit(fallInPreston({ family: 'Hartshorn' }), story.gp, id)
    expect([other.status, ...codesOf(other)]).toEqual([409, 'request-key-reused'])
    expect(textOf(other)).toMatch(/Bundle\.entry\[0\]\.resource\.name\[0\]\.family/)
    expect(textOf(other)).not.toMatch(/Hart/)
  })

  it('by another client it is another referral', async () => {
    const id = randomUUID()
    const mine = await story.submit(fallInPreston({ identifier: 'R-2' }), story.gp, id)
    const theirs = await story.submit(fallInPreston({ identifier: 'R-2' }), { client: 'otherGp' }, id)
    expect([mine.status, theirs.status]).toEqual([201, 201])
    expect(referralIn(theirs)).not.toBe(referralIn(mine))
  })

  it('sixteen times at once it is one referral', async () => {
    const id = randomUUID()
    const answers = await Promise.all(Array.from({ length: 16 }, () => story.submit(fallInPreston(), story.gp, id)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(15)
    expect(new Set(answers.map(referralIn)).size).toBe(1)
  })
})

describe('imperfect, and kept', () => {
  const [patient, asked] = fallInPreston().entry!
  it.each<[string, unknown]>([
    ['a Patient alone, without a Bundle', patient!.resource],
    ['a Bundle without a ServiceRequest', { resourceType: 'Bundle', type: 'collection', entry: [patient] }],
    ['a Bundle without a Patient', { resourceType: 'Bundle', type: 'collection', entry: [asked] }],
    ['a Bundle of type batch', { ...fallInPreston(), type: 'batch' }],
    ['a Bundle without a type', { resourceType: 'Bundle', entry: fallInPreston().entry }],
    ['an entry nobody can read', fallInPreston({ more: [{ resourceType: 'Ambulance', siren: true }] })],
    ['a birth date that does not exist', { resourceType: 'Bundle', type: 'collection', entry: [{ ...patient, resource: { ...patient!.resource, birthDate: '1942-02-30' } }, asked] }],
    ['a reference to nothing', fallInPreston({ more: [{ resourceType: 'Condition', code: { text: 'x' }, subject: { reference: 'Patient/none' } }] })],
    ['shapes that are no FHIR', fallInPreston({ more: [{ resourceType: 'Flag', code: 'red', status: 7, subject: [] }] })],
    ['Parameters around the Bundle', { resourceType: 'Parameters', parameter: [{ name: 'referral', resource: fallInPreston() }] }],
  ])('%s', async (_what, sent) => {
    const answer = await story.submit(sent)
    expect([answer.status, textOf(answer)]).toEqual([201, ''])
    const tasks = await story.tasks(story.desk, referralIn(answer))
    expect(tasks.filter(({ code }) => code?.coding?.[0]?.code === 'coordinate')).toHaveLength(1)
  })
})

describe('refused, and nothing stored', () => {
  const count = async (): Promise<number | undefined> => ((await story.get(story.desk, 'ServiceRequest?_summary=count')).body as Bundle).total
  it.each<[string, string, number]>([
    ['JSON that is none', '{"resourceType": "Bundle", ', 400],
    ['neither request nor person', JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: [] }), 422],
    ['1,001 entries', JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: Array.from({ length: 1_001 }, () => ({ resource: { resourceType: 'Patient' } })) }), 413],
    ['nesting of 101', `{"resourceType":"Bundle","x":${'['.repeat(101)}${']'.repeat(101)}}`, 400],
    ['more than 5 MB', JSON.stringify({ resourceType: 'Bundle', language: 'x'.repeat(5 * 1024 * 1024) }), 413],
  ])('%s', async (_what, body, status) => {
    const before = await count()
    expect(before).toBeGreaterThan(0)
    const answer = await (await story.hub.as('gp')).post('/fhir/ServiceRequest/$submit').send(body)
    expect(answer.status).toBe(status)
    expect((answer.body as OperationOutcome).resourceType).toBe('OperationOutcome')
    expect(await count()).toBe(before)
  })

  it('a caller without a token, and a service', async () => {
    expect((await request(story.hub.url).post('/fhir/ServiceRequest/$submit').type('application/fhir+json').send(JSON.stringify(fallInPreston()))).status).toBe(401)
    expect((await story.submit(fallInPreston(), story.team)).status).toBe(403)
  })
})

it('a Task of the referral names who sent it', async () => {
  const task: Task = await story.task(story.desk, referralIn(await story.submit(fallInPreston())), 'coordinate')
  expect(task.requester?.identifier).toEqual({ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'P81067' })
})
