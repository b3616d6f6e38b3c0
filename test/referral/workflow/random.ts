/** Choices from a seed: the same seed takes the same steps. */
export interface Random {
  /** 0 .. limit - 1 */
  below(limit: number): number
  pick<T>(from: readonly T[]): T
  weighted<T>(from: readonly T[], weight: (each: T) => number): T
}

/** Mulberry32 (public domain, T. Ettinger): 32 bits of state are plenty for some thousand choices. */
export const randomFrom = (seed: number): Random => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  const chosen = <T>(found: T | undefined): T => {
    if (found === undefined) throw new Error('there is nothing to choose from')
    return found
  }
  return {
    below,
    pick: from => chosen(from[below(from.length)]),
    weighted(from, weight) {
      let left = next() * from.reduce((sum, each) => sum + weight(each), 0)
      return chosen(from.find(each => (left -= weight(each)) < 0) ?? from.at(-1))
    },
  }
}
