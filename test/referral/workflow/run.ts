/** Sequences by their seeds, on hubs of their own: for the test of a few, and for the long run. */
import { startTestHub } from '../../hub.ts'
import { openPartners } from './partners.ts'
import { randomFrom } from './random.ts'
import { failingWhenTold } from './scenarios.ts'
import { runSequence } from './sequence.ts'
import type { Counts } from './table.ts'

export interface Run {
  /** Seeds from this one on. */
  readonly seed: number
  readonly sequences: number
  /** Steps of each, tried ones included. */
  readonly steps: number
  readonly counts: Counts
  /** How often every edge is wanted: steps lead to where one is rarer. */
  readonly times: number
}

/** Tokens live some minutes; a hub is replaced before they end, and its folder with it. */
const SEQUENCES_OF_A_HUB = 100

/** Throws with the seed of the first sequence in which something does not hold. */
export const runSequences = async ({ seed, sequences, steps, counts, times }: Run): Promise<void> => {
  for (let done = 0; done < sequences; done += SEQUENCES_OF_A_HUB) {
    const hub = await startTestHub({ aroundTriage: failingWhenTold })
    try {
      const partners = await openPartners(hub)
      const advance = (duration: string): Promise<void> => hub.clock({ advance: duration })
      for (let each = done; each < Math.min(sequences, done + SEQUENCES_OF_A_HUB); each += 1) {
        const told: string[] = [`seed ${seed + each}`]
        await runSequence({ partners, counts, times, told, advance, random: randomFrom(seed + each) }, steps)
      }
    } finally {
      await hub.stop()
    }
  }
}
