/** One batch of the long workflow run, on a thread of its own: takes what was counted so far, answers how often it took each edge. */
import { parentPort, workerData } from 'node:worker_threads'
import { runSequences } from '../test/referral/workflow/run.ts'
import type { Counts } from '../test/referral/workflow/table.ts'

export interface Batch {
  readonly seed: number
  readonly sequences: number
  readonly steps: number
  readonly times: number
  readonly counted: readonly (readonly [string, number])[]
}

const { counted, ...batch } = workerData as Batch
const counts: Counts = new Map(counted)
await runSequences({ ...batch, counts })
const before = new Map(counted)
parentPort?.postMessage([...counts].map(([edge, count]) => [edge, count - (before.get(edge) ?? 0)]))
