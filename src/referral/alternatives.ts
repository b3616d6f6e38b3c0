/**
 * Which service a line of the referral can be offered to next: proposed, not tried, listed and active in the directory,
 * and not known to be full at this moment.
 */
import { capacityOf } from '../directory/capacity.ts'
import { serviceCode } from '../directory/services.ts'
import { listed } from '../access/visibility.ts'
import { localReference } from '../fhir/reference.ts'
import type { Resource, ResourceRef } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'
import { covers, type Referral } from './referral.ts'

/** 999 is called, never offered a Task (docs/referral.md, confirming). */
const EMERGENCY_SERVICE = 'EMERGENCY'

/** The next alternative of a line that has not been offered it; undefined when none is left. */
export const nextAlternative = async (unit: Unit, referral: Referral, line: number): Promise<Resource | undefined> => {
  const tried = new Set(referral.attempts.filter(attempt => covers(attempt, line)).map(attempt => attempt.owner?.reference))
  const alternatives = referral.proposal.services.filter(service => service.line === line).sort((a, b) => a.rank - b.rank)
  for (const { reference = '' } of alternatives) {
    const service = tried.has(reference) ? undefined : await offerable(unit, reference)
    if (service !== undefined && !isFull(service, unit.now)) return service
  }
  return undefined
}

/**
 * The HealthcareService of a reference when it can be offered a referral: listed in the directory (one that came inside
 * a referral owns nothing), active, and not the emergency service.
 */
export const offerable = async (unit: Unit, reference: string): Promise<Resource | undefined> => {
  const service = await inDirectory(unit, localReference(reference))
  const canBe = service?.resourceType === 'HealthcareService' && service['active'] !== false && serviceCode(service) !== EMERGENCY_SERVICE
  return canBe ? service : undefined
}

/** What the directory itself lists under a reference. */
export const inDirectory = async (unit: Unit, ref: ResourceRef | undefined): Promise<Resource | undefined> =>
  (ref === undefined ? undefined : (await unit.find(ref.type, { kind: 'ids', ids: [ref.id] }, listed))[0])

/** A count that is stale leaves nobody out (domain W14). */
const isFull = (service: Resource, now: number): boolean => {
  const capacity = capacityOf(service, now)
  return capacity.kind === 'reported' && capacity.free <= 0
}
