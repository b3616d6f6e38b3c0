/**
 * A definition that is added to what the hub ships: what is read of a StructureDefinition, ValueSet or CodeSystem resource,
 * by its canonical. Value sets that it contains are definitions of their own.
 */
import type {
  CodeSystem as RawCodeSystem, FhirResource, StructureDefinition as RawStructure, ValueSet as RawValueSet,
  ValueSetComposeInclude,
} from 'fhir/r4.js'
import { readCodeSystem } from './code-system.ts'
import type { CodeSystem } from './definitions.ts'
import { containedUrl } from './element.ts'
import { readValueSet, type ValueSetSource } from './expand.ts'
import { readStructureSource, type StructureSource } from './structure.ts'

export const DEFINITION_KINDS = ['StructureDefinition', 'ValueSet', 'CodeSystem'] as const
export type DefinitionKind = (typeof DEFINITION_KINDS)[number]

export type DefinitionResource = RawStructure | RawValueSet | RawCodeSystem

export type Definition = {
  readonly url: string
  readonly version: string | undefined
} & (
  | { readonly kind: 'StructureDefinition'; readonly source: StructureSource }
  | { readonly kind: 'ValueSet'; readonly source: ValueSetSource }
  | { readonly kind: 'CodeSystem'; readonly source: CodeSystem }
)

export const isDefinition = (resource: { readonly resourceType: string }): resource is DefinitionResource =>
  (DEFINITION_KINDS as readonly string[]).includes(resource.resourceType)

/** `#id` in a compose is a value set contained beside it. */
const composedWithin = (set: RawValueSet, canonical: string): RawValueSet => {
  const selected = (include: ValueSetComposeInclude): ValueSetComposeInclude => (include.valueSet === undefined ? include
    : { ...include, valueSet: include.valueSet.map(url => (url.startsWith('#') ? containedUrl(canonical, url) : url)) })
  const { compose } = set
  if (compose === undefined) return set
  const { include, exclude } = compose
  return { ...set, compose: { ...compose, include: include.map(selected), ...(exclude === undefined ? {} : { exclude: exclude.map(selected) }) } }
}

/** The definitions a resource holds: itself, and the value sets it contains; none without a url. The resource is valid R4. */
export function definitionsIn(resource: DefinitionResource): readonly Definition[] {
  const { url, version } = resource
  if (url === undefined) return []
  const canonical = version === undefined ? url : `${url}|${version}`
  const contained = (resource.contained as readonly FhirResource[] | undefined ?? []).flatMap((one): Definition[] => {
    if (one.resourceType !== 'ValueSet' || one.id === undefined) return []
    const own = containedUrl(url, `#${one.id}`)
    return [{ kind: 'ValueSet', url: own, version, source: readValueSet({ ...composedWithin(one, canonical), url: own }) }]
  })
  switch (resource.resourceType) {
    case 'StructureDefinition': return [{ kind: 'StructureDefinition', url, version, source: readStructureSource(resource) }, ...contained]
    case 'ValueSet': return [{ kind: 'ValueSet', url, version, source: readValueSet(composedWithin(resource, canonical)) }, ...contained]
    case 'CodeSystem': return [{ kind: 'CodeSystem', url, version, source: readCodeSystem(resource) }, ...contained]
  }
}
