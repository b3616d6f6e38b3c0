/** The word somebody probably meant: for "did you mean" in errors about names, codes and canonicals. */

/** Longer words are compared up to here only: bounds the work on hostile input. */
const LONGEST = 200

/**
 * The candidate nearest to `word` by edit distance (a swap of neighbours counts one), ignoring case first; undefined when
 * none is within a third of the word's length. Ties go to the candidate that comes first.
 */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  const sought = word.slice(0, LONGEST)
  const folded = sought.toLowerCase()
  let best: string | undefined
  let bound = Math.max(1, Math.floor(sought.length / 3)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - sought.length) >= bound) continue
    if (candidate === word) return candidate
    const other = candidate.slice(0, LONGEST).toLowerCase()
    const distance = other === folded ? 0.5 : editDistance(folded, other, bound)
    if (distance < bound) {
      best = candidate
      bound = distance
    }
  }
  return best
}

/** Optimal string alignment distance; some number at or above `bound` once it cannot be less. */
const editDistance = (a: string, b: string, bound: number): number => {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1)
      row.push(cost)
      if (cost < least) least = cost
    }
    if (least >= bound) return least
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
