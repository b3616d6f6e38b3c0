/** The phases of a copy in words. */
import type { Progress } from '../../src/store/copy.ts'
import type { PhaseWords } from '../progress.ts'

export const copying: Readonly<Record<Progress['phase'], PhaseWords>> = {
  copying: { doing: 'copying', counts: '' },
  indexing: { doing: 'making indexes', counts: undefined },
  comparing: { doing: 'comparing', counts: '' },
}
