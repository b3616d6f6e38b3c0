/** Bundles as partners really build them, over HTTP: what becomes of each part, and where a person finds what was not usable. */
import type { AuditEvent, Binary, Bundle, BundleEntry, Communication, OperationOutcome, Parameters, Patient, Reference, ServiceRequest, Task } from 'fhir/r4.js'
import type { Response } from 'supertest'
import { fallInPreston, openStory, referralIn, type Story } from '../referral/story.ts'

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

const PERSON = 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000001'
const ASKED = 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000002'
const NHS = 'https://fhir.nhs.uk/Id/nhs-number'
const NEED = 'https://care-connexions.example/fhir/CodeSystem/need'
const TASK_CODE = 'https://care-connexions.example/fhir/CodeSystem/task-code'

const parameter = ({ body }: Response, name: string) => (body as Parameters).parameter?.find(found => found.name === name)
const told = (answer: Response): string[] =>
  ((parameter(answer, 'outcome')?.resource as OperationOutcome | undefined)?.issue ?? []).map(({ details, expression }) => `${details?.coding?.[0]?.code} ${expression?.[0]}`).sort()

const read = async <T>(reference: string | undefined): Promise<T> => (await story.get(story.gp, reference ?? '')).body as T
const requestOf = (answer: Response): Promise<ServiceRequest> => read(`ServiceRequest/${referralIn(answer)}`)
const personOf = async (answer: Response): Promise<Patient> => read((await requestOf(answer)).subject.reference)
const fixing = async (answer: Response): Promise<Task | undefined> =>
  (await story.tasks(story.desk, referralIn(answer))).find(({ code }) => code?.coding?.[0]?.code === 'fix-data')
const problems = async (answer: Response): Promise<(string | undefined)[]> =>
  ((await fixing(answer))?.contained as OperationOutcome[] | undefined ?? []).flatMap(({ issue }) => issue.map(({ details }) => details?.coding?.[0]?.code))

/** The fall with its Patient or ServiceRequest changed, and entries more. */
const sent = ({ patient = {}, request = {}, entries = [], type = 'collection' }: { patient?: object; request?: object; entries?: readonly unknown[]; type?: string }): object => {
  const { entry = [] } = fallInPreston()
  const [person, asked] = entry as [BundleEntry, BundleEntry]
  return { resourceType: 'Bundle', type, entry: [
    { fullUrl: PERSON, resource: { ...person.resource, ...patient } }, { fullUrl: ASKED, resource: { ...asked.resource, ...request } }, ...entries] }
}
const stored = async (answer: Response, status = 201): Promise<Response> => {
  expect([answer.status, answer.status === status ? '' : answer.text]).toEqual([status, ''])
  const tasks = await story.tasks(story.desk, referralIn(answer))
  expect(tasks.filter(({ code }) => code?.coding?.[0]?.code === 'coordinate')).toHaveLength(1)
  return answer
}
const submit = async (bundle: object): Promise<Response> => stored(await story.submit(bundle))

