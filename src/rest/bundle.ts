/**
 * Bundles put together as text around the stored text of their entries, which is neither parsed nor copied.
 * R4: https://hl7.org/fhir/R4/bundle.html
 */
import { distance, type LengthUnit } from '../fhir/lengths.ts'
import { operationOutcome, type Issue } from '../fhir/outcomes.ts'
import { refText } from '../fhir/resource.ts'
import type { StoredVersion } from '../store/store.ts'
import { etag } from './answers.ts'

/** Where a page link says how far the pages before it went; sealed, so that nobody can write one. */
export const PAGE_PARAMETER = '_page'

/** Without `?`. */
export const queryText = (pairs: readonly (readonly [string, string])[]): string =>
  new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString()

export interface Link {
  readonly relation: 'self' | 'first' | 'next' | 'previous'
  readonly url: string
}

/** `extension`: of the entry's `search`, as JSON. */
export const searchEntry = (base: string, version: StoredVersion, mode: 'match' | 'include', extension?: string): string =>
  `{"fullUrl":${JSON.stringify(`${base}/${refText(version.ref)}`)},"resource":${version.json},`
  + `"search":{${extension === undefined ? '' : `"extension":[${extension}],`}"mode":"${mode}"}}`

/** How far a match is, as R4's Location page has it told: https://hl7.org/fhir/R4/location.html#positional */
export const distanceExtension = (metres: number, unit: LengthUnit): string =>
  JSON.stringify({ url: 'http://hl7.org/fhir/StructureDefinition/location-distance', valueDistance: distance(metres, unit) })

export const outcomeEntry = (issues: readonly Issue[]): string =>
  `{"resource":${JSON.stringify(operationOutcome(issues))},"search":{"mode":"outcome"}}`

export const historyEntry = (base: string, version: StoredVersion): string => {
  const response = {
    status: version.deleted ? '204' : version.version === 1 ? '201' : '200',
    etag: etag(version), lastModified: version.lastUpdated,
  }
  const url = version.method === 'POST' ? version.ref.type : refText(version.ref)
  const resource = version.deleted ? '' : `"resource":${version.json},`
  return `{"fullUrl":${JSON.stringify(`${base}/${refText(version.ref)}`)},${resource}` +
    `"request":{"method":"${version.method}","url":"${url}"},"response":${JSON.stringify(response)}}`
}

export const bundleText = (
  { type, links, total, entries, lastUpdated, id }: {
    type: 'searchset' | 'history' | 'transaction-response' | 'batch-response'
    links: readonly Link[]
    total: number | undefined
    entries: readonly string[]
    lastUpdated: string
    id: string
  },
): string => {
  const parts = [`"resourceType":"Bundle","id":"${id}","meta":{"lastUpdated":"${lastUpdated}"},"type":"${type}"`]
  if (total !== undefined) parts.push(`"total":${total}`)
  if (links.length > 0) parts.push(`"link":${JSON.stringify(links)}`)
  if (entries.length > 0) parts.push(`"entry":[${entries.join(',')}]`)
  return `{${parts.join(',')}}`
}
