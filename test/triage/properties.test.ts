/**
 * Safety as properties, over thousands of made-up referrals: what is missing never ranks below what is usual, what is
 * worse never ranks lower, order never matters, room and hours never lower urgency, nothing is ever rejected or thrown.
 */
import fc from 'fast-check'
import type { Resource } from '../../src/fhir/resource.ts'
import { bundleContent } from '../../src/triage/facts/resources.ts'
import { URGENCY } from '../../src/triage/lines.ts'
import { propose } from '../../src/triage/propose.ts'
import type { Proposal } from '../../src/triage/proposal.ts'
import { receivedAtOf, referralBundle, type Given } from '../../scripts/vignette-bundle.ts'
import { directory, localities, proposalFor, triage } from './referral.ts'

/** A sample in every run of the tests; SAFETY_RUNS=5000 for the long one. */
const RUNS = { numRuns: Number(process.env['SAFETY_RUNS'] ?? 100), seed: 24_11_2026 }
const [pack] = triage.packs
const codes = (list: readonly { code: string }[] | undefined): string[] => (list ?? []).map(({ code }) => code)

const some = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const given: fc.Arbitrary<Given> = fc.record({
  receivedAt: fc.tuple(some('2026-11-24', '2026-12-25', '2026-10-25', '2026-03-29'), fc.integer({ min: 0, max: 23 }), some('00', '01', '30', '59'))
    .map(([day, hour, minute]) => `${day}T${String(hour).padStart(2, '0')}:${minute}`),
  referrer: some(...codes(pack?.pack.referrers)),
  needs: fc.uniqueArray(some(...codes(pack?.pack.needs)), { maxLength: 3 }),
  redFlags: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(codes(pack?.pack.redFlags), { maxLength: 2 }) }),
  softFlags: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(codes(pack?.pack.softFlags), { maxLength: 2 }) }),
  age: maybe(fc.integer({ min: 0, max: 110 })),
  residence: some('preston', 'chorley', 'south-ribble', 'other', 'unknown'),
  practice: some('cl', 'other', 'unknown'),
  setting: maybe(some('own-home', 'care-home', 'hospital-ward', 'ed')),
  news2: maybe(fc.integer({ min: 0, max: 20 })),
  anySingleThree: fc.boolean(),
  frailty: maybe(fc.integer({ min: 1, max: 9 })),
  advancePlan: maybe(fc.constant('not-for-hospital')),
  consent: some('given', 'declined', 'lacks-bi', 'lacks-nobi', 'unknown'),
  safeToWait: maybe(fc.boolean()),
  canTravel: maybe(fc.boolean()),
  admissionDecided: maybe(fc.boolean()),
  safeguarding: fc.boolean(),
  capacity: fc.dictionary(some(...codes(pack?.pack.services)), fc.integer({ min: 0, max: 2 }), { maxKeys: 4 }),
}).map(record => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as unknown as Given)

const urgency = (proposal: Proposal): number => URGENCY[proposal.priority]
const notLess = (one: Proposal, other: Proposal): void => { expect([urgency(one) <= urgency(other), one.priority, other.priority]).toEqual([true, one.priority, other.priority]) }
const holds = (property: (referral: Given) => void): void => fc.assert(fc.property(given, property), RUNS)
const omit = (from: Given, fact: keyof Given): Given => Object.fromEntries(Object.entries(from).filter(([name]) => name !== fact)) as unknown as Given

describe('triage never', () => {
  it('rejects, throws, or ends without a disposition of the six', () => holds(referral => {
    const { disposition, services, dueAt } = proposalFor(referral)
    expect(['emergency', 'review', 'moreinfo', 'redirect', 'closed', 'offer']).toContain(disposition)
    if (disposition === 'offer' || disposition === 'emergency') expect(services.length).toBeGreaterThan(0)
    if (disposition === 'review' || disposition === 'moreinfo' || disposition === 'emergency') expect(dueAt).toBeDefined()
  }))

  it('lowers urgency for another red flag', () => holds(referral => {
    notLess(proposalFor({ ...referral, redFlags: [...new Set([...referral.redFlags ?? [], 'suspected-sepsis'])] }), proposalFor(referral))
  }))

  it('lowers urgency for a higher early warning score', () => fc.assert(fc.property(given, fc.integer({ min: 0, max: 19 }), fc.integer({ min: 1, max: 10 }), (referral, score, more) => {
    const scored: Given = { ...omit(referral, 'anySingleThree'), news2: score }
    notLess(proposalFor({ ...scored, news2: Math.min(20, score + more) }), proposalFor(scored))
  }), RUNS))

  it.each([
    ['age', 84], ['residence', 'preston'], ['practice', 'cl'], ['setting', 'own-home'], ['news2', 0], ['frailty', 3], ['consent', 'given'],
    ['safeToWait', true], ['canTravel', true],
  ] as const)('ranks a missing %s below the usual %s', (fact, usual) => holds(referral => {
    const base = omit(referral, 'anySingleThree')
    notLess(proposalFor(omit(base, fact)), proposalFor({ ...base, [fact]: usual }))
  }))

  it('ranks a missing need below any one', () => holds(referral => {
    notLess(proposalFor({ ...referral, needs: [] }), proposalFor(referral))
  }))

  it('lowers urgency for want of room', () => holds(referral => {
    const full = Object.fromEntries(codes(pack?.pack.services).map(code => [code, 0]))
    notLess(proposalFor({ ...referral, capacity: full }), proposalFor(omit(referral, 'capacity')))
  }))

  it('lowers urgency for the hour of the day', () => holds(referral => {
    notLess(proposalFor({ ...referral, receivedAt: '2026-11-24T03:00' }), proposalFor({ ...referral, receivedAt: '2026-11-24T11:00' }))
  }))

  it('offers what is full, or what does not take the person', () => holds(referral => {
    const { disposition, services } = proposalFor(referral)
    for (const { code } of services) if (disposition === 'offer' && code !== 'ADMIT') expect(referral.capacity?.[code]).not.toBe(0)
    if (disposition === 'offer' && referral.age !== undefined) expect(referral.age).toBeGreaterThanOrEqual(18)
    if (disposition === 'offer') expect(new Set(services.map(({ line, code }) => `${line} ${code}`)).size).toBe(services.length)
  }))
})

