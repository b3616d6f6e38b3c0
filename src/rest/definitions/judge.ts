/**
 * Whether a StructureDefinition, ValueSet or CodeSystem can take effect here: every reason why not, each at the element at fault.
 *
 * Beyond the base profile, which every write meets. What other stored definitions have to do with it is asked in the commit
 * (`guard.ts`).
 */
import type { CodeSystem as RawCodeSystem } from 'fhir/r4.js'
import { definitionsIn, type Definition, type DefinitionKind, type DefinitionResource } from '../../definitions/definition.ts'
import type { Definitions } from '../../definitions/definitions.ts'
import { withDefinitions } from '../../definitions/overlay.ts'
import { unusableDefinition, type Issue } from '../../fhir/outcomes.ts'
import type { Resource } from '../../fhir/resource.ts'
import { definitionIn } from './in-effect.ts'
import { judgeStructure } from './judge-structure.ts'
import { judgeValueSet } from './judge-value-set.ts'

export interface Surroundings {
  /** With everything that will be in effect, the judged one among it. */
  readonly definitions: Definitions
  /** What of these is not shipped. */
  readonly own: readonly Definition[]
}

/** Empty: it can take effect. The resource is valid R4. */
export const judgeDefinition = (shipped: Definitions, surroundings: Surroundings, resource: DefinitionResource): readonly Issue[] => {
  const named = judgeUrl(shipped, resource)
  return named.length > 0 ? named : judgeContent(surroundings, resource)
}

/** As `judgeDefinition`, of one that comes alone over `others`. Nothing is said of what has no effect. */
export const judgeAlone = (shipped: Definitions, resource: Resource, others: readonly Definition[] = []): readonly Issue[] => {
  const definition = definitionIn(resource)
  if (definition === undefined) return []
  const own = [...definitionsIn(definition), ...others]
  return judgeDefinition(shipped, { own, definitions: withDefinitions(shipped, own) }, definition)
}

/** As `judgeDefinition`, of one that may take the place of what is shipped. */
export const judgeContent = (surroundings: Surroundings, resource: DefinitionResource): readonly Issue[] => {
  switch (resource.resourceType) {
    case 'StructureDefinition': return judgeStructure(surroundings, resource)
    case 'ValueSet': return judgeValueSet(surroundings, resource)
    case 'CodeSystem': return judgeCodeSystem(resource)
  }
}

/** Whether the hub ships a definition of this kind and url. */
export const isShipped = (shipped: Definitions, kind: DefinitionKind, url: string): boolean => {
  switch (kind) {
    case 'StructureDefinition': return shipped.structure(url) !== undefined
    case 'ValueSet': return shipped.valueSet(url) !== undefined
    case 'CodeSystem': return shipped.codeSystem(url) !== undefined
  }
}

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:[^|#\s]+$/

const judgeUrl = (shipped: Definitions, { resourceType, url = '' }: DefinitionResource): readonly Issue[] => {
  const at = `${resourceType}.url`
  if (!ABSOLUTE.test(url)) {
    return [unusableDefinition('definition-url', at, `"${url.slice(0, 100)}" cannot be a canonical; send an absolute url without "|" and "#", and the version in "version"`)]
  }
  if (isShipped(shipped, resourceType, url)) {
    return [unusableDefinition('definition-shipped', at,
      `${url} is defined by R4, UK Core or this hub itself, which an upload does not replace; give yours a url of its own, and derive it from that one`)]
  }
  return []
}

const judgeCodeSystem = ({ url, content, supplements }: RawCodeSystem): readonly Issue[] => {
  if (content !== 'supplement') return []
  if (supplements === undefined) {
    return [unusableDefinition('definition-base', 'CodeSystem.supplements', 'a supplement names the code system that it says more about; send its canonical')]
  }
  return supplements.split('|', 1)[0] === url
    ? [unusableDefinition('definition-circular', 'CodeSystem.supplements', 'the supplement supplements itself; name the code system that has the codes')] : []
}
