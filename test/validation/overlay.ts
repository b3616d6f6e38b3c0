/** Definitions with some more on top: the supporting StructureDefinitions, ValueSets and CodeSystems of a test case. */
import type { CodeSystem as RawCodeSystem, StructureDefinition as RawStructure, ValueSet as RawValueSet } from 'fhir/r4.js'
import { readCodeSystem } from '../../src/definitions/build/code-systems.ts'
import { expander } from '../../src/definitions/build/expand.ts'
import type { CodeSystem, Definitions, StructureDefinition, ValueSet } from '../../src/definitions/definitions.ts'
import { withoutVersion } from '../../src/definitions/element.ts'
import { readStructure } from '../../src/definitions/structure.ts'

/** Structures are made in any order: a base is made when a derived one asks for it. */
export const withDefinitions = (definitions: Definitions, resources: readonly { resourceType: string }[]): Definitions => {
  const raw = new Map<string, RawStructure>()
  const structures = new Map<string, StructureDefinition | undefined>()
  const codeSystems = new Map<string, CodeSystem>()
  const rawValueSets = new Map<string, RawValueSet>()
  for (const resource of resources) {
    switch (resource.resourceType) {
      case 'StructureDefinition': raw.set((resource as RawStructure).url, resource as RawStructure); break
      case 'CodeSystem': codeSystems.set((resource as RawCodeSystem).url ?? '', readCodeSystem(resource as RawCodeSystem)); break
      case 'ValueSet': rawValueSets.set((resource as RawValueSet).url ?? '', resource as RawValueSet); break
    }
  }
  const structure = (canonical: string): StructureDefinition | undefined => {
    const url = withoutVersion(canonical)
    const own = raw.get(url)
    if (own === undefined) return definitions.structure(canonical)
    if (!structures.has(url)) {
      structures.set(url, undefined)
      structures.set(url, readStructure(own, structure))
    }
    return structures.get(url)
  }
  const codeSystem = (url: string): CodeSystem | undefined => codeSystems.get(withoutVersion(url)) ?? definitions.codeSystem(url)
  const expand = expander({ codeSystem, valueSet: url => rawValueSets.get(url), published: () => undefined })
  const valueSets = new Map<string, ValueSet>([...rawValueSets.keys()].map(url => [url, expand(url)]))
  return { ...definitions, structure, codeSystem, valueSet: url => valueSets.get(withoutVersion(url)) ?? definitions.valueSet(url) }
}

