/**
 * From method and path to an interaction or operation, after asking whether the caller's role may do it.
 * A pure match on the path: what is not in it is 404, a wrong method is 405 and names the right ones.
 */
import { permit } from '../access/permissions.ts'
import { nearest } from '../fhir/nearest.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { isId, type ResourceRef } from '../fhir/resource.ts'
import { capabilityText } from './capability.ts'
import type { RestParts } from './context.ts'
import { batchOrTransaction } from './interactions/bundle-request.ts'
import { isConditional, removeWhere, updateWhere } from './interactions/conditional.ts'
import { history, instanceHistory } from './interactions/history.ts'
import { patchById, patchWhere } from './interactions/patch.ts'
import { read, vread } from './interactions/read.ts'
import { search } from './interactions/search.ts'
import { compartmentArea, type SearchArea } from './interactions/search-area.ts'
import { create, remove, update } from './interactions/write.ts'
import { indented, isPretty } from './pretty.ts'
import type { RequestContext } from './repository.ts'
import type { FhirAnswer, FhirHandler, FhirRequest } from './request.ts'

export const createHandler = (parts: RestParts): FhirHandler => {
  const capability = capabilityText(parts)
  const answer: FhirHandler = async (request, caller) => {
    const pretty = isPretty(request)
    const given = await handle(request, caller)
    return pretty && given.body !== undefined ? { ...given, body: indented(given.body) } : given
  }
  const handle: FhirHandler = async (request, caller) => {
    const context: RequestContext = { caller, requestId: request.requestId, correlationId: request.correlationId }
    const [first, second, third, fourth, fifth, ...rest] = request.path
    if (rest.length > 0 || (fifth !== undefined && !(third === '_history' && fifth.startsWith('$')))) throw unknownRoute(request)
    if (first === undefined) return bySystem(parts, request, context, handle)
    if (second === undefined) {
      if (first === 'metadata') return byMethod(request, { GET: async () => ({ status: 200, headers: {}, body: capability(request.base) }) })
      if (first === '_search') return byForm(parts, request, context, { kind: 'system' })
      if (first === '_history') return byMethod(request, { GET: () => historyOf(parts, request, context, undefined) })
      if (first.startsWith('$')) return operation(parts, request, context, first)
    } else if (/^[$_]|^metadata$/.test(first)) throw unknownRoute(request)

    requireType(parts, first)
    if (second === undefined) return byType(parts, request, context, first)
    if (third === undefined) {
      if (second === '_search') return byForm(parts, request, context, { kind: 'type', type: first })
      if (second === '_history') return byMethod(request, { GET: () => historyOf(parts, request, context, first) })
      if (second.startsWith('$')) return operation(parts, request, context, second, first)
    } else if (/^[$_]/.test(second)) throw unknownRoute(request)

    if (!isId(second)) throw outcomes.notFound(`${first}/${second.slice(0, 64)}`)
    const ref = { type: first, id: second }
    if (third === undefined) return byInstance(parts, request, context, ref)
    if (fifth !== undefined) return operation(parts, request, context, fifth, first, second, fourth)
    if (third === '_history') return byHistory(parts, request, context, ref, fourth)
    if (third.startsWith('$') && fourth === undefined) return operation(parts, request, context, third, first, second)
    return byCompartment(parts, request, context, ref, third, fourth)
  }
  return answer
}

const bySystem = (parts: RestParts, request: FhirRequest, context: RequestContext, handle: FhirHandler): Promise<FhirAnswer> =>
  byMethod(request, {
    GET: () => search(parts, request, context, { kind: 'system' }),
    POST: () => batchOrTransaction(parts, request, context, handle),
  })

const byType = (parts: RestParts, request: FhirRequest, context: RequestContext, type: string): Promise<FhirAnswer> =>
  byMethod(request, {
    GET: () => search(parts, request, context, { kind: 'type', type }),
    POST: () => {
      permit(context.caller, 'create', type)
      return create(parts, request, context, type)
    },
    // Without criteria there is nothing here to update, patch or delete.
    ...(isConditional(request) ? {
      PUT: () => updateWhere(parts, request, context, type),
      PATCH: () => patchWhere(parts, request, context, type),
      DELETE: () => {
        permit(context.caller, 'delete', type)
        return removeWhere(parts, request, context, type)
      },
    } : {}),
  })

/** `_search`: a form was read into the query already; what is left is a body of another kind. */
const byForm = (parts: RestParts, request: FhirRequest, context: RequestContext, area: SearchArea): Promise<FhirAnswer> =>
  byMethod(request, {
    POST: () => {
      if (request.body !== '') throw outcomes.unsupportedMediaType(request.headers['content-type'] ?? '', 'application/x-www-form-urlencoded')
      return search(parts, request, context, area)
    },
  })

/** `Patient/1/Observation`, `Patient/1/*`, and both by `_search`. */
const byCompartment = (
  parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef, type: string, more: string | undefined,
): Promise<FhirAnswer> => {
  if (type !== '*' && !/^[A-Z]/.test(type) && type !== '_search') throw unknownRoute(request)
  if (more !== undefined && (more !== '_search' || type === '_search')) throw unknownRoute(request)
  const area = compartmentArea(parts.definitions, ref.type, ref.id, type === '_search' ? '*' : type)
  if (type === '_search' || more === '_search') return byForm(parts, request, context, area)
  return byMethod(request, { GET: () => search(parts, request, context, area) })
}

const operation = (
  parts: RestParts, request: FhirRequest, context: RequestContext, segment: string, type?: string, id?: string, version?: string,
): Promise<FhirAnswer> => parts.operations.run(parts, request, context, { code: segment.slice(1), type, id, version })

const byInstance = (parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef): Promise<FhirAnswer> =>
  byMethod(request, {
    GET: () => {
      permit(context.caller, 'read', ref.type)
      return read(parts, request, context, ref)
    },
    PUT: () => update(parts, request, context, ref),
    PATCH: () => patchById(parts, request, context, ref),
    DELETE: () => {
      permit(context.caller, 'delete', ref.type)
      return remove(parts, request, context, ref)
    },
  })

const byHistory = (
  parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef, versionId: string | undefined,
): Promise<FhirAnswer> =>
  byMethod(request, {
    GET: () => {
      permit(context.caller, versionId === undefined ? 'history' : 'read', ref.type)
      return versionId === undefined ? instanceHistory(parts, request, context, ref) : vread(parts, request, context, ref, versionId)
    },
  })

/** History of a type, or of everything: what a search of it would need. */
const historyOf = (parts: RestParts, request: FhirRequest, context: RequestContext, type: string | undefined): Promise<FhirAnswer> => {
  permit(context.caller, 'search', type ?? '*')
  return history(parts, request, context, type === undefined ? {} : { type })
}

/** HEAD is GET without its body, which the HTTP room leaves out. */
const byMethod = async (
  request: FhirRequest, actions: Partial<Record<FhirRequest['method'], () => Promise<FhirAnswer>>>,
): Promise<FhirAnswer> => {
  const action = actions[request.method === 'HEAD' ? 'GET' : request.method]
  if (action !== undefined) return action()
  const allowed = Object.keys(actions)
  throw outcomes.methodNotAllowed(request.method, allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed)
}

const requireType = (parts: RestParts, type: string): void => {
  if (!parts.definitions.resourceTypes.has(type)) throw outcomes.unknownType(type, nearest(type, parts.definitions.resourceTypes))
}

const unknownRoute = (request: FhirRequest) => outcomes.unknownRoute(request.method, `/${request.path.join('/')}`)
