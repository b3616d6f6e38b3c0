/**
 * Until when each step of a referral must be followed by the next: `restriction.period.end` of the coordinating Task.
 *
 * Times are milliseconds. Where no source states one it is the proposal of the domain study, marked (proposed), and
 * belongs to the clinical safety officer.
 */
import type { BusinessStatus } from './codes.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** A clinician confirms, overrides or asks: 15-20 min (proposed). */
export const CONFIRM_WITHIN_MS = 15 * MINUTE
/** Somebody at the service sees the offer: 5 min (proposed). */
export const SEE_WITHIN_MS = 5 * MINUTE
/** The service answers the offer: 15 min, then a reminder (proposed). */
export const ANSWER_WITHIN_MS = 15 * MINUTE
/** After a rejection without an alternative the hub finds a service: as for a confirmation (proposed). */
export const REROUTE_WITHIN_MS = 15 * MINUTE
/** A visit that has no due of its own and no ETA is looked at after the two hours of the standard (NHS England, UCR). */
export const VISIT_WITHIN_MS = 2 * HOUR
/** Urgent community response lasts up to 48-72 h; the case is reviewed at the latest then. */
export const REVIEW_WITHIN_MS = 72 * HOUR
/** The sender is asked, by telephone if need be: call in 15 min (Strata SOP, Cornwall; domain 3.2 row 3). */
export const ASK_WITHIN_MS = 15 * MINUTE
/** The other side of a redirection takes it over: 30 min (proposed). */
export const TAKE_OVER_WITHIN_MS = 30 * MINUTE
/** 999 is called and the ambulance service has taken over: a clinician looks again within 15 min (proposed). */
export const HAND_OVER_WITHIN_MS = 15 * MINUTE
/** Wall clock in London at which the hub looks after whom it left with the ambulance service (model, hours). */
export const FOLLOW_UP_AT_MS = 8 * HOUR + 15 * MINUTE
/** New findings of steps 1 and 2 of the model are looked at within 15 min (W03). */
export const LOOK_AGAIN_WITHIN_MS = 15 * MINUTE
/** Data that could not be used is looked at with the referral, within the confirmation's time (proposed). */
export const FIX_WITHIN_MS = CONFIRM_WITHIN_MS

export interface NextActionInput {
  readonly business: BusinessStatus
  readonly now: number
  readonly dueAt: number | undefined
  readonly etaAt: number | undefined
}

/** When somebody must act next, never before now; a due time that has passed asks for action now. */
export const nextActionAt = ({ business, now, dueAt, etaAt }: NextActionInput): number => {
  const byDue = (within: number): number => Math.max(now, Math.min(now + within, dueAt ?? Infinity))
  switch (business) {
    case 'offered': return byDue(SEE_WITHIN_MS)
    case 'seen': return byDue(ANSWER_WITHIN_MS)
    case 'accepted':
    case 'en-route': return Math.max(now, Math.min(etaAt ?? Infinity, dueAt ?? etaAt ?? now + VISIT_WITHIN_MS))
    case 'visited':
    case 'managing': return now + REVIEW_WITHIN_MS
    case 'rejected': return byDue(REROUTE_WITHIN_MS)
    case 'redirected': return Math.max(now, dueAt ?? now + TAKE_OVER_WITHIN_MS)
    case 'returned-to-ambulance': return Math.max(now, dueAt ?? now + CONFIRM_WITHIN_MS)
    case 'escalated-999': return now + HAND_OVER_WITHIN_MS
    case 'info-requested': return byDue(ASK_WITHIN_MS)
    default: return byDue(CONFIRM_WITHIN_MS)
  }
}
