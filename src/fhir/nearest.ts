/** The word somebody probably meant: for "did you mean" in errors about names, codes and canonicals. */

/** Longer words are compared up to here only: bounds the work on hostile input. */
const LONGEST = 200

/** People mistype a letter or a few; what is further away is another word, however long. */
const MOST_EDITS = 4

/**
 * The candidate nearest to `word` by edit distance (a swap of neighbours counts one), ignoring case first; undefined when
 * none is within four edits and a third of the word's length. Ties go to the candidate that comes first.
 */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  const sought = word.slice(0, LONGEST).toLowerCase()
  const third = sought.length < 6 ? 1 : Math.floor(sought.length / 3)
  let bound = (third < MOST_EDITS ? third : MOST_EDITS) + 1
  let best: string | undefined
  for (const candidate of candidates) {
    const difference = candidate.length - sought.length
    if (difference >= bound || -difference >= bound) continue
    if (candidate === word) return candidate
    const other = candidate.toLowerCase()
    const distance = other === sought ? 0.5 : editDistance(sought, other, Math.ceil(bound))
    if (distance < bound) {
      best = candidate
      bound = distance
    }
  }
  return best
}

/**
 * Optimal string alignment distance, or `bound` where it is not less. Only cells nearer than `bound` to the diagonal
 * can matter, so a comparison costs length × bound, and most end within the first few letters.
 */
const editDistance = (a: string, b: string, bound: number): number => {
  let twoAbove: number[] = []
  let above: number[] = []
  for (let j = 0; j <= b.length && j < bound; j++) above[j] = j
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = []
    const from = i - bound < 0 ? 0 : i - bound
    const to = i + bound > b.length ? b.length : i + bound
    let least = bound
    for (let j = from; j <= to; j++) {
      let cost = bound
      if (j === 0) cost = i
      else {
        const isSame = a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
        const replaced = (above[j - 1] ?? bound) + (isSame ? 0 : 1)
        const removed = (above[j] ?? bound) + 1
        const added = (row[j - 1] ?? bound) + 1
        cost = replaced < removed ? replaced : removed
        if (added < cost) cost = added
        if (i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1)) {
          const swapped = (twoAbove[j - 2] ?? bound) + 1
          if (swapped < cost) cost = swapped
        }
      }
      row[j] = cost
      if (cost < least) least = cost
    }
    if (least >= bound) return bound
    twoAbove = above
    above = row
  }
  return above[b.length] ?? bound
}
