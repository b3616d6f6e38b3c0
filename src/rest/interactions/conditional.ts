/**
 * conditional update and delete: `PUT [type]?criteria`, `DELETE [type]?criteria`. What matched is an expectation of the
 * commit, so simultaneous requests with the same criteria make one resource (docs/decisions/0006-delete-and-update.md).
 * https://hl7.org/fhir/R4/http.html#cond-update
 */
import { randomUUID } from 'node:crypto'
import { outcomes } from '../../fhir/outcomes.ts'
import { isId, refText, type Resource, type ResourceRef } from '../../fhir/resource.ts'
import { localise } from '../addresses.ts'
import { written } from '../answers.ts'
import { readResource } from '../body.ts'
import type { Preconditions } from '../conditions.ts'
import type { RestParts } from '../context.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirRequest } from '../request.ts'
import type { Unit } from '../unit.ts'
import { findAll, findOne } from './criteria.ts'
import { deleted, nothingDeleted, preconditionsIn, put, removeCurrent, versionOf } from './write.ts'

/** How the answer is written is no part of the condition. */
const criteriaPairs = ({ query }: FhirRequest): [string, string][] =>
  query.filter(([name]) => name !== '_pretty').map(([name, value]): [string, string] => [name, value])

export const isConditional = (request: FhirRequest): boolean => criteriaPairs(request).length > 0

/** The criteria of the address, as a query string. */
export const conditionIn = (request: FhirRequest): string => new URLSearchParams(criteriaPairs(request)).toString()

export const updateWhere = async (parts: RestParts, request: FhirRequest, context: RequestContext, type: string): Promise<FhirAnswer> => {
  const resource = localise(readResource(request.body, type), request.base)
  const query = conditionIn(request)
  const preconditions = preconditionsIn(request)
  const { value: { ref, created }, versions } = await parts.repository.transact(context, async unit => {
    const ref = await updateTarget(parts, unit, resource, query, context, request.base)
    return { ref, created: await putWhere(parts, unit, resource, ref, preconditions, context) }
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
  const isKnown = await parts.repository.isVisible(context, ref)
  if (isKnown && await unit.read(ref) !== undefined) throw outcomes.conditionContradicted(refText(ref), `${type}?${query}`)
  if (id !== undefined && !isKnown && !parts.policy.updateCreate) throw outcomes.clientIdNotAllowed(refText(ref))
  return ref
}

const ID_FORM = 'an id has 1 to 64 letters, digits, "-" or "."; leave it out to be given one'

/** At the target that `updateTarget` found; answers whether it was created. */
export const putWhere = (
  parts: RestParts, unit: Unit, resource: Resource, ref: ResourceRef, preconditions: Preconditions, context: RequestContext,
): Promise<boolean> => put(unit, { ...resource, id: ref.id }, ref, { preconditions, mayCreate: true }, parts.repository, context)

/** One commit holds them all; beyond, a mistaken condition is likelier than a wish (docs/decisions/0006-delete-and-update.md). */
const MAX_DELETED = 100

export const removeWhere = async (parts: RestParts, request: FhirRequest, context: RequestContext, type: string): Promise<FhirAnswer> => {
  const query = conditionIn(request)
  const preconditions = preconditionsIn(request)
  const { value: refs, versions } = await parts.repository.transact(context, async unit => {
    const refs = await deleteTargets(parts, unit, type, query, preconditions, request.base)
    for (const ref of refs) await removeCurrent(unit, ref, preconditions, parts.repository, context)
    return refs
  })
  return refs.length === 0 ? nothingDeleted(`${type}?${query}`) : deleted(request, refs.map(ref => versionOf(versions, ref)))
}

/** What matches, up to the bound; 412 for more, and for several where one is the rule, or where If-Match names the version of one. */
export const deleteTargets = async (
  parts: RestParts, unit: Unit, type: string, query: string, { ifMatch }: Preconditions, base: string,
): Promise<readonly ResourceRef[]> => {
  const matches = await findAll(parts, unit, type, query, base)
  const isSingle = parts.policy.conditionalDelete === 'single' || Array.isArray(ifMatch)
  if (isSingle && matches.length > 1) throw outcomes.multipleMatches(`${type}?${query}`)
  if (matches.length > MAX_DELETED) throw outcomes.tooManyToDelete(`${type}?${query}`, MAX_DELETED)
  return matches.map(({ id }) => ({ type, id: String(id) }))
}
