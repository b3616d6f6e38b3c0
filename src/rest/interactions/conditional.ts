/**
 * conditional update and delete: `PUT [type]?criteria`, `DELETE [type]?criteria`. What matched is an expectation of the
 * commit, so simultaneous requests with the same criteria make one resource (docs/decisions/0006-delete-and-update.md).
 * https://hl7.org/fhir/R4/http.html#cond-update
 */
import { randomUUID } from 'node:crypto'
import { outcomes } from '../../fhir/outcomes.ts'
import { isId, refText, type Resource, type ResourceRef } from '../../fhir/resource.ts'
import { localise } from '../addresses.ts'
import { etag, written } from '../answers.ts'
import { readResource } from '../body.ts'
import { tagsIn, type Tags } from '../conditions.ts'
import type { RestParts } from '../context.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirRequest } from '../request.ts'
import type { Unit } from '../unit.ts'
import { findOne, nothingDeleted, put, removeCurrent, versionOf } from './write.ts'

/** How the answer is written is no part of the condition. */
const criteriaPairs = ({ query }: FhirRequest): [string, string][] =>
  query.filter(([name]) => name !== '_pretty').map(([name, value]): [string, string] => [name, value])

export const isConditional = (request: FhirRequest): boolean => criteriaPairs(request).length > 0

/** The criteria of the address, as a query string. */
export const conditionIn = (request: FhirRequest): string => new URLSearchParams(criteriaPairs(request)).toString()

export const updateWhere = async (parts: RestParts, request: FhirRequest, context: RequestContext, type: string): Promise<FhirAnswer> => {
  const resource = localise(readResource(request.body, type), request.base)
  const query = conditionIn(request)
  const ifMatch = tagsIn('If-Match', request.headers['if-match'])
  const { value: { ref, created }, versions } = await parts.repository.transact(context, async unit => {
    const ref = await updateTarget(parts, unit, resource, query, context, request.base)
    return { ref, created: await putAt(parts, unit, resource, ref, ifMatch, context) }
  })
  return written(request, versionOf(versions, ref), created ? 201 : 200)
}

/**
 * R4's table: the one match, whose id the body has or leaves out (400 otherwise); without a match the body's own id,
 * which must be free (409), or a new one; several matches are 412.
 */
export const updateTarget = async (
  parts: RestParts, unit: Unit, resource: Resource, query: string, context: RequestContext, base: string,
): Promise<ResourceRef> => {
  const { resourceType: type, id } = resource
  if (id !== undefined && (typeof id !== 'string' || !isId(id))) throw outcomes.badRequest('id-malformed', ID_FORM, 'Resource.id')
  const match = await findOne(parts, unit, type, query, base)
  if (match !== undefined) {
    if (id !== undefined && id !== match.id) {
      throw outcomes.badRequest('id-mismatch', `${type}/${match.id} matches the condition, and the body's id is "${id}"; send that id, or none`, 'Resource.id')
    }
    return { type, id: String(match.id) }
  }
  const ref = { type, id: id ?? randomUUID() }
  const isTaken = await unit.read(ref) !== undefined && await parts.repository.isVisible(context, ref)
  if (isTaken) throw outcomes.conditionContradicted(refText(ref), `${type}?${query}`)
  return ref
}

const ID_FORM = 'an id has 1 to 64 letters, digits, "-" or "."; leave it out to be given one'

/** Answers whether it was created. */
export const putAt = (
  parts: RestParts, unit: Unit, resource: Resource, ref: ResourceRef, ifMatch: Tags | undefined, context: RequestContext,
): Promise<boolean> => put(unit, { ...resource, id: ref.id }, ref, ifMatch, parts.repository, context)

/** Deletes the one match. Several are 412: what a condition takes away by surprise is not brought back. */
export const removeWhere = async (parts: RestParts, request: FhirRequest, context: RequestContext, type: string): Promise<FhirAnswer> => {
  const query = conditionIn(request)
  const ifMatch = tagsIn('If-Match', request.headers['if-match'])
  const { value: ref, versions } = await parts.repository.transact(context, async unit => {
    const match = await findOne(parts, unit, type, query, request.base)
    const ref = match === undefined ? undefined : { type, id: String(match.id) }
    return ref !== undefined && await removeCurrent(unit, ref, ifMatch, parts.repository, context) ? ref : undefined
  })
  if (ref === undefined) return nothingDeleted(`${type}?${query}`)
  return { status: 204, headers: { etag: etag(versionOf(versions, ref)) }, body: undefined }
}
