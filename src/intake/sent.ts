/** What a sending consists of, before anything in it is judged. */
import type { Resource } from '../fhir/resource.ts'

export interface SentEntry {
  readonly resource: Resource
  /** What other entries call it: its fullUrl, `Type/id`, `urn:uuid:id`. */
  readonly addresses: readonly string[]
  /** Server the entry says it comes from: its relative references are relative to that (R4 Bundle, resolving references). */
  readonly base: string | undefined
  /** `Bundle.entry[3].resource` */
  readonly at: string
}
