/** Every phase, in the order in which they run: those that write last, so that they change nothing for the others. */
import type { Phase } from './phases/phase.ts'
import { reading } from './phases/reading.ts'
import { writing } from './phases/writing.ts'

export const phases: readonly Phase[] = [...reading, ...writing]
