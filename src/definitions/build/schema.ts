/**
 * JSON Schema of one R4 type, made from the elements of its base definition.
 *
 * The schema is about shape: names, nesting, arrays, JSON types and formats of primitives, `_element` companions.
 * Cardinality, choices and bindings are left to validation, which can explain them. Values of data types and
 * contained resources are handed to gates of their own (the keywords `fhirType` and `fhirResource`), so that one
 * schema stays small however deep a resource may nest; `paired` aligns a list of primitives with its companion.
 * https://hl7.org/fhir/R4/json.html
 */
import type { ElementDefinition, ElementType, StructureDefinition } from '../definitions.ts'
import { primitives } from '../primitives.ts'

export type Schema = { [keyword: string]: unknown }

interface Branch {
  readonly element: ElementDefinition
  readonly name: string
  readonly children: Branch[]
}

const SYSTEM_TYPE = 'http://hl7.org/fhirpath/System.'
const RESOURCES = new Set(['Resource', 'DomainResource'])

/** Data types whose content is in the element's own children. */
const INLINE = new Set(['BackboneElement', 'Element'])

function branches(elements: readonly ElementDefinition[]): Branch {
  const byPath = new Map<string, Branch>()
  for (const element of elements) {
    const dot = element.path.lastIndexOf('.')
    const branch = { element, name: element.path.slice(dot + 1), children: [] }
    byPath.set(element.path, branch)
    byPath.get(element.path.slice(0, dot))?.children.push(branch)
  }
  return byPath.get(elements[0]?.path ?? '') as Branch
}

function primitiveSchema(type: string, nullable: boolean): Schema | undefined {
  const primitive = primitives[type]
  if (primitive === undefined) return undefined
  const json = (name: string): string | string[] => (nullable ? [name, 'null'] : name)
  switch (primitive.json) {
    case 'boolean': return { type: json('boolean') }
    case 'number': return { type: json('number') }
    case 'integer': return { type: json('integer'), minimum: primitive.minimum, maximum: primitive.maximum }
    case 'string': return { type: json('string'), format: type }
  }
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const many = (items: Schema): Schema => ({ type: 'array', minItems: 1, items })
const object = (properties: Record<string, Schema>): Schema =>
  ({ type: 'object', minProperties: 1, additionalProperties: false, properties })

/** Elements of the FHIRPath system types are XML attributes, which have no companion: ids and `Extension.url`. */
function attributeSchema(path: string, isResource: boolean): Schema {
  if (path === 'Extension.url') return { type: 'string', format: 'uri' }
  const isLogicalId = isResource && path.split('.').length === 2
  return { type: 'string', format: isLogicalId ? 'id' : 'string' }
}

export function schemaOf(structure: StructureDefinition): Schema {
  const isResource = structure.kind === 'resource'
  const root = branches(structure.elements)
  const referred = new Set(structure.elements.flatMap(({ contentReference }) => contentReference ?? []))
  const definitions: Record<string, Schema> = {}

  /** The properties that one element, of one of its types, has in JSON. */
  function valueProperties({ element, name, children }: Branch, type: ElementType | undefined): [string, Schema][] {
    const isMany = element.max > 1
    const shape = (single: Schema): Schema => (isMany ? many(single) : single)
    if (element.contentReference !== undefined) return [[name, shape({ $ref: `#/definitions/${element.contentReference}` })]]
    if (type === undefined) return []
    if (type.code.startsWith(SYSTEM_TYPE)) return [[name, attributeSchema(element.path, isResource)]]
    const property = name.endsWith('[x]') ? name.slice(0, -3) + capitalised(type.code) : name
    const primitive = primitiveSchema(type.code, isMany)
    if (primitive !== undefined) {
      // xhtml has no extensions (https://hl7.org/fhir/R4/narrative.html#xhtml)
      if (type.code === 'xhtml') return [[property, primitive]]
      const companion = { fhirType: { name: 'Element', nullable: isMany } }
      if (!isMany) return [[property, primitive], [`_${property}`, companion]]
      return [[property, { ...many(primitive), paired: property }], [`_${property}`, { ...many(companion), paired: property }]]
    }
    if (RESOURCES.has(type.code)) return [[property, shape({ fhirResource: true })]]
    if (INLINE.has(type.code) && children.length > 0) {
      const inner = object(Object.fromEntries(children.flatMap(properties)))
      if (!referred.has(element.path)) return [[property, shape(inner)]]
      definitions[element.path] = inner
      return [[property, shape({ $ref: `#/definitions/${element.path}` })]]
    }
    return [[property, shape({ fhirType: { name: type.code, nullable: false } })]]
  }

  const properties = (branch: Branch): [string, Schema][] =>
    (branch.element.types ?? [undefined]).flatMap(type => valueProperties(branch, type))

  const own = Object.fromEntries(root.children.flatMap(properties))
  return {
    ...object(isResource ? { resourceType: { const: structure.type }, ...own } : own),
    ...(isResource ? { required: ['resourceType'] } : {}),
    ...(Object.keys(definitions).length > 0 ? { definitions } : {}),
  }
}
