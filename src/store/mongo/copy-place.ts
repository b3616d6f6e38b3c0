/** Where a copy to this database stands: one document, changed with what was written up to it, and kept for good. */
import type { Place } from '../copy.ts'

/** The collection of the one document. */
export const COPY = 'copy'

export interface CopyDocument {
  readonly _id: 'place'
  /** Of the source: a copy of another one does not go on here. */
  readonly mark: string
  readonly place: Place
  /** Until then no hub opens the database. */
  readonly isReleased: boolean
}
