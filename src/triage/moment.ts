/**
 * The moment of receipt as a pack sees it: who is on duty, what is open, when it closes, when what waits is looked at,
 * and the times that something is due. Europe/London; openings inclusive, closings exclusive, the cut-off inclusive.
 */
import { HOUR, londonTime, MINUTE } from '../directory/london.ts'
import { closingOfDay, isOpen, nextOpening, openingAt, timeOfDay } from '../directory/hours.ts'
import type { RulePack } from './pack.ts'

export type NeedClass = 'health' | 'social'

export interface Moment {
  readonly receivedAt: number
  readonly isOnDuty: boolean
  readonly open: Readonly<Record<NeedClass, boolean>>
  /** End of the opening that is in force, per class. */
  readonly closesAt: Readonly<Record<NeedClass, number | undefined>>
  readonly isAfterCutOff: boolean
  /** `firstLookMinutes` after the next opening of the duty. */
  readonly firstLookAt: number
  /** A review or a question is due by then. */
  readonly reviewAt: number
  /** Two hours after the earlier of receipt and a credible authored time. */
  readonly asapAt: number
}

/**
 * @param authoredAt when the sender says it was written; not believed after receipt, nor more than the pack's
 *   `authoredCredibleHours` before it (domain 2.5: a device clock may be off)
 */
export const momentOf = (pack: RulePack, receivedAt: number, authoredAt: number | undefined): Moment => {
  const { hours, thresholds } = pack
  const earliest = receivedAt - (thresholds['authoredCredibleHours'] ?? 0) * HOUR
  const credible = authoredAt !== undefined && authoredAt <= receivedAt && authoredAt >= earliest
  return {
    receivedAt,
    isOnDuty: isOpen(hours.duty, receivedAt),
    open: { health: isOpen(hours.health, receivedAt), social: isOpen(hours.social, receivedAt) },
    closesAt: { health: openingAt(hours.health, receivedAt)?.to, social: openingAt(hours.social, receivedAt)?.to },
    isAfterCutOff: hours.cutOff !== undefined && londonTime(receivedAt).time > timeOfDay(hours.cutOff),
    firstLookAt: (nextOpening(hours.duty, receivedAt) ?? receivedAt) + hours.firstLookMinutes * MINUTE,
    reviewAt: receivedAt + (thresholds['reviewMinutes'] ?? 0) * MINUTE,
    asapAt: (credible ? authoredAt : receivedAt) + (thresholds['asapHours'] ?? 0) * HOUR,
  }
}

/** The day's closing of what is open for a class; the review time where it is shut. */
export const sameDayAt = (pack: RulePack, moment: Moment, needClass: NeedClass): number => {
  const closing = moment.open[needClass] ? closingOfDay(pack.hours[needClass], moment.receivedAt) : undefined
  return closing ?? moment.reviewAt
}
