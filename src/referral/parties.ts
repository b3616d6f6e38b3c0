/**
 * What a caller is to a referral's Task: its hub, the service that owns the offer, the one who sent it.
 */
import type { ServiceRequest, Task } from 'fhir/r4.js'
import { visibilityOf } from '../access/visibility.ts'
import { organisationOf } from '../directory/organisations.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { kindOf } from './codes.ts'
import type { Party } from './transitions.ts'

/** The organisations that sent a referral: the submitter's and the requester's. */
export const sendersOf = async (unit: Unit, coordinating: Task | undefined, request: ServiceRequest | undefined): Promise<readonly string[]> => {
  const found = [await organisationOf(unit, coordinating?.requester), await organisationOf(unit, request?.requester)]
  return found.filter(ods => ods !== undefined)
}

/** What the caller is to a Task of a referral whose coordinating Task is given. */
export const partiesOf = async (
  unit: Unit, task: Task, coordinating: Task | undefined, request: ServiceRequest | undefined,
): Promise<readonly Party[]> => {
  const ods = unit.caller.organisation.toUpperCase()
  const sender: readonly Party[] = (await sendersOf(unit, coordinating, request)).includes(ods) ? ['referrer'] : []
  const asked: readonly Party[] = await isAsked(unit, task, ods) ? ['service'] : []
  switch (unit.caller.role) {
    case 'administrator': return ['administrator']
    case 'hub': return [...(await organisationOf(unit, coordinating?.owner) === ods ? ['hub' as const] : asked), ...sender]
    case 'service': return [...asked, ...sender]
    case 'referrer': return sender
    case 'integrator': return []
  }
}

/** Whether the organisation is the one that an offer or a redirection asks. */
const isAsked = async (unit: Unit, task: Task, ods: string): Promise<boolean> => {
  const kind = kindOf(task)
  return (kind === 'offer' || kind === 'redirect') && await organisationOf(unit, task.owner) === ods
}

/** Whether the caller sees a case. */
export const seesCase = async (unit: Unit, caseId: string): Promise<boolean> => {
  const visibility = visibilityOf(unit.caller)
  return visibility.kind === 'all' || (await unit.audience(caseId)).some(label => visibility.labels.includes(label))
}

export const asTask = (resource: Resource | undefined): Task | undefined =>
  resource?.resourceType === 'Task' ? resource as unknown as Task : undefined

export const asRequest = (resource: Resource | undefined): ServiceRequest | undefined =>
  resource?.resourceType === 'ServiceRequest' ? resource as unknown as ServiceRequest : undefined
