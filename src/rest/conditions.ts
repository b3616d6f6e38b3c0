/** Preconditions in headers: If-Match, If-None-Match, If-None-Exist (https://hl7.org/fhir/R4/http.html#concurrency). */
import { outcomes } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'

/** The version number in `W/"3"` or `"3"`; undefined without the header; 400 when it is no version of this hub. */
export const versionInTag = (header: string, tag: string | undefined): number | undefined => {
  if (tag === undefined) return undefined
  const number = /^(?:W\/)?"(\d{1,15})"$/.exec(tag.trim())?.[1]
  if (number === undefined) throw outcomes.badRequest('etag-malformed', `${header} must hold one version such as W/"3", found ${JSON.stringify(tag.slice(0, 40))}`)
  return Number(number)
}

/** 412 unless `current` is the version that the caller read. */
export const requireVersion = (what: string, ifMatch: number | undefined, current: Resource | undefined): void => {
  if (ifMatch === undefined) return
  const version = Number(current?.meta?.versionId ?? 0)
  if (version !== ifMatch) throw outcomes.versionConflict(what, version)
}
