/**
 * Invariants by hand of what every referral is made of: each change of a Task asked three of them, each submission some
 * of Consent, and the engine took 0.7 ms for the one and 1 ms for the other (docs/performance.md).
 */
import type { HandwrittenRule } from './handwritten.ts'
import { compareDates } from './values.ts'

type Json = Record<string, unknown>

const member = (value: unknown, name: string): unknown =>
  (typeof value === 'object' && value !== null ? (value as Json)[name] : undefined)
const has = (value: unknown, name: string): boolean =>
  member(value, name) !== undefined || member(value, `_${name}`) !== undefined
const hasCoding = (concept: unknown, system: string, code: string): boolean => {
  const codings = member(concept, 'coding')
  return Array.isArray(codings) && codings.some(coding => member(coding, 'system') === system && member(coding, 'code') === code)
}

const TASK_CODE = 'https://care-connexions.example/fhir/CodeSystem/task-code'
const ENDED = ['completed', 'cancelled', 'failed', 'rejected', 'entered-in-error']
const WITH_REASON = ['rejected', 'failed', 'cancelled', 'on-hold']

/** A Consent of a kind says whose it is. R4 publishes them with a system called "something". */
const consentOf = (key: string, kind: string): HandwrittenRule =>
  [key, `patient.exists() or scope.coding.where(system='something' and code='${kind}').exists().not()`,
    value => has(value, 'patient') || !hasCoding(member(value, 'scope'), 'something', kind)]

export const referralRules: readonly HandwrittenRule[] = [
  // Of Task, and asked twice of it: by its type and by the profile that every Task meets.
  ['inv-1', 'lastModified.exists().not() or authoredOn.exists().not() or lastModified >= authoredOn', value => {
    const [modified, authored] = [member(value, 'lastModified'), member(value, 'authoredOn')]
    return typeof modified !== 'string' || typeof authored !== 'string' || (compareDates(modified, authored) ?? 0) >= 0
  }],
  ['hub-task-1', `(code.coding.where(system = '${TASK_CODE}' and code = 'coordinate').exists() and (status in ('completed' | 'cancelled' | 'failed' | 'rejected' | 'entered-in-error')).not()) implies restriction.period.end.exists()`,
    value => {
      const status = member(value, 'status')
      return typeof status !== 'string' || ENDED.includes(status) || !hasCoding(member(value, 'code'), TASK_CODE, 'coordinate')
        || has(member(member(value, 'restriction'), 'period'), 'end')
    }],
  ['hub-task-2', "(status in ('rejected' | 'failed' | 'cancelled' | 'on-hold')) implies statusReason.exists()", value => {
    const status = member(value, 'status')
    return typeof status !== 'string' || !WITH_REASON.includes(status) || has(value, 'statusReason')
  }],
  ['hub-ref-1', 'reasonCode.exists() or reasonReference.exists() or code.exists()',
    value => has(value, 'reasonCode') || has(value, 'reasonReference') || has(value, 'code')],
  ['prr-1', 'orderDetail.empty() or code.exists()', value => !has(value, 'orderDetail') || has(value, 'code')],
  ['ppc-1', 'policy.exists() or policyRule.exists()', value => has(value, 'policy') || has(value, 'policyRule')],
  consentOf('ppc-2', 'patient-privacy'),
  consentOf('ppc-3', 'research'),
  consentOf('ppc-4', 'adr'),
  consentOf('ppc-5', 'treatment'),
]
