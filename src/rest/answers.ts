/** Answers of single-resource interactions: status, ETag, Last-Modified, Location, and the body that `Prefer` asks for. */
import { operationOutcome, type Issue } from '../fhir/outcomes.ts'
import { refText } from '../fhir/resource.ts'
import type { StoredVersion } from '../store/store.ts'
import type { FhirAnswer, FhirRequest } from './request.ts'

export const etag = (version: StoredVersion): string => `W/"${version.version}"`

const httpDate = (instant: string): string => new Date(instant).toUTCString()

export const versionHeaders = (version: StoredVersion): Record<string, string> => ({
  etag: etag(version),
  'last-modified': httpDate(version.lastUpdated),
})

export const locationOf = (base: string, version: StoredVersion): string =>
  `${base}/${refText(version.ref)}/_history/${version.version}`

export type Preference = 'minimal' | 'representation' | 'OperationOutcome'

const PREFERENCES: readonly Preference[] = ['minimal', 'representation', 'OperationOutcome']

/** `Prefer: return=…`, quoted or not (RFC 7240); the whole resource when nothing is said, as R4 leaves to the server. */
export const preference = (prefer: string | undefined): Preference => {
  const asked = /(?:^|[,;\s])return\s*=\s*"?([A-Za-z]+)/i.exec(prefer ?? '')?.[1]?.toLowerCase()
  return PREFERENCES.find(known => known.toLowerCase() === asked) ?? 'representation'
}

/** `Prefer: handling=lenient`; strict when nothing is said. */
export const isLenient = (prefer: string | undefined): boolean => /(?:^|[,;\s])handling\s*=\s*"?lenient\b/i.test(prefer ?? '')

/** Answer of a create or update. */
export const written = (request: FhirRequest, version: StoredVersion, status: 200 | 201): FhirAnswer => ({
  status,
  headers: { ...versionHeaders(version), location: locationOf(request.base, version) },
  body: writtenBody(preference(request.headers['prefer']), version),
})

export const writtenBody = (preferred: Preference, version: StoredVersion): string | undefined => {
  switch (preferred) {
    case 'minimal': return undefined
    case 'representation': return version.json
    case 'OperationOutcome': return JSON.stringify(operationOutcome([storedAs(version)]))
  }
}

const storedAs = (version: StoredVersion): Issue => ({
  severity: 'information', type: 'informational', code: 'stored',
  text: `stored as ${refText(version.ref)}, version ${version.version}`,
})
