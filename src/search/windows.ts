/**
 * What the conditions on one date parameter come to together: `date=ge2026-11-01&date=lt2026-11-08` is a week.
 *
 * Each alone leaves nearly everything; what meets all of them ends at `from` or later and begins at `until` or earlier.
 * That is more than matches: R4 lets one date of a resource meet the one condition and another the other.
 */
import type { Condition, Test } from './plan.ts'

/** Milliseconds; undefined: open on that side. */
export interface Window {
  readonly param: string
  readonly from: number | undefined
  readonly until: number | undefined
  readonly conditions: readonly DateMatch[]
}

type DateTest = Extract<Test, { kind: 'date' }>
export type DateMatch = Extract<Condition, { kind: 'match' }> & { readonly test: DateTest }
const isDateMatch = (one: Condition): one is DateMatch => one.kind === 'match' && one.test.kind === 'date'

const fromOf = ({ prefix, low, high }: DateTest): number | undefined => {
  switch (prefix) {
    case 'eq': case 'ge': case 'ap': return low
    case 'gt': case 'sa': return high
    case 'lt': case 'le': case 'eb': case 'ne': return undefined
  }
}

const untilOf = ({ prefix, low, high }: DateTest): number | undefined => {
  switch (prefix) {
    case 'eq': case 'le': case 'ap': return high
    case 'lt': case 'eb': return low
    case 'gt': case 'ge': case 'sa': case 'ne': return undefined
  }
}

const both = (one: number | undefined, other: number | undefined, pick: (one: number, other: number) => number): number | undefined =>
  (one === undefined || other === undefined ? one ?? other : pick(one, other))

/** One for each date parameter that a conjunct asks about. */
export const windowsOf = (conditions: readonly Condition[]): readonly Window[] => {
  const found = new Map<string, Window>()
  for (const one of conditions) {
    if (!isDateMatch(one)) continue
    const known = found.get(one.param)
    found.set(one.param, {
      param: one.param,
      from: both(known?.from, fromOf(one.test), Math.max),
      until: both(known?.until, untilOf(one.test), Math.min),
      conditions: [...known?.conditions ?? [], one],
    })
  }
  return [...found.values()]
}

/** Bounded on both sides: a stretch of time. */
export const isClosed = ({ from, until }: Window): boolean => from !== undefined && until !== undefined
