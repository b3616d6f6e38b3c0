/**
 * Organisations behind references, and what a caller is to a referral's Task: its hub, the service that owns the
 * offer, the one who sent it.
 */
import type { HealthcareService, Organization, PractitionerRole, Reference, ServiceRequest, Task } from 'fhir/r4.js'
import { visibilityOf } from '../access/visibility.ts'
import { localReference } from '../fhir/reference.ts'
import { ODS_ORGANISATION_SYSTEM, type Resource } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { kindOf } from './codes.ts'
import type { Party } from './transitions.ts'

/** Elements followed from a resource to its organisation; partners may send resources that point to themselves. */
const MAX_STEPS = 3

/** ODS code of the organisation a reference leads to, following a role's organisation and a service's provider. */
export const organisationOf = async (unit: Unit, reference: Reference | undefined, steps = MAX_STEPS): Promise<string | undefined> => {
  if (reference === undefined) return undefined
  if (reference.identifier?.system === ODS_ORGANISATION_SYSTEM) return reference.identifier.value?.toUpperCase()
  const ref = localReference(reference.reference ?? '')
  const resource = ref === undefined || steps === 0 ? undefined : await unit.read(ref)
  if (resource === undefined) return undefined
  switch (resource.resourceType) {
    case 'Organization': {
      const { identifier = [] } = resource as unknown as Organization
      return identifier.find(({ system }) => system === ODS_ORGANISATION_SYSTEM)?.value?.toUpperCase()
    }
    case 'HealthcareService': return organisationOf(unit, (resource as unknown as HealthcareService).providedBy, steps - 1)
    case 'PractitionerRole': return organisationOf(unit, (resource as unknown as PractitionerRole).organization, steps - 1)
    default: return undefined
  }
}

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
