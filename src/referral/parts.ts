/**
 * Parts of a referral: the Tasks that a step entails, each `partOf` the coordinating Task and of its case, with the
 * referral's number, person and priority.
 */
import type { Reference, Task } from 'fhir/r4.js'
import { instant } from '../fhir/clock.ts'
import type { Unit } from '../rest/unit.ts'
import { businessConcept, HUB_TASK, kindConcept, type BusinessStatus, type TaskKind } from './codes.ts'
import { asResource, type Referral } from './referral.ts'

interface Part {
  readonly status: Task['status']
  readonly business: BusinessStatus
  readonly owner: Reference | undefined
  /** `restriction.period.end`, an instant. */
  readonly due: string | undefined
  readonly more?: Partial<Task>
}

/** Creates the Task and puts it into the case. */
export const makePart = (
  unit: Unit, { id, request, coordinating }: Referral, kind: TaskKind, { status, business, owner, due, more }: Part,
): Task => {
  const part = unit.create(asResource({
    resourceType: 'Task',
    meta: HUB_TASK,
    status, intent: 'order',
    businessStatus: businessConcept(business),
    code: kindConcept(kind),
    ...(coordinating?.groupIdentifier === undefined ? {} : { groupIdentifier: coordinating.groupIdentifier }),
    basedOn: [{ reference: `ServiceRequest/${id}` }],
    partOf: [{ reference: `Task/${coordinating?.id}` }],
    focus: { reference: `ServiceRequest/${id}` },
    for: request.subject,
    authoredOn: instant(unit.now),
    ...(coordinating?.owner === undefined ? {} : { requester: coordinating.owner }),
    ...(owner === undefined ? {} : { owner }),
    ...(due === undefined ? {} : { restriction: { period: { end: due } } }),
    ...more,
  }), { origin: 'consequence' })
  unit.join({ type: 'Task', id: String(part.id) }, id)
  return part as unknown as Task
}
