/**
 * An emitter turns one value of a known R4 type into index entries of one parameter.
 * There is one file per search parameter type; `emitterFor` picks by parameter type and value type.
 */
import type { Resource } from '../../fhir/resource.ts'
import type { IndexEntry } from '../entries.ts'
import { MAX_VALUE_LENGTH } from '../limits.ts'

export type Add = (entry: IndexEntry) => void
export type Emitter = (value: unknown, add: Add, resource: Resource) => void

/** A string as an entry keeps it; undefined for anything else and for the empty string. */
export const kept = (value: unknown): string | undefined =>
  (typeof value === 'string' && value !== '' ? value.slice(0, MAX_VALUE_LENGTH + 1) : undefined)
