/**
 * The engine and the pack against the text of the model (`model.ts`), over thousands of made-up referrals sent as
 * resources: disposition, lines, priority, due and flags are the same. MODEL_RUNS=20000 MODEL_SEED=7 for another, longer run.
 */
import fc from 'fast-check'
import type { Resource } from '../../src/fhir/resource.ts'
import { bundleContent } from '../../src/triage/facts/resources.ts'
import { propose } from '../../src/triage/propose.ts'
import { receivedAtOf, referralBundle, type Given } from '../../scripts/vignette-bundle.ts'
import { modelAnswer, type Answer, type Case } from './model.ts'
import { directory, localities, triage } from './referral.ts'

const [pack] = triage.packs
const codes = (list: readonly { code: string }[] | undefined): string[] => (list ?? []).map(({ code }) => code)
const PARTS: Readonly<Record<string, { readonly code: string; readonly scores: readonly number[] }>> = {
  respiration: { code: '1104301000000104', scores: [0, 1, 2, 3] }, saturation: { code: '1104311000000102', scores: [0, 1, 2, 3] },
  oxygen: { code: '1104331000000105', scores: [0, 2] }, systolic: { code: '1104341000000101', scores: [0, 1, 2, 3] },
  pulse: { code: '1104351000000103', scores: [0, 1, 2, 3] }, consciousness: { code: '1104361000000100', scores: [0, 3] },
  temperature: { code: '1104371000000107', scores: [0, 1, 2, 3] },
}

const rarely = <T>(usual: T, arbitrary: fc.Arbitrary<T>, weight = 5) => fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary })
const some = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const [H, M] = [3600, 60]

const aCase: fc.Arbitrary<Case> = fc.record({
  day: some('2026-11-24', '2026-12-25', '2026-11-28', '2027-02-28'),
  secondOfDay: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 8 * H, max: 18 * H }) },
    { weight: 2, arbitrary: some(0, 8 * H - 1, 8 * H, 18 * H - 1, 18 * H, 18 * H + 1, 18 * H + M, 20 * H - 1, 20 * H, 20 * H + 1, 23 * H + 59 * M) }),
  authoredMinutesBefore: rarely<number | undefined>(0, some(-2880, -16, -15, -5, 1, 95, 719, 720, 721, 1440, 1441, 3000)),
  referrer: fc.oneof({ weight: 3, arbitrary: some('gp', 'ambulance', 'care-home') }, { weight: 1, arbitrary: some('self', ...codes(pack?.pack.referrers)) }),
  age: rarely<Case['age']>({ low: 84, high: 84 }, fc.oneof(
    fc.constant(undefined), some(0, 15, 16, 17, 18, 19, 49, 50, 51, 64, 65, 66, 90).map(age => ({ low: age, high: age })),
    some(18, 50, 65, 70).map(high => ({ low: high - 1, high }))), 2),
  residence: rarely<Case['residence']>('inside', some('outside', 'unknown')),
  practice: rarely<Case['practice']>('inside', some('outside', 'unknown')),
  needs: rarely(['frailty-decomp'], fc.uniqueArray(some(...codes(pack?.pack.needs)), { maxLength: 3 }), 1),
  redFlags: rarely<string[]>([], fc.subarray(codes(pack?.pack.redFlags), { maxLength: 2 }), 9),
  softFlags: rarely<string[]>([], fc.subarray(codes(pack?.pack.softFlags), { maxLength: 2 }), 9),
  statedNews2: rarely<number | undefined>(undefined, fc.integer({ min: 0, max: 9 }), 1),
  parts: rarely<Case['parts']>({}, fc.tuple(...Object.entries(PARTS).map(([part, { scores }]) =>
    fc.option(fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: some(...scores) }), { freq: 8, nil: undefined })
      .map(score => (score === undefined ? [] : [[part, score] as const])))).map(sent => Object.fromEntries(sent.flat())), 2),
  frailty: some<number | undefined>(undefined, 4, 5, 6, 9),
  notForHospital: rarely(false, fc.constant(true)),
  consent: rarely<Case['consent']>('given', some('declined', 'lacks-bi', 'lacks-nobi', 'unknown')),
  safeToWait: rarely<boolean | undefined>(true, some(false, undefined)),
  canTravel: some<boolean | undefined>(true, false, undefined),
  admissionDecided: rarely<boolean | undefined>(undefined, some(true, false)),
  lastTwoHourCare: some<Case['lastTwoHourCare']>(undefined, 'in-time', 'too-long-ago'),
  safeguarding: rarely(false, fc.constant(true)),
  full: rarely<string[]>([], fc.subarray(codes(pack?.pack.services)), 2),
}).map(({ authoredMinutesBefore, ...rest }) => {
  const known = Object.fromEntries(Object.entries({ ...rest, authoredMinutesBefore }).filter(([, value]) => value !== undefined))
  return known as unknown as Case
})

/** Receipt on that second, at an offset of London's winter. */
const receivedAt = ({ day, secondOfDay }: Case): number => receivedAtOf(`${day}T00:00`) + secondOfDay * 1000

