/** Task/[id]/$available-actions: what may be done next with a Task, by the caller and by others, and what each needs. */
import type { ParametersParameter, Task } from 'fhir/r4.js'
import { outcomes } from '../fhir/outcomes.ts'
import { refText } from '../fhir/resource.ts'
import { operation } from '../rest/operation.ts'
import { actionsOn } from './judging-tasks.ts'
import { reasonLists } from './reasons.ts'
import { referralOfTask } from './referral.ts'
import type { Transition } from './transitions.ts'

const PARTS = [
  { name: 'name', use: 'out', min: 1, max: '1', type: 'code', documentation: 'For $transition.' },
  { name: 'status', use: 'out', min: 1, max: '1', type: 'code', documentation: 'Task.status after it.' },
  { name: 'businessStatus', use: 'out', min: 1, max: '1', type: 'code', documentation: 'Task.businessStatus after it.' },
  { name: 'who', use: 'out', min: 1, max: '*', type: 'code', documentation: 'hub, service, referrer or administrator.' },
  { name: 'needs', use: 'out', min: 0, max: '*', type: 'code', documentation: 'Must come with it: practitioner, reason, service, eta, outcome, question, answer.' },
  { name: 'takes', use: 'out', min: 0, max: '*', type: 'code', documentation: 'May come with it.' },
  { name: 'reasons', use: 'out', min: 0, max: '1', type: 'uri', documentation: 'Code system of the reason.' },
  { name: 'meaning', use: 'out', min: 1, max: '1', type: 'string', documentation: 'In a sentence.' },
] as const

export const availableActions = operation({
  code: 'available-actions',
  title: 'What may be done next',
  documentation: 'The actions that lead on from the state a Task is in: those of the caller as `action`, those of others as `other`.',
  resource: ['Task'],
  system: false, type: false, instance: true, affectsState: false,
  parameter: [
    { name: 'action', use: 'out', min: 0, max: '*', part: PARTS, documentation: 'Open to the caller.' },
    { name: 'other', use: 'out', min: 0, max: '*', part: PARTS, documentation: 'Open to somebody else.' },
  ],
}, async ({ id = '', caller, repository, requestId, correlationId }) => {
  const context = { caller, requestId, correlationId }
  const ref = { type: 'Task', id }
  await repository.read(context, ref)
  const { value } = await repository.transact(context, async unit => {
    const resource = await unit.read(ref)
    if (resource === undefined) throw outcomes.notFound(refText(ref))
    const referral = await referralOfTask(unit, resource)
    const none: { yours: readonly Transition[]; all: readonly Transition[] } = { yours: [], all: [] }
    return referral === undefined ? none : actionsOn(unit, resource as unknown as Task, referral)
  })
  const others = value.all.filter(row => !value.yours.includes(row))
  const parameter = [...value.yours.map(row => listed('action', row)), ...others.map(row => listed('other', row))]
  return { status: 200, resource: { resourceType: 'Parameters', ...(parameter.length === 0 ? {} : { parameter }) } }
})

const listed = (name: string, row: Transition): ParametersParameter => ({
  name,
  part: [
    { name: 'name', valueCode: row.action },
    { name: 'status', valueCode: row.to.status },
    { name: 'businessStatus', valueCode: row.to.business },
    ...row.who.map(who => ({ name: 'who', valueCode: who })),
    ...row.needs.map(need => ({ name: 'needs', valueCode: need })),
    ...row.takes.map(take => ({ name: 'takes', valueCode: take })),
    ...(row.reasons === undefined ? [] : [{ name: 'reasons', valueUri: reasonLists[row.reasons].system }]),
    { name: 'meaning', valueString: row.meaning },
  ],
})
