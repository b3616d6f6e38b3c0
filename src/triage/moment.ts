/**
 * The moment of receipt as a pack sees it: who is on duty, what is open, when it closes, when what waits is looked at,
 * and the times that something is due. Europe/London; openings inclusive, closings exclusive, the cut-off inclusive.
 */
import { dueIfReceived, type DueIfReceived } from '../directory/due.ts'
import { isOpen, nextOpening } from '../directory/hours.ts'
import { HOUR, MINUTE } from '../directory/london.ts'
import type { NeedClass, RulePack } from './pack.ts'

export interface Moment {
  readonly receivedAt: number
  /** The same, unless the referral came in before and is triaged again. */
  readonly firstReceivedAt: number
  readonly isOnDuty: boolean
  /** What the hours of each class make of it. */
  readonly due: Readonly<Record<NeedClass, DueIfReceived>>
  readonly isAfterCutOff: boolean
  /** `firstLookMinutes` after the next opening of the duty. */
  readonly firstLookAt: number
  /** A review or a question is due by then. */
  readonly reviewAt: number
  /** Receipt, or a credible authored time: the clock starts then. */
  readonly startAt: number
  /** Two hours after it. */
  readonly asapAt: number
}

/**
 * @param authoredAt when the sender says it was written; not believed after receipt, nor more than the pack's
 *   `authoredCredibleHours` before it (domain 2.5: a device clock may be off)
 * @param firstReceivedAt when the referral first came in; a clock that ran is never started again (domain 2.6 13)
 */
export const momentOf = (pack: RulePack, receivedAt: number, authoredAt: number | undefined, firstReceivedAt = receivedAt): Moment => {
  const { hours, thresholds } = pack
  const earliest = firstReceivedAt - (thresholds['authoredCredibleHours'] ?? 0) * HOUR
  const credible = authoredAt !== undefined && authoredAt <= firstReceivedAt && authoredAt >= earliest
  const startAt = credible ? authoredAt : firstReceivedAt
  const dueOf = (needClass: NeedClass): DueIfReceived => dueIfReceived(
    { opening: hours[needClass], cutOff: hours.cutOff, withinMinutes: (thresholds['asapHours'] ?? 0) * (HOUR / MINUTE) },
    { at: receivedAt, firstAt: firstReceivedAt, startedAt: startAt },
  )
  const due = { health: dueOf('health'), social: dueOf('social') }
  return {
    receivedAt,
    firstReceivedAt,
    isOnDuty: isOpen(hours.duty, receivedAt),
    due,
    isAfterCutOff: due.health.isAfterCutOff,
    firstLookAt: (nextOpening(hours.duty, receivedAt) ?? receivedAt) + hours.firstLookMinutes * MINUTE,
    reviewAt: receivedAt + (thresholds['reviewMinutes'] ?? 0) * MINUTE,
    startAt,
    asapAt: due.health.withinAt,
  }
}

/** The day's closing of what is open for a class; the review time where it is shut. */
export const sameDayAt = (moment: Moment, needClass: NeedClass): number => moment.due[needClass].sameDayAt ?? moment.reviewAt
