/**
 * The engine and the packs against the text of the model (`model.ts`, `model-east-staffordshire.ts`), over thousands of made-up
 * referrals sent as resources: disposition, lines, priority, due and flags are the same. MODEL_RUNS=20000 MODEL_SEED=7 for
 * another, longer run.
 */
import fc from 'fast-check'
import { modelAnswer, type Answer, type Case } from './model.ts'
import { casesOf, codes, packOf, proposed, type CaseLocality } from './model-cases.ts'
import { eastStaffordshireAnswer } from './model-east-staffordshire.ts'

const [H, M] = [3600, 60]

const CENTRAL_LANCASHIRE: CaseLocality = {
  name: 'central-lancashire', residence: 'chorley', practice: 'cl', usualNeed: 'frailty-decomp',
  days: ['2026-11-24', '2026-12-25', '2026-11-28', '2027-02-28'],
  open: { min: 8 * H, max: 18 * H },
  edges: [0, 8 * H - 1, 8 * H, 18 * H - 1, 18 * H, 18 * H + 1, 18 * H + M, 20 * H - 1, 20 * H, 20 * H + 1, 23 * H + 59 * M],
}

/** Tuesday, Friday, Saturday, a bank holiday on a Friday and one on a Monday. */
const EAST_STAFFORDSHIRE: CaseLocality = {
  name: 'east-staffordshire', residence: 'east-staffs', practice: 'ss', usualNeed: 'carer-breakdown',
  days: ['2026-11-24', '2026-11-27', '2026-11-28', '2026-12-25', '2026-12-28'],
  open: { min: 7 * H, max: 17 * H },
  edges: [
    0, 7 * H - 1, 7 * H, 8.5 * H - 1, 8.5 * H, 14.5 * H, 14.5 * H + 1, 15 * H, 15 * H + 1, 16.5 * H - 1, 16.5 * H, 17 * H - 1, 17 * H, 17 * H + 1,
    19 * H - 1, 19 * H, 23 * H + 59 * M,
  ],
}

const sorted = (answer: Answer): Answer => ({ ...answer, flags: [...answer.flags].sort() })
const pregnancyOrChild = ({ softFlags, age }: Case): boolean => softFlags.includes('pregnancy') || (age !== undefined && age.high < 16)

const ORDINARY: Case = {
  day: '2026-11-24', secondOfDay: 10 * H, referrer: 'gp', age: { low: 84, high: 84 }, residence: 'inside', practice: 'inside', needs: [], redFlags: [], softFlags: [],
  parts: {}, notForHospital: false, consent: 'given', safeToWait: true, rehabPotential: true, safeguarding: false, full: [],
}

describe.each([
  [CENTRAL_LANCASHIRE, modelAnswer] as const, [EAST_STAFFORDSHIRE, eastStaffordshireAnswer] as const,
].map(([locality, answer]) => [locality.name, locality, answer] as const))('the column of the model for %s', (name, locality, answer) => {
  it('is what the engine says of any referral', () => fc.assert(fc.property(casesOf(locality), facts => {
    // Sub-scores are the sender's: they count where the hub itself would not score (under 16, pregnancy).
    fc.pre(!pregnancyOrChild(facts) || Object.keys(facts.parts).length === 0)
    expect(sorted(proposed(facts, locality))).toEqual(sorted(answer(facts)))
  }), { numRuns: Number(process.env['MODEL_RUNS'] ?? 800), seed: Number(process.env['MODEL_SEED'] ?? 22_11_2026) }))

  it('has a row for every need of the pack, and offers nothing without a service', () => {
    for (const need of codes(packOf(name)?.needs)) {
      for (const setting of ['own-home', 'hospital-ward', 'ed']) {
        const { disposition, lines } = answer({ ...ORDINARY, setting, needs: [need] })
        expect([need, setting, disposition === 'offer' && lines.length === 0]).toEqual([need, setting, false])
      }
    }
  })
})
