/** The everyday path over HTTP: what each partner does and what the GP sees of it (domain 3.2, issue of the first referral). */
import type { Bundle, Encounter, Provenance, ServiceRequest, Task } from 'fhir/r4.js'
import type { Response } from 'supertest'
import { codesOf, fallInPreston, openStory, stateOf, textOf, type Story } from './story.ts'

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

const etaOf = (task: Task): string | undefined =>
  task.output?.find(({ type }) => type.coding?.[0]?.code === 'eta')?.valueDateTime

const confirmed = async (): Promise<string> => {
  const referral = await story.refer()
  const answer = await story.step(story.clinician, await story.task(story.desk, referral, 'triage'), 'confirm')
  expect(answer.status).toBe(200)
  return referral
}

const offerTo = (referral: string): Promise<Task> => story.task(story.desk, referral, 'fulfill')

describe('a submitted referral', () => {
  it('has one coordinating Task with an owner, a next-action time and a number, and a triage Task with the proposal', async () => {
    const referral = await story.refer()
    const tasks = await story.tasks(story.gp, referral)
    const coordinating = tasks.filter(({ code }) => code?.coding?.[0]?.code === 'coordinate')
    expect(coordinating).toHaveLength(1)
    expect(coordinating[0]).toMatchObject({
      status: 'in-progress', owner: { reference: 'Organization/cl-care-connexions' }, focus: { reference: `ServiceRequest/${referral}` },
      restriction: { period: { end: '2026-11-24T10:30:00.000Z' } },
    })
    expect(coordinating[0]?.groupIdentifier?.value).toMatch(/^CC-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
    const triage = tasks.find(({ code }) => code?.coding?.[0]?.code === 'triage')
    expect(stateOf(triage!)).toBe('in-progress/triage-proposed')
    const guidance = await story.get(story.gp, triage?.output?.[0]?.valueReference?.reference ?? '')
    expect(guidance.body).toMatchObject({ resourceType: 'GuidanceResponse', status: 'success' })
  })

  it('is not to be seen by a stranger, nor by a service before its offer', async () => {
    const referral = await story.refer()
    for (const actor of [{ client: 'otherGp' as const }, story.team]) {
      expect((await story.get(actor, `ServiceRequest/${referral}`)).status).toBe(404)
      expect(await story.tasks(actor, referral)).toEqual([])
    }
  })
})

it('an active ServiceRequest that arrives by a plain create is opened and triaged the same way', async () => {
  const agent = await story.hub.as('gp')
  const patient = await agent.post('/fhir/Patient').send({
    resourceType: 'Patient', name: [{ family: 'Plain' }], birthDate: '1940-01-01', address: [{ use: 'home', postalCode: 'PR1 2AA' }],
  }).expect(201)
  const created = await agent.post('/fhir/ServiceRequest').send({
    resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject: { reference: `Patient/${patient.body.id}` },
    reasonCode: [{ coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/need', code: 'catheter' }] }],
  }).expect(201)
  const codes = (await story.tasks(story.desk, created.body.id)).map(({ code }) => code?.coding?.[0]?.code)
  expect(codes).toHaveLength(2)
  expect(new Set(codes)).toEqual(new Set(['coordinate', 'triage']))
  expect((await story.get(story.desk, `Patient/${patient.body.id}`)).status).toBe(200)
})

describe('confirming', () => {
  it('needs a named practitioner', async () => {
    const referral = await story.refer()
    const answer = await story.step(story.desk, await story.task(story.desk, referral, 'triage'), 'confirm')
    expect([answer.status, ...codesOf(answer)]).toEqual([403, 'practitioner-required'])
  })

  it('is the hub\'s alone, and says so', async () => {
    const referral = await story.refer()
    const answer = await story.step(story.gp, await story.task(story.gp, referral, 'triage'), 'confirm')
    expect([answer.status, ...codesOf(answer)]).toEqual([403, 'forbidden'])
  })

  it('offers the referral to the first-ranked service, which then sees the case', async () => {
    const referral = await confirmed()
    const offer = await offerTo(referral)
    expect(offer).toMatchObject({
      status: 'requested', owner: { reference: 'HealthcareService/cl-ucr2h' }, requester: { reference: 'Organization/cl-care-connexions' },
      restriction: { period: { end: '2026-11-24T12:10:00.000Z' } },
    })
    expect((await story.get(story.team, `ServiceRequest/${referral}`)).body).toMatchObject({ status: 'active', priority: 'asap' })
    expect(stateOf(await story.task(story.gp, referral, 'coordinate'))).toBe('in-progress/offered')
  })

  it('is recorded as the practitioner\'s, on behalf of the organisation', async () => {
    const referral = await confirmed()
    const triage = await story.task(story.desk, referral, 'triage')
    const found = (await story.get(story.desk, `Provenance?target=Task/${triage.id}`)).body as Bundle<Provenance>
    expect(found.entry?.map(({ resource }) => resource?.agent[0])).toEqual([expect.objectContaining({
      who: { reference: 'Practitioner/asha-rao', display: expect.stringContaining('Rao') },
      onBehalfOf: expect.objectContaining({ identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'ZCC00' } }),
    })])
  })

  it('may be done once', async () => {
    const referral = await confirmed()
    const answer = await story.step(story.clinician, await story.task(story.desk, referral, 'triage'), 'confirm')
    expect([answer.status, ...codesOf(answer)]).toEqual([422, 'transition-not-allowed'])
    expect((await story.tasks(story.desk, referral)).filter(({ code }) => code?.coding?.[0]?.code === 'fulfill')).toHaveLength(1)
  })
})

describe('overriding', () => {
  it('needs a reason and a service, and offers it to that service', async () => {
    const referral = await story.refer()
    const triage = await story.task(story.desk, referral, 'triage')
    expect(codesOf(await story.step(story.clinician, triage, 'override', { service: 'HealthcareService/cl-vw' }))).toEqual(['reason-required'])
    expect(codesOf(await story.step(story.clinician, triage, 'override', { reason: 'person-wishes' }))).toEqual(['service-required'])
    expect(codesOf(await story.step(story.clinician, triage, 'override', { reason: 'person-wishes', service: 'HealthcareService/none' }))).not.toEqual([])
    const answer = await story.step(story.clinician, triage, 'override', { reason: 'person-wishes', service: 'HealthcareService/cl-vw' })
    expect(answer.status).toBe(200)
    expect((await offerTo(referral)).owner?.reference).toBe('HealthcareService/cl-vw')
  })
})

it('from the offer to the discharge the GP sees each step by polling', async () => {
  const referral = await confirmed()
  const offer = await offerTo(referral)
  const steps: [string, Parameters<Story['step']>[3], string][] = [
    ['seen', {}, 'in-progress/seen'],
    ['accept', { eta: '2026-11-24T11:40:00Z' }, 'in-progress/accepted'],
    ['en-route', {}, 'in-progress/en-route'],
    ['visited', {}, 'in-progress/visited'],
    ['managing', {}, 'in-progress/managing'],
    ['complete', { outcome: 'stayed-at-home' }, 'completed/discharged'],
  ]
  for (const [action, values, expected] of steps) {
    const answer = await story.step(story.nurse, offer, action, values)
    expect([action, answer.status]).toEqual([action, 200])
    expect(answer.headers['etag']).toBe(`W/"${answer.body.meta.versionId}"`)
    const polled = (await story.get(story.gp, 'Task?owner=Organization/cl-care-connexions&_lastUpdated=ge2026-11-24T10:15:00Z&_count=200')).body as Bundle<Task>
    const coordinating = polled.entry?.map(({ resource }) => resource as Task)
      .find(task => task.focus?.reference === `ServiceRequest/${referral}` && task.code?.coding?.[0]?.code === 'coordinate')
    expect(stateOf(coordinating!)).toBe(expected)
    if (action === 'accept') expect(etaOf(coordinating!)).toBe('2026-11-24T11:40:00.000Z')
  }
  expect(((await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest).status).toBe('completed')
  const visits = ((await story.get(story.gp, `Encounter?based-on=ServiceRequest/${referral}`)).body as Bundle<Encounter>).entry ?? []
  expect(visits.map(({ resource }) => resource)).toEqual([expect.objectContaining({
    status: 'finished', class: expect.objectContaining({ code: 'HH' }), period: { start: '2026-11-24T10:15:00.000Z', end: '2026-11-24T10:15:00.000Z' },
  })])
  const story9 = await story.task(story.gp, referral, 'coordinate')
  expect(story9.note?.map(({ text }) => text).join(' ')).toMatch(/Confirmed.*Accepted.*Visited.*Discharged/)
})

describe('a plain PUT', () => {
  it('is the same as $transition: what the service writes is judged and followed', async () => {
    const referral = await confirmed()
    const offer = await offerTo(referral)
    const answer = await story.put(story.team, {
      ...offer, status: 'accepted',
      businessStatus: { coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/business-status', code: 'accepted' }] },
      extension: [...offer.extension ?? [], { url: 'https://care-connexions.example/fhir/StructureDefinition/eta', valueDateTime: '2026-11-24T11:30:00Z' }],
    })
    expect([answer.status, textOf(answer)]).toEqual([200, ''])
    const coordinating = await story.task(story.gp, referral, 'coordinate')
    expect([stateOf(coordinating), etaOf(coordinating)]).toEqual(['in-progress/accepted', '2026-11-24T11:30:00.000Z'])
  })

  it('of the status alone is completed where it means one step', async () => {
    const referral = await confirmed()
    const answer = await story.put(story.team, { ...await offerTo(referral), status: 'accepted' })
    expect(stateOf(answer.body as Task)).toBe('accepted/accepted')
  })

  it('that the table does not hold is 422 and names what is allowed; nothing changes', async () => {
    const referral = await confirmed()
    const offer = await offerTo(referral)
    const answer = await story.put(story.nurse, { ...offer, status: 'completed' })
    expect([answer.status, ...codesOf(answer)]).toEqual([422, 'transition-not-allowed'])
    expect(textOf(answer)).toMatch(/accept \(accepted\/accepted\).*reject \(rejected\/rejected\)/)
    expect((await offerTo(referral)).meta?.versionId).toBe(offer.meta?.versionId)
  })

  const coded = (code: string): Task['code'] => ({ coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/task-code', code }] })
  it.each<[keyof Task, Partial<Task>]>([
    ['owner', { owner: { reference: 'HealthcareService/cl-vw' } }],
    ['focus', { focus: { reference: 'HealthcareService/cl-vw' } }],
    ['code', { code: coded('follow-up')! }],
    ['basedOn', {}], ['groupIdentifier', {}], ['restriction', {}], ['authoredOn', {}], ['for', {}], ['partOf', {}], ['requester', {}],
    ['priority', { priority: 'routine' }], ['intent', { intent: 'plan' }],
  ])('may not change %s', async (element, other) => {
    const referral = await confirmed()
    const { [element]: _gone, ...rest } = await offerTo(referral)
    const answer = await story.put(story.nurse, { ...rest, ...other } as Task)
    expect([answer.status, ...codesOf(answer)]).toEqual([422, 'element-protected'])
  })

  it('with a note alone is no step', async () => {
    const referral = await confirmed()
    const answer = await story.put(story.team, { ...await offerTo(referral), note: [{ text: 'Key in the key safe.' }] })
    expect([answer.status, stateOf(answer.body as Task)]).toEqual([200, 'requested/offered'])
  })
})

describe('whichever interaction a change of state comes by', () => {
  const transaction = async (offer: Task, changes: Partial<Task>): Promise<Response> => (await story.hub.as('team')).post('/fhir').send({
    resourceType: 'Bundle', type: 'transaction',
    entry: [{ resource: { ...offer, ...changes }, request: { method: 'PUT', url: `Task/${offer.id}`, ifMatch: `W/"${offer.meta?.versionId}"` } }],
  })

  it('a transaction may do what the table holds', async () => {
    const referral = await confirmed()
    expect((await transaction(await offerTo(referral), { status: 'accepted' })).status).toBe(200)
    expect(stateOf(await offerTo(referral))).toBe('accepted/accepted')
  })

  it('a transaction may not do what it does not hold, and leaves nothing', async () => {
    const referral = await confirmed()
    const answer = await transaction(await offerTo(referral), { status: 'completed' })
    expect([answer.status, ...codesOf(answer)]).toEqual([422, 'transition-not-allowed'])
    expect(stateOf(await offerTo(referral))).toBe('requested/offered')
  })

  it('a deletion is refused', async () => {
    const referral = await confirmed()
    const answer = await story.delete(story.desk, `Task/${(await offerTo(referral)).id}`)
    expect([answer.status, ...codesOf(answer)]).toEqual([409, 'still-referenced'])
  })

  it('a referral in a transaction is one case with all that came along', async () => {
    const [patient, asked] = fallInPreston().entry!
    const answer = await (await story.hub.as('gp')).post('/fhir').send({
      resourceType: 'Bundle', type: 'transaction',
      entry: [
        { ...patient, request: { method: 'POST', url: 'Patient' } },
        { ...asked, request: { method: 'POST', url: 'ServiceRequest' } },
        {
          fullUrl: 'urn:uuid:5f1b7c0e-0000-4000-8000-000000000003', request: { method: 'POST', url: 'Condition' },
          resource: { resourceType: 'Condition', code: { text: 'Fell in the kitchen' }, subject: { reference: patient!.fullUrl } },
        },
      ],
    })
    expect(answer.status).toBe(200)
    const located = (answer.body as Bundle).entry?.map(({ response }) => response?.location?.split('/fhir/')[1]?.split('/_history')[0] ?? '') ?? []
    expect((await story.tasks(story.desk, located[1]!.split('/')[1]!)).map(({ status }) => status)).toEqual(['in-progress', 'in-progress'])
    for (const path of located) expect([path.split('/')[0], (await story.get(story.desk, path)).status]).toEqual([path.split('/')[0], 200])
  })
})

describe('$transition', () => {
  it('honours If-Match', async () => {
    const referral = await confirmed()
    const offer = await offerTo(referral)
    const stale = await story.step(story.team, offer, 'seen', {}, { 'If-Match': 'W/"7"' })
    expect([stale.status, ...codesOf(stale)]).toEqual([412, 'version-conflict'])
    expect((await story.step(story.team, offer, 'seen', {}, { 'If-Match': 'W/"1"' })).status).toBe(200)
  })

  it('names the nearest action for one that does not exist', async () => {
    const referral = await confirmed()
    const answer = await story.step(story.team, await offerTo(referral), 'acept')
    expect([answer.status, ...codesOf(answer)]).toEqual([422, 'action-unknown'])
    expect(textOf(answer)).toMatch(/did you mean "accept"/)
  })

  it('lets one of two simultaneous answers win', async () => {
    const referral = await confirmed()
    const offer = await offerTo(referral)
    const answers = await Promise.all([
      story.step(story.team, offer, 'accept', {}, { 'If-Match': 'W/"1"' }), story.step(story.nurse, offer, 'reject', { reason: '22' }, { 'If-Match': 'W/"1"' }),
    ])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412])
  })

  it('refuses an ETA that is no instant', async () => {
    const referral = await confirmed()
    expect(codesOf(await story.step(story.team, await offerTo(referral), 'accept', { eta: '2026-11-24' }))).toEqual(['eta-invalid'])
  })
})

it('$available-actions lists what the caller may do, and what others may', async () => {
  const referral = await confirmed()
  const offer = await offerTo(referral)
  const named = async (actor: Parameters<Story['get']>[0], name: string): Promise<string[]> =>
    ((await story.get(actor, `Task/${offer.id}/$available-actions`)).body.parameter ?? [])
      .filter((parameter: { name: string }) => parameter.name === name)
      .map((parameter: { part: { name: string; valueCode?: string }[] }) => parameter.part.find(part => part.name === 'name')?.valueCode)
  expect(await named(story.team, 'action')).toEqual(['seen', 'accept', 'reject'])
  expect(await named(story.desk, 'action')).toEqual(['withdraw'])
  expect(await named(story.gp, 'action')).toEqual([])
  expect(await named(story.gp, 'other')).toEqual(['seen', 'accept', 'reject', 'withdraw'])
})
