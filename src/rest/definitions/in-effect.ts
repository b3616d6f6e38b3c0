/**
 * Which stored resources define something for the hub: StructureDefinition, ValueSet and CodeSystem with a url, unless they
 * are retired. A draft is in effect (docs/decisions/0030-definitions-at-run-time.md).
 */
import { isDeepStrictEqual } from 'node:util'
import { isDefinition, type DefinitionResource } from '../../definitions/definition.ts'
import type { Resource } from '../../fhir/resource.ts'

/** The resource as a definition in effect, or undefined. */
export const definitionIn = (resource: Resource | undefined): DefinitionResource | undefined => {
  if (resource === undefined) return undefined
  const { resourceType, url, status } = resource
  return typeof url === 'string' && status !== 'retired' && isDefinition({ resourceType }) ? resource as unknown as DefinitionResource : undefined
}

/** Whether two resources define the same, whatever their ids, metadata and narratives are. */
export const defineTheSame = (one: DefinitionResource, other: DefinitionResource): boolean => {
  const content = ({ id: _id, meta: _meta, text: _text, ...rest }: DefinitionResource) => rest
  return isDeepStrictEqual(content(one), content(other))
}
