/** What the hub writes by itself meets what it asks of others: R4, UK Core and its own profiles, without a warning. */
import type { Bundle, Resource as FhirResource } from 'fhir/r4.js'
import type { Resource } from '../../src/fhir/resource.ts'
import { openStory, type Story } from './story.ts'

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

it('from the opening to the discharge', async () => {
  const faulty = { resourceType: 'Observation', status: 'finished', code: { text: 'Pulse' } }
  const referral = await story.refer({ needs: ['frailty-acute'], more: [faulty] })
  await story.step(story.clinician, await story.task(story.desk, referral, 'triage'), 'confirm', { note: 'Seen.' })
  await story.step(story.ward, await story.task(story.desk, referral, 'fulfill'), 'reject', { reason: '22' })
  const offer = await story.task(story.desk, referral, 'fulfill')
  await story.step(story.team, offer, 'accept', { eta: '2026-11-24T11:40:00Z' })
  for (const action of ['visited', 'complete']) expect((await story.step(story.nurse, offer, action, { outcome: 'stayed-at-home' })).status).toBe(200)

  await examine(referral)
})

it('a question, a redirection, and a follow-up', async () => {
  const referral = await story.refer({ needs: ['frailty-acute'] })
  const triage = await story.task(story.desk, referral, 'triage')
  await story.step(story.desk, triage, 'request-info', { question: 'Is she alone?' })
  await story.step(story.gp, await story.task(story.gp, referral, 'request-info'), 'answer-info', { answer: 'Yes.' })
  await story.step(story.clinician, triage, 'redirect', { reason: 'other-service', note: 'To the falls clinic.' })
  await story.step(story.clinician, await story.task(story.desk, referral, 'redirect'), 'reject', { reason: '40' })
  await story.step(story.clinician, await story.task(story.desk, referral, 'coordinate'), 'return-to-ambulance')
  expect((await story.step(story.clinician, await story.task(story.desk, referral, 'follow-up'), 'complete')).status).toBe(200)
  await examine(referral)
})

const examine = async (referral: string): Promise<void> => {
  const written: FhirResource[] = [...await story.tasks(story.desk, referral)]
  for (const path of ['Encounter?_count=100', 'GuidanceResponse?_count=100', 'Provenance?_count=100']) {
    const found = (await story.get(story.desk, path)).body as Bundle
    expect(found.entry?.length ?? 0).toBeGreaterThan(0)
    written.push(...(found.entry ?? []).map(({ resource }) => resource as FhirResource))
  }
  const issues = written.flatMap(resource => story.hub.hub.repository.examine(resource as unknown as Resource)
    .map(({ severity, code, text, expression }) => `${severity} ${resource.resourceType} ${expression[0]} ${code}: ${text}`))
  expect(issues).toEqual([])
}