const lastCare = ({ day, lastTwoHourCare }: Case): string | undefined => {
  const [first, before] = { '2026-11-24': ['2026-05-24', '2026-05-23'], '2026-12-25': ['2026-06-25', '2026-06-24'],
    '2026-11-28': ['2026-05-28', '2026-05-27'], '2027-02-28': ['2026-08-28', '2026-08-27'] }[day] ?? []
  return lastTwoHourCare === undefined ? undefined : lastTwoHourCare === 'in-time' ? first : before
}

const proposed = (facts: Case): Answer => {
  const { day, secondOfDay, age, needs, redFlags, softFlags, consent, safeguarding } = facts
  const care = lastCare(facts)
  const given = {
    receivedAt: `${day}T${new Date(secondOfDay * 1000).toISOString().slice(11, 19)}`,
    referrer: facts.referrer, needs, redFlags, softFlags, consent, safeguarding,
    residence: { inside: 'chorley', outside: 'other', unknown: 'unknown' }[facts.residence],
    practice: { inside: 'cl', outside: 'other', unknown: 'unknown' }[facts.practice],
    ...(age === undefined ? {} : { age: age.high }),
    ...(facts.frailty === undefined ? {} : { frailty: facts.frailty }),
    ...(facts.notForHospital ? { advancePlan: 'not-for-hospital' } : {}),
    ...(facts.safeToWait === undefined ? {} : { safeToWait: facts.safeToWait }),
    ...(facts.canTravel === undefined ? {} : { canTravel: facts.canTravel }),
    ...(facts.admissionDecided === undefined ? {} : { admissionDecided: facts.admissionDecided }),
    ...(care === undefined ? {} : { lastTwoHourResponse: care }),
  } satisfies Given
  const { resources, aliases } = bundleContent(referralBundle('T', given, 'first', localities) as unknown as Resource)
  const at = receivedAt(facts)
  const proposal = propose(triage, {
    resources: [...resources.map(resource => asSent(resource, facts, at)), ...scored(facts)], aliases, directory, receivedAt: at,
    addressedLocality: 'central-lancashire', capacity: new Map(facts.full.map(code => [code, 0])),
  })
  const lines: string[][] = []
  for (const { line, code } of proposal.services) (lines[line] ??= []).push(code)
  return {
    disposition: proposal.disposition, lines: Object.values(lines), priority: proposal.priority,
    due: proposal.dueAt === undefined ? undefined : (proposal.dueAt - receivedAtOf(`${day}T00:00`)) / 1000, flags: proposal.flags,
  }
}

/** With the authored time of the case, and only the year of birth where that is all that is known. */
const asSent = (resource: Resource, { age, authoredMinutesBefore }: Case, at: number): Resource => {
  if (resource.resourceType === 'ServiceRequest') {
    resource['authoredOn'] = new Date(at - (authoredMinutesBefore ?? 0) * 60_000).toISOString()
  }
  if (resource.resourceType === 'Patient' && age !== undefined && age.low !== age.high) {
    resource['birthDate'] = String(Number(new Date(at).toISOString().slice(0, 4)) - age.high)
  }
  return resource
}

/** NEWS2 as a stated total with the sub-scores that were sent. */
const scored = ({ statedNews2, parts }: Case): readonly Resource[] => statedNews2 === undefined && Object.keys(parts).length === 0 ? [] : [{
  resourceType: 'Observation', id: 'news2', status: 'final', code: { coding: [{ system: 'http://snomed.info/sct', code: '1104051000000101' }] },
  ...(statedNews2 === undefined ? {} : { valueInteger: statedNews2 }),
  component: Object.entries(parts).map(([part, valueInteger]) => ({ code: { coding: [{ system: 'http://snomed.info/sct', code: PARTS[part]?.code }] }, valueInteger })),
}]

const sorted = (answer: Answer): Answer => ({ ...answer, flags: [...answer.flags].sort() })
const pregnancyOrChild = ({ softFlags, age }: Case): boolean => softFlags.includes('pregnancy') || (age !== undefined && age.high < 16)

describe('the Central Lancashire column of the model', () => {
  it('is what the engine says of any referral', () => fc.assert(fc.property(aCase, facts => {
    // Sub-scores are the sender's: they count where the hub itself would not score (under 16, pregnancy).
    fc.pre(!pregnancyOrChild(facts) || Object.keys(facts.parts).length === 0)
    expect(sorted(proposed(facts))).toEqual(sorted(modelAnswer(facts)))
  }), { numRuns: Number(process.env['MODEL_RUNS'] ?? 800), seed: Number(process.env['MODEL_SEED'] ?? 22_11_2026) }))

  it('has a row for every need of the pack', () => {
    for (const need of codes(pack?.pack.needs)) {
      expect(() => modelAnswer({ day: '2026-11-24', secondOfDay: 10 * H, referrer: 'gp', residence: 'inside', practice: 'inside', needs: [need], redFlags: [], softFlags: [], parts: {}, notForHospital: false, consent: 'given', safeguarding: false, full: [] })).not.toThrow()
    }
  })
})
