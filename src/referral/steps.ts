/** A step as `$transition` takes it: finding the row an action names, and the Task as it stands after it. */
import type { CodeableConcept, Extension, Reference, Task } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { nearest } from '../fhir/nearest.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { businessConcept, businessOf, detailConcept, ETA_EXTENSION, kindOf, withDetail, type DetailKind } from './codes.ts'
import { notNow } from './judging-tasks.ts'
import { questionText } from './questions.ts'
import { reasonConcept, reasonLists } from './reasons.ts'
import type { Referral } from './referral.ts'
import { transitions, type Need, type Transition } from './transitions.ts'
import { leadingFrom } from './verdict.ts'

export interface StepInput {
  readonly action: string
  /** A code of the row's list, a Coding or a CodeableConcept. */
  readonly reason: unknown
  /** dateTime */
  readonly eta: string | undefined
  readonly note: string | undefined
  readonly outcome: unknown
  /** Reference to a HealthcareService (or, to take over, an Organization), or its literal. */
  readonly service: unknown
  readonly priority: string | undefined
  readonly question: string | undefined
  readonly answer: string | undefined
}

const known = [...new Set(transitions.map(({ action }) => action))]

/**
 * The row that `action` means from where the Task is, of those that apply to the referral now. Throws 422
 * `action-unknown` with the nearest name, or `transition-not-allowed` naming `yours`, the caller's own actions.
 */
export const rowFor = (
  referral: Referral, task: Task, action: string, { all, yours }: { readonly all: readonly Transition[]; readonly yours: readonly Transition[] },
): Transition => {
  if (!known.includes(action)) throw outcomes.unknownAction(action, nearest(action, known), known)
  const row = all.find(leading => leading.action === action)
  if (row !== undefined) return row
  const otherwise = leadingFrom(kindOf(task) ?? '', task.status, businessOf(task)).find(leading => leading.action === action)
  if (otherwise !== undefined) throw notNow(referral, task, otherwise, yours)
  throw outcomes.transitionNotAllowed(
    `Task/${task.id} is ${task.status}/${businessOf(task) ?? '(no business status)'}: ${action} does not lead on from there`,
    yours.map(({ action: open, to }) => `${open} (${to.status}/${to.business})`), 'Task.status')
}

/** The Task after the step, as a client would PUT it; the guard judges it the same way. */
export const stepped = (referral: Referral, task: Task, row: Transition, input: StepInput, now: number, author: string | undefined): Task => {
  const { needs, takes } = row
  const may = (need: Need): boolean => needs.includes(need) || takes.includes(need)
  const outcome = may('outcome') ? outcomeOf(input) : undefined
  const service = may('service') ? serviceOf(input.service) : undefined
  const answer = may('answer') ? input.answer ?? input.note : undefined
  const reason = reasonOf(row, input, may('question') ? input.question ?? questionText(referral.proposal.questions) : undefined)
  const output = [
    ...(outcome === undefined ? [] : [['outcome', { valueCodeableConcept: outcome }] as const]),
    ...(service === undefined ? [] : [['service', { valueReference: service }] as const]),
    ...(answer === undefined ? [] : [['answer', { valueString: answer }] as const]),
  ].reduce<Task['output']>((entries, [kind, value]) => withValue(entries, kind, value), task.output)
  const extension = input.eta === undefined ? task.extension : withEta(task.extension, input.eta)
  return {
    ...task,
    status: row.to.status,
    businessStatus: businessConcept(row.to.business),
    ...(input.priority === undefined ? {} : { priority: input.priority as NonNullable<Task['priority']> }),
    ...(reason === undefined ? {} : { statusReason: reason }),
    ...(extension === undefined ? {} : { extension }),
    ...(output === undefined ? {} : { output }),
    ...(input.note === undefined ? {} : {
      note: [...(task.note ?? []), { text: input.note, time: instant(now), ...(author === undefined ? {} : { authorString: author }) }],
    }),
  }
}

const withValue = (entries: Task['output'], kind: DetailKind, value: object): NonNullable<Task['output']> =>
  withDetail(entries, { type: detailConcept(kind), ...value }, kind)

/** Coded from the row's list; or, of a Task that waits, what it waits for. */
const reasonOf = ({ reasons }: Transition, { reason }: StepInput, question: string | undefined): CodeableConcept | undefined => {
  if (question !== undefined) return { text: question }
  return reasons === undefined || reason === undefined ? undefined : reasonConcept(reason, reasons)
}

/** The outcome; or what was sent as the reason of the ending, where that is one. */
const outcomeOf = ({ outcome, reason }: StepInput): CodeableConcept | undefined => {
  if (outcome !== undefined) return reasonConcept(outcome, 'outcome')
  return typeof reason === 'string' && Object.hasOwn(reasonLists.outcome.codes, reason) ? reasonConcept(reason, 'outcome') : undefined
}

const serviceOf = (sent: unknown): Reference | undefined => {
  if (typeof sent === 'string') return { reference: sent }
  return typeof sent === 'object' && sent !== null ? sent : undefined
}

const withEta = (extensions: readonly Extension[] | undefined, eta: string): Extension[] =>
  [...(extensions ?? []).filter(({ url }) => url !== ETA_EXTENSION), { url: ETA_EXTENSION, valueDateTime: eta }]
