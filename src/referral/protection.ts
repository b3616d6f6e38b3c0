/**
 * What may not be changed or taken away: records of what happened, what an open referral rests on, and the elements
 * that tie a Task or ServiceRequest to its referral.
 */
import { isDeepStrictEqual } from 'node:util'
import { kindOf as accessKind } from '../access/kinds.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { refText, type Resource, type ResourceRef } from '../fhir/resource.ts'
import type { Change, Unit } from '../rest/unit.ts'
import type { Condition } from '../search/plan.ts'
import { asRequest } from './parties.ts'

/** Written once: who did what, who saw what. */
const CREATE_ONLY = new Set(['Provenance', 'AuditEvent'])
/** Written once inside a referral: the request as it came, and every proposal (older results stay). */
const CREATE_ONLY_IN_CASE = new Set(['Binary', 'GuidanceResponse'])

/** Throws for a client's change of a record, or a deletion that would leave an open referral without what it names. */
export const refuseLoss = async (unit: Unit, change: Change): Promise<void> => {
  const { ref, before, after, replaces } = change
  if (replaces > 0 && (CREATE_ONLY.has(ref.type) || (CREATE_ONLY_IN_CASE.has(ref.type) && await unit.caseOf(ref) !== undefined))) {
    throw outcomes.businessRule('create-only', `${refText(ref)} records what happened and is never changed; write a new ${ref.type}`)
  }
  if (before === undefined || after !== undefined) return
  const open = await openReferralOf(unit, ref)
  if (open !== undefined) throw outcomes.stillReferenced(refText(ref), open)
}

/** `ServiceRequest/…` of the open referral that holds or names the resource. */
const openReferralOf = async (unit: Unit, ref: ResourceRef): Promise<string | undefined> => {
  const caseId = await unit.caseOf(ref)
  const holder = caseId === undefined ? undefined : asRequest(await beforeThisUnit(unit, { type: 'ServiceRequest', id: caseId }))
  if (holder?.status === 'active') return `ServiceRequest/${caseId}`
  const [request] = await unit.find('ServiceRequest', all([token('status', 'active'), pointsTo(REQUEST_LINKS, ref)]))
  if (request !== undefined) return `ServiceRequest/${request.id}`
  if (accessKind(ref.type) !== 'directory' && accessKind(ref.type) !== 'workforce') return undefined
  const [task] = await unit.find('Task', all([{ kind: 'any-of', of: OPEN_TASK.map(code => token('status', code)) }, pointsTo(TASK_LINKS, ref)]))
  return task === undefined ? undefined : `Task/${task.id}`
}

/** The ServiceRequest as it was, when this unit deletes it as well. */
const beforeThisUnit = async (unit: Unit, ref: ResourceRef): Promise<Resource | undefined> =>
  unit.changes().find(change => refText(change.ref) === refText(ref))?.before ?? unit.read(ref)

const REQUEST_LINKS = ['subject', 'requester', 'performer', 'encounter']
const TASK_LINKS = ['owner', 'requester']
const OPEN_TASK = ['requested', 'received', 'accepted', 'in-progress', 'on-hold']

const all = (of: readonly Condition[]): Condition => ({ kind: 'all-of', of })
const token = (param: string, code: string): Condition => ({ kind: 'match', param, test: { kind: 'token', system: undefined, code } })
const pointsTo = (params: readonly string[], { type, id }: ResourceRef): Condition =>
  ({ kind: 'any-of', of: params.map(param => ({ kind: 'match' as const, param, test: { kind: 'reference' as const, types: [type], id } })) })

/** Throws when one of the elements differs. `why` completes "may not change: …". */
export const refuseElementChange = (before: Resource, after: Resource, elements: readonly string[], why: string): void => {
  for (const element of elements) {
    if (!isDeepStrictEqual(plain(before[element]), plain(after[element]))) {
      throw outcomes.protectedElement(`${after.resourceType}.${element}`, why)
    }
  }
}

/** Without the marks that keep the digits of decimals. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))
