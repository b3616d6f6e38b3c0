/**
 * A client's change of a workflow Task, whichever interaction it came by, held against the transition table.
 */
import type { Task } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { outcomes } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Change, Unit } from '../rest/unit.ts'
import { businessOf, detail, kindOf, TASK_CODE_SYSTEM, type TaskKind } from './codes.ts'
import { CIRCUMSTANCE_TEXT, circumstancesOf } from './circumstances.ts'
import { refuseWhileUnderWay } from './completion.ts'
import { etaOf, mirror } from './coordination.ts'
import { follow, requireEta } from './following.ts'
import type { OpeningParts } from './opening.ts'
import { asTask, partiesOf } from './parties.ts'
import { refuseElementChange } from './protection.ts'
import { hasReason, reasonChoices, reasonLists } from './reasons.ts'
import { asResource, lineOf, readReferralTasks, withKeptProposal, type ReferralTasks } from './referral.ts'
import type { Need, Transition } from './transitions.ts'
import { judge, leadingFrom, openTo } from './verdict.ts'

/** What ties a Task to its referral, its owner and its deadline. */
const PROTECTED = [
  'code', 'intent', 'focus', 'for', 'basedOn', 'partOf', 'groupIdentifier', 'requester', 'owner', 'authoredOn', 'restriction', 'priority',
] as const

/** What a sender may not write in a Task: everything but notes. */
const BUT_NOTES = ['extension', 'identifier', 'description', 'input', 'output', 'executionPeriod', 'statusReason', 'contained'] as const

/** Judges a created, changed or deleted Task; Tasks that are not of the hub's workflow pass. */
export const judgeTask = async (unit: Unit, change: Change, parts: OpeningParts): Promise<void> => {
  const before = asTask(change.before)
  const after = asTask(change.after)
  const caseId = await unit.caseOf(change.ref)
  if (before === undefined) return refuseNewWorkflowTask(after, caseId)
  const kind = kindOf(before)
  if (after === undefined) return
  if (kind === undefined || caseId === undefined) return refuseNewWorkflowTask(kind === kindOf(after) ? undefined : after, caseId)
  const referral = await readReferralTasks(unit, caseId)
  if (referral !== undefined) await judgeChange(unit, referral, kind, before, after, parts)
}

/** Workflow Tasks are made by what entails them, never by hand. */
const refuseNewWorkflowTask = (task: Task | undefined, caseId: string | undefined): void => {
  const kind = task === undefined ? undefined : kindOf(task)
  if (kind === undefined || (kind === 'offer' && caseId === undefined)) return
  const coding = task?.code?.coding?.[0]?.code ?? kind
  throw outcomes.transitionNotAllowed(
    `a Task with the code ${coding} is made by the hub when a step entails it (${TASK_CODE_SYSTEM}), not by a client`, [], 'Task.code')
}

const judgeChange = async (
  unit: Unit, referral: ReferralTasks, kind: TaskKind, before: Task, after: Task, parts: OpeningParts,
): Promise<void> => {
  // Whose it is goes by what is stored, not by what the caller writes.
  const parties = await partiesOf(unit, before, kind === 'coordinate' ? before : referral.coordinating, referral.request)
  const isHubs = parties.includes('hub') || parties.includes('administrator')
  if (parties.length === 0) {
    throw outcomes.forbidden(`Task/${after.id} is changed by the hub that owns the referral, the service that owns it, or the sender`)
  }
  refuseTies(kind, before, after, isHubs)

  const verdict = judge({
    kind, parties, holding: await circumstancesOf(unit, referral, leadingFrom(kind, before.status, businessOf(before))), has: (need, row) => comesWith(unit, after, need, row),
    before: { status: before.status, business: businessOf(before) },
    after: { status: after.status, business: businessOf(after) },
  })
  switch (verdict.kind) {
    case 'unchanged':
      if (!isHubs && !parties.includes('service')) refuseElementChange(asResource(before), asResource(after), BUT_NOTES, 'a sender adds notes')
      return followDetails(unit, referral, kind, before, after)
    case 'taken': return follow(unit, verdict.row, after, referral.id, parts)
    case 'no-such-step': throw outcomes.transitionNotAllowed(
      `Task/${after.id} is ${said(before)} and cannot become ${said(after)}`, verdict.allowed.map(named), 'Task.status')
    case 'not-now': throw notNow(referral, after, verdict.row, verdict.allowed)
    case 'not-yours': throw notYours(verdict.row, verdict.allowed)
    case 'needs': throw missing(verdict.row, verdict.missing)
  }
}

/** What a row of the table needs of the referral, and does not find. */
export const notNow = (referral: ReferralTasks, task: Task, row: Transition, allowed: readonly Transition[]): Error => {
  if (row.when === 'nobody-under-way') refuseWhileUnderWay(referral, 'Task.status')
  const needs = row.when === undefined ? '' : ` needs that ${CIRCUMSTANCE_TEXT[row.when]}`
  return outcomes.transitionNotAllowed(`Task/${task.id}: ${row.action}${needs}`, allowed.map(named), 'Task.status')
}

