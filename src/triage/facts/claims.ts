/**
 * Several statements of one fact: which of them count, and what they come to when they contradict each other.
 *
 * The latest counts, and those without a time, which may be later still. Statements that cannot all be so are a conflict:
 * named for a person, and never settled by taking one of them, unless one side is the safe one.
 */
import type { Fact, Known } from '../facts.ts'
import type { Referral } from './resources.ts'

/** One statement; `at` is an instant in milliseconds, 0 when it does not say. */
export interface Claim<T> extends Known<T> {
  readonly at: number
}

/** What cannot be so, or not all at once. It says what, never who: no name, number, date of birth or postcode. */
export interface Conflict {
  /** The fact it is about: code system `fact`, or `observation`, `clock`, `authored`. */
  readonly fact: string
  readonly text: string
  /** Where it stands, e.g. `Observation/3f….value`. */
  readonly from: readonly string[]
}

/** Clocks of devices differ by minutes; one that is this far ahead is wrong, and a time it wrote says nothing. */
export const CLOCK_AHEAD_MS = 15 * 60_000

/** The latest, and those without a time. */
export const current = <T extends { readonly at: number }>(all: readonly T[]): readonly T[] => {
  if (all.length < 2) return all
  let latestAt = 0
  for (const { at } of all) if (at > latestAt) latestAt = at
  return all.filter(({ at }) => at === latestAt || at === 0)
}

/**
 * What the claims that count say together. Where they contradict each other: a conflict, and `whenContradicted` where
 * one of them says that, else unknown.
 */
export const agreed = <T extends string | number | boolean>(
  referral: Referral, fact: string, claims: readonly Claim<T>[], whenContradicted?: T,
): Fact<T> => {
  const counting = current(claims)
  const [first] = counting
  if (first === undefined) return undefined
  const other = counting.find(({ value }) => value !== first.value)
  if (other === undefined) return { value: first.value, from: first.from }
  const said = [...new Set(counting.map(({ value }) => String(value)))].sort()
  referral.conflict({ fact, text: `${fact} is stated as ${said.join(' and as ')}`, from: counting.map(({ from }) => from) })
  const safer = whenContradicted === undefined ? undefined : counting.find(({ value }) => value === whenContradicted)
  return safer === undefined ? undefined : { value: safer.value, from: safer.from }
}

/** In an order of their own, each once: what was sent first never matters. */
export const inOrder = (conflicts: readonly Conflict[]): readonly Conflict[] => {
  if (conflicts.length === 0) return conflicts
  const byText = new Map<string, Conflict>()
  for (const { fact, text, from } of conflicts) {
    const key = `${fact} ${text}`
    byText.set(key, { fact, text, from: [...new Set([...byText.get(key)?.from ?? [], ...from])].sort() })
  }
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, conflict]) => conflict)
}
