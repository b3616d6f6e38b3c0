/**
 * No referral ends without a disposition and an owner: made-up referrals to every locality, sent to a whole hub. Each is
 * stored, owned by exactly one coordinating Task with a next-action time, and carries a proposal with one of six
 * dispositions; where its service is to be asked, it is one that the directory holds.
 */
import fc from 'fast-check'
import type { Parameters, ParametersParameter } from 'fhir/r4.js'
import type { Given } from '../../scripts/vignette-bundle.ts'
import { referralBundle } from '../../scripts/vignette-bundle.ts'
import { areas, referralTo, RUNS } from '../triage/made.ts'
import { localities } from '../triage/referral.ts'
import { openStory, referralIn, type Story } from './story.ts'

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

const SENT = { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 4) }

it.each(areas.map(area => [area.name, area] as const))('no referral to %s ends without a disposition and an owner', async (_name, area) => {
  let number = 0
  await fc.assert(fc.asyncProperty(referralTo(area), async (given: Given) => {
    number += 1
    const answer = await story.submit(referralBundle(`S${number}`, given, 'first', localities), story.gp)
    expect(answer.status).toBe(201)
    const proposal = (answer.body as Parameters).parameter?.find(({ name }) => name === 'proposal')?.resource as Parameters
    const all = (name: string): readonly ParametersParameter[] => (proposal.parameter ?? []).filter(each => each.name === name)
    expect(['emergency', 'review', 'moreinfo', 'redirect', 'closed', 'offer']).toContain(all('disposition')[0]?.valueCode)
    for (const { part } of all('service')) expect(part?.find(({ name }) => name === 'reference')?.valueReference?.reference).toMatch(/^HealthcareService\//)
    // A hub of another locality may own it: the administrator sees every one.
    const tasks = await story.tasks({ client: 'administrator' }, referralIn(answer))
    const owners = tasks.filter(task => task.code?.coding?.[0]?.code === 'coordinate' && task.status === 'in-progress')
    expect(owners.map(({ owner, restriction }) => [owner?.reference?.startsWith('Organization/'), Number.isNaN(Date.parse(restriction?.period?.end ?? ''))])).toEqual([[true, false]])
  }), SENT)
})
