/** What a clinician's confirmation means for each disposition, and what else may be decided (domain 3.2 rows 3-4, x1, x2, x5, x6). */
import type { ServiceRequest, Task } from 'fhir/r4.js'
import { pino } from 'pino'
import { codesOf, openStory, referralIn, stateOf, textOf, type Story } from './story.ts'
import { failingWhenTold, redFlag, scenarios, type Scenario } from './workflow/scenarios.ts'

let story: Story
const logged: string[] = []
beforeAll(async () => {
  story = await openStory({ aroundTriage: failingWhenTold, logger: pino({ level: 'error' }, { write: (line: string) => { logged.push(line) } }) })
})
afterAll(() => story.stop())

const send = async (scenario: Scenario): Promise<string> => {
  const answer = await story.submit(scenarios[scenario]())
  expect(answer.status).toBe(201)
  return referralIn(answer)
}
const decide = async (referral: string, action: string, values: Parameters<Story['step']>[3] = {}): Promise<Task> => {
  const answer = await story.step(story.clinician, await story.task(story.desk, referral, 'triage'), action, values)
  expect([answer.status, textOf(answer)]).toEqual([200, ''])
  return answer.body as Task
}
const coordinating = (referral: string): Promise<Task> => story.task(story.gp, referral, 'coordinate')
const statusOf = async (referral: string): Promise<string> => ((await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest).status
const count = async (referral: string, code: string): Promise<number> =>
  (await story.tasks(story.desk, referral)).filter(task => task.code?.coding?.[0]?.code === code).length
const outcomeOf = ({ output = [] }: Task): string | undefined =>
  output.find(({ type }) => type.coding?.[0]?.code === 'outcome')?.valueCodeableConcept?.coding?.[0]?.code

describe('confirming an emergency', () => {
  it('offers nothing to anybody; the hub keeps it until the ambulance service has taken over', async () => {
    const referral = await send('emergency')
    expect(stateOf(await decide(referral, 'confirm'))).toBe('completed/escalated-999')
    expect(await count(referral, 'fulfill')).toBe(0)
    const open = await coordinating(referral)
    expect([stateOf(open), open.restriction?.period?.end, await statusOf(referral)]).toEqual(['in-progress/escalated-999', '2026-11-24T10:30:00.000Z', 'active'])
    expect((await story.step(story.clinician, open, 'escalate-999')).status).toBe(200)
    expect([stateOf(await coordinating(referral)), await statusOf(referral)]).toEqual(['completed/escalated-999', 'completed'])
  })

  it('may turn out otherwise: the hub offers it to a service, never to 999', async () => {
    const referral = await send('emergency')
    await decide(referral, 'confirm')
    const refused = await story.step(story.desk, await coordinating(referral), 'offer', { service: 'HealthcareService/cl-emergency' })
    expect([refused.status, ...codesOf(refused)]).toEqual([422, 'service-unknown'])
    expect((await story.step(story.desk, await coordinating(referral), 'offer', { service: 'HealthcareService/cl-ucr2h' })).status).toBe(200)
    expect((await story.task(story.team, referral, 'fulfill')).owner?.reference).toBe('HealthcareService/cl-ucr2h')
  })
})

describe('confirming a review', () => {
  it('offers it to its first candidate', async () => {
    const referral = await send('review')
    await decide(referral, 'confirm')
    expect((await story.task(story.desk, referral, 'fulfill')).owner?.reference).toBe('HealthcareService/cl-vw')
  })

  it('without a candidate is refused with what may be done instead', async () => {
    const answer = await story.submit(scenarios['without candidates']())
    const refused = await story.step(story.clinician, await story.task(story.desk, referralIn(answer), 'triage'), 'confirm')
    expect([refused.status, ...codesOf(refused)]).toEqual([422, 'transition-not-allowed'])
    expect(textOf(refused)).toMatch(/request-info .*override .*redirect .*return-to-ambulance/)
  })
})

describe('what is missing', () => {
  it('confirming that something is missing asks the sender for just that; the referral stays active and owned', async () => {
    const referral = await send('more information')
    expect(stateOf(await decide(referral, 'confirm'))).toBe('on-hold/info-requested')
    const asked = await story.task(story.gp, referral, 'request-info')
    expect(asked).toMatchObject({ status: 'requested', restriction: { period: { end: '2026-11-24T10:30:00.000Z' } } })
    expect(asked.input?.map(({ valueString }) => valueString)).toEqual(['What is the main problem today?'])
    expect([stateOf(await coordinating(referral)), await statusOf(referral)]).toEqual(['in-progress/info-requested', 'active'])
  })

  it('is the sender\'s to answer, and triage goes on with what has come since', async () => {
    const referral = await send('more information')
    await decide(referral, 'request-info')
    const asked = await story.task(story.gp, referral, 'request-info')
    expect(codesOf(await story.step(story.gp, asked, 'answer-info'))).toEqual(['answer-required'])
    const request = (await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest
    const need = { coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/need', code: 'catheter' }] }
    expect((await story.put(story.gp, { ...request, reasonCode: [need] })).status).toBe(200)
    expect((await story.step(story.gp, asked, 'answer-info', { answer: 'Her catheter is blocked.' })).status).toBe(200)
    expect([stateOf(await coordinating(referral)), stateOf(await story.task(story.desk, referral, 'triage'))])
      .toEqual(['in-progress/triage-proposed', 'in-progress/triage-proposed'])
    await decide(referral, 'confirm')
    expect((await story.task(story.team, referral, 'fulfill')).owner?.reference).toBe('HealthcareService/cl-ucr2h')
  })

  it('a clinician may decide without it; the question is taken back', async () => {
    const referral = await send('one line')
    await decide(referral, 'request-info', { question: 'Is there a key safe?' })
    await decide(referral, 'confirm')
    expect((await story.tasks(story.gp, referral)).find(({ code }) => code?.coding?.[0]?.code === 'request-info')?.status).toBe('cancelled')
    expect(stateOf(await coordinating(referral))).toBe('in-progress/offered')
  })

  it('needs a question', async () => {
    const answer = await story.step(story.desk, await story.task(story.desk, await send('one line'), 'triage'), 'request-info')
    expect([answer.status, ...codesOf(answer)]).toEqual([422, 'question-required'])
  })

  it('is not for a stranger to answer', async () => {
    const referral = await send('more information')
    await decide(referral, 'request-info')
    expect((await story.step({ client: 'otherGp' }, await story.task(story.gp, referral, 'request-info'), 'answer-info', { answer: 'No.' })).status).toBe(404)
  })
})

describe('x5: redirecting', () => {
  it('asks the named service to take the whole referral over; active until it has', async () => {
    const referral = await send('two lines')
    await decide(referral, 'redirect', { reason: 'other-service', service: 'HealthcareService/cl-ucr2h' })
    expect([stateOf(await coordinating(referral)), await statusOf(referral)]).toEqual(['in-progress/redirected', 'active'])
    const asked = await story.task(story.team, referral, 'redirect')
    expect(asked).toMatchObject({ owner: { reference: 'HealthcareService/cl-ucr2h' }, reasonCode: { coding: [{ code: 'other-service' }] } })
    expect((await story.step(story.team, asked, 'accept')).status).toBe(403)
    expect((await story.step(story.nurse, asked, 'accept')).status).toBe(200)
    const closed = await coordinating(referral)
    expect([stateOf(closed), outcomeOf(closed), await statusOf(referral)]).toEqual(['completed/redirected', 'redirected', 'completed'])
    expect((await story.get(story.team, ((await story.get(story.team, `ServiceRequest/${referral}`)).body as ServiceRequest).subject.reference ?? '')).status).toBe(200)
  })

  it('to a place outside is the hub\'s own Task, which a person closes who has spoken to them', async () => {
    const referral = await send('one line')
    await decide(referral, 'redirect', { reason: 'out-of-area', note: 'Burton hospital discharge team, rung at 10:14.' })
    const asked = await story.task(story.desk, referral, 'redirect')
    expect([asked.owner?.reference, asked.note?.[0]?.text]).toEqual(['Organization/cl-care-connexions', 'Burton hospital discharge team, rung at 10:14.'])
    expect((await story.step(story.clinician, asked, 'accept')).status).toBe(200)
    expect(await statusOf(referral)).toBe('completed')
  })

  it('that the other side refuses comes back to the hub', async () => {
    const referral = await send('one line')
    await decide(referral, 'redirect', { reason: 'other-service', service: 'HealthcareService/cl-vw' })
    expect((await story.step(story.ward, await story.task(story.ward, referral, 'redirect'), 'reject', { reason: '40' })).status).toBe(200)
    expect(stateOf(await coordinating(referral))).toBe('in-progress/rejected')
  })

  it('is what confirming a redirection means', async () => {
    const referral = await send('redirection')
    expect(stateOf(await decide(referral, 'confirm'))).toBe('completed/redirected')
    expect(stateOf(await story.task(story.desk, referral, 'redirect'))).toBe('requested/redirected')
  })

  it('needs a reason when it is the clinician\'s own idea', async () => {
    const answer = await story.step(story.clinician, await story.task(story.desk, await send('one line'), 'triage'), 'redirect')
    expect([answer.status, ...codesOf(answer)]).toEqual([422, 'reason-required'])
  })
})

it('x2: confirming that the person declines closes the referral, and the sender sees why', async () => {
  const referral = await send('declined')
  await decide(referral, 'confirm')
  const closed = await coordinating(referral)
  expect([stateOf(closed), outcomeOf(closed), await statusOf(referral)]).toEqual(['completed/declined-by-patient', 'declined', 'completed'])
})

describe('x6: returning to the ambulance', () => {
  it('ends what is open and gives the hub a follow-up Task, with which the referral ends', async () => {
    const referral = await send('two lines')
    await decide(referral, 'confirm')
    expect((await story.step(story.clinician, await coordinating(referral), 'return-to-ambulance')).status).toBe(200)
    const tasks = await story.tasks(story.desk, referral)
    expect(tasks.filter(({ code }) => code?.coding?.[0]?.code === 'fulfill').map(stateOf)).toEqual(['cancelled/returned-to-ambulance', 'cancelled/returned-to-ambulance'])
    const followUp = await story.task(story.desk, referral, 'follow-up')
    expect(followUp.restriction?.period?.end).toBe('2026-11-25T08:15:00.000Z')
    const open = await coordinating(referral)
    expect([stateOf(open), open.restriction?.period?.end, await statusOf(referral)])
      .toEqual(['in-progress/returned-to-ambulance', '2026-11-25T08:15:00.000Z', 'active'])
    expect((await story.step(story.clinician, followUp, 'complete', { outcome: 'admitted' })).status).toBe(200)
    const closed = await coordinating(referral)
    expect([stateOf(closed), outcomeOf(closed)]).toEqual(['completed/returned-to-ambulance', 'admitted'])
  })

  it('may lead back to a service, line by line', async () => {
    const referral = await send('two lines')
    await decide(referral, 'return-to-ambulance')
    const offered = await story.step(story.desk, await story.task(story.desk, referral, 'follow-up'), 'offer', { service: 'HealthcareService/cl-vw' })
    expect(offered.status).toBe(200)
    expect(stateOf(await coordinating(referral))).toBe('in-progress/rejected')
    expect((await story.step(story.desk, await coordinating(referral), 'offer', { service: 'HealthcareService/cl-ageuk' })).status).toBe(200)
    expect(stateOf(await coordinating(referral))).toBe('in-progress/offered')
  })
})

it('x4: when the person has died, everything planned stops at once', async () => {
  const referral = await send('two lines')
  await decide(referral, 'confirm')
  const offer = (await story.tasks(story.ward, referral)).find(({ owner }) => owner?.reference === 'HealthcareService/cl-vw')!
  await story.step(story.ward, offer, 'accept')
  expect((await story.step(story.wardNurse, offer, 'died')).status).toBe(200)
  const closed = await coordinating(referral)
  expect([stateOf(closed), outcomeOf(closed)]).toEqual(['completed/died', 'died'])
  expect((await story.tasks(story.desk, referral)).filter(({ status }) => ['requested', 'received', 'accepted', 'in-progress'].includes(status))).toEqual([])
})

it('overriding names the service of the lead and keeps the other line', async () => {
  const referral = await send('two lines')
  await decide(referral, 'override', { reason: 'person-wishes', service: 'HealthcareService/cl-ucr2h', priority: 'stat' })
  const offers = (await story.tasks(story.desk, referral)).filter(({ code }) => code?.coding?.[0]?.code === 'fulfill')
  expect(new Map(offers.map(({ owner, priority }) => [owner?.reference, priority])))
    .toEqual(new Map([['HealthcareService/cl-ucr2h', 'stat'], ['HealthcareService/cl-ageuk', 'routine']]))
})

describe('the next alternative', () => {
  it.each([
    ['that is full', { extension: [{
      url: 'https://care-connexions.example/fhir/StructureDefinition/service-capacity',
      extension: [{ url: 'free', valueInteger: 0 }, { url: 'asOf', valueDateTime: '2026-11-24T10:14:00Z' }],
    }] }],
    ['that is not active any more', { active: false }],
  ])('%s is passed over', async (_name, changes) => {
    const service = (await story.get({ client: 'administrator' }, 'HealthcareService/cl-ucr2h')).body
    const referral = await send('one line, two alternatives')
    await decide(referral, 'confirm')
    const changed = await story.put({ client: 'administrator' }, { ...service, ...changes })
    expect([changed.status, textOf(changed)]).toEqual([200, ''])
    await story.step(story.ward, await story.task(story.ward, referral, 'fulfill'), 'reject', { reason: '22' })
    expect(stateOf(await coordinating(referral))).toBe('in-progress/rejected')
    const now = (await story.get({ client: 'administrator' }, 'HealthcareService/cl-ucr2h')).body
    expect((await story.put({ client: 'administrator' }, { ...service, meta: { ...service.meta, versionId: now.meta.versionId } })).status).toBe(200)
  })
})

it('a service that was named for one step is not named for the next', async () => {
  const referral = await send('one line')
  await decide(referral, 'confirm')
  const takeBack = async (): Promise<void> => {
    expect((await story.step(story.desk, await story.task(story.desk, referral, 'fulfill'), 'withdraw', { reason: 'no-answer' })).status).toBe(200)
    expect(stateOf(await coordinating(referral))).toBe('in-progress/rejected')
  }
  await takeBack()
  expect((await story.step(story.desk, await coordinating(referral), 'offer', { service: 'HealthcareService/cl-ama' })).status).toBe(200)
  await takeBack()
  const answer = await story.step(story.desk, await coordinating(referral), 'offer')
  expect([answer.status, ...codesOf(answer)]).toEqual([422, 'service-required'])
})

it('a failure of triage is told to the operator; the referral is stored, owned, and triaged by hand', async () => {
  const referral = await send('untriaged')
  expect(logged.join('')).toContain('triage failed, as the referral asked')
  expect(stateOf(await coordinating(referral))).toBe('in-progress/received')
  await decide(referral, 'override', { reason: 'clinical-judgement', service: 'HealthcareService/cl-ucr2h' })
  expect(stateOf(await coordinating(referral))).toBe('in-progress/offered')
})

it('a cancellation while one line is visited is refused with the present state, and is not listed', async () => {
  const referral = await send('two lines')
  await decide(referral, 'confirm')
  const offer = (await story.tasks(story.ward, referral)).find(({ owner }) => owner?.reference === 'HealthcareService/cl-vw')!
  for (const action of ['accept', 'visited']) await story.step(story.ward, offer, action)
  const open = await coordinating(referral)
  expect(stateOf(open)).toBe('in-progress/offered')
  const answer = await story.step(story.gp, open, 'cancel', { reason: 'circumstances-changed' })
  expect([answer.status, ...codesOf(answer)]).toEqual([422, 'visit-in-progress'])
  expect(textOf(answer)).toContain('in-progress/visited')
  expect((await story.get(story.gp, `Task/${open.id}/$available-actions`)).text).not.toContain('"cancel"')
})

it('what a service recorded of its own care stays readable to it when it has left the case', async () => {
  const referral = await send('one line')
  await decide(referral, 'confirm')
  const offer = await story.task(story.team, referral, 'fulfill')
  for (const action of ['accept', 'visited', 'complete']) expect((await story.step(story.nurse, offer, action)).status).toBe(200)
  const visits = (await story.get(story.team, `Encounter?based-on=ServiceRequest/${referral}`)).body
  expect(visits.entry).toHaveLength(1)
})

describe('W03: the person gets worse', () => {
  const worsen = async (referral: string): Promise<void> => {
    const { subject } = (await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest
    await (await story.hub.as('gp')).post('/fhir/Flag').send(redFlag(subject)).expect(201)
  }
  const note = async (referral: string): Promise<string | undefined> => (await coordinating(referral)).note?.at(-1)?.text

  it('before the decision the newer proposal stands, and the older is kept', async () => {
    const referral = await send('one line')
    const before = (await story.task(story.desk, referral, 'triage')).output?.[0]?.valueReference?.reference ?? ''
    await worsen(referral)
    const triage = await story.task(story.desk, referral, 'triage')
    expect([triage.output?.[0]?.valueReference?.reference === before, triage.priority]).toEqual([false, 'stat'])
    expect((await story.get(story.desk, before)).status).toBe(200)
    expect(stateOf(await decide(referral, 'confirm'))).toBe('completed/escalated-999')
  })

  it('afterwards a clinician looks at it within 15 minutes, once; service and sender are told, and the offer stays', async () => {
    const referral = await send('one line')
    await decide(referral, 'confirm')
    await story.step(story.team, await story.task(story.team, referral, 'fulfill'), 'accept')
    await worsen(referral)
    await worsen(referral)
    expect(await count(referral, 'review')).toBe(1)
    expect(await note(referral)).toMatch(/New findings \(red-flag\).*emergency/)
    const open = await story.task(story.team, referral, 'coordinate')
    expect([stateOf(open), open.restriction?.period?.end]).toEqual(['in-progress/accepted', '2026-11-24T10:30:00.000Z'])
    const review = await story.task(story.desk, referral, 'review')
    expect((await story.step(story.desk, review, 'resolve')).status).toBe(403)
    expect((await story.step(story.clinician, review, 'resolve', { note: 'Crew on its way.' })).status).toBe(200)
    expect((await coordinating(referral)).restriction?.period?.end).toBe('2026-11-24T12:10:00.000Z')
  })

  it('a further need is not lost when the newer proposal says only what the lead needs', async () => {
    const referral = await send('two lines')
    await worsen(referral)
    await decide(referral, 'confirm')
    expect((await story.step(story.desk, await coordinating(referral), 'offer', { service: 'HealthcareService/cl-vw' })).status).toBe(200)
    expect(stateOf(await coordinating(referral))).toBe('in-progress/rejected')
  })

  it('a review that still waits ends with the referral', async () => {
    const referral = await send('one line')
    await decide(referral, 'confirm')
    const offer = await story.task(story.team, referral, 'fulfill')
    for (const action of ['accept', 'visited']) await story.step(story.nurse, offer, action)
    await worsen(referral)
    expect((await story.step(story.nurse, offer, 'complete')).status).toBe(200)
    expect(stateOf(await story.task(story.desk, referral, 'review'))).toBe('cancelled/discharged')
  })

  it('a finding that changes nothing is no news', async () => {
    const referral = await send('one line')
    await decide(referral, 'confirm')
    const before = await coordinating(referral)
    const { subject } = (await story.get(story.gp, `ServiceRequest/${referral}`)).body as ServiceRequest
    await (await story.hub.as('gp')).post('/fhir/Observation')
      .send({ resourceType: 'Observation', status: 'final', code: { text: 'Mood' }, subject, effectiveDateTime: '2026-11-24T10:14:00Z', valueString: 'Good' }).expect(201)
    expect((await coordinating(referral)).meta?.versionId).toBe(before.meta?.versionId)
  })
})
