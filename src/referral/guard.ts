/**
 * The guard of referrals in the commit path: no write, whichever interaction it came by, puts a Task or ServiceRequest
 * into a state the transition table does not allow to that caller, or leaves an open referral without exactly one
 * accountable owner and a next-action time. What a step entails is added to the same commit.
 */
import { refText } from '../fhir/resource.ts'
import type { Change, Guard, Unit } from '../rest/unit.ts'
import { inheritedCase, keepForAuthor } from './case-sharing.ts'
import { requireOneOwner } from './coordination.ts'
import { followFindings } from './deterioration.ts'
import { judgeRequest } from './judging-requests.ts'
import { judgeTask } from './judging-tasks.ts'
import type { OpeningParts } from './opening.ts'
import { refuseLoss } from './protection.ts'
import { readReferralTasks } from './referral.ts'

export const createReferralGuard = (parts: OpeningParts): Guard => {
  /** What was judged already: guards run again while consequences keep coming, a step is judged once. */
  const judged = new WeakMap<Unit, Set<string>>()

  return {
    name: 'referral',
    async review(unit) {
      const done = judged.get(unit) ?? new Set<string>()
      judged.set(unit, done)
      const fresh = unit.changes().filter(({ ref, origin }) => origin === 'request' && !done.has(refText(ref)))
      for (const { ref } of fresh) done.add(refText(ref))
      const each = async (changes: readonly Change[], judge: (change: Change) => Promise<void>): Promise<void> => {
        for (const change of changes) await unit.judging(change.ref, () => judge(change))
      }
      const of = (type: string): readonly Change[] => fresh.filter(({ ref }) => ref.type === type)
      await each(fresh, change => refuseLoss(unit, change))
      // Cases first, then what belongs to them, then the Tasks, which are judged by their case.
      await each(of('ServiceRequest'), change => judgeRequest(unit, change, parts))
      await each(fresh, change => inherit(unit, change))
      await followFindings(unit, fresh, parts)
      await each(of('Task'), change => judgeTask(unit, change, parts))
      await requireOwners(unit)
    },
  }
}

/** A new resource joins the case of what it points to. A ServiceRequest is a case of its own. */
const inherit = async (unit: Unit, { ref, after, replaces }: Change): Promise<void> => {
  if (after === undefined || replaces > 0 || ref.type === 'ServiceRequest' || await unit.caseOf(ref) !== undefined) return
  const caseId = await inheritedCase(unit, after)
  if (caseId === undefined) return
  unit.join(ref, caseId)
  if (unit.caller.role === 'service') keepForAuthor(unit, ref)
}

const requireOwners = async (unit: Unit): Promise<void> => {
  const cases = new Set<string>()
  for (const { ref } of unit.changes()) {
    if (ref.type !== 'Task' && ref.type !== 'ServiceRequest') continue
    const caseId = await unit.caseOf(ref)
    if (caseId !== undefined) cases.add(caseId)
  }
  for (const caseId of cases) {
    const referral = await readReferralTasks(unit, caseId)
    if (referral !== undefined) requireOneOwner(referral)
  }
}
