/**
 * A client's change of a workflow Task, whichever interaction it came by, held against the transition table; what the
 * taken row entails is added to the same commit.
 */
import type { Task } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { outcomes } from '../fhir/outcomes.ts'
import type { Change, Unit } from '../rest/unit.ts'
import { letOut } from './case-sharing.ts'
import { businessConcept, businessOf, detail, ETA_EXTENSION, kindOf, TASK_CODE_SYSTEM, type TaskKind } from './codes.ts'
import { cancelReferral, completeWhenDone } from './completion.ts'
import { etaOf, mirror } from './coordination.ts'
import { offerChosen, offerNext, offerProposed } from './offers.ts'
import { asTask, partiesOf } from './parties.ts'
import { refuseElementChange } from './protection.ts'
import { recordStep } from './provenance.ts'
import { hasReason, reasonChoices, reasonLists } from './reasons.ts'
import { asResource, isOpen, lineOf, linesOf, readReferral, type Referral } from './referral.ts'
import { judge, leadingFrom, openTo, type Consequence, type Need, type Transition } from './transitions.ts'
import { finishVisit, startVisit } from './visit.ts'

/** What ties a Task to its referral, its owner and its deadline. */
const PROTECTED = [
  'code', 'intent', 'focus', 'for', 'basedOn', 'partOf', 'groupIdentifier', 'requester', 'owner', 'authoredOn', 'restriction',
] as const

/** Judges a created, changed or deleted Task; Tasks that are not of the hub's workflow pass. */
export const judgeTask = async (unit: Unit, change: Change): Promise<void> => {
  const before = asTask(change.before)
  const after = asTask(change.after)
  const caseId = await unit.caseOf(change.ref)
  if (before === undefined) return refuseNewWorkflowTask(after, caseId)
  const kind = kindOf(before)
  if (after === undefined) return
  if (kind === undefined || caseId === undefined) return refuseNewWorkflowTask(kind === kindOf(after) ? undefined : after, caseId)
  const referral = await readReferral(unit, caseId)
  if (referral !== undefined) await judgeChange(unit, referral, kind, before, after)
}

/** Workflow Tasks are made by what entails them, never by hand. */
const refuseNewWorkflowTask = (task: Task | undefined, caseId: string | undefined): void => {
  const kind = task === undefined ? undefined : kindOf(task)
  if (kind === undefined || (kind === 'offer' && caseId === undefined)) return
  const coding = task?.code?.coding?.[0]?.code ?? kind
  throw outcomes.transitionNotAllowed(
    `a Task with the code ${coding} is made by the hub when a step entails it (${TASK_CODE_SYSTEM}), not by a client`, [], 'Task.code')
}

const judgeChange = async (unit: Unit, referral: Referral, kind: TaskKind, before: Task, after: Task): Promise<void> => {
  const parties = await partiesOf(unit, before, referral.coordinating, referral.request)
  const isHubs = parties.includes('hub') || parties.includes('administrator')
  const elements = PROTECTED.filter(element => !(element === 'restriction' && kind === 'coordinate' && isHubs))
  refuseElementChange(asResource(before), asResource(after), elements, 'it ties the Task to its referral, its owner and its deadline')
  if (lineOf(before) !== lineOf(after)) refuseElementChange(asResource(before), asResource(after), ['extension'], 'the line of an offer stays')

  const verdict = judge({
    kind, parties, has: (need, row) => comesWith(unit, after, need, row),
    before: { status: before.status, business: businessOf(before) },
    after: { status: after.status, business: businessOf(after) },
  })
  switch (verdict.kind) {
    case 'unchanged': return followDetails(unit, referral, kind, before, after)
    case 'taken': return follow(unit, verdict.row, after, referral.id)
    case 'no-such-step': throw outcomes.transitionNotAllowed(
      `Task/${after.id} is ${said(before)} and cannot become ${said(after)}`, verdict.allowed.map(named), 'Task.status')
    case 'not-yours': throw outcomes.forbidden(
      `${verdict.row.action} is for: ${verdict.row.who.map(party => PARTY_TEXT[party]).join(', ')}; allowed to you now: `
      + (verdict.allowed.map(named).join(', ') || 'nothing'))
    case 'needs': throw missing(verdict.row, verdict.missing)
  }
}

const PARTY_TEXT: Readonly<Record<Transition['who'][number], string>> = {
  hub: 'the hub that owns the referral', service: 'the service that owns the Task', referrer: 'the sender of the referral', administrator: 'administrators',
}

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
  }
}

const missing = (row: Transition, need: Need): Error => {
  switch (need) {
    case 'practitioner': return outcomes.practitionerRequired(row.action)
    case 'reason': return outcomes.businessRule('reason-required',
      `${row.action} needs a reason from ${row.reasons === undefined ? '' : `${reasonLists[row.reasons].system}: ${reasonChoices(row.reasons)}`}`, 'Task.statusReason')
    case 'service': return outcomes.businessRule('service-required', `${row.action} needs the HealthcareService that is to be offered the referral`, 'Task.output')
    case 'eta': return outcomes.businessRule('eta-required', `${row.action} needs the expected time of arrival`, 'Task.extension')
    case 'outcome': return outcomes.businessRule('outcome-required', `${row.action} needs an outcome`, 'Task.output')
  }
}

/** A change without a step: a new ETA is mirrored, everything else is the owner's to write. */
const followDetails = async (unit: Unit, referral: Referral, kind: TaskKind, before: Task, after: Task): Promise<void> => {
  const eta = etaOf(after)
  if (kind !== 'offer' || eta === etaOf(before) || eta === undefined) return
  requireEta(after)
  await mirror(unit, referral, `${after.owner?.display ?? 'The service'} now expects to be there at ${instant(eta)}`)
}

