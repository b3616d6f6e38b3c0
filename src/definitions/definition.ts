/**
 * A definition that is added to what the hub ships: what is read of a StructureDefinition, ValueSet or CodeSystem resource,
 * by its canonical. Value sets that a value set contains are definitions of their own.
 */
import type {
  CodeSystem as RawCodeSystem, FhirResource, StructureDefinition as RawStructure, ValueSet as RawValueSet,
  ValueSetComposeInclude,
} from 'fhir/r4.js'
import { readCodeSystem } from './code-system.ts'
import type { CodeSystem } from './definitions.ts'
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

/** What a value set contained in another is known by, in the version of that one. */
const containedUrl = ({ url = '', version }: RawValueSet, fragment: string): string => `${url}${fragment}${version === undefined ? '' : `|${version}`}`

/** `#id` in a compose is a value set contained beside it. */
const composedWithin = (outer: RawValueSet, set: RawValueSet): RawValueSet => {
  const selected = (include: ValueSetComposeInclude): ValueSetComposeInclude => (include.valueSet === undefined ? include
    : { ...include, valueSet: include.valueSet.map(url => (url.startsWith('#') ? containedUrl(outer, url) : url)) })
  const { compose } = set
  if (compose === undefined) return set
  const { include, exclude } = compose
  return { ...set, compose: { ...compose, include: include.map(selected), ...(exclude === undefined ? {} : { exclude: exclude.map(selected) }) } }
}

const containedSets = (outer: RawValueSet): readonly Definition[] =>
  (outer.contained as readonly FhirResource[] | undefined ?? []).flatMap((one): Definition[] => {
    if (one.resourceType !== 'ValueSet' || one.id === undefined) return []
    const url = `${outer.url}#${one.id}`
    return [{ kind: 'ValueSet', url, version: outer.version, source: readValueSet({ ...composedWithin(outer, one), url }) }]
  })

/** The definitions a resource holds: itself first, then the value sets that a value set contains; none without a url. The resource is valid R4. */
export function definitionsIn(resource: DefinitionResource): readonly Definition[] {
  const { url, version } = resource
  if (url === undefined) return []
  switch (resource.resourceType) {
    case 'StructureDefinition': return [{ kind: 'StructureDefinition', url, version, source: readStructureSource(resource) }]
    case 'ValueSet': return [{ kind: 'ValueSet', url, version, source: readValueSet(composedWithin(resource, resource)) }, ...containedSets(resource)]
    case 'CodeSystem': return [{ kind: 'CodeSystem', url, version, source: readCodeSystem(resource) }]
  }
}
