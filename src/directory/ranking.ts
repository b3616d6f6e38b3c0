/**
 * Which of several services comes first: the one order in which triage lists candidates and `$find` its answers.
 *
 * The model ("Ranking inside a line"): adequate for the need comes before all of this; then what can meet the deadline, then
 * the place in the pack (least dependent setting), then the freshest capacity, then the nearest, and at last the code, so
 * that the order is always the same.
 */
import type { Capacity } from './capacity.ts'
import { hasStatedHours, type OpeningHours } from './hours.ts'

export interface Ranked {
  readonly isLate: boolean
  /** Place in the pack's list for the need, from 0; those that no pack lists come behind. */
  readonly rank: number
  readonly capacity: Capacity['kind']
  readonly metres: number | undefined
  readonly code: string
}

const CONFIRMED: Readonly<Record<Capacity['kind'], number>> = { reported: 0, unconfirmed: 1, unknown: 1 }

export const byRank = (one: Ranked, other: Ranked): number =>
  Number(one.isLate) - Number(other.isLate) || one.rank - other.rank || CONFIRMED[one.capacity] - CONFIRMED[other.capacity]
  || nearer(one.metres, other.metres) || (one.code < other.code ? -1 : one.code > other.code ? 1 : 0)

/** What is nowhere comes last; of two of them neither. */
const nearer = (one = Number.MAX_VALUE, other = Number.MAX_VALUE): number => one - other

export interface Opens {
  readonly hours: OpeningHours
  openingAt(at: number): unknown
  nextOpening(at: number): number | undefined
}

/** Whether a service that is asked at `at` can be there before `deadlineAt`. One without stated hours is taken to be there when the hub is. */
export const canMeet = (service: Opens | undefined, at: number, deadlineAt: number): boolean => {
  if (service === undefined || !hasStatedHours(service.hours) || service.openingAt(at) !== undefined) return true
  const opensAt = service.nextOpening(at)
  return opensAt !== undefined && opensAt < deadlineAt
}