describe('triage always', () => {
  it('says the same of the same facts, in whatever order the resources come', () => fc.assert(fc.property(given, fc.infiniteStream(fc.nat()), (referral, random) => {
    const { resources, aliases } = bundleContent(referralBundle('T', referral, 'first', localities) as unknown as Resource)
    const numbers = [...random.take(resources.length)]
    const shuffled = resources.map((resource, index) => ({ resource, at: numbers[index] ?? 0 })).sort((a, b) => a.at - b.at).map(({ resource }) => resource)
    const input = { aliases, directory, receivedAt: receivedAtOf(referral.receivedAt) }
    expect(propose(triage, { ...input, resources: shuffled })).toEqual(propose(triage, { ...input, resources }))
  }), RUNS))

  it('says the same in both forms of the facts', () => holds(referral => {
    const { anySingleThree: _parts, ...plain } = referral
    const [first, second] = [proposalFor(plain, 'first'), proposalFor(plain, 'second')]
    expect([second.disposition, second.priority, second.dueAt]).toEqual([first.disposition, first.priority, first.dueAt])
  }))

  it('keeps the urgency that was given before', () => holds(referral => {
    const { resources, aliases } = bundleContent(referralBundle('T', referral, 'first', localities) as unknown as Resource)
    expect(propose(triage, { resources, aliases, directory, receivedAt: receivedAtOf(referral.receivedAt), urgencyGiven: 'stat' }).priority).toBe('stat')
  }))

  it('lists only changes that the engine confirms: another answer than the present one', () => holds(referral => {
    const proposal = proposalFor(referral)
    const present = [proposal.disposition, ...proposal.services.map(({ code }) => code)].join(' ')
    expect(proposal.changes.length).toBeLessThanOrEqual(12)
    for (const change of proposal.changes) expect(change.text.endsWith(`: ${present} ${proposal.priority} (${proposal.flags.join(', ')})`)).toBe(false)
  }))

  it('answers, whatever shape the elements of the resources have', () => {
    const bundle = referralBundle('T', { receivedAt: '2026-11-24T10:15', referrer: 'ambulance', age: 80, residence: 'preston', practice: 'cl', setting: 'care-home', needs: ['fall-no-injury'], redFlags: ['seizure'], softFlags: ['long-lie'], news2: 4, anySingleThree: true, frailty: 6, advancePlan: 'not-for-hospital', consent: 'given', safeToWait: true, ambulanceCategory: 'C3', lastTwoHourResponse: '2026-10-01', safeguarding: true }, 'second', localities)
    fc.assert(fc.property(fc.nat(), fc.nat(), fc.constantFrom<unknown>(null, 0, '', 'x', true, [], {}, [null], [[]], { coding: 'x' }, { coding: [null] }, { reference: 7 }), (which, where, junk) => {
      const { resources, aliases } = bundleContent(structuredClone(bundle) as unknown as Resource)
      const resource = resources[which % resources.length]
      if (resource !== undefined) spoil(resource, where, junk)
      expect(propose(triage, { resources, aliases, directory, receivedAt: 0 }).rules.length).toBeGreaterThan(30)
    }), { numRuns: 1000, seed: 7 })
  })
})

/** Puts junk in the place of one element, at any depth; the type stays. */
const spoil = (target: object, where: number, junk: unknown): void => {
  const places: [Record<string, unknown>, string][] = []
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'resourceType') places.push([node as Record<string, unknown>, key])
      walk(value)
    }
  }
  walk(target)
  const place = places[where % places.length]
  if (place !== undefined) place[0][place[1]] = junk
}
