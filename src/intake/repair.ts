/**
 * What intake could not use or had to rewrite is put on record: a `fix-data` Task at the hub with the issues of each
 * resource contained, and one Provenance per normalised resource.
 */
import type { Task, TaskInput } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import { operationOutcome } from '../fhir/outcomes.ts'
import { refText, type ResourceRef } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { businessConcept, detailConcept, HUB_TASK, kindConcept } from '../referral/codes.ts'
import { asResource, type Referral } from '../referral/referral.ts'
import { FIX_WITHIN_MS } from '../referral/times.ts'
import type { Prepared, Unusable } from './prepare.ts'

/** One Task for the referral, naming each resource that stands in the Binary only. */
export const requestRepair = (unit: Unit, { id, coordinating, request }: Referral, unusable: readonly Unusable[], binary: TaskInput): void => {
  if (unusable.length === 0 || coordinating === undefined) return
  const problems = unusable.map(({ issues }, index) => ({ ...operationOutcome(issues), id: `problem-${index + 1}` }))
  const task: Task = {
    resourceType: 'Task',
    meta: HUB_TASK,
    contained: problems,
    status: 'requested', intent: 'order', businessStatus: businessConcept('to-fix'), code: kindConcept('fix-data'),
    description: `Could not be stored as sent: ${unusable.map(({ resource, expression }) => `${resource.resourceType} (${expression})`).join(', ')}`,
    ...(coordinating.groupIdentifier === undefined ? {} : { groupIdentifier: coordinating.groupIdentifier }),
    basedOn: [{ reference: `ServiceRequest/${id}` }],
    partOf: [{ reference: `Task/${coordinating.id}` }],
    focus: { reference: `ServiceRequest/${id}` },
    for: request.subject,
    authoredOn: instant(unit.now),
    ...(coordinating.requester === undefined ? {} : { requester: coordinating.requester }),
    ...(coordinating.owner === undefined ? {} : { owner: coordinating.owner }),
    restriction: { period: { end: instant(unit.now + FIX_WITHIN_MS) } },
    input: [binary, ...problems.map(problem => ({ type: detailConcept('problem'), valueReference: { reference: `#${problem.id}` } }))],
  }
  const created = unit.create(asResource(task), { origin: 'consequence' })
  unit.join({ type: 'Task', id: String(created.id) }, id)
}

/** The hub rewrote a national variant: said once for each resource, by the hub, from what was sent. */
export const recordNormalisations = (unit: Unit, caseId: string, normalised: Prepared['normalised']): void => {
  for (const { ref, rules } of normalised) {
    const provenance = unit.create({
      resourceType: 'Provenance',
      target: [{ reference: versioned(ref) }],
      recorded: instant(unit.now),
      activity: { text: `Normalised at intake: ${rules.join(', ')}` },
      agent: [{ type: { coding: [ASSEMBLER] }, who: { display: 'Care Connexions hub' } }],
    }, { origin: 'consequence' })
    unit.join({ type: 'Provenance', id: String(provenance.id) }, caseId)
  }
}

const ASSEMBLER = { system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'assembler' }

const versioned = (ref: ResourceRef): string => `${refText(ref)}/_history/1`
