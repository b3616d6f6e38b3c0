/**
 * References of what is about to be written: a literal reference to this hub must lead to something current that
 * the caller may see, stored already or written in the same unit (R4 referential integrity, docs/decisions/0005-references.md).
 */
import type { Caller } from '../access/caller.ts'
import { visibilityOf } from '../access/visibility.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { localReference, references } from '../fhir/reference.ts'
import { refText } from '../fhir/resource.ts'
import type { Store } from '../store/store.ts'
import type { Change } from './unit.ts'

export const refuseDanglingReferences = async (store: Store, caller: Caller, changes: readonly Change[]): Promise<void> => {
  const written = new Set(changes.filter(change => change.after !== undefined).map(change => refText(change.ref)))
  const checked = new Set<string>()
  const visibility = visibilityOf(caller)
  for (const change of changes) {
    if (change.origin !== 'request' || change.after === undefined) continue
    for (const { reference, expression } of references(change.after)) {
      if (reference.startsWith('urn:uuid:')) throw outcomes.danglingReference(reference, expression)
      const target = localReference(reference)
      if (target === undefined || written.has(refText(target)) || checked.has(refText(target))) continue
      const version = await store.read(target, visibility)
      if (version === undefined || version.deleted) throw outcomes.danglingReference(reference, expression)
      checked.add(refText(target))
    }
  }
}
