/** create, update, delete: https://hl7.org/fhir/R4/http.html#create */
import { permit } from '../../access/permissions.ts'
import { operationOutcome, outcomes, type Issue } from '../../fhir/outcomes.ts'
import { refText, type Resource, type ResourceRef } from '../../fhir/resource.ts'
import type { StoredVersion } from '../../store/store.ts'
import { etag, preference, written } from '../answers.ts'
import { localise } from '../addresses.ts'
import { readResource } from '../body.ts'
import { preconditionsOf, requirePreconditions, type Preconditions } from '../conditions.ts'
import type { RestParts } from '../context.ts'
import type { Repository, RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirRequest } from '../request.ts'
import { requireWhole } from '../shape/subset.ts'
import type { Unit } from '../unit.ts'
import { findOne } from './criteria.ts'

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

/** What a write asks by its headers. */
export const preconditionsIn = ({ headers }: FhirRequest): Preconditions => preconditionsOf(headers['if-match'], headers['if-none-match'])

export const update = async (parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef): Promise<FhirAnswer> => {
  const resource = localise(readResource(request.body, ref.type), request.base)
  requireSameId(resource, ref)
  const preconditions = preconditionsIn(request)
  const { value: created, versions } = await parts.repository.transact(context,
    unit => put(unit, resource, ref, { preconditions, mayCreate: parts.policy.updateCreate }, parts.repository, context))
  return written(request, versionOf(versions, ref), created ? 201 : 200)
}

type Visible = Pick<Repository, 'isVisible' | 'isListed'>

interface PutOptions {
  readonly preconditions: Preconditions
  /** Whether an id that nothing has may be taken by this write. */
  readonly mayCreate: boolean
}

/**
 * Update, or create with the client's id (R4 "update as create"); answers whether it was created. What may be
 * written depends on what is there: an entry of the directory is its keepers', a record inside a case is its parties'.
 * What was deleted is still whose it was, and comes back by its id. What is not visible is answered like a free id to
 * whoever may not create.
 */
export const put = async (
  unit: Unit, resource: Resource, ref: ResourceRef, { preconditions, mayCreate }: PutOptions, repository: Visible, context: RequestContext,
): Promise<boolean> => {
  const { caller } = context
  const current = await unit.read(ref)
  const existed = await unit.existed(ref)
  const isVisible = existed && await repository.isVisible(context, ref)
  if (!isVisible) {
    permit(caller, 'create', ref.type)
    if (!mayCreate) throw outcomes.clientIdNotAllowed(refText(ref))
  }
  if (existed && !isVisible) throw outcomes.notFound(refText(ref))
  if (isVisible) permit(caller, await repository.isListed(ref) ? 'update' : current === undefined ? 'create' : 'update-own', ref.type)
  requirePreconditions(refText(ref), preconditions, current)
  if (current === undefined) unit.create(resource, { id: ref.id, method: 'PUT' })
  else {
    requireWhole(resource, current)
    await unit.update(resource)
  }
  return current === undefined
}

/** Answers whether there was anything to delete that the caller may see; R4 has no error for nothing. */
export const removeCurrent = async (
  unit: Unit, ref: ResourceRef, preconditions: Preconditions, repository: Visible, context: RequestContext,
): Promise<boolean> => {
  const current = await unit.read(ref)
  if (current === undefined || !await repository.isVisible(context, ref)) return false
  requirePreconditions(refText(ref), preconditions, current)
  await unit.delete(ref)
  return true
}

export const remove = async (parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef): Promise<FhirAnswer> => {
  const { value: removed, versions } = await parts.repository.transact(context,
    unit => removeCurrent(unit, ref, preconditionsIn(request), parts.repository, context))
  return removed ? deleted(request, [versionOf(versions, ref)]) : nothingDeleted(refText(ref))
}

/** 204 with the version of the deletion; 200 with an OperationOutcome for several, or where one is preferred. */
export const deleted = (request: FhirRequest, versions: readonly StoredVersion[]): FhirAnswer => {
  const preferred = preference(request.headers['prefer'])
  const [only, ...others] = versions
  const headers = only !== undefined && others.length === 0 ? { etag: etag(only) } : {}
  const isTold = preferred === 'OperationOutcome' || (others.length > 0 && preferred !== 'minimal')
  return isTold ? { status: 200, headers, body: JSON.stringify(operationOutcome(versions.map(deletedAs))) } : { status: 204, headers, body: undefined }
}

const deletedAs = ({ ref, version }: StoredVersion): Issue => ({
  severity: 'information', type: 'informational', code: 'deleted', text: `${refText(ref)} is deleted, as its version ${version}`,
})

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
