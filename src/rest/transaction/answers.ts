/** Entries of a batch-response or transaction-response, as text around stored text. */
import { STATUS_CODES } from 'node:http'
import { operationOutcome, outcomes, type FhirError } from '../../fhir/outcomes.ts'
import type { StoredVersion } from '../../store/store.ts'
import { etag, locationOf, writtenBody, type Preference } from '../answers.ts'
import type { FhirAnswer } from '../request.ts'
import type { Entry } from './entries.ts'

/** `Bundle.entry.response.status`: "starts with a 3 digit HTTP code … and may contain the standard HTTP description". */
export const statusText = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trim()

interface Parts {
  readonly response: object
  /** JSON of the resource, and of `response.outcome`. */
  readonly resource?: string | undefined
  readonly outcome?: string | undefined
}

const entryText = ({ response, resource, outcome }: Parts): string => {
  const text = JSON.stringify(response)
  const told = outcome === undefined ? text : `${text.slice(0, -1)},"outcome":${outcome}}`
  return `{${resource === undefined ? '' : `"resource":${resource},`}"response":${told}}`
}

export const writtenEntry = (base: string, version: StoredVersion, status: 200 | 201, preferred: Preference): string => {
  const body = writtenBody(preferred, version)
  const response = { status: statusText(status), location: locationOf(base, version), etag: etag(version), lastModified: version.lastUpdated }
  return entryText({ response, ...(preferred === 'OperationOutcome' ? { outcome: body } : { resource: body }) })
}

/**
 * The answer of an interaction of its own: a deletion or a read inside a transaction, any entry of a batch. What a write has
 * to say is its `outcome`, not a resource; to HEAD nothing is shown.
 */
export const answerEntry = ({ verb }: Pick<Entry, 'verb'>, answer: FhirAnswer): string => {
  const { etag: tag, location, 'last-modified': modified } = answer.headers
  const response = {
    status: statusText(answer.status),
    ...(location === undefined ? {} : { location }),
    ...(tag === undefined ? {} : { etag: tag }),
    ...(modified === undefined ? {} : { lastModified: new Date(modified).toISOString() }),
  }
  const body = verb === 'HEAD' ? undefined : answer.body
  const isOutcome = verb !== 'GET' && body?.startsWith('{"resourceType":"OperationOutcome"') === true
  return entryText({ response, ...(isOutcome ? { outcome: body } : { resource: body }) })
}

export const failedEntry = (error: FhirError): string =>
  entryText({ response: { status: statusText(error.status) }, outcome: JSON.stringify(operationOutcome(error.issues)) })

/** 1,000 searches could ask for gigabytes; six times the largest body is enough for a Bundle that means what it asks. */
export const MAX_ANSWER_LENGTH = 32 * 1024 * 1024

/** Throws `too-large` (413) for an entry that would be read behind more than that. */
export const requireRoom = (length: number): void => {
  if (length > MAX_ANSWER_LENGTH) throw outcomes.tooLarge(`${MAX_ANSWER_LENGTH} characters of answers to one Bundle; read the rest on its own`)
}
