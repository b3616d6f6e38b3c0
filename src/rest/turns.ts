/** Work that must not overlap: one after the other, in the order in which it was asked for. */

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** Whatever became of the one before, the next has its turn. */
export const createTurns = (): InTurn => {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}
