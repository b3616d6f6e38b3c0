/** What compiling may ask of the store: who looks, and what a few stages find. */
import type { Document } from 'mongodb'
import type { Visibility } from '../../../search/plan.ts'
import type { ResourceFilter } from './tests.ts'

export interface Compiling {
  readonly visibility: Visibility
  /** Runs stages on the resources, in the search's snapshot and time. */
  run<T extends Document>(stages: readonly Document[]): Promise<readonly T[]>
}

/** Current resources of the types, or of any, that the caller may see. */
export const visibleOf = (types: readonly string[] | undefined, visibility: Visibility): ResourceFilter => ({
  ...(types === undefined ? {} : { type: types.length === 1 ? types[0]! : { $in: types } }),
  deleted: false,
  ...(visibility.kind === 'all' ? {} : { seenBy: { $in: visibility.labels } }),
})
