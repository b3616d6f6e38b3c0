/** The transition table as the workflow test sees it: its edges, and what must come with each. */
import type { Task } from 'fhir/r4.js'
import { transitions, type Transition } from '../../../src/referral/transitions.ts'
import { businessOf, kindOf } from './reading.ts'

/** `offer accept received/seen`: one row from one state. */
export const edgeOf = (row: Transition, from: { readonly status: string; readonly business: string }): string =>
  `${row.kind} ${row.action}${row.when === undefined || row.when === 'nobody-under-way' ? '' : ` (${row.when})`} ${from.status}/${from.business}`

export const edges: readonly string[] = transitions.flatMap(row => row.from.map(from => edgeOf(row, from)))

/** Times each edge was taken. */
export type Counts = Map<string, number>

export const stateOf = (task: Task): { status: Task['status']; business: string } => ({ status: task.status, business: businessOf(task) })

/** Rows that lead on from where a Task is, whatever its referral's circumstances. */
export const rowsFrom = (task: Task): readonly Transition[] =>
  transitions.filter(row => row.kind === kindOf(task) && row.from.some(({ status, business }) => status === task.status && business === businessOf(task)))

const REASON: Readonly<Record<NonNullable<Transition['reasons']>, readonly string[]>> = {
  rejection: ['https://fhir.nhs.uk/CodeSystem/dos-rejected-reasons-bars', '22'],
  override: ['https://care-connexions.example/fhir/CodeSystem/override-reason', 'clinical-judgement'],
  redirection: ['https://care-connexions.example/fhir/CodeSystem/redirect-reason', 'out-of-area'],
  cancellation: ['https://care-connexions.example/fhir/CodeSystem/cancel-reason', 'circumstances-changed'],
  withdrawal: ['https://care-connexions.example/fhir/CodeSystem/withdraw-reason', 'no-answer'],
  outcome: ['https://care-connexions.example/fhir/CodeSystem/outcome', 'stayed-at-home'],
}

/** What a step brings along: of what it needs, all or (in a faulty one) nothing. */
export interface Brought {
  readonly isComplete: boolean
  readonly service: string
}

export const parametersFor = (row: Transition, { isComplete, service }: Brought): object => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'action', valueCode: row.action },
    ...(isComplete ? row.needs.flatMap(need => parameter(row, need, service)) : []),
  ],
})

const parameter = (row: Transition, need: Transition['needs'][number], service: string): readonly object[] => {
  switch (need) {
    case 'reason': return row.reasons === undefined ? [] : [{ name: 'reason', valueCode: REASON[row.reasons][1] }]
    case 'service': return [{ name: 'service', valueReference: { reference: service } }]
    case 'question': return [{ name: 'question', valueString: 'How old is she?\nWhere is she staying?' }]
    case 'answer': return [{ name: 'answer', valueString: 'She is 84.' }]
    case 'eta': return [{ name: 'eta', valueDateTime: '2026-11-24T11:40:00Z' }]
    case 'outcome': return [{ name: 'outcome', valueCode: 'stayed-at-home' }]
    case 'practitioner': return []
  }
}

/** The Task as a system that knows no operation would PUT it after the step. */
export const taskAfter = (task: Task, row: Transition, { isComplete, service }: Brought): Task => {
  const detail = (kind: string, value: object): object =>
    ({ type: { coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/task-detail', code: kind }] }, ...value })
  const has = (need: Transition['needs'][number]): boolean => isComplete && row.needs.includes(need)
  const output = [
    ...(task.output ?? []),
    ...(has('service') ? [detail('service', { valueReference: { reference: service } })] : []),
    ...(has('answer') ? [detail('answer', { valueString: 'She is 84.' })] : []),
  ]
  const [system, code] = row.reasons === undefined ? [] : REASON[row.reasons]
  return {
    ...task,
    status: row.to.status,
    businessStatus: { coding: [{ system: 'https://care-connexions.example/fhir/CodeSystem/business-status', code: row.to.business }] },
    ...(has('reason') ? { statusReason: { coding: [{ system, code }] } } : {}),
    ...(has('question') ? { statusReason: { text: 'How old is she?' } } : {}),
    ...(output.length === 0 ? {} : { output: output as NonNullable<Task['output']> }),
  }
}
