/** create, update, delete: https://hl7.org/fhir/R4/http.html#create */
import type { Caller } from '../../access/caller.ts'
import { permit } from '../../access/permissions.ts'
import { permitReach } from '../../access/reach.ts'
import { visibilityOf } from '../../access/visibility.ts'
import { operationOutcome, outcomes, type Issue } from '../../fhir/outcomes.ts'
import { refText, type Resource, type ResourceRef } from '../../fhir/resource.ts'
import { parseSearch } from '../../search/parse.ts'
import type { Condition } from '../../search/plan.ts'
import type { StoredVersion } from '../../store/store.ts'
import { etag, written } from '../answers.ts'
import { localise } from '../addresses.ts'
import { readResource } from '../body.ts'
import { requireVersion, tagsIn, type Tags } from '../conditions.ts'
import type { RestParts } from '../context.ts'
import type { Repository, RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirRequest } from '../request.ts'
import type { Unit } from '../unit.ts'

/**
 * The condition of `If-None-Exist` and of conditional references; unknown parameters are refused, so that none widens it.
 * Its answer tells what is there, so it needs what a search needs. Without a criterion it would match whatever there is.
 */
const criteria = (parts: RestParts, caller: Caller, type: string, query: string, base: string): Condition => {
  permit(caller, 'search', type)
  const pairs = [...new URLSearchParams(query)]
  const shaping = pairs.find(([name]) => SHAPING.test(name))?.[0]
  if (shaping !== undefined) throw outcomes.badParameter(shaping, `a condition says what to look for; leave ${shaping} out`)
  const { plan } = parseSearch(parts.definitions, [type], pairs, { now: parts.clock.now(), strict: true, base })
  if (plan.where.kind === 'all-of' && plan.where.of.length === 0) throw outcomes.multipleMatches(`${type}?${query}`)
  permitReach(caller, plan)
  return plan.where
}

/** Parameters about the answer of a search, which a condition does not have. */
const SHAPING = /^_(?:count|sort|total|summary|elements|include|revinclude|page|format|pretty)(?::|$)/

/** `?identifier=…`, `Patient?identifier=…` and `identifier=…` say the same. */
const queryOf = (type: string, text: string): string => {
  const mark = text.indexOf('?')
  return mark >= 0 && ['', type].includes(text.slice(0, mark).trim()) ? text.slice(mark + 1) : text
}

/** What of a type matches the criteria and may be seen by the caller; more than one is refused with 412. */
export const findOne = async (parts: RestParts, unit: Unit, type: string, text: string, base: string): Promise<Resource | undefined> => {
  const query = queryOf(type, text)
  const matches = await unit.find(type, criteria(parts, unit.caller, type, query, base), visibilityOf(unit.caller))
  if (matches.length > 1) throw outcomes.multipleMatches(`${type}?${query}`)
  return matches[0]
}

export const create = async (parts: RestParts, request: FhirRequest, context: RequestContext, type: string): Promise<FhirAnswer> => {
  const { id: _given, ...resource } = localise(readResource(request.body, type), request.base)
  const ifNoneExist = request.headers['if-none-exist']
  const { value, versions } = await parts.repository.transact(context, async unit => {
    const existing = ifNoneExist === undefined ? undefined : await findOne(parts, unit, type, ifNoneExist, request.base)
    if (existing !== undefined) return { existing: true, id: String(existing.id) }
    return { existing: false, id: String(unit.create(resource).id) }
  })
  const ref = { type, id: value.id }
  if (value.existing) return written(request, await parts.repository.read(context, ref), 200)
  return written(request, versionOf(versions, ref), 201)
}

export const update = async (parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef): Promise<FhirAnswer> => {
  const resource = localise(readResource(request.body, ref.type), request.base)
  requireSameId(resource, ref)
  const ifMatch = tagsIn('If-Match', request.headers['if-match'])
  const { value: created, versions } = await parts.repository.transact(context,
    unit => put(unit, resource, ref, ifMatch, parts.repository, context))
  return written(request, versionOf(versions, ref), created ? 201 : 200)
}

type Visible = Pick<Repository, 'isVisible' | 'isListed'>

/**
 * Update, or create with the client's id (R4 "update as create"); answers whether it was created. What may be
 * written depends on what is there: an entry of the directory is its keepers', a record inside a case is its parties'.
 * What was deleted is still whose it was. What is not visible is answered like a free id to whoever may not create.
 */
export const put = async (
  unit: Unit, resource: Resource, ref: ResourceRef, ifMatch: Tags | undefined, repository: Visible, context: RequestContext,
): Promise<boolean> => {
  const { caller } = context
  const current = await unit.read(ref)
  const existed = await unit.existed(ref)
  const isVisible = existed && await repository.isVisible(context, ref)
  if (!isVisible) permit(caller, 'create', ref.type)
  if (existed && !isVisible) throw outcomes.notFound(refText(ref))
  if (isVisible) permit(caller, await repository.isListed(ref) ? 'update' : current === undefined ? 'create' : 'update-own', ref.type)
  requireVersion(refText(ref), ifMatch, current)
  if (current === undefined) unit.create(resource, { id: ref.id, method: 'PUT' })
  else await unit.update(resource)
  return current === undefined
}

/** Answers whether there was anything to delete that the caller may see; R4 has no error for nothing. */
export const removeCurrent = async (
  unit: Unit, ref: ResourceRef, ifMatch: Tags | undefined, repository: Visible, context: RequestContext,
): Promise<boolean> => {
  const current = await unit.read(ref)
  if (current === undefined || !await repository.isVisible(context, ref)) return false
  requireVersion(refText(ref), ifMatch, current)
  await unit.delete(ref)
  return true
}

export const remove = async (parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef): Promise<FhirAnswer> => {
  const ifMatch = tagsIn('If-Match', request.headers['if-match'])
  const { value: removed, versions } = await parts.repository.transact(context,
    unit => removeCurrent(unit, ref, ifMatch, parts.repository, context))
  if (removed) return { status: 204, headers: { etag: etag(versionOf(versions, ref)) }, body: undefined }
  return nothingDeleted(refText(ref))
}

export const nothingDeleted = (what: string): FhirAnswer => ({
  status: 200, headers: {}, body: JSON.stringify(operationOutcome([nothingToDelete(what)])),
})

const nothingToDelete = (what: string): Issue => ({
  severity: 'information', type: 'not-found', code: 'nothing-to-delete', text: `there was no ${what} to delete`,
})

export const requireSameId = (resource: Resource, ref: ResourceRef): void => {
  if (resource.id === undefined) throw outcomes.badRequest('id-required', `an update carries its id: send "id": "${ref.id}"`, 'Resource.id')
  if (resource.id !== ref.id) throw outcomes.idMismatch(resource.id, ref.id)
}

/** The version that a commit made of a resource it wrote. */
export const versionOf = (versions: readonly StoredVersion[], ref: ResourceRef): StoredVersion => {
  const version = versions.find(written => refText(written.ref) === refText(ref))
  if (version === undefined) throw new Error(`the commit did not answer for ${refText(ref)}`)
  return version
}
