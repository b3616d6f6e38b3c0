/** Which organisation stands behind a reference: the ODS code by which clients are registered. */
import type { HealthcareService, Organization, PractitionerRole, Reference } from 'fhir/r4.js'
import { localReference } from '../fhir/reference.ts'
import { ODS_ORGANISATION_SYSTEM } from '../fhir/resource.ts'
import type { Unit } from '../rest/unit.ts'

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