const requireEta = (task: Task): void => {
  const sent = task.extension?.find(({ url }) => url === ETA_EXTENSION)
  if (sent !== undefined && etaOf(task) === undefined) {
    throw outcomes.businessRule('eta-invalid', 'the ETA must be a date and time with a zone, e.g. 2026-11-24T12:40:00Z', 'Task.extension')
  }
}

/** Completes the Task, then what the row entails, then the coordinating Task and the Provenance. */
const follow = async (unit: Unit, row: Transition, after: Task, caseId: string): Promise<void> => {
  requireEta(after)
  const task: Task = { ...after, businessStatus: businessOf(after) === row.to.business ? after.businessStatus! : businessConcept(row.to.business), ...executionOf(unit, row, after) }
  await unit.update(asResource(task))
  const says: string[] = [sayings(unit, row, task)]
  for (const consequence of row.entails) {
    const referral = await readReferral(unit, caseId)
    if (referral !== undefined) says.push(...await entail(unit, consequence, referral, task))
  }
  const referral = await readReferral(unit, caseId)
  if (referral === undefined) return
  const isDone = row.entails.includes('finish-line') && await completeWhenDone(unit, referral, says.join(' '))
  if (!isDone && row.kind !== 'fix-data' && !row.entails.includes('cancel-referral')) await mirror(unit, referral, says.join(' '))
  if (row.kind === 'offer' && !isOpen(task)) await letOut(unit, referral, task)
  recordStep(unit, caseId, row.action, row.meaning, [
    { type: 'Task', id: String(task.id) },
    ...(referral.coordinating === undefined || referral.coordinating.id === task.id ? [] : [{ type: 'Task', id: String(referral.coordinating.id) }]),
    ...(unit.changes().some(({ ref }) => ref.type === 'ServiceRequest' && ref.id === caseId) ? [{ type: 'ServiceRequest', id: caseId }] : []),
  ])
}

/** Real times: work begins with the visit (or the decision), and ends with the Task. */
const executionOf = (unit: Unit, row: Transition, task: Task): Pick<Task, 'executionPeriod' | 'lastModified'> => {
  const now = instant(unit.now)
  const begins = row.to.status === 'in-progress' && task.executionPeriod?.start === undefined
  const ends = ['completed', 'failed', 'rejected', 'cancelled'].includes(row.to.status)
  const period = { ...task.executionPeriod, ...(begins ? { start: now } : {}), ...(ends ? { end: now } : {}) }
  return { lastModified: now, ...(Object.keys(period).length === 0 ? {} : { executionPeriod: period }) }
}

const sayings = (unit: Unit, row: Transition, task: Task): string => {
  const by = unit.caller.practitioner?.name
  const who = row.kind === 'offer' ? task.owner?.display ?? 'The service' : 'The hub'
  const eta = etaOf(task)
  const reason = row.needs.includes('reason') ? task.statusReason?.coding?.[0]?.display ?? task.statusReason?.text : undefined
  return `${who}: ${row.action}${by === undefined ? '' : ` by ${by}`}${reason === undefined ? '' : ` (${reason})`}.`
    + (eta !== undefined && row.takes.includes('eta') ? ` Expected at ${instant(eta)}.` : '')
}

/** One consequence; answers what there is to say about it. */
const entail = async (unit: Unit, consequence: Consequence, referral: Referral, task: Task): Promise<readonly string[]> => {
  switch (consequence) {
    case 'offer-proposed': {
      await setPriority(unit, referral, task)
      return (await offerProposed(unit, referral)).map(offeredTo)
    }
    case 'offer-chosen': {
      if (task.code?.coding?.some(({ code }) => code === 'triage')) await setPriority(unit, referral, task)
      const waiting = linesOf(referral).find(line => line.open === undefined && !line.isDone)
      return [offeredTo(await offerChosen(unit, referral, task, waiting?.line ?? 0))]
    }
    case 'offer-next': {
      const offer = await offerNext(unit, referral, lineOf(task))
      return [offer === undefined ? 'No proposed alternative is left; the hub finds a service.' : offeredTo(offer)]
    }
    case 'start-visit': {
      await startVisit(unit, referral, task)
      return [`Clock stopped at ${instant(unit.now)}.`]
    }
    case 'finish-line': {
      await finishVisit(unit, task)
      return []
    }
    case 'cancel-referral': {
      const isError = task.statusReason?.coding?.some(({ code }) => code === 'entered-in-error') ?? false
      await cancelReferral(unit, referral, isError ? 'entered-in-error' : 'revoked', task.statusReason, 'Cancelled by the sender.')
      return []
    }
  }
}

const offeredTo = (offer: Task): string => `Offered to ${offer.owner?.display ?? offer.owner?.reference}.`

/** The urgency that the clinician confirmed or set becomes the referral's. */
const setPriority = async (unit: Unit, { request }: Referral, { priority }: Task): Promise<void> => {
  if (priority === undefined || priority === request.priority) return
  await unit.update(asResource({ ...request, priority }), { origin: 'consequence' })
}

/** Actions open to the caller on a Task, and those open to others; for `$available-actions` and `$transition`. */
export const actionsOn = async (unit: Unit, task: Task, referral: Referral): Promise<{ yours: readonly Transition[]; all: readonly Transition[] }> => {
  const kind = kindOf(task)
  const all = kind === undefined ? [] : leadingFrom(kind, task.status, businessOf(task))
  return { all, yours: openTo(all, await partiesOf(unit, task, referral.coordinating, referral.request)) }
}
