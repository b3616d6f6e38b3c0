/**
 * A patch, whatever its kind, as a function from the resource that is to what it shall be.
 * https://hl7.org/fhir/R4/http.html#patch
 */
import { isObject, parseJson, stringifyJson } from '../../fhir/json.ts'
import { applyJsonPatch, readJsonPatch } from '../../fhir/json-patch.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { refText, type Resource, type ResourceRef } from '../../fhir/resource.ts'
import type { Types } from '../../validation/types.ts'
import { localise } from '../addresses.ts'
import { readResource } from '../body.ts'
import { applyPathPatch, readPathPatch } from './fhirpath-patch.ts'

/** Leaves the resource it is given as it is; throws `patch-test-failed` and `patch-not-applicable` (422). */
export type Patch = (resource: Resource) => unknown

/** The patch in a body, by its Content-Type. Throws `media-type-unsupported` (415) and `patch-malformed` (400). */
export const readPatch = (types: Types, body: string, contentType: string): Patch => {
  const name = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (name === 'application/json-patch+json') return jsonPatch(body)
  // A list of operations under the media type of a resource: JSON Patch by the wrong name.
  if (body.trimStart().startsWith('[')) throw outcomes.unsupportedPatch(contentType)
  const resource = readResource(body)
  if (resource.resourceType !== 'Parameters') throw outcomes.typeMismatch(resource.resourceType, 'Parameters')
  return pathPatch(types, resource)
}

const jsonPatch = (body: string): Patch => {
  const operations = readJsonPatch(body)
  return resource => applyJsonPatch(resource, operations)
}

const pathPatch = (types: Types, parameters: Resource): Patch => {
  const operations = readPathPatch(parameters)
  return resource => applyPathPatch(types, resource, operations)
}

/** The patch of a batch or transaction entry: Parameters, or a Binary that holds a JSON Patch (R4 http.html#patch). */
export const readEntryPatch = (types: Types, resource: Resource): Patch => {
  switch (resource.resourceType) {
    case 'Parameters': return pathPatch(types, resource)
    case 'Binary': return jsonPatch(binaryPatch(resource))
    default: throw outcomes.typeMismatch(resource.resourceType, 'Parameters (FHIRPath Patch) or a Binary with a JSON Patch')
  }
}

/** The text that a Binary of type application/json-patch+json holds. */
export const binaryPatch = ({ contentType, data }: Resource): string => {
  if (typeof contentType !== 'string' || contentType.split(';', 1)[0]?.trim() !== 'application/json-patch+json') {
    throw outcomes.malformedPatch('a Binary that patches has the contentType application/json-patch+json', 'Binary.contentType')
  }
  if (typeof data !== 'string') throw outcomes.malformedPatch('a Binary that patches holds its operations in data, as base64', 'Binary.data')
  return Buffer.from(data, 'base64').toString('utf8')
}

/**
 * The patched resource, held to what a body is held to (depth, size, names); what the hub itself sets may not be
 * changed by a patch, though it may be left out.
 */
export const patched = (patch: Patch, before: Resource, ref: ResourceRef, base: string): Resource => {
  const after = parseJson(stringifyJson(patch(before) ?? null))
  if (!isObject(after)) throw outcomes.patchNotApplicable(`what the patch leaves of ${refText(ref)} is no resource`)
  const resource = after as Resource
  const protect = (element: string, found: unknown, set: unknown, mayBeMissing: boolean): void => {
    if (found !== set && !(mayBeMissing && found === undefined)) throw outcomes.protectedElement(`${ref.type}.${element}`, 'the hub sets it')
  }
  protect('resourceType', resource.resourceType, ref.type, false)
  protect('id', resource.id, ref.id, false)
  const meta = isObject(resource.meta) ? resource.meta : {}
  protect('meta.versionId', meta['versionId'], before.meta?.versionId, true)
  protect('meta.lastUpdated', meta['lastUpdated'], before.meta?.lastUpdated, true)
  return localise(resource, base)
}
