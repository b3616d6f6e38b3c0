/** Made-up referrals for the properties of triage: of every locality there is, whatever its needs, services and people. */
import fc from 'fast-check'
import type { CompiledPack } from '../../src/triage/load.ts'
import type { Given } from '../../scripts/vignette-bundle.ts'
import { triage } from './referral.ts'

/** Where people of a locality live, and the area of its practices, as vignettes name them. */
const PEOPLE: Readonly<Record<string, { readonly residences: readonly string[]; readonly practice: string }>> = {
  'central-lancashire': { residences: ['preston', 'chorley', 'south-ribble'], practice: 'cl' },
  'east-staffordshire': { residences: ['east-staffs'], practice: 'ss' },
}

export interface Area {
  readonly name: string
  readonly pack: CompiledPack
  readonly residences: readonly string[]
  readonly practice: string
}

/** @throws Error for a locality whose people nobody has named here: its properties would not be held */
export const areas: readonly Area[] = triage.packs.map(pack => {
  const { name } = pack.locality
  const people = PEOPLE[name]
  if (people === undefined) throw new Error(`nobody lives in ${name}: name its residences in test/triage/made.ts`)
  return { name, pack, ...people }
})

/** A sample in every run of the tests; `npm run safety` for the long one, each time with a seed of its own. */
export const RUNS = { numRuns: Number(process.env['SAFETY_RUNS'] ?? 40), seed: Number(process.env['SAFETY_SEED'] ?? 24_11_2026) }

const codes = (list: readonly { readonly code: string }[]): string[] => list.map(({ code }) => code)
const some = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 })
const rarely = <T>(usual: T, arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary })

/** Days of note: an ordinary one, a Saturday, a bank holiday, both changes of the clock. */
const receivedAt = fc.tuple(some('2026-11-24', '2026-11-27', '2026-11-28', '2026-12-25', '2026-10-25', '2026-03-29'),
  fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 7, max: 19 }) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 23 }) }), some('00', '01', '29', '30', '31', '59'))
  .map(([day, hour, minute]) => `${day}T${String(hour).padStart(2, '0')}:${minute}`)

/** A referral to a locality: mostly of its own people, with a little of everything. */
export const referralTo = ({ pack: { pack }, residences, practice }: Area): fc.Arbitrary<Given> => fc.record({
  receivedAt,
  referrer: fc.oneof({ weight: 2, arbitrary: some('gp', 'ambulance', 'care-home') }, { weight: 1, arbitrary: some('self', ...codes(pack.referrers)) }),
  needs: fc.uniqueArray(some(...codes(pack.needs)), { maxLength: 3 }),
  redFlags: rarely([], fc.subarray(codes(pack.redFlags), { maxLength: 2 })),
  softFlags: rarely([], fc.subarray(codes(pack.softFlags), { maxLength: 2 })),
  age: maybe(fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 18, max: 110 }) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 18 }) })),
  residence: fc.oneof({ weight: 3, arbitrary: some(...residences) }, { weight: 1, arbitrary: some('other', 'unknown') }),
  practice: fc.oneof({ weight: 3, arbitrary: fc.constant(practice) }, { weight: 1, arbitrary: some('other', 'unknown') }),
  setting: maybe(some('own-home', 'care-home', 'hospital-ward', 'ed')),
  news2: maybe(fc.integer({ min: 0, max: 20 })),
  frailty: maybe(fc.integer({ min: 1, max: 9 })),
  advancePlan: maybe(fc.constant('not-for-hospital')),
  consent: rarely('given', some('declined', 'lacks-bi', 'lacks-nobi', 'unknown')),
  safeToWait: maybe(fc.boolean()),
  canTravel: maybe(fc.boolean()),
  rehabPotential: maybe(fc.boolean()),
  longTermCondition: maybe(fc.boolean()),
  admissionDecided: rarely(undefined, some<boolean | undefined>(true, false)),
  dischargeNotice: rarely(undefined, some<string | undefined>('section2', 'section5')),
  ambulanceCategory: rarely(undefined, some<string | undefined>('C2', 'C3', 'C5')),
  lastTwoHourResponse: rarely(undefined, some<string | undefined>('2026-10-01', '2025-01-01')),
  safeguarding: rarely(false, fc.constant(true)),
  capacity: fc.dictionary(some(...codes(pack.services)), fc.integer({ min: 0, max: 2 }), { maxKeys: 4 }),
}).map(record => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as unknown as Given)
