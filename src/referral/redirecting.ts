/**
 * Redirection: the Task by which somebody else is asked to take a referral over. The referral stays open and owned
 * until the other side accepts, or a person of the hub who has spoken to them says so (domain 3.2 x5, W16).
 */
import type { Task } from 'fhir/r4.js'
import { organisationOf } from '../directory/organisations.ts'
import { instant } from '../fhir/clock.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { localReference } from '../fhir/reference.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { inDirectory, offerable } from './alternatives.ts'
import { letServiceIn } from './case-sharing.ts'
import { detail, LINE_EXTENSION } from './codes.ts'
import { serviceReference, urgencyOf } from './offers.ts'
import { makePart } from './parts.ts'
import type { Referral } from './referral.ts'
import { TAKE_OVER_WITHIN_MS } from './times.ts'

/**
 * Asks the service or hub that the deciding Task names, else the one the proposal names, to take over; when neither is
 * in the directory the Task is the hub's own, which rings the other side. `line` undefined: the whole referral.
 */
export const redirect = async (unit: Unit, referral: Referral, decided: Task, line: number | undefined): Promise<Task> => {
  const target = await named(unit, decided) ?? await proposed(unit, referral)
  const reason = decided.statusReason
  const note = decided.note?.at(-1)
  const priority = urgencyOf(referral)
  const task = makePart(unit, referral, 'redirect', {
    status: 'requested', business: 'redirected',
    owner: target === undefined ? referral.coordinating?.owner : serviceReference(target),
    due: instant(unit.now + TAKE_OVER_WITHIN_MS),
    more: {
      ...(line === undefined ? {} : { extension: [{ url: LINE_EXTENSION, valueUnsignedInt: line }] }),
      ...(priority === undefined ? {} : { priority }),
      ...(reason === undefined ? {} : { reasonCode: reason }),
      ...(note === undefined ? {} : { note: [note] }),
    },
  })
  const ods = target === undefined ? undefined : await organisationOf(unit, task.owner)
  if (ods !== undefined) await letServiceIn(unit, referral.id, { type: 'Task', id: String(task.id) }, ods)
  return task
}

/** The HealthcareService or Organization that a clinician names; throws `service-unknown` for what the directory does not list. */
const named = async (unit: Unit, decided: Task): Promise<Resource | undefined> => {
  const reference = detail(decided.output, 'service')?.valueReference?.reference
  if (reference === undefined) return undefined
  const ref = localReference(reference)
  const target = ref?.type === 'Organization' ? await inDirectory(unit, ref) : await offerable(unit, reference)
  if (target !== undefined) return target
  throw outcomes.businessRule('service-unknown',
    `"${reference}" is not in the directory; name a HealthcareService or Organization of it, or leave it out and say in the note who takes over`, 'Task.output')
}

/** Only a proposal that is itself a redirection names the other side. */
const proposed = async (unit: Unit, { proposal }: Referral): Promise<Resource | undefined> => {
  if (proposal.disposition !== 'redirect') return undefined
  for (const { reference = '' } of proposal.services) {
    const service = await offerable(unit, reference)
    if (service !== undefined) return service
  }
  return undefined
}
