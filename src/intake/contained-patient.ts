/**
 * A Patient that came inside the ServiceRequest becomes a resource of its own: a referral's person is found by search,
 * shown to services and linked, which a contained resource cannot be (R4 references, contained).
 */
import { randomUUID } from 'node:crypto'
import { cloneJson, isObject } from '../fhir/json.ts'
import { references } from '../fhir/reference.ts'
import type { Resource } from '../fhir/resource.ts'
import { mention, type Remark } from './remarks.ts'
import type { SentEntry } from './sent.ts'

/** The entry, and before it the Patient its `subject` contains, if it does. */
export const liftContainedPatient = (entry: SentEntry): { entries: readonly SentEntry[]; remarks: readonly Remark[] } => {
  const index = containedSubject(entry.resource)
  if (index < 0) return { entries: [entry], remarks: [] }
  const resource = cloneJson(entry.resource)
  const contained = resource['contained'] as Resource[]
  const [{ id, ...patient } = { resourceType: 'Patient' }] = contained.splice(index, 1)
  if (contained.length === 0) delete resource['contained']
  const address = `urn:uuid:${randomUUID()}`
  for (const found of references(resource)) if (found.reference === `#${id}`) found.set(address)
  const at = `${entry.at}.contained[${index}]`
  return {
    entries: [{ resource: patient, addresses: [address], base: entry.base, at }, { ...entry, resource }],
    remarks: [mention('contained-patient', at, 'the Patient inside the ServiceRequest is stored as a resource of its own')],
  }
}

const containedSubject = ({ resourceType, subject, contained }: Resource): number => {
  const reference = resourceType === 'ServiceRequest' && isObject(subject) ? subject['reference'] : undefined
  if (typeof reference !== 'string' || !reference.startsWith('#') || !Array.isArray(contained)) return -1
  return contained.findIndex(each => isObject(each) && each['resourceType'] === 'Patient' && `#${String(each['id'])}` === reference)
}
