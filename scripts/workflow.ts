/**
 * `npm run test:workflow [-- --seed N] [--times 50] [--sequences 6000] [--threads 2]`: random sequences of steps
 * (test/referral/workflow) on real hubs over HTTP until every edge of the transition table was taken so often. Prints the
 * count of each edge; exit status 1 when something does not hold, or an edge was taken too seldom within the bound.
 */
import { Worker } from 'node:worker_threads'
import { edges, type Counts } from '../test/referral/workflow/table.ts'
import { optionsOf } from './options.ts'
import type { Batch } from './workflow-batch.ts'

/** Of a hub of its own each: few enough that the next one leads to what is rare by then. */
const BATCH = 50
/** Longer than in the test: some edges lie ten steps deep, and what is closed costs no further step. */
const STEPS = 30

const { values } = optionsOf('npm run test:workflow [-- --seed N --times 50 --sequences 6000 --threads 2]', {
  options: {
    seed: { type: 'string', default: '1000' }, times: { type: 'string', default: '50' },
    sequences: { type: 'string', default: '6000' }, threads: { type: 'string', default: '2' },
  },
})
const first = Number(values.seed)
const times = Number(values.times)
const most = Number(values.sequences)

const counts: Counts = new Map()
const seldom = (): readonly string[] => edges.filter(edge => (counts.get(edge) ?? 0) < times)
let begun = 0
let sequences = 0
let failure: Error | undefined

const runBatch = (batch: Batch): Promise<readonly (readonly [string, number])[]> => new Promise((resolve, reject) => {
  const worker = new Worker(new URL('workflow-batch.ts', import.meta.url), { workerData: batch })
  worker.once('message', resolve)
  worker.once('error', reject)
})

const runBatches = async (): Promise<void> => {
  while (begun < most && seldom().length > 0) {
    const seed = first + begun
    begun += BATCH
    for (const [edge, count] of await runBatch({ seed, sequences: BATCH, steps: STEPS, times, counted: [...counts] })) {
      counts.set(edge, (counts.get(edge) ?? 0) + count)
    }
    sequences += BATCH
    process.stderr.write(`${sequences} sequences, ${seldom().length} of ${edges.length} edges below ${times}\n`)
  }
}

try {
  await Promise.all(Array.from({ length: Number(values.threads) }, runBatches))
} catch (error) {
  failure = error instanceof Error ? error : new Error('a batch failed', { cause: error })
  begun = most
}
for (const edge of edges) process.stdout.write(`${String(counts.get(edge) ?? 0).padStart(6)}  ${edge}\n`)
const taken = [...counts.values()].reduce((sum, count) => sum + count, 0)
process.stdout.write(`${sequences} sequences of ${STEPS} steps on two referrals each, ${taken} steps taken, ${edges.length} edges, `
  + `${edges.length - seldom().length} of them at least ${times} times\n`)
if (failure !== undefined) process.stderr.write(`${failure.message}\n`)
process.exitCode = failure === undefined && seldom().length === 0 ? 0 : 1
