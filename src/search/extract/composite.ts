/**
 * Composite entries: the combinations of component values that stand together in one element.
 * R4: https://hl7.org/fhir/R4/search.html#composite
 */
import type { IndexEntry } from '../entries.ts'
import { MAX_COMBINATIONS } from '../limits.ts'
import type { Add } from './emitter.ts'

/**
 * The entries of a component that are worth combining: text is not asked for in composites, and a quantity's human unit
 * only where it has no code (each would double the rows of every Observation).
 */
export const combinable = (entries: readonly IndexEntry[]): readonly IndexEntry[] => {
  const isCoded = entries.some(entry => entry.kind === 'quantity' && entry.system !== '')
  return entries.filter(entry => entry.kind !== 'text' && !(isCoded && entry.kind === 'quantity' && entry.system === ''))
}

/** Emits every combination of one entry per component; none when a component has no value. */
export const combine = (add: Add, param: string, components: readonly (readonly IndexEntry[])[]): void => {
  let combinations: IndexEntry[][] = [[]]
  for (const entries of components) {
    combinations = combinations.flatMap(parts => entries.map(entry => [...parts, entry])).slice(0, MAX_COMBINATIONS)
  }
  for (const parts of combinations) add({ kind: 'composite', param, parts })
}
