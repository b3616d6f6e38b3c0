/**
 * A resource as the text that is stored and sent: id and meta set by the hub, with a gap where the store
 * writes `meta.lastUpdated` at commit.
 */
import { stringifyJson } from '../fhir/json.ts'
import type { Resource } from '../fhir/resource.ts'

export const frame = (resource: Resource, version: number): { before: string; after: string } => {
  const { resourceType, id, meta, ...content } = resource
  const { versionId: _version, lastUpdated: _updated, ...kept } = meta ?? {}
  return {
    before: `{"resourceType":"${resourceType}","id":"${id}","meta":{"versionId":"${version}","lastUpdated":"`,
    after: `"${members(kept)}}${members(content)}}`,
  }
}

/** `,"a":1,"b":2` of an object, '' of an empty one. */
const members = (object: object): string => {
  const text = stringifyJson(object)
  return text === '{}' ? '' : `,${text.slice(1, -1)}`
}
