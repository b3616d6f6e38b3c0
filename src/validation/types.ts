/**
 * Base R4 types as the walk needs them: per type and backbone element the JSON properties it may have, each with
 * its element, its type and what is checked there. Compiled on first use from the base definitions, then kept.
 *
 * JSON names, choice names (`valueQuantity`) and shadows (`_birthDate`): https://hl7.org/fhir/R4/json.html.
 */
import type { Definitions, ElementDefinition, ElementType, StructureDefinition } from '../definitions/definitions.ts'
import { primitives, type Primitive } from '../definitions/primitives.ts'
import type { BindingCheck } from './bindings.ts'
import type { Finding } from './findings.ts'
import { compileInvariants, type Invariant } from './invariants.ts'
import { elementId, meanings } from './meaning.ts'
import type { ReferenceCheck } from './references.ts'

/** An element of a base type: `Patient.contact`, `Observation.value[x]`. */
export interface BaseElement {
  readonly definition: ElementDefinition
  /** Name in FHIRPath: `contact`, `value`. */
  readonly name: string
  readonly isChoice: boolean
  readonly repeats: boolean
  readonly properties: readonly Property[]
  readonly byName: ReadonlyMap<string, Property>
}

/** A JSON property: an element in one of its types. */
export interface Property {
  /** `contact`, `valueQuantity` */
  readonly json: string
  /** Path step in FHIRPath: `contact`, `value.ofType(Quantity)`. */
  readonly step: string
  readonly element: BaseElement
  /** Type name: `HumanName`, `date`, `BackboneElement`, `Resource`, `xhtml`. */
  readonly type: string
  readonly primitive: Primitive | undefined
  /** What is asked of a value that has the form of its type. */
  readonly meaning: ((text: string) => Finding | undefined) | undefined
  /** Shape of a value that is not primitive; a content reference leads back to its target's shape. */
  readonly node: () => TypeNode | undefined
  readonly binding: BindingCheck | undefined
  readonly reference: ReferenceCheck | undefined
  /** Profiles of the data type that every value must meet (SimpleQuantity in Range.low); not for extensions. */
  readonly profiles: readonly string[] | undefined
  readonly invariants: readonly Invariant[]
}

export interface TypeNode {
  /** `Patient`, `Patient.contact`, `HumanName`: also the path under which FHIRPath knows the type. */
  readonly path: string
  readonly type: string
  readonly isResource: boolean
  readonly elements: ReadonlyMap<string, BaseElement>
  readonly properties: ReadonlyMap<string, Property>
  readonly required: readonly BaseElement[]
  readonly choices: readonly BaseElement[]
  readonly invariants: readonly Invariant[]
  /** What every value of the type is bound to: an Age to units of age. */
  readonly binding: BindingCheck | undefined
}

export interface Types {
  /** Shape of a resource or complex type by name; undefined where the name is none. */
  node(type: string): TypeNode | undefined
}

/** Ids and extension urls have FHIRPath's own string type in R4's snapshots; these are the FHIR types they stand for. */
const systemType = (element: ElementDefinition, structure: StructureDefinition): string => {
  if (element.path === 'Extension.url') return 'uri'
  return structure.kind === 'resource' && element.path === `${structure.type}.id` ? 'id' : 'string'
}

/** The binding of an element where it is one that is checked, if only where advice is wanted. */
export const checkedBinding = ({ id, binding }: ElementDefinition, source: string): BindingCheck | undefined =>
  binding && (binding.strength !== 'example' || binding.maxValueSet) ? { binding, rule: `binding:${id}`, source } : undefined

/** The JSON names under which an element may be sent, as people read them: `"effectiveDateTime" or "effectivePeriod"`. */
export const namesOf = ({ properties }: BaseElement, types?: readonly string[]): string =>
  properties.filter(({ type }) => types?.includes(type) ?? true).slice(0, 4).map(({ json }) => `"${json}"`).join(' or ')

const compiled = new WeakMap<object, Types>()

/**
 * The base types, which whoever asks shares: each is compiled when somebody first meets it. Definitions that differ
 * by their search parameters only, and so share their structures, have the same.
 */