describe('the person', () => {
  it('keeps everything when the NHS number cannot be one, the number as words', async () => {
    const answer = await submit(sent({ patient: { identifier: [{ system: NHS, value: '9000000008' }, { system: 'https://gp.example/id', value: '7' }], telecom: [{ system: 'phone', value: '01772 000000' }] } }))
    const patient = await personOf(answer)
    expect(patient).toMatchObject({ name: [{ family: 'Hartley' }], birthDate: '1942-05-17', telecom: [{ value: '01772 000000' }] })
    expect(patient.identifier).toEqual([{ type: { text: 'NHS number as sent, which cannot be one' }, value: '9000000008' }, { system: 'https://gp.example/id', value: '7' }])
    expect(((await story.get(story.desk, `Patient?identifier=${NHS}|9000000008`)).body as Bundle).entry ?? []).toEqual([])
    expect(await problems(answer)).toEqual(['hub-nhs-number', 'patient-mended'])
  })

  it('loses only what is wrong, however deep it stands', async () => {
    const answer = await submit(sent({ patient: {
      contact: [{ relationship: [{ text: 'daughter' }], telecom: [{ system: 'telephone', value: '07700 900000' }], name: { family: 'Hartley' } }],
      address: [{ city: 'Preston', postalCode: 'PR1 2AA', period: { start: '1999-02-30' } }, { city: 'Leyland' }],
    } }))
    expect(await personOf(answer)).toMatchObject({
      contact: [{ relationship: [{ text: 'daughter' }], telecom: [{ system: 'other', value: '07700 900000' }], name: { family: 'Hartley' } }],
      address: [{ city: 'Preston', postalCode: 'PR1 2AA' }, { city: 'Leyland' }],
    })
    expect((await fixing(answer))?.description).toContain('Patient (Bundle.entry[0].resource)')
  })

  it('inside the ServiceRequest is stored as a Patient of its own', async () => {
    const { entry = [] } = fallInPreston()
    const contained = { ...entry[0]?.resource, id: 'p' }
    const answer = await submit({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: { ...entry[1]?.resource, contained: [contained], subject: { reference: '#p', display: 'Edna Hartley' } } }] })
    const request = await requestOf(answer)
    expect(request.subject).toEqual({ reference: expect.stringMatching(/^Patient\//) as string, display: 'Edna Hartley' })
    expect(request).not.toHaveProperty('contained')
    expect((await personOf(answer)).name?.[0]?.family).toBe('Hartley')
    expect(told(answer)).toEqual(['contained-patient Bundle.entry[0].resource.contained[0]'])
  })

  it('named by the NHS number is the Patient of the Bundle with that number', async () => {
    const other = { resource: { resourceType: 'Patient', identifier: [{ system: NHS, value: '9000000017' }], name: [{ family: 'Hartley' }] } }
    const observation = { resource: { resourceType: 'Observation', status: 'final', code: { text: 'Pulse' }, subject: { identifier: { system: NHS, value: '9000000009' } } } }
    const answer = await submit(sent({ request: { subject: { identifier: { system: NHS, value: '9000000009' } } }, entries: [other, observation] }))
    const request = await requestOf(answer)
    expect(request.subject.identifier?.value).toBe('9000000009')
    expect((await personOf(answer)).identifier?.[0]?.value).toBe('9000000009')
    const found = (await story.get(story.gp, `Observation?subject=${request.subject.reference}`)).body as Bundle
    expect(found.entry).toHaveLength(1)
  })

  it('whose number the ServiceRequest states otherwise is pointed out', async () => {
    const answer = await submit(sent({ request: { subject: { reference: PERSON, identifier: { system: NHS, value: '9000000017' } } } }))
    expect(await problems(answer)).toEqual(['subject-differs'])
  })

  it.each([{ deceasedBoolean: true }, { deceasedDateTime: '2026-11-20' }])('recorded as deceased (%j) is pointed out, and kept', async deceased => {
    const answer = await submit(sent({ patient: deceased }))
    expect(await personOf(answer)).toMatchObject(deceased)
    expect(await problems(answer)).toEqual(['patient-deceased'])
  })

  it('alive is not pointed out', async () => expect(told(await submit(sent({ patient: { deceasedBoolean: false } })))).toEqual(['undefined undefined']))
})

describe('references', () => {
  it('to what is not sent become words, and are pointed out at their place', async () => {
    const answer = await submit(sent({ request: { requester: { reference: 'PractitionerRole/unheard-of' }, encounter: { reference: 'urn:uuid:nothing', display: 'Visit' } } }))
    expect(await requestOf(answer)).toMatchObject({ requester: { display: 'PractitionerRole/unheard-of (not stored)' }, encounter: { display: 'Visit' } })
    expect(told(answer)).toEqual(['reference-not-stored Bundle.entry[1].resource.encounter', 'reference-not-stored Bundle.entry[1].resource.requester'])
    expect(await problems(answer)).toEqual(['reference-not-stored', 'reference-not-stored'])
  })

  it('relative to the sender\'s server, and not sent, become absolute', async () => {
    const { entry = [] } = fallInPreston()
    const base = 'https://gp.example/fhir'
    const answer = await submit({ resourceType: 'Bundle', type: 'collection', entry: [
      { fullUrl: `${base}/Patient/7`, resource: entry[0]?.resource },
      { fullUrl: `${base}/ServiceRequest/8`, resource: { ...entry[1]?.resource, subject: { reference: 'Patient/7' }, requester: { reference: 'Practitioner/9' } } },
    ] })
    const request = await requestOf(answer)
    expect(request.requester).toEqual({ reference: `${base}/Practitioner/9` })
    expect((await personOf(answer)).name?.[0]?.family).toBe('Hartley')
    expect(await fixing(answer)).toBeUndefined()
  })

  it('by the url of an attachment lead to the stored Binary', async () => {
    const answer = await submit(sent({ entries: [
      { fullUrl: 'urn:uuid:5f1b7c0e-0000-4000-8000-00000000000a', resource: { resourceType: 'Binary', contentType: 'text/plain', data: 'QUJD' } },
      { fullUrl: 'urn:uuid:letter', resource: { resourceType: 'DocumentReference', status: 'current', content: [{ attachment: { url: 'urn:uuid:5f1b7c0e-0000-4000-8000-00000000000a' } }] } },
    ], request: { supportingInfo: [{ reference: 'urn:uuid:letter' }] } }))
    const letter = await read<{ content: { attachment: { url: string } }[] }>((await requestOf(answer)).supportingInfo?.[0]?.reference)
    expect((await read<Binary>(letter.content[0]?.attachment.url)).data).toBe('QUJD')
  })

  it('to a fullUrl that two entries have lead to the first', async () => {
    const place = (name: string): object => ({ fullUrl: 'urn:uuid:place', resource: { resourceType: 'Location', name } })
    const answer = await submit(sent({ request: { locationReference: [{ reference: 'urn:uuid:place' }] }, entries: [place('Home'), place('Daughter\'s')] }))
    expect(await read((await requestOf(answer)).locationReference?.[0]?.reference)).toMatchObject({ name: 'Home' })
    expect(await problems(answer)).toEqual(['fullurl-repeated'])
  })

  it.each<[string, object[], Reference]>([
    ['a service that provides itself', [{ fullUrl: 'urn:uuid:h', resource: { resourceType: 'HealthcareService', name: 'x', providedBy: { reference: 'urn:uuid:h' } } }], { reference: 'urn:uuid:h' }],
    ['roles in a ring', [
      { fullUrl: 'urn:uuid:a', resource: { resourceType: 'PractitionerRole', organization: { reference: 'urn:uuid:b' } } },
      { fullUrl: 'urn:uuid:b', resource: { resourceType: 'PractitionerRole', organization: { reference: 'urn:uuid:a' } } }], { reference: 'urn:uuid:a' }],
  ])('%s end', async (_what, entries, performer) => {
    const answer = await submit(sent({ request: { performer: [performer], requester: performer }, entries }))
    expect((await story.task(story.desk, referralIn(answer), 'coordinate')).owner?.reference).toBe('Organization/cl-care-connexions')
  })
})

describe('the ServiceRequest', () => {
  it('the hub addressed may be a copy of its Organization', async () => {
    const answer = await submit(sent({ request: { performer: [{ reference: 'urn:uuid:hub' }] }, entries: [
      { fullUrl: 'urn:uuid:hub', resource: { resourceType: 'Organization', identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'ZCC00' }] } }] }))
    expect((await story.task(story.desk, referralIn(answer), 'coordinate')).owner?.reference).toBe('Organization/cl-care-connexions')
  })

  it('of a message is the one its header is about', async () => {
    const earlier = { fullUrl: 'urn:uuid:earlier', resource: { resourceType: 'ServiceRequest', status: 'completed', intent: 'order', subject: { reference: PERSON }, code: { text: 'Earlier' } } }
    const header = { resource: { resourceType: 'MessageHeader', eventCoding: { system: 'https://fhir.nhs.uk/CodeSystem/message-events-bars', code: 'servicerequest-request' }, source: { endpoint: 'https://gp.example' }, focus: [{ reference: ASKED }] } }
    const { entry } = sent({ entries: [header] }) as { entry: object[] }
    const answer = await submit({ resourceType: 'Bundle', type: 'message', entry: [header, earlier, ...entry.slice(0, 2)] })
    expect((await requestOf(answer)).reasonCode?.[0]?.coding?.[0]?.code).toBe('fall-no-injury')
    expect(await fixing(answer)).toBeUndefined()
  })

  it.each(['revoked', 'completed', 'entered-in-error', 'on-hold'])('sent as %s is kept active until a person has asked', async status => {
    const answer = await submit(sent({ request: { status } }))
    expect((await requestOf(answer)).status).toBe('active')
    expect(await problems(answer)).toEqual(['request-active'])
  })

  it('that says not to perform it is pointed out', async () => {
    expect(await problems(await submit(sent({ request: { doNotPerform: true } })))).toEqual(['request-prohibits'])
  })

  const further = (need: string, subject: string): object => ({ fullUrl: `urn:uuid:${need}`, resource: {
    resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: subject }, reasonCode: [{ coding: [{ system: NEED, code: need }] }] } })

  it('a further one of the same person is a further need of this referral, and pointed out', async () => {
    const answer = await submit(sent({ entries: [further('hf-decomp', PERSON)] }))
    const proposal = parameter(answer, 'proposal')?.resource as Parameters | undefined
    const lines = new Set(proposal?.parameter?.filter(({ name }) => name === 'service').map(({ part }) => part?.find(({ name }) => name === 'line')?.valueInteger))
    expect(lines).toEqual(new Set([0, 1]))
    expect(await problems(answer)).toEqual(['request-further'])
    expect(((await story.get(story.gp, `ServiceRequest?subject=${(await requestOf(answer)).subject.reference}`)).body as Bundle).entry).toHaveLength(2)
  })

  it('a further one of somebody else is kept, pointed out and not triaged', async () => {
    const neighbour = { fullUrl: 'urn:uuid:neighbour', resource: { resourceType: 'Patient', name: [{ family: 'Neighbour' }] } }
    const answer = await submit(sent({ entries: [neighbour, further('hf-decomp', 'urn:uuid:neighbour')] }))
    expect(JSON.stringify(parameter(answer, 'proposal'))).not.toContain('hf-decomp')
    expect(await problems(answer)).toEqual(['request-further'])
  })
})

