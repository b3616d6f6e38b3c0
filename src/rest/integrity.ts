/**
 * References of what is about to be written: a literal reference to this hub must lead to something current that
 * the caller may see, stored already or written in the same unit (R4 referential integrity, docs/decisions/0005-references.md).
 */
import type { Caller } from '../access/caller.ts'
import { visibilityOf } from '../access/visibility.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { parseReference, references } from '../fhir/reference.ts'
import { refText, type Resource } from '../fhir/resource.ts'
import type { Store } from '../store/store.ts'
import type { Change } from './unit.ts'

export type ReferenceCheck = (resource: Resource) => Promise<void>

/** Throws `reference-not-found` or `reference-malformed` (422). `changes`: all that the unit writes and deletes. */
export const createReferenceCheck = (store: Store, caller: Caller, changes: readonly Change[]): ReferenceCheck => {
  const known = new Map<string, boolean>(changes.map(change => [refText(change.ref), change.after !== undefined]))
  const visibility = visibilityOf(caller)

  const leadsSomewhere = async ({ type, id, version }: { type: string; id: string; version: string | undefined }): Promise<boolean> => {
    const current = refText({ type, id })
    const found = known.get(current) ?? await isCurrent(type, id)
    known.set(current, found)
    if (!found || version === undefined) return found
    return /^\d{1,15}$/.test(version) && await store.readVersion({ type, id }, Number(version), visibility) !== undefined
  }

  const isCurrent = async (type: string, id: string): Promise<boolean> => {
    const version = await store.read({ type, id }, visibility)
    return version !== undefined && !version.deleted
  }

  return async resource => {
    for (const { reference, expression } of references(resource)) {
      if (isInsideBundle(expression)) continue
      const target = parseReference(reference)
      switch (target.kind) {
        case 'local':
          if (!await leadsSomewhere(target)) throw outcomes.danglingReference(reference, expression)
          break
        case 'uuid': throw outcomes.danglingReference(reference, expression)
        case 'conditional':
        case 'malformed': throw outcomes.malformedReference(reference, expression)
        case 'url':
        case 'contained': break
      }
    }
  }
}

/** What a stored Bundle carries refers to what it carries (R4 bundle.html#references); it is a document, not records. */
const isInsideBundle = (expression: string): boolean => expression.startsWith('Bundle.entry[')
