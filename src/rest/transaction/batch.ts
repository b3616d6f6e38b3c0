/**
 * batch: every entry is a request of its own, and one that fails fails alone. They run in the order of a transaction and are
 * answered in their own (https://hl7.org/fhir/R4/http.html#brules).
 */
import { randomUUID } from 'node:crypto'
import { instant } from '../../fhir/clock.ts'
import { stringifyJson } from '../../fhir/json.ts'
import { FhirError, outcomes } from '../../fhir/outcomes.ts'
import type { Resource } from '../../fhir/resource.ts'
import { bundleText } from '../bundle.ts'
import type { RestParts } from '../context.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirHandler, FhirRequest } from '../request.ts'
import { answerEntry, failedEntry, requireRoom } from './answers.ts'
import { binaryPatch } from '../patch/patch.ts'
import { entryList, inOrder, isRead, readEntry, type Entry } from './entries.ts'

export const batch = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, bundle: Resource, handle: FhirHandler,
): Promise<FhirAnswer> => {
  const answers: string[] = []
  const denied: FhirRequest[] = []
  const entries = entryList(bundle).flatMap((sent, index) => {
    try {
      return [readAlone(sent, index, request.base)]
    } catch (error) {
      answers[index] = failedAlone(error)
      return []
    }
  })
  let size = 0
  for (const entry of inOrder(entries)) {
    let own: FhirRequest | undefined
    try {
      requireRoom(size)
      own = entryRequest(request, entry)
      answers[entry.index] = answerEntry(entry, await handle(own, context.caller))
    } catch (error) {
      answers[entry.index] = failedAlone(error)
      if (error instanceof FhirError && error.status === 403 && own !== undefined) denied.push(own)
    }
    size += answers[entry.index]?.length ?? 0
  }
  const body = bundleText({
    type: 'batch-response', id: randomUUID(), lastUpdated: instant(parts.clock.now()), total: undefined, links: [], entries: answers,
  })
  return { status: 200, headers: {}, body, denied }
}

const readAlone = (sent: unknown, index: number, base: string): Entry => {
  const entry = readEntry(sent, index, base)
  // A Bundle within a Bundle would multiply the limit of entries.
  if (entry.path.length === 0 && !isRead(entry)) {
    throw outcomes.entry('entry-url', 'a batch holds no other batch or transaction', `Bundle.entry[${index}].request.url`)
  }
  return entry
}

const failedAlone = (error: unknown): string => {
  if (!(error instanceof FhirError)) throw error
  return failedEntry(error)
}

export const entryRequest = (request: FhirRequest, entry: Entry): FhirRequest => ({
  // HEAD asks what GET does; its answer is left without what it would show.
  method: entry.verb === 'HEAD' ? 'GET' : entry.verb,
  path: entry.path,
  query: [...new URLSearchParams(entry.query)],
  headers: {
    prefer: request.headers['prefer'], 'if-match': entry.ifMatch, 'if-none-match': entry.ifNoneMatch, 'if-none-exist': entry.ifNoneExist,
    'if-modified-since': entry.ifModifiedSince,
    'content-type': isJsonPatch(entry) ? 'application/json-patch+json' : 'application/fhir+json',
  },
  body: bodyOf(entry),
  // An entry is a request of its own: what is known by its id (a referral sent twice) must not be taken for its neighbour.
  requestId: `${request.requestId}.${entry.index}`,
  correlationId: request.correlationId,
  base: request.base,
})

/** R4 http.html#patch: inside a Bundle a JSON Patch is carried by a Binary. */
const isJsonPatch = ({ verb, resource }: Entry): boolean => verb === 'PATCH' && resource?.resourceType === 'Binary'

const bodyOf = (entry: Entry): string => {
  if (entry.resource === undefined) return ''
  return isJsonPatch(entry) ? binaryPatch(entry.resource) : stringifyJson(entry.resource)
}