export const typesOf = (definitions: Definitions): Types => {
  const key = definitions.type('Resource') ?? definitions
  const types = compiled.get(key) ?? compileTypes(definitions)
  compiled.set(key, types)
  return types
}

export const compileTypes = (definitions: Definitions): Types => {
  const structures = new Map<string, ReadonlyMap<string, TypeNode> | undefined>()

  const shapesOf = (type: string): ReadonlyMap<string, TypeNode> | undefined => {
    if (structures.has(type)) return structures.get(type)
    const structure = definitions.type(type)
    const nodes = structure && structure.kind !== 'primitive-type' ? compileStructure(structure) : undefined
    structures.set(type, nodes)
    return nodes
  }

  const compileStructure = (structure: StructureDefinition): ReadonlyMap<string, TypeNode> => {
    const nodes = new Map<string, TypeNode>()
    const childrenOf = new Map<string, ElementDefinition[]>()
    for (const element of structure.elements) {
      const parent = element.path.slice(0, Math.max(0, element.path.lastIndexOf('.')))
      const siblings = childrenOf.get(parent)
      if (siblings) siblings.push(element)
      else childrenOf.set(parent, [element])
    }

    const elementOf = (definition: ElementDefinition): BaseElement => {
      const json = definition.path.slice(definition.path.lastIndexOf('.') + 1)
      const isChoice = json.endsWith('[x]')
      const name = isChoice ? json.slice(0, -3) : json
      const own = definition.constraints ?? []
      const types = definition.types ?? []
      const properties: Property[] = []
      const byName = new Map<string, Property>()
      const element: BaseElement = { definition, name, isChoice, repeats: definition.max > 1, properties, byName }
      const binding = checkedBinding(definition, structure.url)
      for (const { code, profiles, targetProfiles } of types.length > 0 ? types : [{ code: 'BackboneElement' } as ElementType]) {
        const type = code.startsWith('http://hl7.org/fhirpath/') ? systemType(definition, structure) : code
        const within = definition.contentReference ?? (childrenOf.has(definition.path) ? definition.path : undefined)
        const property: Property = {
          json: isChoice ? name + type.charAt(0).toUpperCase() + type.slice(1) : json,
          step: isChoice ? `${name}.ofType(${type})` : name,
          element,
          type,
          primitive: primitives[type],
          meaning: json === 'id' && type === 'string' ? elementId : meanings[type],
          node: within === undefined ? () => node(type) : () => nodes.get(within),
          binding,
          reference: targetProfiles && type === 'Reference'
            ? { targets: targetProfiles, rule: `target:${definition.id}`, source: structure.url }
            : undefined,
          profiles: type === 'Extension' ? undefined : profiles,
          invariants: compileInvariants(own.filter(({ key }) => !EVERYWHERE.has(key)), isChoice ? type : definition.path, structure.url),
        }
        properties.push(property)
        byName.set(property.json, property)
      }
      return element
    }

    for (const [path, children] of childrenOf) {
      if (path === '') continue
      const elements = new Map<string, BaseElement>()
      const properties = new Map<string, Property>()
      for (const child of children) {
        const element = elementOf(child)
        elements.set(child.path.slice(path.length + 1), element)
        for (const property of element.properties) properties.set(property.json, property)
      }
      const all = [...elements.values()]
      const isRoot = path === structure.type
      nodes.set(path, {
        path,
        type: isRoot ? structure.type : 'BackboneElement',
        isResource: isRoot && structure.kind === 'resource',
        elements,
        properties,
        required: all.filter(({ definition }) => definition.min > 0),
        choices: all.filter(({ isChoice }) => isChoice),
        invariants: isRoot
          ? compileInvariants((structure.elements[0]?.constraints ?? []).filter(({ key }) => !EVERYWHERE.has(key)), path, structure.url)
          : [],
        binding: isRoot && structure.elements[0] ? checkedBinding(structure.elements[0], structure.url) : undefined,
      })
    }
    return nodes
  }

  const node = (type: string): TypeNode | undefined => shapesOf(type)?.get(type)
  return { node }
}

/** Checked by the walk itself: on every element and extension, and in narratives, where FHIRPath has no function for it. */
const EVERYWHERE: ReadonlySet<string> = new Set(['ele-1', 'ext-1', 'txt-1', 'txt-2'])
