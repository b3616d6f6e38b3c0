/**
 * Anybody tries anything, in any order: no step ends in a failure of the hub, none leaves a referral without exactly one
 * owner and a next-action time, and a referral that is closed has nothing left to answer.
 */
import * as fc from 'fast-check'
import type { ServiceRequest, Task } from 'fhir/r4.js'
import { transitions } from '../../src/referral/transitions.ts'
import { openStory, stateOf, type Story } from './story.ts'

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

/** Walks, more in a long run (WALKS=500); a failure prints its seed and the walk. */
const WALKS = Number(process.env['WALKS'] ?? 15)
const ACTORS = ['gp', 'desk', 'clinician', 'team', 'nurse', 'ward', 'wardNurse'] as const
const ACTIONS = [...new Set(transitions.map(({ action }) => action))]
const REASON: Readonly<Record<string, string>> = { override: 'clinical-judgement', cancel: 'circumstances-changed', withdraw: 'no-answer' }

const attempt = fc.record({
  actor: fc.constantFrom(...ACTORS), action: fc.constantFrom(...ACTIONS),
  /** Which Task of the referral, counted round. */
  task: fc.nat(20), hasReason: fc.boolean(), service: fc.constantFrom('HealthcareService/cl-ucr2h', 'HealthcareService/cl-vw', 'HealthcareService/none'),
})
/** Likely steps, so that walks get somewhere. */
const likely = fc.constantFrom(
  ...transitions.flatMap(({ action, kind }) => (kind === 'fix-data' ? [] : [{ action, kind }])),
)

const isOpen = ({ status }: Task): boolean => ['requested', 'received', 'accepted', 'in-progress', 'on-hold'].includes(status)
const codeOf = (task: Task): string | undefined => task.code?.coding?.[0]?.code

const holds = async (referral: string): Promise<void> => {
  const request = (await story.get(story.desk, `ServiceRequest/${referral}`)).body as ServiceRequest
  const tasks = await story.tasks(story.desk, referral)
  const open = tasks.filter(task => isOpen(task) && codeOf(task) === 'coordinate')
  if (request.status === 'active') {
    expect(open).toHaveLength(1)
    expect(open[0]?.owner?.reference).toBe('Organization/cl-care-connexions')
    expect(Date.parse(open[0]?.restriction?.period?.end ?? '')).toBeGreaterThan(0)
  } else {
    expect(tasks.filter(isOpen).map(stateOf)).toEqual([])
  }
}

const PERSON: Readonly<Record<string, readonly (typeof ACTORS)[number][]>> = { triage: ['clinician'], coordinate: ['clinician', 'gp'], offer: ['nurse', 'wardNurse', 'clinician'] }
const CODE: Readonly<Record<string, string>> = { triage: 'triage', coordinate: 'coordinate', offer: 'fulfill' }

it(`${WALKS} walks of 12 steps`, async () => {
  const taken = new Map<string, number>()
  await fc.assert(fc.asyncProperty(fc.array(fc.oneof({ weight: 1, arbitrary: attempt }, { weight: 4, arbitrary: likely }), { minLength: 12, maxLength: 12 }), async walk => {
    const referral = await story.refer({ needs: ['frailty-acute', 'loneliness'] })
    for (const step of walk) {
      const tasks = await story.tasks(story.desk, referral)
      const isWild = 'actor' in step
      const chosen = isWild ? tasks.slice(step.task % tasks.length) : tasks.filter(task => codeOf(task) === CODE[step.kind] && isOpen(task))
      const [task] = chosen
      if (task === undefined) continue
      const actors = isWild ? [step.actor] : PERSON[step.kind] ?? []
      for (const actor of actors) {
        const reason = isWild && !step.hasReason ? {} : { reason: REASON[step.action] ?? '22' }
        const answer = await story.step(story[actor], task, step.action, { ...reason, service: isWild ? step.service : 'HealthcareService/cl-vw' })
        expect([200, 403, 404, 422]).toContain(answer.status)
        if (answer.status === 200) taken.set(step.action, (taken.get(step.action) ?? 0) + 1)
        await holds(referral)
        if (answer.status === 200) break
      }
    }
  }), { numRuns: WALKS })
  expect(taken.get('confirm') ?? 0).toBeGreaterThan(0)
}, 600_000)