describe('what is the hub\'s own to write stands in the Binary only', () => {
  it.each<[string, object]>([
    ['a coordinating Task', { resourceType: 'Task', status: 'in-progress', intent: 'order', code: { coding: [{ system: TASK_CODE, code: 'coordinate' }] }, basedOn: [{ reference: ASKED }] }],
    ['an offer', { resourceType: 'Task', status: 'accepted', intent: 'order', code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] }, basedOn: [{ reference: ASKED }] }],
    ['an audit entry', { resourceType: 'AuditEvent', type: { code: 'rest' }, recorded: '2026-11-24T10:00:00Z', agent: [{ requestor: true }], source: { observer: { display: 'x' } } }],
    ['a Subscription', { resourceType: 'Subscription', status: 'requested', reason: 'x', criteria: 'Task?', channel: { type: 'rest-hook', endpoint: 'https://x.example' } }],
  ])('%s', async (_what, resource) => {
    const answer = await submit(sent({ entries: [{ resource }] }))
    expect(await problems(answer)).toEqual(['not-taken', 'not-stored'])
    expect((await story.tasks(story.desk, referralIn(answer))).map(({ code }) => code?.coding?.[0]?.code)).toEqual(expect.arrayContaining(['coordinate', 'fix-data', 'triage']))
    expect(await story.tasks(story.desk, referralIn(answer))).toHaveLength(3)
  })

  it('a Task of the partner\'s own is kept', async () => {
    const answer = await submit(sent({ entries: [{ resource: { resourceType: 'Task', status: 'requested', intent: 'order', code: { text: 'call back' }, basedOn: [{ reference: ASKED }] } }] }))
    expect(told(answer)).toEqual(['undefined undefined'])
    expect(await story.tasks(story.gp, referralIn(answer))).toHaveLength(3)
  })
})

