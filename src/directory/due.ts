/**
 * When a referral that is received at an instant would be due, as a service's hours allow: within so many minutes, or
 * on the same day. Opening and cut-off are judged by the time of receipt; the clock may have started before it.
 *
 * Pure; Europe/London. Openings inclusive, closings exclusive, the cut-off inclusive, minutes are elapsed minutes
 * whatever clocks do (triage model, "Hours and due").
 */
import { closingOfDay, isOpen, openingAt, timeOfDay, type OpeningHours } from './hours.ts'
import { londonTime, MINUTE } from './london.ts'

export interface ReferralHours {
  readonly opening: OpeningHours
  /** Last time of receipt for a visit on the same day, `18:00`; absent: until closing. */
  readonly cutOff?: string | undefined
  /** Two hours are 120. */
  readonly withinMinutes: number
}

export interface Received {
  readonly at: number
  /** When it first came in, where it is looked at again: by then it was in time, and its day counts on. */
  readonly firstAt?: number
  /** When the clock started, where that is before it first came in. */
  readonly startedAt?: number
}

export interface DueIfReceived {
  /** It can be taken at once. */
  readonly isOpen: boolean
  /** Closing of the opening in force, `Infinity` where none is near; undefined while shut. */
  readonly closesAt: number | undefined
  /** Too late on its day for a visit on that day. */
  readonly isAfterCutOff: boolean
  /** So many minutes after the clock started. */
  readonly withinAt: number
  /** That is later than the closing; undefined while shut. */
  readonly crossesClosing: boolean | undefined
  /** The last closing of the day; undefined while shut. */
  readonly sameDayAt: number | undefined
}

export const dueIfReceived = (
  { opening, cutOff, withinMinutes }: ReferralHours, { at, firstAt = at, startedAt = firstAt }: Received,
): DueIfReceived => {
  const closesAt = openingAt(opening, at)?.to
  const withinAt = startedAt + withinMinutes * MINUTE
  const dayAt = firstAt !== at && isOpen(opening, firstAt) ? firstAt : at
  const cutOffAt = londonTime(firstAt).day === londonTime(at).day ? firstAt : at
  return {
    isOpen: closesAt !== undefined,
    closesAt,
    isAfterCutOff: cutOff !== undefined && londonTime(cutOffAt).time > timeOfDay(cutOff),
    withinAt,
    crossesClosing: closesAt === undefined ? undefined : withinAt > closesAt,
    sameDayAt: closesAt === undefined ? undefined : closingOfDay(opening, dayAt),
  }
}
