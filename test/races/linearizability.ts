/**
 * Whether a history of overlapping operations could have happened one at a time, each at some moment between its call
 * and its answer: the search of Wing and Gong with the memory of Lowe ("Testing for linearizability", 2017).
 */

/** One operation as its client saw it. Times are of one clock; `answer` undefined: never heard of again. */
export interface Done<Call, Answer> {
  readonly call: Call
  readonly answer: Answer | undefined
  readonly from: number
  /** Infinity where there was no answer: it may have happened, then or later, or never. */
  readonly until: number
}

export interface Model<State, Call, Answer> {
  readonly start: State
  /** The state after the operation, or undefined when it could not have been answered so. */
  step(state: State, call: Call, answer: Answer | undefined): State | undefined
  /** Equal states have equal texts. */
  text(state: State): string
}

interface Entry {
  readonly index: number
  readonly isCall: boolean
  readonly at: number
}

/** True when there is such an order. */
export const isLinearizable = <State, Call, Answer>(history: readonly Done<Call, Answer>[], model: Model<State, Call, Answer>): boolean => {
  const entries: Entry[] = history.flatMap(({ from, until }, index) => [
    { index, isCall: true, at: from }, ...(until === Infinity ? [] : [{ index, isCall: false, at: until }]),
  ])
  // At one instant calls come first: then the two overlapped, which allows more.
  entries.sort((a, b) => a.at - b.at || Number(b.isCall) - Number(a.isCall))
  const isDone = history.map(() => false)
  const tried = new Set<string>()
  const path: { index: number; before: State; position: number }[] = []
  let state = model.start
  let answered = history.filter(({ until }) => until !== Infinity).length

  for (let position = 0; answered > 0;) {
    const entry = entries[position]
    if (entry !== undefined && entry.isCall && !isDone[entry.index]) {
      const next = model.step(state, history[entry.index]!.call, history[entry.index]!.answer)
      if (next !== undefined) {
        isDone[entry.index] = true
        const seen = `${isDone.map(Number).join('')} ${model.text(next)}`
        if (!tried.has(seen)) {
          tried.add(seen)
          path.push({ index: entry.index, before: state, position })
          state = next
          if (history[entry.index]!.until !== Infinity) answered--
          position = 0
          continue
        }
        isDone[entry.index] = false
      }
      position++
      continue
    }
    if (entry !== undefined && (entry.isCall || isDone[entry.index])) {
      position++
      continue
    }
    // An answer whose operation has no place before it, or nothing left to try: one step back.
    const last = path.pop()
    if (last === undefined) return false
    isDone[last.index] = false
    if (history[last.index]!.until !== Infinity) answered++
    state = last.before
    position = last.position + 1
  }
  return true
}
