/**
 * What a caller tried and was not allowed to do (403), as an audit entry: who looks where they may not is worth knowing.
 * What was not even there for them (404) is not written down: it tells of typing errors, not of trespass.
 */
import type { AuditEntry, AuditInteraction } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { isId } from '../fhir/resource.ts'
import type { FhirRequest } from '../rest/request.ts'

/** The entry of a refused request; the type and id of its address are named when they could be some. */
export const deniedEntry = (request: FhirRequest, caller: Caller, at: number): AuditEntry => {
  const [type = '', id = ''] = request.path
  const isResource = /^[A-Z][A-Za-z]{1,63}$/.test(type) && isId(id)
  const interaction = interactionOf(request)
  return {
    interaction, at, caller, requestId: request.requestId, outcome: '4',
    ...(interaction === 'search' ? { query: type } : {}),
    touched: isResource ? [{ ref: { type, id }, patients: [] }] : [],
  }
}

const interactionOf = ({ method, path }: FhirRequest): AuditInteraction => {
  if (path.some(segment => segment.startsWith('$'))) return 'operation'
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (path.includes('_history')) return 'history'
      return path.length === 2 ? 'read' : 'search'
    case 'POST': return path.length === 0 ? 'transaction' : path.at(-1) === '_search' ? 'search' : 'create'
    case 'PUT': return 'update'
    case 'PATCH': return 'patch'
    case 'DELETE': return 'delete'
  }
}