describe('what is not usable is found by whoever works on the referral', () => {
  it('with its words, its place, its reason and the bytes, by the service too', async () => {
    const answer = await submit(sent({ entries: [
      { resource: { resourceType: 'AllergyIntolerance', code: { text: 'Penicillin' }, patient: { reference: PERSON }, recordedDate: 'spring' } }, 'x', null] }))
    await story.step(story.clinician, await story.task(story.desk, referralIn(answer), 'triage'), 'confirm')
    const seen = await story.tasks(story.team, referralIn(answer))
    const task = seen.find(({ code }) => code?.coding?.[0]?.code === 'fix-data')
    expect(task?.description).toContain('AllergyIntolerance "Penicillin" (Bundle.entry[2].resource), Bundle.entry[3], Bundle.entry[4]')
    expect(task?.reasonCode?.text).toBeTruthy()
    expect(seen.find(({ code }) => code?.coding?.[0]?.code === 'coordinate')?.note?.[0]?.text).toContain('AllergyIntolerance "Penicillin"')
    const binary = (await story.get(story.team, task?.input?.[0]?.valueReference?.reference ?? '')).body as Binary
    expect(Buffer.from(binary.data ?? '', 'base64').toString()).toContain('Penicillin')
    const codes = (task?.contained as OperationOutcome[] | undefined ?? []).map(({ issue }) => issue.map(({ details }) => details?.coding?.[0]?.code))
    expect(codes[0]).toContain('not-stored')
    expect(codes.slice(1)).toEqual([['entry-empty'], ['entry-empty']])
  })

  it('a Patient that was mended is named with where it is', async () => {
    const answer = await submit(sent({ patient: { birthDate: '1942-02-30' } }))
    expect((await fixing(answer))?.input?.[1]?.valueReference?.display).toBe(`Patient at Bundle.entry[0].resource, stored as ${(await requestOf(answer)).subject.reference}`)
  })
})

