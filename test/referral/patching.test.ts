/**
 * A change of state by PATCH is judged like one by PUT and by `$transition`: the same row, the same refusal, the same
 * consequences, whichever kind of patch and wherever it stands.
 */
import type { Task } from 'fhir/r4.js'
import type { Response } from 'supertest'
import { codesOf, openStory, stateOf, textOf, type Actor, type Story } from './story.ts'

const JSON_PATCH = 'application/json-patch+json'
const BUSINESS = 'https://care-connexions.example/fhir/CodeSystem/business-status'

interface State { readonly status: Task['status']; readonly business?: string }

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

const agentOf = ({ client, practitioner }: Actor) => story.hub.as(client, practitioner)
const business = (code: string) => ({ coding: [{ system: BUSINESS, code }] })

const jsonPatchTo = ({ status, business: code }: State) => JSON.stringify([
  { op: 'replace', path: '/status', value: status },
  ...(code === undefined ? [] : [{ op: 'replace', path: '/businessStatus', value: business(code) }]),
])

const replace = (path: string, value: object) => ({
  name: 'operation', part: [{ name: 'type', valueCode: 'replace' }, { name: 'path', valueString: path }, { name: 'value', ...value }],
})
const pathPatchTo = ({ status, business: code }: State) => ({
  resourceType: 'Parameters',
  parameter: [
    replace('Task.status', { valueCode: status }),
    ...(code === undefined ? [] : [replace('Task.businessStatus', { valueCodeableConcept: business(code) })]),
  ],
})

/** Status and codes of the answer to the one change, out of whatever stands around it. */
interface Answered { readonly status: number; readonly codes: readonly (string | undefined)[]; readonly text: string }

const plain = (answer: Response): Answered => ({ status: answer.status, codes: codesOf(answer), text: textOf(answer) })
const ofBatch = ({ body }: Response): Answered => {
  const { status, outcome } = (body as { entry: { response: { status: string; outcome?: object } }[] }).entry[0]!.response
  const inner = { body: outcome ?? {} } as Response
  return { status: Number(status.slice(0, 3)), codes: codesOf(inner), text: textOf(inner) }
}

const bundled = async (actor: Actor, type: string, task: Task, resource: object): Promise<Response> => (await agentOf(actor)).post('/fhir').send(JSON.stringify({
  resourceType: 'Bundle', type,
  entry: [{ resource, request: { method: 'PATCH', url: `Task/${task.id}`, ifMatch: `W/"${task.meta?.versionId}"` } }],
}))

const binary = (state: State) => ({ resourceType: 'Binary', contentType: JSON_PATCH, data: Buffer.from(jsonPatchTo(state)).toString('base64') })

type Way = (actor: Actor, task: Task, state: State) => Promise<Answered>

const ways: [string, Way][] = [
  ['PUT', async (actor, task, { status, business: code }) =>
    plain(await story.put(actor, { ...task, status, ...(code === undefined ? {} : { businessStatus: business(code) }) }))],
  ['JSON Patch', async (actor, task, state) => plain(await (await agentOf(actor))
    .patch(`/fhir/Task/${task.id}`).set('Content-Type', JSON_PATCH).set('If-Match', `W/"${task.meta?.versionId}"`).send(jsonPatchTo(state)))],
  ['FHIRPath Patch', async (actor, task, state) => plain(await (await agentOf(actor))
    .patch(`/fhir/Task/${task.id}`).set('If-Match', `W/"${task.meta?.versionId}"`).send(JSON.stringify(pathPatchTo(state))))],
  ['conditional JSON Patch', async (actor, task, state) => plain(await (await agentOf(actor))
    .patch(`/fhir/Task?_id=${task.id}`).set('Content-Type', JSON_PATCH).send(jsonPatchTo(state)))],
  ['JSON Patch in a transaction', async (actor, task, state) => plain(await bundled(actor, 'transaction', task, binary(state)))],
  ['FHIRPath Patch in a transaction', async (actor, task, state) => plain(await bundled(actor, 'transaction', task, pathPatchTo(state)))],
  ['JSON Patch in a batch', async (actor, task, state) => ofBatch(await bundled(actor, 'batch', task, binary(state)))],
  ['FHIRPath Patch in a batch', async (actor, task, state) => ofBatch(await bundled(actor, 'batch', task, pathPatchTo(state)))],
]

const proposed = async (): Promise<{ referral: string; triage: Task }> => {
  const referral = await story.refer()
  return { referral, triage: await story.task(story.desk, referral, 'triage') }
}

const offered = async (): Promise<{ referral: string; offer: Task }> => {
  const { referral, triage } = await proposed()
  await story.step(story.clinician, triage, 'confirm')
  return { referral, offer: await story.task(story.desk, referral, 'fulfill') }
}

