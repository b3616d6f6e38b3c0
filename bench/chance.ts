/**
 * Choices that look like chance and are the same on every run: the n-th person's are always the n-th person's, in
 * whatever order people are made and however many there are.
 */
import { hash } from 'node:crypto'

export interface Chance {
  /** From 0 up to, not including, 1. */
  next(): number
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number
  /** Each as likely as the others. */
  pick<T>(choices: readonly T[]): T
  /** The first the likeliest, as surnames and diagnoses are: half of all draws come from the first quarter. */
  pickCommon<T>(choices: readonly T[]): T
}

/** Of the n-th subject. The generator is Mulberry32, by Tommy Ettinger, in the public domain. */
export const chanceOf = (n: number): Chance => {
  let state = Math.imul(n + 1, 0x9e3779b1)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    pick: choices => choices[below(choices.length)]!,
    pickCommon: choices => choices[Math.floor(next() ** 2 * choices.length)]!,
  }
}

/** Id of the n-th person's resource at a place of the record: as scattered as ids that servers give, and known beforehand. */
export const idOf = (n: number, place: number): string => {
  const hex = hash('sha256', `${n}/${place}`)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
