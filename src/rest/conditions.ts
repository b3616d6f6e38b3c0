/**
 * Preconditions in headers: If-Match, If-None-Match, If-Modified-Since (https://hl7.org/fhir/R4/http.html#concurrency,
 * RFC 9110 section 13).
 */
import { outcomes } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import type { StoredVersion } from '../store/store.ts'

/** What a header of entity tags names: `*`, or versions. A tag that is no version of this hub matches nothing. */
export type Tags = 'any' | readonly number[]

const TAG = /^(?:W\/)?"([\x21\x23-\x7e]*)"$/

/** Of `*`, `W/"3"`, `"3"` or a list; undefined without the header; 400 when it is none of them. */
export const tagsIn = (header: string, text: string | undefined): Tags | undefined => {
  if (text === undefined) return undefined
  if (text.trim() === '*') return 'any'
  return text.split(',').flatMap(part => {
    const tag = TAG.exec(part.trim())?.[1]
    if (tag === undefined) {
      throw outcomes.badRequest('etag-malformed', `${header} takes a version such as W/"3", found ${JSON.stringify(text.slice(0, 40))}`)
    }
    return /^\d{1,15}$/.test(tag) ? [Number(tag)] : []
  })
}

/** The one version in If-Match, for operations; 0, which no resource has, for a tag of another form. */
export const versionInTag = (text: string | undefined): number | undefined => {
  const tags = tagsIn('If-Match', text)
  if (tags === undefined || tags === 'any') return undefined
  if (tags.length > 1) throw outcomes.badRequest('etag-malformed', 'If-Match takes one version here, such as W/"3"')
  return tags[0] ?? 0
}

/** What a write asks of what is there: If-Match, and If-None-Match (`*`: only where there is nothing). */
export interface Preconditions {
  readonly ifMatch: Tags | undefined
  readonly ifNoneMatch: Tags | undefined
}

export const UNCONDITIONAL: Preconditions = { ifMatch: undefined, ifNoneMatch: undefined }

/** Of the headers of a write, or of `ifMatch` and `ifNoneMatch` of an entry. */
export const preconditionsOf = (ifMatch: string | undefined, ifNoneMatch: string | undefined): Preconditions =>
  ({ ifMatch: tagsIn('If-Match', ifMatch), ifNoneMatch: tagsIn('If-None-Match', ifNoneMatch) })

/** 412 unless `current` is a version that If-Match names, and none that If-None-Match does. */
export const requirePreconditions = (what: string, { ifMatch, ifNoneMatch }: Preconditions, current: Resource | undefined): void => {
  const version = Number(current?.meta?.versionId ?? 0)
  const isNamed = (tags: Tags): boolean => (tags === 'any' ? current !== undefined : tags.includes(version))
  if (ifMatch !== undefined && !isNamed(ifMatch)) throw outcomes.versionConflict(what, version)
  if (ifNoneMatch !== undefined && isNamed(ifNoneMatch)) throw outcomes.alreadyThere(what, version)
}

/** Whether a conditional read is answered by 304; If-Modified-Since counts only without If-None-Match, a date that is none never. */
export const isUnchanged = (headers: Readonly<Record<string, string | undefined>>, version: StoredVersion): boolean => {
  const tags = tagsIn('If-None-Match', headers['if-none-match'])
  if (tags !== undefined) return tags === 'any' || tags.includes(version.version)
  const since = headers['if-modified-since']
  if (since === undefined) return false
  const modified = Date.parse(version.lastUpdated)
  // Last-Modified has whole seconds; an entry of a Bundle gives an instant.
  const isInstant = /^\d{4}-/.test(since)
  return (isInstant ? modified : Math.floor(modified / 1000) * 1000) <= Date.parse(since)
}