describe.each(ways)('%s', (_name, change) => {
  it('takes a step of the table, completes it and is followed by the coordinating Task', async () => {
    const { referral, offer } = await offered()
    expect(await change(story.team, offer, { status: 'accepted' })).toMatchObject({ status: 200, codes: [] })
    expect(stateOf(await story.task(story.desk, referral, 'fulfill'))).toBe('accepted/accepted')
    expect(stateOf(await story.task(story.gp, referral, 'coordinate'))).toBe('in-progress/accepted')
  })

  it('confirms for a named practitioner, and for nobody else: 403', async () => {
    const { referral, triage } = await proposed()
    const state: State = { status: 'completed', business: 'confirmed' }
    expect(await change(story.desk, triage, state)).toMatchObject({ status: 403, codes: ['practitioner-required'] })
    expect(stateOf(await story.task(story.desk, referral, 'triage'))).toBe('in-progress/triage-proposed')
    expect(await change(story.clinician, triage, state)).toMatchObject({ status: 200, codes: [] })
    expect(stateOf(await story.task(story.gp, referral, 'coordinate'))).toBe('in-progress/offered')
  })

  it('is 422 with the allowed actions where the table has no such step, and nothing changes', async () => {
    const { referral, offer } = await offered()
    const answer = await change(story.nurse, offer, { status: 'completed' })
    expect(answer).toMatchObject({ status: 422, codes: ['transition-not-allowed'] })
    expect(answer.text).toMatch(/accept \(accepted\/accepted\).*reject \(rejected\/rejected\)/)
    expect((await story.task(story.desk, referral, 'fulfill')).meta?.versionId).toBe(offer.meta?.versionId)
  })

  it('needs what the step needs: a rejection without a reason is 422 by the profile', async () => {
    const { referral, offer } = await offered()
    expect(await change(story.team, offer, { status: 'rejected', business: 'rejected' })).toMatchObject({ status: 422, codes: ['hub-task-2'] })
    expect(stateOf(await story.task(story.desk, referral, 'fulfill'))).toBe('requested/offered')
  })

  it('is 403 for a party whose step it is not, 404 for who does not see it', async () => {
    const { offer } = await offered()
    expect(await change(story.gp, offer, { status: 'accepted' })).toMatchObject({ status: 403 })
    expect((await change({ client: 'otherGp' }, offer, { status: 'accepted' })).status).toBe(404)
  })
})

describe('a patch of a workflow Task', () => {
  const patch = async (actor: Actor, task: Task, operations: object[]): Promise<Response> => (await agentOf(actor))
    .patch(`/fhir/Task/${task.id}`).set('Content-Type', JSON_PATCH).send(JSON.stringify(operations))

  it.each([
    ['owner', { op: 'replace', path: '/owner', value: { reference: 'HealthcareService/cl-vw' } }], ['focus', { op: 'remove', path: '/focus' }],
    ['code', { op: 'remove', path: '/code/coding/0' }], ['restriction', { op: 'remove', path: '/restriction' }],
    ['priority', { op: 'replace', path: '/priority', value: 'routine' }],
  ])('may not change %s', async (_element, operation) => {
    const { referral, offer } = await offered()
    const answer = await patch(story.nurse, offer, [operation])
    expect(answer.status).toBe(422)
    expect((await story.task(story.desk, referral, 'fulfill')).meta?.versionId).toBe(offer.meta?.versionId)
  })

  it('may add a note, which is no step', async () => {
    const { offer } = await offered()
    const answer = await patch(story.team, offer, [{ op: 'add', path: '/note', value: [{ text: 'Key in the key safe.' }] }])
    expect([answer.status, stateOf(answer.body as Task)]).toEqual([200, 'requested/offered'])
  })

  it('of two services that accept at once by a tested patch, the Task keeps one history', async () => {
    const { offer } = await offered()
    const accept = [{ op: 'test', path: '/status', value: 'requested' }, { op: 'replace', path: '/status', value: 'accepted' }]
    const answers = await Promise.all([patch(story.team, offer, accept), patch(story.nurse, offer, accept)])
    expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([200, 422])
    expect(answers.flatMap(answer => codesOf(answer))).toEqual(['patch-test-failed'])
  })

  it('a referral is withdrawn by a patch of the ServiceRequest as by PUT', async () => {
    const { referral } = await offered()
    const answer = await (await agentOf(story.gp)).patch(`/fhir/ServiceRequest/${referral}`).set('Content-Type', JSON_PATCH)
      .send(JSON.stringify([{ op: 'replace', path: '/status', value: 'revoked' }]))
    expect(answer.status).toBe(200)
    expect(stateOf(await story.task(story.gp, referral, 'coordinate'))).toMatch(/^cancelled\//)
  })

  it('by criteria deletes no Task of an open referral', async () => {
    const { offer } = await offered()
    const answer = await story.delete(story.desk, `Task?_id=${offer.id}`)
    expect([answer.status, ...codesOf(answer)]).toEqual([409, 'still-referenced'])
  })
})
