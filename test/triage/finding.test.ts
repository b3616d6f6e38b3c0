/** `$find` and `$triage` say the same: one truth, asked with a person and without. */
import fc from 'fast-check'
import type { Patient } from 'fhir/r4.js'
import { findPlace } from '../../src/directory/find/place.ts'
import type { Verdict } from '../../src/directory/find/judging.ts'
import { createPackView } from '../../src/triage/finding.ts'
import { receivedAtOf, referralBundle, type Given } from '../../scripts/vignette-bundle.ts'
import { directory, localities, proposalFor, triage, usualIn } from './referral.ts'

const packs = createPackView(triage, directory)

/** What can be said without the person, of what was sent with them. */
const asked = (given: Given) => {
  const { entry = [] } = referralBundle('T', given, 'first', localities)
  const patient = entry.map(({ resource }) => resource).find(resource => resource?.resourceType === 'Patient') as Patient | undefined
  const postcode = patient?.address?.[0]?.postalCode
  const practice = patient?.generalPractitioner?.[0]?.identifier?.value
  return {
    need: { code: given.needs?.[0] ?? '' }, place: findPlace(localities, () => ({ kind: 'unknown' }), postcode === undefined ? {} : { postcode }), practice,
    at: receivedAtOf(given.receivedAt), age: given.age, referrer: given.referrer, setting: given.setting, canTravel: given.canTravel, frailty: given.frailty,
  }
}

const offered = (verdicts: readonly Verdict[]): readonly string[] =>
  verdicts.filter(({ failed }) => failed.length === 0).sort((one, other) => one.rank - other.rank).map(({ code }) => code)

const ELIGIBILITY = ['under-18', 'out-of-area', 'self-referral-not-eligible', 'not-a-crisis', 'mental-health-only', 'ongoing-palliative-excluded']

/** Confusion with a low score is a finding of its own, and comes before every question of eligibility. */
const needsOf = (locality: string) => [...triage.packs.find(({ locality: { name } }) => name === locality)!.needs.keys()].filter(need => need !== 'confusion')

const made: fc.Arbitrary<Given> = fc.constantFrom('central-lancashire', 'east-staffordshire').chain(locality => fc.record({
  need: fc.constantFrom(...needsOf(locality)),
  age: fc.constantFrom(12, 17, 18, 49, 50, 64, 65, 84), referrer: fc.constantFrom('gp', 'ambulance', 'self', 'prison', 'hdt', 'cit', 'voluntary'),
  frailty: fc.constantFrom(3, 5, undefined), canTravel: fc.constantFrom(true, false, undefined), setting: fc.constantFrom('own-home', 'care-home'),
  receivedAt: fc.constantFrom('2026-11-24T10:15', '2026-11-24T13:30', '2026-11-24T16:00', '2026-11-27T12:00'),
}).map(({ need, ...more }) => ({ ...usualIn(locality), ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)), needs: [need] })))

it('the services that $find names are those that $triage offers, in that order', () => {
  const seen = new Map<string, number>()
  fc.assert(fc.property(made, given => {
    const proposal = proposalFor(given)
    const services = proposal.services.filter(({ line }) => line === 0).map(({ code }) => code)
    const { verdicts } = packs.judge(asked(given))
    seen.set(proposal.disposition, (seen.get(proposal.disposition) ?? 0) + 1)
    if (proposal.disposition === 'offer') expect(offered(verdicts)).toEqual(services)
    if (proposal.disposition === 'redirect' && proposal.flags.some(flag => ELIGIBILITY.includes(flag))) expect(offered(verdicts)).toEqual([])
    if (proposal.disposition === 'review' && proposal.flags.includes('source-not-listed')) {
      expect(offered(verdicts)).toEqual(services)
      for (const { failed, review } of verdicts) if (failed.length === 0) expect(review.map(({ code }) => code)).toContain('referrer-listed')
    }
  }), { seed: 8, numRuns: 600 })
  expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(['offer', 'redirect', 'review']))
})

it('what is left out names at least one criterion in words, and a rule of the pack its source', () => {
  fc.assert(fc.property(made, given => {
    for (const { failed } of packs.judge(asked(given)).verdicts) {
      for (const { text, code, source } of failed) {
        expect(text.length).toBeGreaterThan(5)
        if (!['need', 'place'].includes(code)) expect(source).toMatch(/model|page|domain/)
      }
    }
  }), { seed: 9, numRuns: 100 })
})

it('each service of every pack is judged exactly once', () => {
  const all = triage.packs.flatMap(({ locality, services }) => [...services.keys()].flatMap(code => directory.find(locality.name, code)?.reference ?? []))
  fc.assert(fc.property(made, given => {
    expect(packs.judge(asked(given)).verdicts.map(({ reference }) => reference).sort()).toEqual([...all].sort())
  }), { seed: 10, numRuns: 50 })
})
