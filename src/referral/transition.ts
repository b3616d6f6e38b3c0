/**
 * Task/[id]/$transition: one step of a referral by its action's name. The same as a PUT of the Task in its next state,
 * judged by the same table; answers the Task as it now is, with its ETag, ready for the next step.
 */
import type { Task } from 'fhir/r4.js'
import { outcomes } from '../fhir/outcomes.ts'
import { refText } from '../fhir/resource.ts'
import { versionHeaders } from '../rest/answers.ts'
import { operation, type OperationInput } from '../rest/operation.ts'
import { parseStored } from '../rest/unit-of-work.ts'
import { actionsOn, requireReady } from './judging-tasks.ts'
import { asResource, referralOfTask } from './referral.ts'
import { rowFor, stepped, type StepInput } from './steps.ts'

export const transition = operation({
  code: 'transition',
  title: 'Take a step of a referral',
  documentation: 'Takes a Task of a referral to its next state. $available-actions says which actions lead on; another is 422 and names them.',
  resource: ['Task'],
  system: false, type: false, instance: true, affectsState: true,
  parameter: [
    {
      name: 'action', use: 'in', min: 1, max: '1', type: 'code',
      documentation: 'What is done: confirm, override, request-info, redirect, seen, accept, reject, en-route, visited, complete, cancel, …',
    },
    {
      name: 'reason', use: 'in', min: 0, max: '1', type: 'Element',
      documentation: 'Why: a code of the list $available-actions names, a Coding or a CodeableConcept.',
    },
    { name: 'eta', use: 'in', min: 0, max: '1', type: 'dateTime', documentation: 'When the team expects to be with the person.' },
    { name: 'note', use: 'in', min: 0, max: '1', type: 'string', documentation: 'Free text, kept as Task.note.' },
    {
      name: 'outcome', use: 'in', min: 0, max: '1', type: 'Element',
      documentation: 'How the care ended: a code of the code system outcome, a Coding or a CodeableConcept.',
    },
    {
      name: 'service', use: 'in', min: 0, max: '1', type: 'Element',
      documentation: 'The HealthcareService that is to be offered the referral (override, offer), or that or the Organization that is to take it over (redirect): a Reference, or its literal.',
    },
    {
      name: 'priority', use: 'in', min: 0, max: '1', type: 'code',
      documentation: 'The urgency a clinician sets with the decision: routine, urgent, asap, stat.',
    },
    {
      name: 'question', use: 'in', min: 0, max: '1', type: 'string',
      documentation: 'What the sender is asked (request-info); without it, what the proposal says is missing. One question a line.',
    },
    { name: 'answer', use: 'in', min: 0, max: '1', type: 'string', documentation: 'What the sender answers (answer-info); without it, the note.' },
    { name: 'return', use: 'out', min: 1, max: '1', type: 'Task', documentation: 'The Task as it now is.' },
  ],
}, async ({ id = '', ifMatch, input, caller, repository, requestId, correlationId }) => {
  const context = { caller, requestId, correlationId }
  const ref = { type: 'Task', id }
  if (!await repository.isVisible(context, ref)) throw outcomes.notFound(refText(ref))

  const written = await repository.transact(context, async unit => {
    const resource = await unit.read(ref)
    if (resource === undefined) throw outcomes.notFound(refText(ref))
    const version = Number(resource.meta?.versionId)
    if (ifMatch !== undefined && ifMatch !== version) throw outcomes.versionConflict(refText(ref), version)
    const referral = await referralOfTask(unit, resource)
    if (referral === undefined) {
      throw outcomes.businessRule('not-a-referral-task', `${refText(ref)} is not a Task of a referral; PUT it instead`)
    }
    const task = resource as unknown as Task
    const actions = await actionsOn(unit, task, referral)
    const row = rowFor(referral, task, String(input.one('action')), actions)
    const after = stepped(referral, task, row, stepInput(input), unit.now, caller.practitioner?.name)
    requireReady(unit, row, actions.yours, after)
    await unit.update(asResource(after))
  })

  const now = written.versions.find(version => refText(version.ref) === refText(ref))
  if (now === undefined) throw outcomes.contention()
  return { status: 200, resource: parseStored(now), headers: versionHeaders(now) }
})

const stepInput = (input: OperationInput): StepInput => {
  const text = (name: string): string | undefined => {
    const value = input.one(name)
    return typeof value === 'string' ? value : undefined
  }
  return {
    action: text('action') ?? '', reason: input.one('reason'), eta: text('eta'), note: text('note'),
    outcome: input.one('outcome'), service: input.one('service'), priority: text('priority'),
    question: text('question'), answer: text('answer'),
  }
}
