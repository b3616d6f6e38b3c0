/**
 * Whose data a resource is, for the audit: every Patient it refers to, which includes every Patient whose compartment
 * it is in (R4 CompartmentDefinition/patient; a test holds that on the official examples).
 *
 * Reads send stored text as it is, so the same question is answered on text: stored JSON is compact, and inside a
 * JSON string the quotes around `"reference":"Patient/` would be escaped, so what looks like a reference is one.
 */
import { isId, refText, type Resource, type ResourceRef } from '../fhir/resource.ts'
import { kindOf } from './kinds.ts'

/**
 * Must a read of it be audited? All but the directory, the people who work in it and definitions; of those too, what
 * came inside a case (a patient's home is a Location).
 */
export const isPatientData = (type: string, caseId?: string): boolean => {
  if (caseId !== undefined) return true
  const kind = kindOf(type)
  return kind !== 'directory' && kind !== 'workforce' && kind !== 'definition'
}

/** `Patient/id` of each, once, in order of mention. */
export const patientsOf = (resource: Resource): readonly string[] => {
  const found = new Set<string>()
  if (resource.resourceType === 'Patient' && resource.id !== undefined) found.add(`Patient/${resource.id}`)
  collect(resource, found)
  return [...found]
}

const collect = (value: unknown, found: Set<string>): void => {
  if (typeof value !== 'object' || value === null) return
  for (const [name, child] of Object.entries(value)) {
    if (typeof child === 'object') collect(child, found)
    else if (name === 'reference' && typeof child === 'string') addPatient(child, found)
  }
}

const addPatient = (reference: string, found: Set<string>): void => {
  const [type, id] = reference.split('/', 2)
  if (type === 'Patient' && id !== undefined && isId(id)) found.add(`Patient/${id}`)
}

const MARK = '"reference":"Patient/'

/** The same from stored text, without parsing: about a microsecond for 3 kB. */
export const patientsInText = (ref: ResourceRef, json: string): readonly string[] => {
  const found = new Set<string>()
  if (ref.type === 'Patient') found.add(refText(ref))
  for (let at = json.indexOf(MARK); at >= 0; at = json.indexOf(MARK, at)) {
    at += MARK.length
    addPatient(`Patient/${json.slice(at, json.indexOf('"', at))}`, found)
  }
  return [...found]
}
