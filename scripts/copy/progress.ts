/** How far a copy is: a bar that is drawn over itself on a terminal, a line now and then elsewhere. */
import type { Progress } from '../../src/store/copy.ts'

const BAR = 30
/** How often a terminal is drawn on, and a line is written elsewhere. */
const REDRAW_MS = 100
const LINE_MS = 5_000

const WORDS: Readonly<Record<Progress['phase'], string>> = { copying: 'copying', indexing: 'making indexes', comparing: 'comparing' }

export interface Output {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** Tells of each phase as it goes; `now` is milliseconds that only grow. */
export const progressOn = (output: Output, now: () => number = () => performance.now()): ((progress: Progress) => void) => {
  let phase: Progress['phase'] | undefined
  let beganAt = 0
  let beganWith = 0
  let shownAt = -Infinity
  return progress => {
    const at = now()
    const isFirst = progress.phase !== phase
    if (isFirst) {
      phase = progress.phase
      beganAt = at
      beganWith = progress.done
    }
    const isLast = progress.done >= progress.total
    if (!isFirst && !isLast && at - shownAt < (output.isTTY === true ? REDRAW_MS : LINE_MS)) return
    shownAt = at
    const perSecond = Math.round((progress.done - beganWith) / Math.max(0.001, (at - beganAt) / 1_000))
    const text = progress.phase === 'indexing' ? WORDS.indexing
      : `${WORDS[progress.phase]} ${progress.done} of ${progress.total}${isFirst ? '' : `, ${perSecond} a second`}`
    if (output.isTTY !== true) output.write(`${text}\n`)
    else output.write(`\r${bar(progress)} ${text}\u001b[K${isLast ? '\n' : ''}`)
  }
}

const bar = ({ done, total }: Progress): string => {
  const full = total === 0 ? BAR : Math.min(BAR, Math.floor(BAR * done / total))
  return `[${'='.repeat(full)}${' '.repeat(BAR - full)}]`
}
