/** patch, by id or by condition: https://hl7.org/fhir/R4/http.html#patch */
import { permit } from '../../access/permissions.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { refText, type Resource, type ResourceRef } from '../../fhir/resource.ts'
import { typesOf } from '../../validation/types.ts'
import { written } from '../answers.ts'
import { requirePreconditions, type Preconditions } from '../conditions.ts'
import type { RestParts } from '../context.ts'
import { patched, readPatch, type Patch } from '../patch/patch.ts'
import type { Repository, RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirRequest } from '../request.ts'
import type { Unit } from '../unit.ts'
import { conditionIn } from './conditional.ts'
import { findOne } from './criteria.ts'
import { preconditionsIn, versionOf } from './write.ts'

export const patchById = (parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef): Promise<FhirAnswer> =>
  patchAt(parts, request, context, () => Promise.resolve(ref))

/** The one match is patched; none is 404, several are 412. */
export const patchWhere = (parts: RestParts, request: FhirRequest, context: RequestContext, type: string): Promise<FhirAnswer> =>
  patchAt(parts, request, context, unit => findTarget(parts, unit, type, conditionIn(request), request.base))

export const findTarget = async (parts: RestParts, unit: Unit, type: string, query: string, base: string): Promise<ResourceRef> => {
  const match = await findOne(parts, unit, type, query, base)
  if (match === undefined) throw outcomes.notFound(`${type}?${query}`)
  return { type, id: String(match.id) }
}

const patchAt = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, target: (unit: Unit) => Promise<ResourceRef>,
): Promise<FhirAnswer> => {
  const patch = readPatch(typesOf(parts.definitions), request.body, request.headers['content-type'] ?? '')
  const preconditions = preconditionsIn(request)
  const { value: ref, versions } = await parts.repository.transact(context, async unit => {
    const ref = await target(unit)
    await patchCurrent(unit, patch, ref, preconditions, parts.repository, context, request.base)
    return ref
  })
  return written(request, versionOf(versions, ref), 200)
}

/** Puts the patched resource into the unit, to be judged like any update. */
export const patchCurrent = async (
  unit: Unit, patch: Patch, ref: ResourceRef, preconditions: Preconditions,
  repository: Repository, context: RequestContext, base: string,
): Promise<void> => {
  const current = await changeable(unit, ref, preconditions, repository, context)
  await unit.update(patched(patch, current, ref, base), { method: 'PATCH' })
}

/**
 * What is there to be changed in part. A patch never creates. It shows what is there, by its `test` and its answer, so
 * it needs what a read needs besides what an update does.
 */
export const changeable = async (
  unit: Unit, ref: ResourceRef, preconditions: Preconditions, repository: Repository, context: RequestContext,
): Promise<Resource> => {
  const { caller } = context
  permit(caller, 'update-own', ref.type)
  permit(caller, 'read', ref.type)
  const current = await unit.read(ref)
  if (!await repository.isVisible(context, ref)) throw outcomes.notFound(refText(ref))
  if (await repository.isListed(ref)) permit(caller, 'update', ref.type)
  requirePreconditions(refText(ref), preconditions, current)
  if (current !== undefined) return current
  // Deleted: the read says so, with the version.
  await repository.read(context, ref)
  throw outcomes.notFound(refText(ref))
}
