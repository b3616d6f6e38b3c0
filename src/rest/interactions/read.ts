/** read and vread: https://hl7.org/fhir/R4/http.html#read */
import { outcomes } from '../../fhir/outcomes.ts'
import type { ResourceRef } from '../../fhir/resource.ts'
import type { StoredVersion } from '../../store/store.ts'
import { isLenient, versionHeaders } from '../answers.ts'
import { isUnchanged } from '../conditions.ts'
import type { RestParts } from '../context.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirRequest } from '../request.ts'
import { isShaping, showingAsked, type Show } from '../shape/shape.ts'

export const read = async (parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef): Promise<FhirAnswer> => {
  requireReadParameters(request)
  const show = showingAsked(parts.definitions, [ref.type], request)
  return shown(request, await parts.repository.read(context, ref), show)
}

export const vread = async (
  parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef, versionId: string,
): Promise<FhirAnswer> => {
  requireReadParameters(request)
  const show = showingAsked(parts.definitions, [ref.type], request)
  if (!/^[1-9]\d{0,14}$/.test(versionId)) throw outcomes.notFound(`${ref.type}/${ref.id}/_history/${versionId}`)
  return shown(request, await parts.repository.readVersion(context, ref, Number(versionId)), show)
}

const shown = (request: FhirRequest, version: StoredVersion, show: Show): FhirAnswer =>
  (isUnchanged(request.headers, version)
    ? { status: 304, headers: versionHeaders(version), body: undefined }
    : { status: 200, headers: versionHeaders(version), body: show(version).json })

/** A read takes parameters about the form of its answer; what would ask for something else is refused rather than passed over. */
const requireReadParameters = ({ query, headers }: FhirRequest): void => {
  for (const [name] of query) {
    if (name === '_format' || name === '_pretty' || isShaping(name)) continue
    if (!isLenient(headers['prefer'])) throw outcomes.unknownParameter('read', name)
  }
}
