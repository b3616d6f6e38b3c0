/** How long a hub takes to its first answer, and what it holds then: five starts on a filled store. */
import { setTimeout as wait } from 'node:timers/promises'
import { residentMb, startHub } from './hub-process.ts'
import type { ServedStore } from './stores.ts'

const STARTS = 5
/** What is put off until after the first answer is done by then. */
const SETTLED_AFTER_MS = 1_500

export interface Starting {
  /** Median, from starting the process. */
  readonly firstAnswerMs: number
  /** Median, once nothing is done any more. */
  readonly residentMb: number
}

const median = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0

export const measureStarting = async (store: ServedStore, registry: string): Promise<Starting> => {
  const took: number[] = []
  const resident: number[] = []
  for (let start = 0; start < STARTS; start += 1) {
    const hub = await startHub(store, registry)
    took.push(hub.startedInMs)
    await wait(SETTLED_AFTER_MS)
    resident.push(residentMb(hub.pid))
    await hub.stop()
  }
  return { firstAnswerMs: median(took), residentMb: median(resident) }
}
