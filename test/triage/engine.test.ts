/** How steps meet each other where no vignette goes: reviews, later decisions, closing, several needs. */
import type { Given } from '../../scripts/vignette-bundle.ts'
import { proposalFor, usual } from './referral.ts'

const answer = (change: Partial<Given>) => {
  const { disposition, priority, services, flags } = proposalFor({ ...usual, ...change })
  return [disposition, priority, services.map(({ line, code }) => `${line}:${code}`).join(' '), flags.join(' ')]
}

describe('the engine', () => {
  it.each<[string, Partial<Given>, readonly string[]]>([
    ['a review of step 2 stands against a later redirect, whose flag stays', { age: 15, softFlags: ['long-lie'] }, ['review', 'asap', '', 'soft-flag under-18']],
    ['a review of step 2 yields to admission', { news2: 5, admissionDecided: true }, ['offer', 'urgent', '0:ADMIT', 'news2-5-6 no-retriage']],
    ['but no one is admitted past a rule that would have decided otherwise', { age: 15, softFlags: ['long-lie'], admissionDecided: true }, ['review', 'asap', '', 'soft-flag under-18']],
    ['a review of a later step yields to a closing', { referrer: 'voluntary', consent: 'declined' }, ['closed', 'asap', '', 'source-not-listed patient-declined']],
    ['and never to an offer', { referrer: 'voluntary', admissionDecided: true }, ['review', 'asap', '0:UCR2H', 'source-not-listed']],
    ['a red flag that the plan does not cover is an emergency all the same', { redFlags: ['suspected-fracture'], advancePlan: 'not-for-hospital' }, ['emergency', 'stat', '0:EMERGENCY', 'red-flag']],
    ['an urgent score leaves no two-hour visit beside it', { news2: 5, needs: ['resp-acute', 'fall-no-injury'] }, ['review', 'asap', '0:AMA 1:VW', 'news2-5-6']],
    ['a need without a service brings a person, and the other need keeps its own', { needs: ['chc', 'fall-no-injury'] }, ['review', 'asap', '0:UCR2H', 'no-service-for-need']],
    ['a further line that is full brings a person', { needs: ['fall-no-injury', 'dvt-suspected'], canTravel: true, capacity: { SDEC: 0 } }, ['review', 'asap', '0:UCR2H', 'capacity-full']],
    ['a need that the leading team meets makes no line', { needs: ['resp-acute', 'frailty-acute'], canTravel: true }, ['offer', 'urgent', '0:VW 0:SDEC', '']],
    ['the more urgent need leads, whatever came first', { needs: ['loneliness', 'fall-no-injury'] }, ['offer', 'asap', '0:UCR2H 1:AGEUK 1:RVS', '']],
    ['a crew with a routine need waits for the morning', { receivedAt: '2026-11-24T22:00', referrer: 'ambulance', needs: ['wound-care'] }, ['review', 'urgent', '0:MAP-DN', 'closed']],
    ['confusion with a total of 3 and no parts counts as a single 3', { needs: ['confusion'], news2: 3 }, ['review', 'asap', '0:UCR2H 0:AMA', 'news2-single3']],
    ['a frailty review under 65 brings a person', { needs: ['frailty-review'], age: 60 }, ['review', 'urgent', '', 'frailty-under-65']],
    ['elsewhere by home and practice', { residence: 'other', practice: 'other' }, ['redirect', 'asap', '', 'out-of-area']],
    ['an urgent finding without a need is looked at, and the need asked for', { needs: [], news2: 5 }, ['review', 'asap', '0:AMA', 'news2-5-6 missing-need']],
  ])('%s', (_what, change, expected) => {
    expect(answer(change)).toEqual(expected)
  })

  it('reports not knowing as unknown, not as pass', () => {
    const { rules } = proposalFor(usual)
    const result = (id: string) => rules.find(rule => rule.id === id)?.result
    expect([result('red-flag'), result('adult'), result('news2-emergency'), result('has-room')]).toEqual(['unknown', 'pass', 'pass', 'pass'])
    expect(proposalFor({ ...usual, consent: 'unknown' }).rules.find(({ id }) => id === 'consent-recorded')?.result).toBe('unknown')
  })

  it('verifies each change by running again', () => {
    const { changes } = proposalFor(usual)
    expect(changes.find(({ fact, to }) => fact === 'news2' && to === '5')).toMatchObject({ disposition: 'review' })
    expect(answer({ news2: 5 })[0]).toBe('review')
    expect(changes.find(({ fact, to }) => fact === 'age' && to === '17')).toMatchObject({ disposition: 'redirect' })
    expect(changes.some(({ fact }) => fact === 'can-travel')).toBe(false)
  })
})
