/**
 * The `value` of a FHIRPath patch operation: a typed `value[x]`, a resource, or parts that name the elements of a type
 * that Parameters cannot carry (a backbone element, an Extension). Read first, then made to fit the place it goes to.
 */
import { cloneJson, digitsOf, isObject } from '../../fhir/json.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { BaseElement, Property, TypeNode, Types } from '../../validation/types.ts'
import { elementOf, type Element, type Fields } from './locate.ts'
import { PathProblem } from './path.ts'
import { putLists, putSingle } from './place.ts'

export type Content =
  /** `suffix`: `Identifier` of `valueIdentifier`. */
  | { readonly kind: 'typed'; readonly suffix: string; readonly value: unknown; readonly digits: string | undefined; readonly shadow: unknown }
  | { readonly kind: 'resource'; readonly resource: Resource }
  | { readonly kind: 'parts'; readonly parts: readonly { readonly name: string; readonly content: Content }[] }

/** Content with the property it becomes. */
export interface Fitted {
  readonly property: Property
  readonly value: unknown
  readonly digits: string | undefined
  /** Id and extensions of a primitive. */
  readonly shadow: unknown
}

/** Of a `Parameters.parameter.part`. Throws PathProblem. */
export const readContent = (part: Fields): Content => {
  const values = new Set(Object.keys(part).flatMap(key => /^_?value([A-Z]\w*)$/.exec(key)?.[1] ?? []))
  const forms = [...values, ...['resource', 'part'].filter(form => Object.hasOwn(part, form))]
  const [suffix = ''] = values
  if (forms.length !== 1) throw new PathProblem(`has ${forms.length} contents; send one value[x], one resource, or parts that name the elements`)
  const { resource } = part
  if (isObject(resource) && typeof resource['resourceType'] === 'string') return { kind: 'resource', resource: resource as Resource }
  if (values.size === 1) {
    const value = part[`value${suffix}`]
    return {
      kind: 'typed', suffix, value, shadow: part[`_value${suffix}`],
      digits: typeof value === 'number' ? digitsOf(part, `value${suffix}`, value) : undefined,
    }
  }
  if (!Array.isArray(part['part']) || part['part'].length === 0) throw new PathProblem('is neither a value, a resource nor a list of parts')
  return {
    kind: 'parts',
    parts: part['part'].map((each: unknown) => {
      if (!isObject(each) || typeof each['name'] !== 'string') throw new PathProblem('has a part without a "name"')
      return { name: each['name'], content: readContent(each) }
    }),
  }
}

/**
 * Throws PathProblem where the type is not one that the element takes: "Servers SHALL return an error if the type is
 * wrong" (https://hl7.org/fhir/R4/fhirpatch.html). What comes out is a copy. `name` as the patch calls it: `value`, or `valueQuantity`.
 */
export const fit = (types: Types, content: Content, element: BaseElement, name: string): Fitted => {
  const candidates = element.properties.filter(property => !element.isChoice || name === element.name || name === property.json)
  const property = candidates.find(each => takes(each, content, candidates.length === 1))
  if (property === undefined) {
    throw new PathProblem(`has ${described(content)}, and ${element.definition.path} takes ${candidates.map(wanted).join(' or ')}`)
  }
  switch (content.kind) {
    case 'typed': return { property, value: cloneJson(content.value), digits: content.digits, shadow: cloneJson(content.shadow) }
    case 'resource': return { property, value: cloneJson(content.resource), digits: undefined, shadow: undefined }
    case 'parts': return { property, value: assembled(types, content.parts, property.node()), digits: undefined, shadow: undefined }
  }
}

const takes = ({ type, primitive, node }: Property, content: Content, isOnly: boolean): boolean => {
  switch (content.kind) {
    // Parameters have no xhtml; HL7's own patches send the text of it.
    case 'typed': return suffixOf(type) === content.suffix || (type === 'xhtml' && content.suffix === 'String')
    case 'resource': return type === 'Resource' || type === content.resource.resourceType
    case 'parts': return isOnly && primitive === undefined && type !== 'xhtml' && type !== 'Resource' && node() !== undefined
  }
}

const suffixOf = (type: string): string => type.charAt(0).toUpperCase() + type.slice(1)

const described = (content: Content): string => {
  switch (content.kind) {
    case 'typed': return `value${content.suffix}`
    case 'resource': return `a ${content.resource.resourceType}`
    case 'parts': return 'parts'
  }
}

const NAMED_ONLY = new Set(['BackboneElement', 'Element', 'Extension'])

const wanted = ({ type }: Property): string => {
  if (type === 'Resource') return 'a resource'
  return NAMED_ONLY.has(type) ? 'parts that name its elements' : `value${suffixOf(type === 'xhtml' ? 'string' : type)}`
}

const assembled = (types: Types, parts: Extract<Content, { kind: 'parts' }>['parts'], node: TypeNode | undefined): Fields => {
  const made: Element = { value: {}, place: undefined, node }
  for (const { name, content } of parts) {
    const element = elementOf(made, name)
    const fitted = fit(types, content, element, name)
    const fields = made.value as Fields
    if (element.repeats) putLists(made, fitted.property, lists => lists.insert(lists.length, fitted))
    else if (element.properties.some(({ json }) => Object.hasOwn(fields, json))) throw new PathProblem(`has the part "${name.slice(0, 64)}" more than once`)
    else putSingle(made, fitted)
  }
  return made.value as Fields
}
