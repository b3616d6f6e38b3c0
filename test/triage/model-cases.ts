/**
 * Made-up referrals for the models: plain facts of one locality, and what the engine says of them once they are sent as
 * resources.
 */
import fc from 'fast-check'
import type { Resource } from '../../src/fhir/resource.ts'
import { bundleContent } from '../../src/triage/facts/resources.ts'
import { propose } from '../../src/triage/propose.ts'
import { receivedAtOf, referralBundle, type Given } from '../../scripts/vignette-bundle.ts'
import type { Answer, Case } from './model.ts'
import { directory, localities, triage } from './referral.ts'

/** A locality as the cases name it: a home in it, a practice of it, the need that is usual, the edges of its hours. */
export interface CaseLocality {
  readonly name: string
  readonly residence: string
  readonly practice: string
  readonly usualNeed: string
  readonly days: readonly string[]
  readonly open: { readonly min: number; readonly max: number }
  readonly edges: readonly number[]
}

export const packOf = (name: string) => triage.packs.find(({ locality }) => locality.name === name)?.pack
export const codes = (list: readonly { code: string }[] | undefined): string[] => (list ?? []).map(({ code }) => code)

const PARTS: Readonly<Record<string, { readonly code: string; readonly scores: readonly number[] }>> = {
  respiration: { code: '1104301000000104', scores: [0, 1, 2, 3] }, saturation: { code: '1104311000000102', scores: [0, 1, 2, 3] },
  oxygen: { code: '1104331000000105', scores: [0, 2] }, systolic: { code: '1104341000000101', scores: [0, 1, 2, 3] },
  pulse: { code: '1104351000000103', scores: [0, 1, 2, 3] }, consciousness: { code: '1104361000000100', scores: [0, 3] },
  temperature: { code: '1104371000000107', scores: [0, 1, 2, 3] },
}

const rarely = <T>(usual: T, arbitrary: fc.Arbitrary<T>, weight = 5) => fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary })
const some = <T>(...values: readonly T[]) => fc.constantFrom(...values)

export const casesOf = ({ name, usualNeed, days, open, edges }: CaseLocality): fc.Arbitrary<Case> => {
  const pack = packOf(name)
  return fc.record({
    day: some(...days),
    secondOfDay: fc.oneof({ weight: 3, arbitrary: fc.integer(open) }, { weight: 2, arbitrary: some(...edges) }),
    authoredMinutesBefore: rarely<number | undefined>(0, some(-2880, -16, -15, -5, 1, 95, 719, 720, 721, 1440, 1441, 3000)),
    referrer: fc.oneof({ weight: 3, arbitrary: some('gp', 'ambulance', 'care-home') }, { weight: 1, arbitrary: some('self', ...codes(pack?.referrers)) }),
    age: rarely<Case['age']>({ low: 84, high: 84 }, fc.oneof(
      fc.constant(undefined), some(0, 15, 16, 17, 18, 19, 49, 50, 51, 64, 65, 66, 90).map(age => ({ low: age, high: age })),
      some(18, 50, 65, 70).map(high => ({ low: high - 1, high }))), 2),
    residence: rarely<Case['residence']>('inside', some('outside', 'unknown')),
    practice: rarely<Case['practice']>('inside', some('outside', 'unknown')),
    needs: rarely([usualNeed], fc.uniqueArray(some(...codes(pack?.needs)), { maxLength: 3 }), 1),
    redFlags: rarely<string[]>([], fc.subarray(codes(pack?.redFlags), { maxLength: 2 }), 9),
    softFlags: rarely<string[]>([], fc.subarray(codes(pack?.softFlags), { maxLength: 2 }), 9),
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
    setting: rarely<string | undefined>('own-home', some('hospital-ward', 'ed', 'care-home', undefined), 3),
    rehabPotential: rarely<boolean | undefined>(true, some(false, undefined)),
    longTermCondition: some<boolean | undefined>(true, false, undefined),
    dischargeNotice: rarely<string | undefined>(undefined, some('section2', 'section5', 'pre-section2')),
    full: rarely<string[]>([], fc.subarray(codes(pack?.services)), 2),
  }).map(known => Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as unknown as Case)
}

/** Receipt on that second, at an offset of London's winter. */
const receivedAt = ({ day, secondOfDay }: Case): number => receivedAtOf(`${day}T00:00`) + secondOfDay * 1000

/** Six calendar months before that day, or one day more. */
const lastCare = ({ day, lastTwoHourCare }: Case): string | undefined => {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const at = Date.UTC(year, month - 1 - 6, date) - (lastTwoHourCare === 'in-time' ? 0 : 86_400_000)
  return lastTwoHourCare === undefined ? undefined : new Date(at).toISOString().slice(0, 10)
}

/** The engine's answer to a case, sent to the hub of its locality. */
export const proposed = (facts: Case, locality: CaseLocality): Answer => {
  const { day, secondOfDay, age, needs, redFlags, softFlags, consent, safeguarding } = facts
  const care = lastCare(facts)
  const given = {
    receivedAt: `${day}T${new Date(secondOfDay * 1000).toISOString().slice(11, 19)}`,
    referrer: facts.referrer, needs, redFlags, softFlags, consent, safeguarding,
    residence: { inside: locality.residence, outside: 'other', unknown: 'unknown' }[facts.residence],
    practice: { inside: locality.practice, outside: 'other', unknown: 'unknown' }[facts.practice],
    ...(age === undefined ? {} : { age: age.high }),
    ...(facts.frailty === undefined ? {} : { frailty: facts.frailty }),
    ...(facts.notForHospital ? { advancePlan: 'not-for-hospital' } : {}),
    ...(facts.safeToWait === undefined ? {} : { safeToWait: facts.safeToWait }),
    ...(facts.canTravel === undefined ? {} : { canTravel: facts.canTravel }),
    ...(facts.admissionDecided === undefined ? {} : { admissionDecided: facts.admissionDecided }),
    ...(care === undefined ? {} : { lastTwoHourResponse: care }),
    ...(facts.setting === undefined ? {} : { setting: facts.setting }),
    ...(facts.rehabPotential === undefined ? {} : { rehabPotential: facts.rehabPotential }),
    ...(facts.longTermCondition === undefined ? {} : { longTermCondition: facts.longTermCondition }),
    ...(facts.dischargeNotice === undefined ? {} : { dischargeNotice: facts.dischargeNotice }),
  } satisfies Given
  const { resources, aliases } = bundleContent(referralBundle('T', given, 'first', localities) as unknown as Resource)
  const at = receivedAt(facts)
  const proposal = propose(triage, {
    resources: [...resources.map(resource => asSent(resource, facts, at)), ...scored(facts)], aliases, directory, receivedAt: at,
    addressedLocality: locality.name, capacity: new Map(facts.full.map(code => [code, 0])),
  })
  const lines: string[][] = []
  for (const { line, code } of proposal.services) (lines[line] ??= []).push(code)
  return {
    disposition: proposal.disposition, lines: Object.values(lines), priority: proposal.priority,
    due: proposal.dueAt === undefined ? undefined : (proposal.dueAt - receivedAtOf(`${day}T00:00`)) / 1000, flags: proposal.flags,
  }
}

/** Addressed by the client alone, with the authored time of the case, and only the year of birth where that is all that is known. */
const asSent = (resource: Resource, { age, authoredMinutesBefore }: Case, at: number): Resource => {
  if (resource.resourceType === 'ServiceRequest') {
    delete resource['performer']
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

