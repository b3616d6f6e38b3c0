/**
 * Anybody tries anything, in any order, by every way a write can come: the hub never fails, no referral is stuck, lost
 * or without exactly one owner, and what it lists as possible is what it accepts. The long run: npm run test:workflow.
 */
import { runSequences } from './workflow/run.ts'
import { edges, type Counts } from './workflow/table.ts'

const SEQUENCES = 200
const STEPS = 8

it(`${SEQUENCES} sequences of ${STEPS} steps on two referrals each`, async () => {
  const counts: Counts = new Map()
  await runSequences({ seed: 1, sequences: SEQUENCES, steps: STEPS, counts, times: 3 })
  // Most edges: the sequences get somewhere. The long run takes all of them, fifty times.
  expect(counts.size).toBeGreaterThan(edges.length * 0.7)
}, 600_000)
