/** Errors of a transaction, named by the entry of the Bundle that they are about. */
import { FhirError, outcomes } from '../fhir/outcomes.ts'
import type { ResourceRef } from '../fhir/resource.ts'

/** Which entry of a transaction asked for the change of a resource. */
export type EntryOf = (ref: ResourceRef) => number | undefined

/** Names an error of `action` by the entry; without one it is thrown as it is. */
export const atEntry = async <T>(index: number | undefined, action: () => Promise<T>): Promise<T> => {
  try {
    return await action()
  } catch (error) {
    throw error instanceof FhirError && index !== undefined ? outcomes.entryFailed(index, error) : error
  }
}
