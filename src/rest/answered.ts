/** What the store could not do, in the words of the catalogue: every question and every commit goes through here. */
import { outcomes, type FhirError } from '../fhir/outcomes.ts'
import { NotDurable, Overloaded, TooCostly, TooLarge, Unavailable, type Store } from '../store/store.ts'

/**
 * The store's answer. 503 for a search that ran too long or found no room, for a commit that cannot be made durable, and
 * while the database is away; 413 for what the store has no room for. A Conflict passes: whoever commits deals with it.
 */
export const answered = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    throw refusalOf(error) ?? error
  }
}

const refusalOf = (error: unknown): FhirError | undefined => {
  if (error instanceof TooCostly) return outcomes.searchTooCostly(error.limitMs)
  if (error instanceof Overloaded) return outcomes.searchesQueued()
  if (error instanceof TooLarge) return outcomes.resourceTooLarge(error.ref.type, error.limitBytes)
  if (error instanceof Unavailable) return outcomes.unavailable('the hub cannot reach what it has stored at the moment; ask again')
  if (!(error instanceof NotDurable)) return undefined
  return error.mayBeWritten ? outcomes.unconfirmed()
    : outcomes.unavailable('the hub cannot store anything at the moment; nothing was written, send it again')
}

/** The same store, whose refusals are those of the catalogue. */
export const answering = (store: Store): Store => ({
  read: (ref, visibility) => answered(store.read(ref, visibility)),
  readVersion: (ref, version, visibility) => answered(store.readVersion(ref, version, visibility)),
  search: plan => answered(store.search(plan)),
  history: query => answered(store.history(query)),
  audience: (...caseIds) => answered(store.audience(...caseIds)),
  key: key => answered(store.key(key)),
  commit: commit => answered(store.commit(commit)),
  events: (after, limit) => answered(store.events(after, limit)),
  onCommit: listener => store.onCommit(listener),
  check: () => store.check(),
  close: () => store.close(),
})
