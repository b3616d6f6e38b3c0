/**
 * `/fhir`: from an HTTP message to a FhirRequest with its Caller, and from the answer back. What only HTTP knows ends
 * here: media types, limits, encodings, HEAD. Interactions and operations are `rest/`.
 */
import type { IncomingMessage } from 'node:http'
import { systemCaller, type Caller } from '../access/caller.ts'
import { MAX_BODY_BYTES } from '../fhir/json.ts'
import { FhirError, outcomes } from '../fhir/outcomes.ts'
import type { FhirHandler, FhirRequest } from '../rest/request.ts'
import type { Addresses } from './addresses.ts'
import { send, type Response } from './answer.ts'
import type { Authentication } from './authentication.ts'
import { hasBody, readText } from './body.ts'
import { bodyForm, requireJsonAccepted } from './negotiation.ts'
import { decodePairs, decodePath, type Pairs } from './query.ts'
import type { RequestIds } from './request-ids.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
type Method = (typeof METHODS)[number]
const isMethod = (text: string): text is Method => METHODS.some(method => method === text)

export interface FhirEndpointParts {
  readonly handler: FhirHandler
  readonly authentication: Authentication
  readonly addresses: Addresses
  /** Hears of what was refused to a caller (403), before the answer leaves. */
  readonly recordDenied?: RecordDenied | undefined
}

export type RecordDenied = (request: FhirRequest, caller: Caller) => Promise<void>

/** The CapabilityStatement is for everyone: whoever has no token yet reads there how to get one. It shows no data. */
const stranger: Caller = { ...systemCaller, client: 'anonymous', role: 'integrator', scopes: [] }
const isOpen = (method: Method, path: readonly string[]): boolean =>
  path.length === 1 && path[0] === 'metadata' && (method === 'GET' || method === 'HEAD')

/** `target`: the rest of the address after `/fhir`, as it came. Told to `onCaller` as soon as the caller is known. */
export const createFhirEndpoint = ({ handler, authentication, addresses, recordDenied }: FhirEndpointParts) =>
  async (request: IncomingMessage, response: Response, target: string, ids: RequestIds, onCaller: (caller: Caller) => void) => {
    const method = request.method ?? ''
    if (!isMethod(method)) throw outcomes.methodNotAllowed(method, METHODS)
    const [rawPath = '', rawQuery = ''] = splitTarget(target)
    const path = decodePath(rawPath)
    const caller = isOpen(method, path) ? stranger : await authentication.caller(request)
    onCaller(caller)

    const query = decodePairs(rawQuery)
    const { body, form } = await readBody(request, method, path)
    const all = form.length === 0 ? query : [...query, ...form]
    requireJsonAccepted(request.headers.accept, all.filter(([name]) => name === '_format').map(([, value]) => value))
    const fhirRequest: FhirRequest = {
      method: method === 'HEAD' ? 'GET' : method,
      path,
      query: all.filter(([name]) => name !== '_format'),
      // Repeated headers are joined by Node, all but set-cookie, which no client sends.
      headers: request.headers as Readonly<Record<string, string | undefined>>,
      body,
      requestId: ids.requestId,
      correlationId: ids.correlationId,
      base: `${addresses.root(request.headers.host)}/fhir`,
    }
    try {
      const answer = await handler(fhirRequest, caller)
      await Promise.all((answer.denied ?? []).map(async denied => recordDenied?.(denied, caller)))
      send(response, answer)
    } catch (error) {
      if (error instanceof FhirError && error.status === 403) await recordDenied?.(fhirRequest, caller)
      throw error
    }
  }

const splitTarget = (target: string): readonly string[] => {
  const mark = target.indexOf('?')
  return mark < 0 ? [target] : [target.slice(0, mark), target.slice(mark + 1)]
}

const readBody = async (request: IncomingMessage, method: Method, path: readonly string[]): Promise<{ body: string; form: Pairs }> => {
  if (!hasBody(request)) return { body: '', form: [] }
  if (method === 'GET' || method === 'HEAD' || method === 'DELETE') {
    await readText(request, MAX_BODY_BYTES)
    return { body: '', form: [] }
  }
  const form = bodyForm(request.headers['content-type'], method)
  if (form === 'form' && path.at(-1) !== '_search') throw outcomes.unsupportedMediaType(request.headers['content-type'] ?? '')
  const text = await readText(request, MAX_BODY_BYTES)
  return form === 'form' ? { body: '', form: decodePairs(text) } : { body: text, form: [] }
}
