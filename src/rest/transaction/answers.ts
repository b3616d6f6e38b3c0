/** Entries of a batch-response or transaction-response, as text around stored text. */
import { STATUS_CODES } from 'node:http'
import { operationOutcome, outcomes, type FhirError } from '../../fhir/outcomes.ts'
import type { StoredVersion } from '../../store/store.ts'
import { etag, locationOf, writtenBody, type Preference } from '../answers.ts'
import type { FhirAnswer } from '../request.ts'

/** `Bundle.entry.response.status`: "starts with a 3 digit HTTP code … and may contain the standard HTTP description". */
export const statusText = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trim()

const entryText = (response: object, resource: string | undefined): string =>
  `{${resource === undefined ? '' : `"resource":${resource},`}"response":${JSON.stringify(response)}}`

export const writtenEntry = (base: string, version: StoredVersion, status: 200 | 201, preferred: Preference): string => {
  const outcome = preferred === 'OperationOutcome' ? { outcome: JSON.parse(writtenBody(preferred, version) ?? 'null') as unknown } : {}
  return entryText(
    { status: statusText(status), location: locationOf(base, version), etag: etag(version), lastModified: version.lastUpdated, ...outcome },
    preferred === 'representation' ? version.json : undefined,
  )
}

export const deletedEntry = (version: StoredVersion | undefined): string =>
  entryText({ status: statusText(204), ...(version === undefined ? {} : { etag: etag(version) }) }, undefined)

/** The answer of an interaction of its own: a read inside a transaction, any entry of a batch. */
export const answerEntry = (answer: FhirAnswer): string => {
  const { etag: tag, location, 'last-modified': modified } = answer.headers
  return entryText({
    status: statusText(answer.status),
    ...(location === undefined ? {} : { location }),
    ...(tag === undefined ? {} : { etag: tag }),
    ...(modified === undefined ? {} : { lastModified: new Date(modified).toISOString() }),
  }, answer.body)
}

export const failedEntry = (error: FhirError): string =>
  entryText({ status: statusText(error.status), outcome: operationOutcome(error.issues) }, undefined)

/** 1,000 searches could ask for gigabytes; six times the largest body is enough for a Bundle that means what it asks. */
export const MAX_ANSWER_LENGTH = 32 * 1024 * 1024

/** Throws `too-large` (413) for an entry that would be read behind more than that. */
export const requireRoom = (length: number): void => {
  if (length > MAX_ANSWER_LENGTH) throw outcomes.tooLarge(`${MAX_ANSWER_LENGTH} characters of answers to one Bundle; read the rest on its own`)
}