describe('emergency advice is in the answer', () => {
  const observation = (code: string, value: number, unit: string): object => ({ resource: {
    resourceType: 'Observation', status: 'final', subject: { reference: PERSON }, effectiveDateTime: '2026-11-24T10:00:00Z',
    code: { coding: [{ system: 'http://loinc.org', code }] }, valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit } } })

  it('for a NEWS2 of 7, added up here', async () => {
    const answer = await submit(sent({ entries: [
      observation('9279-1', 26, '/min'), observation('2708-6', 91, '%'), observation('8867-4', 115, '/min')] }))
    expect(parameter(answer, 'emergencyAdvice')?.valueString).toMatch(/999/)
  })

  it('for a red flag in a resource that could not be stored', async () => {
    const flag = { resourceType: 'Flag', status: 'burning', code: { coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/red-flag', code: 'chest-pain-acs' }] }, subject: { reference: PERSON } }
    const answer = await submit(sent({ entries: [{ resource: flag }] }))
    expect(parameter(answer, 'emergencyAdvice')?.valueString).toMatch(/999/)
  })
})

describe('times', () => {
  const dueOf = (answer: Response): string | undefined =>
    (parameter(answer, 'proposal')?.resource as Parameters | undefined)?.parameter?.find(({ name }) => name === 'due')?.valueInstant

  it.each<[string, string, string, string[]]>([
    ['a minute ago counts from then', '2026-11-24T10:14:00Z', '2026-11-24T12:14:00.000Z', []],
    ['twelve hours ago counts from then', '2026-11-23T22:15:00Z', '2026-11-24T00:15:00.000Z', []],
    ['longer ago counts from receipt', '2026-11-23T22:14:59Z', '2026-11-24T12:15:00.000Z', ['authored-not-credible Bundle.entry[1].resource.authoredOn']],
    ['on a day without a time counts from receipt', '2026-11-24', '2026-11-24T12:15:00.000Z', ['authored-not-credible Bundle.entry[1].resource.authoredOn']],
    ['in the future counts from receipt', '2026-11-24T10:15:01Z', '2026-11-24T12:15:00.000Z', ['authored-not-credible Bundle.entry[1].resource.authoredOn']],
  ])('written %s', async (_what, authoredOn, due, issues) => {
    const answer = await submit(sent({ request: { authoredOn } }))
    expect([dueOf(answer), told(answer).filter(text => !text.startsWith('undefined'))]).toEqual([due, issues])
    expect((await requestOf(answer)).authoredOn).toBe(authoredOn)
    expect((await story.task(story.gp, referralIn(answer), 'coordinate')).authoredOn).toBe('2026-11-24T10:15:00.000Z')
  })
})

describe('limits', () => {
  it('takes 1,000 entries, and what is wrong with all of them', async () => {
    const entries = Array.from({ length: 998 }, (_, index) => ({ resource: index % 2 === 0
      ? { resourceType: 'Communication', status: 'completed', payload: [{ contentString: `call ${index}` }], subject: { reference: PERSON } }
      : { resourceType: 'Observation', status: 'odd', code: { text: `reading ${index}` } } }))
    const answer = await submit(sent({ entries }))
    const { subject } = await requestOf(answer)
    const found = (await story.get(story.gp, `Communication?subject=${subject.reference}&_count=1&_total=accurate`)).body as Bundle<Communication>
    expect(found.total).toBe(499)
    const task = await fixing(answer)
    expect(task?.contained?.length).toBeLessThanOrEqual(100)
    expect(task?.description).toContain('more')
  }, 60_000)

  it('tells of 20,000 lost references what they have in common', async () => {
    const supportingInfo = Array.from({ length: 20_000 }, (_, index) => ({ reference: `Observation/x${index}` }))
    const answer = await submit(sent({ request: { supportingInfo } }))
    expect(told(answer)).toHaveLength(20)
    expect((await requestOf(answer)).supportingInfo?.at(-1)).toEqual({ display: 'Observation/x19999 (not stored)' })
  }, 60_000)

  it('takes a body of almost 5 MB', async () => {
    const room = 5 * 1024 * 1024 - 2_000
    const answer = await submit(sent({ entries: [{ resource: { resourceType: 'Binary', contentType: 'text/plain', data: 'QUJD'.repeat(Math.floor(room / 4)) } }] }))
    const bytes = (await read<Binary>((await story.task(story.gp, referralIn(answer), 'coordinate')).input?.[0]?.valueReference?.reference)).data ?? ''
    expect(Buffer.from(bytes, 'base64').length).toBeGreaterThan(room)
  }, 60_000)

  it('takes a nesting of 100, and a Patient with thousands of broken parts, in a bounded time', async () => {
    const deep = (depth: number): object => (depth === 0 ? { valueString: 'x' } : { extension: [{ url: 'https://gp.example/x', ...deep(depth - 1) }] })
    expect(await problems(await submit(sent({ patient: { extension: [{ url: 'https://gp.example/x', ...deep(46) }] } })))).toEqual([])
    const answer = await submit(sent({ patient: { telecom: Array.from({ length: 20_000 }, () => ({ system: 'smoke' })) } }))
    expect(await problems(answer)).toContain('patient-mended')
  }, 60_000)
})

it('nothing of a sending is an AuditEvent but the hub\'s own', async () => {
  const answer = await submit(sent({}))
  const found = (await story.get({ client: 'administrator' }, `AuditEvent?entity=ServiceRequest/${referralIn(answer)}`)).body as Bundle<AuditEvent>
  expect(found.entry?.every(({ resource }) => resource?.source.observer.display !== 'x')).toBe(true)
})
