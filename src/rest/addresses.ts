/**
 * References by this hub's own address, made relative before they are judged and stored: `http://host/fhir/Patient/1` and
 * `Patient/1` are one reference to integrity, visibility, the index and the case.
 *
 * The hub's address is the one that the request came to (BASE_URL where it is set). A client that calls itself another
 * host by the `Host` header changes the meaning of its own references only, and they are held to what it may see.
 */
import { parseReference, references } from '../fhir/reference.ts'
import type { Resource } from '../fhir/resource.ts'

/** The resource itself, its references under `base` made relative; a Bundle that is kept as a document stays as it is. */
export const localise = <T extends Resource>(resource: T, base: string): T => {
  if (resource.resourceType !== 'Bundle') localiseReferences(resource, base)
  return resource
}

/** In a resource, or in part of one. */
export const localiseReferences = (holder: object, base: string): void => {
  const own = `${base}/`
  for (const found of references(holder)) {
    const { reference } = found
    if (reference.startsWith(own) && parseReference(reference, [base]).kind === 'local') found.set(reference.slice(own.length))
  }
}
