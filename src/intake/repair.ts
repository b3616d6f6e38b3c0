/**
 * What intake could not use, doubts, or had to rewrite is put on record: a `fix-data` Task at the hub with the issues of
 * each place contained, a note where everybody in the case reads, and one Provenance per changed resource.
 */
import type { Task, TaskInput } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { operationOutcome } from '../fhir/outcomes.ts'
import { refText } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { businessConcept, detailConcept, HUB_TASK, kindConcept } from '../referral/codes.ts'
import { noted } from '../referral/coordination.ts'
import { asResource, type Referral } from '../referral/referral.ts'
import { FIX_WITHIN_MS } from '../referral/times.ts'
import type { Prepared } from './prepare.ts'
import type { Problem } from './remarks.ts'

/** Problems named in a Task's description and note; all of them are contained. */
const MAX_NAMED = 10

/** One Task for the referral, with a problem for each place: what stands there, where it is stored, what is wrong. */
export const requestRepair = async (
  unit: Unit, { id, coordinating, request }: Referral, problems: readonly Problem[], binary: TaskInput,
): Promise<void> => {
  if (problems.length === 0 || coordinating === undefined) return
  const contained = problems.map(({ issues }, index) => ({ ...operationOutcome(issues), id: `problem-${index + 1}` }))
  const named = problems.slice(0, MAX_NAMED).map(({ what, at }) => (what === at ? at : `${what} (${at})`)).join(', ')
    + (problems.length > MAX_NAMED ? ` and ${problems.length - MAX_NAMED} more` : '')
  const task: Task = {
    resourceType: 'Task',
    meta: HUB_TASK,
    contained,
    status: 'requested', intent: 'order', businessStatus: businessConcept('to-fix'), code: kindConcept('fix-data'),
    description: `Not stored just as sent, or to be asked about: ${named}`,
    reasonCode: { text: problems[0]?.issues[0]?.text ?? '' },
    ...(coordinating.groupIdentifier === undefined ? {} : { groupIdentifier: coordinating.groupIdentifier }),
    basedOn: [{ reference: `ServiceRequest/${id}` }],
    partOf: [{ reference: `Task/${coordinating.id}` }],
    focus: { reference: `ServiceRequest/${id}` },
    for: request.subject,
    authoredOn: instant(unit.now),
    ...(coordinating.requester === undefined ? {} : { requester: coordinating.requester }),
    ...(coordinating.owner === undefined ? {} : { owner: coordinating.owner }),
    restriction: { period: { end: instant(unit.now + FIX_WITHIN_MS) } },
    input: [binary, ...problems.map(({ at, what, ref }, index) => ({
      type: detailConcept('problem'),
      valueReference: {
        reference: `#problem-${index + 1}`,
        display: `${what} at ${at}, ${ref === undefined ? 'not stored' : `stored as ${refText(ref)}`}`,
      },
    }))],
  }
  const created = unit.create(asResource(task), { origin: 'consequence' })
  unit.join({ type: 'Task', id: String(created.id) }, id)
  await unit.update(asResource({
    ...coordinating,
    note: noted(coordinating, {
      text: `Not all that was sent is stored just as sent: ${named}. What is wrong: Task/${created.id}`, time: instant(unit.now),
    }),
  }), { origin: 'consequence' })
}

/** The hub rewrote what was sent: said once for each resource, from the Binary, by the hub that owns the referral. */
export const recordChanges = (unit: Unit, { id, coordinating }: Referral, changed: Prepared['changed'], binary: TaskInput): void => {
  for (const { ref, rules } of changed) {
    const provenance = unit.create({
      resourceType: 'Provenance',
      target: [{ reference: `${refText(ref)}/_history/1` }],
      recorded: instant(unit.now),
      activity: { text: `Normalised at intake: ${rules.join(', ')}` },
      agent: [{ type: { coding: [ASSEMBLER] }, who: coordinating?.owner ?? { display: 'Care Connexions hub' } }],
      entity: [{ role: 'source', what: binary.valueReference }],
    }, { origin: 'consequence' })
    unit.join({ type: 'Provenance', id: String(provenance.id) }, id)
  }
}

const ASSEMBLER = { system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'assembler' }
