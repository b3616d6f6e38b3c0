/** A referral that does not go straight: rejection, hand-back, cancellation, 999, and what may never be lost. */
import type { Bundle, Provenance, ServiceRequest, Task } from 'fhir/r4.js'
import { codesOf, openStory, stateOf, textOf, type Story } from './story.ts'

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

/** A confirmed referral whose proposal has two alternatives (frailty: virtual ward, then urgent community response). */
const offered = async (...needs: string[]): Promise<string> => {
  const referral = await story.refer({ needs: needs.length === 0 ? ['frailty-acute'] : needs })
  expect((await story.step(story.clinician, await story.task(story.desk, referral, 'triage'), 'confirm')).status).toBe(200)
  return referral
}

const offers = async (referral: string): Promise<readonly Task[]> =>
  (await story.tasks(story.desk, referral)).filter(({ code }) => code?.coding?.[0]?.code === 'fulfill')

describe('a rejection', () => {
  it('needs a coded reason', async () => {
    const referral = await offered()
    const answer = await story.step(story.ward, await story.task(story.desk, referral, 'fulfill'), 'reject', { reason: 'because' })
    expect([answer.status, ...codesOf(answer)]).toEqual([422, 'reason-required'])
  })

  it('W04: the hub owns the next step and offers the next alternative in the same commit; the referral stays active', async () => {
    const referral = await offered()
    const first = await story.task(story.desk, referral, 'fulfill')
    expect(first.owner?.reference).toBe('HealthcareService/cl-vw')
    const rejected = await story.step(story.ward, first, 'reject', { reason: '22' })
    expect(rejected.body).toMatchObject({ status: 'rejected', statusReason: { coding: [{ code: '22' }] } })
    const next = await story.task(story.desk, referral, 'fulfill')
    expect(next).toMatchObject({ status: 'requested', owner: { reference: 'HealthcareService/cl-ucr2h' }, restriction: first.restriction })
    expect(next.meta?.lastUpdated).toBe((rejected.body as Task).meta?.lastUpdated)
    expect(((await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest).status).toBe('active')
    expect(stateOf(await story.task(story.gp, referral, 'coordinate'))).toBe('in-progress/offered')
  })

  it('leaves the service its own Task and the ServiceRequest, and nothing else of the case', async () => {
    const referral = await offered()
    const offer = await story.task(story.desk, referral, 'fulfill')
    await story.step(story.ward, offer, 'reject', { reason: '22' })
    const request = await story.get(story.ward, `ServiceRequest/${referral}`)
    expect(request.status).toBe(200)
    expect((await story.tasks(story.ward, referral)).map(({ id }) => id)).toEqual([offer.id])
    expect((await story.get(story.ward, (request.body as ServiceRequest).subject.reference ?? '')).status).toBe(404)
  })

  it('without an alternative left waits for the hub, which names a service', async () => {
    const referral = await offered()
    await story.step(story.ward, await story.task(story.desk, referral, 'fulfill'), 'reject', { reason: '22' })
    await story.step(story.team, await story.task(story.desk, referral, 'fulfill'), 'reject', { reason: '23' })
    const coordinating = await story.task(story.desk, referral, 'coordinate')
    expect([stateOf(coordinating), coordinating.restriction?.period?.end]).toEqual(['in-progress/rejected', '2026-11-24T10:30:00.000Z'])
    expect((await story.step(story.desk, coordinating, 'offer', { service: 'HealthcareService/cl-ama' })).status).toBe(200)
    expect((await story.task(story.desk, referral, 'fulfill')).owner?.reference).toBe('HealthcareService/cl-ama')
  })
})

it('a service that accepted may hand back; the next alternative is offered', async () => {
  const referral = await offered()
  const offer = await story.task(story.desk, referral, 'fulfill')
  await story.step(story.ward, offer, 'accept')
  const answer = await story.step(story.ward, offer, 'hand-back', { reason: '22' })
  expect(stateOf(answer.body as Task)).toBe('failed/rejected')
  expect((await offers(referral)).map(stateOf).sort()).toEqual(['failed/rejected', 'requested/offered'])
})

describe('W06: the sender takes it back', () => {
  it('by the ServiceRequest: revoked, and every open Task cancelled', async () => {
    const referral = await offered()
    const request = (await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest
    expect((await story.put(story.gp, { ...request, status: 'revoked' })).status).toBe(200)
    const tasks = await story.tasks(story.desk, referral)
    expect(tasks.filter(({ status }) => !['completed', 'cancelled'].includes(status))).toEqual([])
    expect(stateOf(await story.task(story.desk, referral, 'coordinate'))).toBe('cancelled/cancelled-by-sender')
  })

  it('by the coordinating Task, with a reason', async () => {
    const referral = await offered()
    const coordinating = await story.task(story.gp, referral, 'coordinate')
    expect(codesOf(await story.step(story.gp, coordinating, 'cancel'))).toEqual(['reason-required'])
    expect((await story.step(story.gp, coordinating, 'cancel', { reason: 'entered-in-error' })).status).toBe(200)
    expect(((await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest).status).toBe('entered-in-error')
  })

  it('is refused once the team is on its way', async () => {
    const referral = await offered()
    const offer = await story.task(story.desk, referral, 'fulfill')
    await story.step(story.ward, offer, 'accept')
    await story.step(story.ward, offer, 'en-route')
    const request = (await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest
    const answer = await story.put(story.gp, { ...request, status: 'revoked' })
    expect([answer.status, ...codesOf(answer)]).toEqual([422, 'visit-in-progress'])
    expect(stateOf(await story.task(story.gp, referral, 'coordinate'))).toBe('in-progress/en-route')
  })

  it('after that the sender asks the service to stop, with a Task of its own that the service sees', async () => {
    const referral = await offered()
    const offer = await story.task(story.desk, referral, 'fulfill')
    for (const action of ['accept', 'visited']) await story.step(story.ward, offer, action)
    const asked = await (await story.hub.as('gp')).post('/fhir/Task').send({
      resourceType: 'Task', status: 'requested', intent: 'order',
      code: { coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/task-code', code: 'abort' }] },
      basedOn: [{ reference: `ServiceRequest/${referral}` }], focus: { reference: `Task/${offer.id}` }, owner: offer.owner, for: offer.for,
      authoredOn: '2026-11-24T10:15:00Z',
    })
    expect([asked.status, textOf(asked)]).toEqual([201, ''])
    expect((await story.get(story.ward, `Task/${asked.body.id}`)).status).toBe(200)
    expect(stateOf(await story.task(story.gp, referral, 'coordinate'))).toBe('in-progress/visited')
  })

  it('is for the sender alone', async () => {
    const referral = await offered()
    const request = (await story.get(story.desk, `ServiceRequest/${referral}`)).body as ServiceRequest
    expect((await story.put(story.desk, { ...request, status: 'revoked' })).status).toBe(403)
  })
})

it('W11: the clinician at the visit calls 999, and the referral ends with that outcome', async () => {
  const referral = await offered()
  const offer = await story.task(story.desk, referral, 'fulfill')
  await story.step(story.ward, offer, 'accept')
  await story.step(story.ward, offer, 'visited')
  expect((await story.step(story.wardNurse, offer, 'escalate-999')).status).toBe(200)
  const coordinating = await story.task(story.gp, referral, 'coordinate')
  expect(stateOf(coordinating)).toBe('completed/escalated-999')
  expect(coordinating.output?.find(({ type }) => type.coding?.[0]?.code === 'outcome')?.valueCodeableConcept?.coding?.[0]?.code).toBe('escalated-999')
  expect(((await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest).status).toBe('completed')
})

it('W08: the person declines at the door; the line ends, the referral says so', async () => {
  const referral = await offered()
  const offer = await story.task(story.desk, referral, 'fulfill')
  await story.step(story.ward, offer, 'accept')
  await story.step(story.ward, offer, 'visited')
  const answer = await story.step(story.wardNurse, offer, 'decline', { reason: '26' })
  expect(stateOf(answer.body as Task)).toBe('failed/declined-by-patient')
  expect(stateOf(await story.task(story.gp, referral, 'coordinate'))).toBe('completed/declined-by-patient')
})

describe('what may never be lost', () => {
  it('an open referral, its Tasks, its Patient and the service it was offered to cannot be deleted', async () => {
    const referral = await offered()
    const offer = await story.task(story.desk, referral, 'fulfill')
    const request = (await story.get(story.desk, `ServiceRequest/${referral}`)).body as ServiceRequest
    for (const path of [`ServiceRequest/${referral}`, `Task/${offer.id}`, request.subject.reference ?? '', offer.owner?.reference ?? '']) {
      const answer = await story.delete({ client: 'administrator' }, path)
      expect([path.split('/')[0], answer.status, ...codesOf(answer)]).toEqual([path.split('/')[0], 409, 'still-referenced'])
    }
  })

  it('a Provenance is never changed', async () => {
    const referral = await offered()
    const found = (await story.get(story.desk, `Provenance?target=ServiceRequest/${referral}`)).body as Bundle<Provenance>
    const provenance = found.entry?.[0]?.resource as Provenance
    expect((await story.put({ client: 'administrator' }, { ...provenance, recorded: '2026-11-24T00:00:00Z' })).status).toBeGreaterThanOrEqual(403)
    expect((await story.delete({ client: 'administrator' }, `Provenance/${provenance.id}`)).status).toBeGreaterThanOrEqual(403)
  })

  it('nobody makes a second coordinating Task, takes the owner or the next-action time away, or completes it', async () => {
    const referral = await offered()
    const coordinating = await story.task(story.desk, referral, 'coordinate')
    const { id: _id, meta: _meta, ...content } = coordinating
    const second = await (await story.hub.as('hub')).post('/fhir/Task').send(content)
    expect([second.status, ...codesOf(second)]).toEqual([422, 'transition-not-allowed'])
    const { restriction: _restriction, ...unbounded } = coordinating
    expect(codesOf(await story.put(story.desk, unbounded as Task))).toEqual(['hub-task-1'])
    const unclaimed = { versionId: coordinating.meta?.versionId ?? '' }
    expect(codesOf(await story.put(story.desk, { ...unbounded, meta: unclaimed }))).toEqual(['referral-orphaned'])
    expect(codesOf(await story.put(story.desk, { ...coordinating, owner: { reference: 'Organization/cl-map' } }))).toEqual(['element-protected'])
    const { owner: _owner, ...unowned } = coordinating
    expect(codesOf(await story.put(story.desk, { ...unowned, meta: unclaimed }))).toEqual(['element-protected'])
    expect(codesOf(await story.put(story.clinician, { ...coordinating, status: 'completed' }))).toEqual(['transition-not-allowed'])
  })

  it('the urgency of an open referral is lowered by the hub alone', async () => {
    const referral = await offered('fall-no-injury')
    const request = (await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest
    expect(codesOf(await story.put(story.gp, { ...request, priority: 'routine' }))).toEqual(['element-protected'])
  })

  it('a service does not touch the offer of another', async () => {
    const referral = await offered()
    const offer = await story.task(story.desk, referral, 'fulfill')
    expect((await story.step(story.team, offer, 'accept')).status).toBe(404)
  })
})

it('a later Observation about the person belongs to the case: the hub and the service see it', async () => {
  const referral = await offered()
  const request = (await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest
  const created = await (await story.hub.as('gp')).post('/fhir/Observation').send({
    resourceType: 'Observation', status: 'final', code: { text: 'Pulse' }, subject: request.subject, basedOn: [{ reference: `ServiceRequest/${referral}` }],
    effectiveDateTime: '2026-11-24T10:14:00Z', valueQuantity: { value: 88, unit: '/min' },
  })
  expect(created.status).toBe(201)
  for (const [actor, status] of [[story.desk, 200], [story.ward, 200], [{ client: 'otherGp' as const }, 404]] as const) {
    expect((await story.get(actor, `Observation/${created.body.id}`)).status).toBe(status)
  }
})

it('two needs are two lines with offers of their own; the referral is finished when both are', async () => {
  const referral = await offered('fall-no-injury', 'loneliness')
  const made = await offers(referral)
  expect(made).toHaveLength(2)
  expect(new Set(made.map(({ owner }) => owner?.reference))).toEqual(new Set(['HealthcareService/cl-ageuk', 'HealthcareService/cl-ucr2h']))
  const lead = made.find(({ owner }) => owner?.reference === 'HealthcareService/cl-ucr2h')!
  for (const action of ['accept', 'visited', 'complete']) expect((await story.step(story.nurse, lead, action)).status).toBe(200)
  expect(stateOf(await story.task(story.gp, referral, 'coordinate'))).toBe('in-progress/offered')
  expect(((await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest).status).toBe('active')
})
