/** A step as `$transition` takes it: finding the row an action names, and the Task as it stands after it. */
import type { CodeableConcept, Extension, Reference, Task } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { nearest } from '../fhir/nearest.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { businessConcept, businessOf, detailConcept, ETA_EXTENSION, kindOf, withDetail } from './codes.ts'
import { reasonConcept } from './reasons.ts'
import { leadingFrom, transitions, type Transition } from './transitions.ts'

export interface StepInput {
  readonly action: string
  /** A code of the row's list, a Coding or a CodeableConcept. */
  readonly reason: unknown
  /** dateTime */
  readonly eta: string | undefined
  readonly note: string | undefined
  readonly outcome: unknown
  /** Reference to a HealthcareService, or its literal. */
  readonly service: unknown
  readonly priority: string | undefined
}

const known = [...new Set(transitions.map(({ action }) => action))]

/**
 * The row that `action` means from where the Task is. Throws 422 `action-unknown` with the nearest name, or
 * `transition-not-allowed` naming `allowed`, the caller's own actions.
 */
export const rowFor = (task: Task, action: string, allowed: readonly Transition[]): Transition => {
  if (!known.includes(action)) throw outcomes.unknownAction(action, nearest(action, known), known)
  const kind = kindOf(task)
  const row = kind === undefined ? undefined : leadingFrom(kind, task.status, businessOf(task)).find(leading => leading.action === action)
  if (row === undefined) {
    throw outcomes.transitionNotAllowed(
      `Task/${task.id} is ${task.status}/${businessOf(task) ?? '(no business status)'}: ${action} does not lead on from there`,
      allowed.map(({ action: open, to }) => `${open} (${to.status}/${to.business})`), 'Task.status')
  }
  return row
}

/** The Task after the step, as a client would PUT it; the guard judges it the same way. */
export const stepped = (task: Task, row: Transition, input: StepInput, now: number, author: string | undefined): Task => {
  const reason = row.reasons === undefined || input.reason === undefined ? undefined : reasonConcept(input.reason, row.reasons)
  const outcome = row.takes.includes('outcome') ? outcomeOf(input) : undefined
  const service = serviceOf(input.service)
  const withOutcome = outcome === undefined ? task.output
    : withDetail(task.output, { type: detailConcept('outcome'), valueCodeableConcept: outcome }, 'outcome')
  const output = service === undefined ? withOutcome
    : withDetail(withOutcome, { type: detailConcept('service'), valueReference: service }, 'service')
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

/** The outcome, or what was sent as the reason of the ending. */
const outcomeOf = ({ outcome, reason }: StepInput): CodeableConcept | undefined => {
  const sent = outcome ?? reason
  return sent === undefined ? undefined : reasonConcept(sent, 'outcome')
}

const serviceOf = (sent: unknown): Reference | undefined => {
  if (typeof sent === 'string') return { reference: sent }
  return typeof sent === 'object' && sent !== null ? sent : undefined
}

const withEta = (extensions: readonly Extension[] | undefined, eta: string): Extension[] =>
  [...(extensions ?? []).filter(({ url }) => url !== ETA_EXTENSION), { url: ETA_EXTENSION, valueDateTime: eta }]
