/**
 * A client's change of a ServiceRequest: becoming active opens a referral; an open one may only be taken back by its
 * sender, and is closed by nothing but its Tasks.
 */
import type { ServiceRequest } from 'fhir/r4.js'
import { outcomes } from '../fhir/outcomes.ts'
import type { Change, Unit } from '../rest/unit.ts'
import { cancelReferral } from './completion.ts'
import { letEndedOut } from './following.ts'
import { openReferral, type OpeningParts } from './opening.ts'
import { asRequest, partiesOf } from './parties.ts'
import { refuseElementChange } from './protection.ts'
import { recordStep } from './provenance.ts'
import { reasonConcept } from './reasons.ts'
import { asResource, readReferral } from './referral.ts'

/** Whom it is about, who asked and when: a correction is a new referral, so that no clock restarts. */
const PROTECTED = ['subject', 'intent', 'authoredOn', 'requester'] as const

const RANK = ['routine', 'urgent', 'asap', 'stat']
const rank = ({ priority = 'routine' }: ServiceRequest): number => RANK.indexOf(priority)

export const judgeRequest = async (unit: Unit, change: Change, parts: OpeningParts): Promise<void> => {
  const after = asRequest(change.after)
  if (after === undefined) return
  const referral = change.before === undefined ? undefined : await readReferral(unit, change.ref.id)
  const before = asRequest(change.before)
  if (referral?.coordinating === undefined || before === undefined) {
    // A further ServiceRequest of a submitted Bundle belongs to that referral and opens none of its own.
    if (after.status === 'active' && (await unit.caseOf(change.ref) ?? change.ref.id) === change.ref.id) await openReferral(unit, after, parts)
    return
  }
  const parties = await partiesOf(unit, referral.coordinating, referral.coordinating, before)
  if (parties.length === 0) throw outcomes.forbidden('a referral is changed by its sender or by the hub that owns it')
  refuseElementChange(asResource(before), asResource(after), PROTECTED, 'a referral keeps whom it is about, who asked for it and when')
  const isHubs = parties.includes('hub') || parties.includes('administrator')
  if (rank(after) < rank(before) && before.status === 'active' && !isHubs) {
    throw outcomes.protectedElement('ServiceRequest.priority', 'only the hub lowers the urgency of an open referral')
  }
  if (after.status === before.status) return

  const canCancel = before.status === 'active' && parties.includes('referrer')
  if (before.status !== 'active' || (after.status !== 'revoked' && after.status !== 'entered-in-error')) {
    throw outcomes.transitionNotAllowed(`ServiceRequest/${after.id} is ${before.status} and cannot become ${after.status}`,
      canCancel ? ['revoked', 'entered-in-error'] : [], 'ServiceRequest.status')
  }
  if (!canCancel) throw outcomes.forbidden('a referral is taken back by its sender only')
  const reason = reasonConcept(after.status === 'revoked' ? 'circumstances-changed' : 'entered-in-error', 'cancellation')
  await cancelReferral(unit, referral, after.status, reason, 'Cancelled by the sender.')
  await letEndedOut(unit, referral.id)
  recordStep(unit, referral.id, 'cancel', 'The sender takes the referral back before a team is on its way.', [
    { type: 'ServiceRequest', id: referral.id }, { type: 'Task', id: String(referral.coordinating.id) },
  ])
}
