/** read and vread: https://hl7.org/fhir/R4/http.html#read */
import { outcomes } from '../../fhir/outcomes.ts'
import type { ResourceRef } from '../../fhir/resource.ts'
import { versionHeaders } from '../answers.ts'
import { versionInTag } from '../conditions.ts'
import type { RestParts } from '../context.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirRequest } from '../request.ts'

export const read = async (parts: RestParts, request: FhirRequest, context: RequestContext, ref: ResourceRef): Promise<FhirAnswer> => {
  const version = await parts.repository.read(context, ref)
  const unchanged = versionInTag('If-None-Match', request.headers['if-none-match']) === version.version
  return unchanged
    ? { status: 304, headers: versionHeaders(version), body: undefined }
    : { status: 200, headers: versionHeaders(version), body: version.json }
}

export const vread = async (
  parts: RestParts, context: RequestContext, ref: ResourceRef, versionId: string,
): Promise<FhirAnswer> => {
  if (!/^\d{1,15}$/.test(versionId)) throw outcomes.notFound(`${ref.type}/${ref.id}/_history/${versionId}`)
  const version = await parts.repository.readVersion(context, ref, Number(versionId))
  return { status: 200, headers: versionHeaders(version), body: version.json }
}
