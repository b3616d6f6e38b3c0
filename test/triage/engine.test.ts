/** How steps meet each other where no vignette goes: reviews, later decisions, closing, several needs. */
import type { Given } from '../../scripts/vignette-bundle.ts'
import { proposalFor, usual } from './referral.ts'

const answer = (change: Partial<Given>) => {
  const { disposition, priority, services, flags } = proposalFor({ ...usual, ...change })
  return [disposition, priority, services.map(({ line, code }) => `${line}:${code}`).join(' '), flags.join(' ')]
}

describe('the engine', () => {
  it.each<[string, Partial<Given>, readonly string[]]>([
    ['a review of step 2 stands against a later redirect, whose flag stays', { age: 15, softFlags: ['long-lie'] }, ['review', 'asap', '0:UCR2H', 'soft-flag under-18']],
    ['a review of step 2 yields to admission', { news2: 5, admissionDecided: true }, ['offer', 'urgent', '0:ADMIT', 'news2-5-6 no-retriage']],
    ['but no one is admitted past a rule that would have decided otherwise', { age: 15, softFlags: ['long-lie'], admissionDecided: true }, ['review', 'asap', '0:UCR2H', 'soft-flag under-18']],
    ['a review of a later step yields to a closing', { referrer: 'voluntary', consent: 'declined' }, ['closed', 'asap', '', 'source-not-listed patient-declined']],
    ['and never to an offer', { referrer: 'voluntary', admissionDecided: true }, ['review', 'asap', '0:UCR2H', 'source-not-listed']],
    ['a red flag that the plan does not cover is an emergency all the same', { redFlags: ['suspected-fracture'], advancePlan: 'not-for-hospital' }, ['emergency', 'stat', '0:EMERGENCY', 'red-flag']],
    ['an urgent score leaves no two-hour visit beside it', { news2: 5, needs: ['resp-acute', 'fall-no-injury'] }, ['review', 'asap', '0:AMA 1:VW', 'news2-5-6']],
    ['a need without a service brings a person, and the other need keeps its own', { needs: ['chc', 'fall-no-injury'] }, ['review', 'asap', '0:UCR2H', 'no-service-for-need']],
    ['a further line that is full brings a person', { needs: ['fall-no-injury', 'dvt-suspected'], canTravel: true, capacity: { SDEC: 0 } }, ['review', 'asap', '0:UCR2H', 'capacity-full']],
    ['a need with the same services makes no line', { needs: ['resp-acute', 'hf-decomp'], canTravel: true }, ['offer', 'urgent', '0:VW 0:SDEC', '']],
    ['a need with other services does, though one team might meet both', { needs: ['fall-no-injury', 'frailty-decomp'] }, ['offer', 'asap', '0:UCR2H 1:UCR2H 1:VW', '']],
    ['so that no need is lost when that team is full', { needs: ['frailty-decomp', 'fall-no-injury'], capacity: { UCR2H: 0 } }, ['review', 'asap', '0:VW', 'capacity-full']],
    ['a shared line keeps the mark of each need', { needs: ['acute-medical', 'dvt-suspected'], canTravel: false }, ['review', 'urgent', '0:AMA', 'no-transport']],
    ['virtual ward beside acute medicine only where the need has it for this person (step 2, NEWS2 5 or 6)', { needs: ['frailty-decomp'], news2: 5, frailty: 4 }, ['review', 'asap', '0:AMA', 'news2-5-6']],
    ['a full candidate of a review without a need leaves it (step 11)', { needs: [], news2: 5, capacity: { AMA: 0 } }, ['review', 'asap', '', 'news2-5-6 missing-need capacity-full']],
    ['taken by GP practice only where every need is (step 5)', { residence: 'other', needs: ['frailty-review', 'dn-routine'] }, ['redirect', 'routine', '', 'area-gp-only']],
    ['a frailty review by practice, whose home is not known (step 5)', { residence: 'unknown', needs: ['frailty-review'] }, ['offer', 'routine', '0:MAP-FRAILTY', '']],
    ['declined, but an urgent finding comes first (steps 2 and 7)', { consent: 'declined', softFlags: ['referrer-concern'] }, ['review', 'asap', '0:UCR2H', 'soft-flag patient-declined']],
    ['a red flag before everything (step 1)', { referrer: 'self', residence: 'other', practice: 'other', age: 12, consent: 'declined', redFlags: ['seizure'] }, ['emergency', 'stat', '0:EMERGENCY', 'red-flag']],
    ['every finding of the deciding step is kept', { redFlags: ['seizure'], news2: 9 }, ['emergency', 'stat', '0:EMERGENCY', 'red-flag news2-7']],
    ['a plan covers neither of two red flags when it does not cover one (step 1a)', { redFlags: ['seizure', 'anaphylaxis'], advancePlan: 'not-for-hospital' }, ['emergency', 'stat', '0:EMERGENCY', 'red-flag']],
    ['a question keeps the urgency of the need (step 3)', { needs: ['wound-care'], residence: 'unknown', practice: 'unknown' }, ['moreinfo', 'routine', '', 'missing-area']],
    ['and what later steps would have asked for', { needs: ['wound-care'], residence: 'unknown', practice: 'unknown', safeToWait: false }, ['moreinfo', 'urgent', '', 'missing-area']],
    ['the more urgent need leads, whatever came first', { needs: ['loneliness', 'fall-no-injury'] }, ['offer', 'asap', '0:UCR2H 1:AGEUK 1:RVS', '']],
    ['a crew with a routine need waits for the morning', { receivedAt: '2026-11-24T22:00', referrer: 'ambulance', needs: ['wound-care'] }, ['review', 'urgent', '0:MAP-DN', 'closed']],
    ['confusion with a total of 3 and no parts counts as a single 3', { needs: ['confusion'], news2: 3 }, ['review', 'asap', '0:UCR2H 0:AMA', 'news2-single3']],
    ['a frailty review under 65 brings a person, with the candidate of the need', { needs: ['frailty-review'], age: 64 }, ['review', 'urgent', '0:MAP-FRAILTY', 'frailty-under-65']],
    ['ongoing palliative care beside a crisis leaves the crisis to its team', { needs: ['ongoing-palliative', 'palliative-crisis'] }, ['offer', 'asap', '0:UCR2H', 'core-palliative-first']],
    ['but never leads to nobody', { needs: ['ongoing-palliative', 'wound-care'] }, ['review', 'urgent', '1:MAP-DN', 'no-service-for-need']],
    ['elsewhere by home and practice', { residence: 'other', practice: 'other' }, ['redirect', 'asap', '', 'out-of-area']],
    ['an urgent finding without a need is looked at, and the need asked for', { needs: [], news2: 5 }, ['review', 'asap', '0:AMA', 'news2-5-6 missing-need']],
  ])('%s', (_what, change, expected) => {
    expect(answer(change)).toEqual(expected)
  })

  it('reports not knowing as unknown, not as pass', () => {
    const { rules } = proposalFor(usual)
    const result = (id: string) => rules.find(rule => rule.id === id)?.result
    expect([result('red-flag'), result('adult'), result('news2-emergency'), result('has-room')]).toEqual(['unknown', 'pass', 'pass', 'pass'])
    expect(proposalFor({ ...usual, referrer: 'nobody' }).rules.find(({ id }) => id === 'referrer-listed')?.result).toBe('unknown')
  })

  it('fails a rule that asks for what is not stated', () => {
    const { rules } = proposalFor({ ...usual, consent: 'unknown', residence: 'unknown', practice: 'unknown' })
    const rule = (id: string) => rules.find(each => each.id === id)
    expect(rule('consent-recorded')).toMatchObject({ result: 'fail', fact: 'consent: not stated' })
    expect([rule('area-known')?.result, rule('lives-in-area')?.result]).toEqual(['fail', 'unknown'])
  })

  it('verifies each change by running again', () => {
    const { changes } = proposalFor(usual)
    expect(changes.find(({ fact, to }) => fact === 'news2' && to === '5')).toMatchObject({ disposition: 'review' })
    expect(answer({ news2: 5 })[0]).toBe('review')
    expect(changes.find(({ fact, to }) => fact === 'age' && to === '17')).toMatchObject({ disposition: 'redirect' })
    expect(changes.some(({ fact }) => fact === 'can-travel')).toBe(false)
  })
})