/** Throws when what ties the Task to its referral would change; the hub may move the next-action time and the urgency. */
const refuseTies = (kind: TaskKind, before: Task, after: Task, isHubs: boolean): void => {
  const why = 'it ties the Task to its referral, its owner and its deadline'
  const mayHub = (element: string): boolean => isHubs && (element === 'priority' || (element === 'restriction' && kind === 'coordinate'))
  refuseElementChange(asResource(before), asResource(after), PROTECTED.filter(element => !mayHub(element)), why)
  const ties = (task: Task): Resource => ({
    resourceType: 'Task', extension: lineOf(task), output: [detail(task.output, 'proposal'), detail(task.output, 'earlier-proposal')], input: [detail(task.input, 'request'), ...(task.input ?? []).filter(entry => detail([entry], 'question') !== undefined)],
  })
  refuseElementChange(ties(before), ties(after), ['extension', 'output', 'input'], why)
}

const PARTY_TEXT: Readonly<Record<Transition['who'][number], string>> = {
  hub: 'the hub that owns the referral', service: 'the service that owns the Task', referrer: 'the sender of the referral', administrator: 'administrators',
}

/**
 * What `$transition` asks before it writes: throws 403 for a step of somebody else, 403 or 422 for what it lacks. The
 * guard asks again of what is written; validation, which comes between, would say the same in its own words.
 */
export const requireReady = (unit: Unit, row: Transition, yours: readonly Transition[], after: Task): void => {
  if (!yours.includes(row)) throw notYours(row, yours)
  const need = row.needs.find(each => !comesWith(unit, after, each, row))
  if (need !== undefined) throw missing(row, need)
}

const notYours = (row: Transition, allowed: readonly Transition[]): Error => outcomes.forbidden(
  `${row.action} is for: ${row.who.map(party => PARTY_TEXT[party]).join(', ')}; allowed to you now: ${allowed.map(named).join(', ') || 'nothing'}`)

const said = (task: Task): string => `${task.status}/${businessOf(task) ?? '(no business status)'}`

/** `accept (accepted/accepted)` */
const named = ({ action, to }: Transition): string => `${action} (${to.status}/${to.business})`

const comesWith = (unit: Unit, task: Task, need: Need, row: Transition): boolean => {
  switch (need) {
    case 'practitioner': return unit.caller.practitioner !== undefined
    case 'reason': return row.reasons !== undefined && hasReason(task.statusReason, row.reasons)
    case 'service': return detail(task.output, 'service')?.valueReference?.reference !== undefined
    case 'eta': return etaOf(task) !== undefined
    case 'outcome': return detail(task.output, 'outcome') !== undefined
    case 'question': return (task.statusReason?.text ?? '').trim() !== ''
    case 'answer': return (detail(task.output, 'answer')?.valueString ?? '').trim() !== ''
  }
}

const missing = (row: Transition, need: Need): Error => {
  switch (need) {
    case 'practitioner': return outcomes.practitionerRequired(row.action)
    case 'reason': return outcomes.businessRule('reason-required', `${row.action} needs a reason${choices(row)}`, 'Task.statusReason')
    case 'service': return outcomes.businessRule('service-required',
      `${row.action} needs the HealthcareService that is to be offered the referral`, 'Task.output')
    case 'question': return outcomes.businessRule('question-required', `${row.action} needs the question to the sender`, 'Task.statusReason.text')
    case 'answer': return outcomes.businessRule('answer-required', `${row.action} needs the answer`, 'Task.output')
    case 'eta': return outcomes.businessRule('eta-required', `${row.action} needs the expected time of arrival`, 'Task.extension')
    case 'outcome': return outcomes.businessRule('outcome-required', `${row.action} needs an outcome`, 'Task.output')
  }
}

const choices = ({ reasons }: Transition): string =>
  reasons === undefined ? '' : ` from ${reasonLists[reasons].system}: ${reasonChoices(reasons)}`

/** A change without a step: a new ETA is mirrored, everything else is the owner's to write. */
const followDetails = async (unit: Unit, referral: ReferralTasks, kind: TaskKind, before: Task, after: Task): Promise<void> => {
  const eta = etaOf(after)
  if (kind !== 'offer' || eta === etaOf(before) || eta === undefined) return
  requireEta(after)
  await mirror(unit, await withKeptProposal(unit, referral), `${after.owner?.display ?? 'The service'} now expects to be there at ${instant(eta)}`)
}

/** Actions open to the caller on a Task, and those open to others; for `$available-actions` and `$transition`. */
export const actionsOn = async (unit: Unit, task: Task, referral: ReferralTasks): Promise<{ yours: readonly Transition[]; all: readonly Transition[] }> => {
  const kind = kindOf(task)
  const rows = kind === undefined ? [] : leadingFrom(kind, task.status, businessOf(task))
  const holding = await circumstancesOf(unit, referral, rows)
  const all = rows.filter(({ when }) => when === undefined || holding.has(when))
  return { all, yours: openTo(all, await partiesOf(unit, task, referral.coordinating, referral.request)) }
}
