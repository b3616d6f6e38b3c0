/** How far a long run is: a bar that is drawn over itself on a terminal, a line now and then elsewhere. */

const BAR = 30
/** How often a terminal is drawn on, and a line is written elsewhere. */
const REDRAW_MS = 100
const LINE_MS = 5_000

export interface Output {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface Progress<Phase extends string> {
  readonly phase: Phase
  readonly done: number
  readonly total: number
}

/** `counts` is what is counted, with a space before it: ` kB`, or empty; undefined where numbers would say nothing. */
export interface PhaseWords {
  readonly doing: string
  readonly counts: string | undefined
}

/** Tells of each phase as it goes; `now` is milliseconds that only grow. */
export const progressOn = <Phase extends string>(
  output: Output, words: Readonly<Record<Phase, PhaseWords>>, now: () => number = () => performance.now(),
): ((progress: Progress<Phase>) => void) => {
  let phase: Phase | undefined
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
    const { doing, counts } = words[progress.phase]
    const text = counts === undefined ? doing : `${doing} ${progress.done} of ${progress.total}${counts}${isFirst ? '' : `, ${perSecond} a second`}`
    if (output.isTTY !== true) output.write(`${text}\n`)
    else output.write(`\r${bar(progress)} ${text}\u001b[K${isLast ? '\n' : ''}`)
  }
}

const bar = ({ done, total }: { readonly done: number; readonly total: number }): string => {
  const full = total === 0 ? BAR : Math.min(BAR, Math.floor(BAR * done / total))
  return `[${'='.repeat(full)}${' '.repeat(BAR - full)}]`
}
