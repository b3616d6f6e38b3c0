/** What the store could not do, in the words of the catalogue. */
import { outcomes } from '../fhir/outcomes.ts'
import { NotDurable, Overloaded, TooCostly } from '../store/store.ts'

/** The store's answer; 503 for a search that ran too long or found no room, and for a commit that cannot be made durable. */
export const answered = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof TooCostly) throw outcomes.searchTooCostly(error.limitMs)
    if (error instanceof Overloaded) throw outcomes.searchesQueued()
    if (error instanceof NotDurable) throw outcomes.unavailable('the hub cannot store anything at the moment; nothing was written, send it again')
    throw error
  }
}
