/**
 * Where a path leads: elements of a resource with the place each stands in, so that a patch can change it.
 *
 * Types come from the base definitions, so a place knows whether it repeats and what may stand there; a primitive's
 * id and extensions are in its shadow (`_birthDate`: https://hl7.org/fhir/R4/json.html#primitive).
 */
import { isObject, isSameJson } from '../../fhir/json.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import type { BaseElement, Property, TypeNode, Types } from '../../validation/types.ts'
import { PathProblem, type Criteria, type Path, type Step } from './path.ts'

export type Fields = Record<string, unknown>

/** An element that is there. */
export interface Element {
  /** Its JSON; undefined for a primitive that has only an id or extensions. */
  readonly value: unknown
  /** Undefined for the resource itself. */
  readonly place: Place | undefined
  /** What it may hold; of a primitive, what its shadow may. */
  readonly node: TypeNode | undefined
}

/** A property of an element, and the number in its list where it repeats. */
export interface Place {
  readonly parent: Element
  readonly property: Property
  readonly index: number | undefined
}

/** Elements looked at by one patch: 0.1 s (1 µs each); the largest resources of UK Core's examples have some hundred. */
const MAX_VISITS = 100_000

export interface Locator {
  /** Throws PathProblem for a name that the type does not have, and 422 when the patch looks at too much. */
  locate(resource: Fields, path: Path): readonly Element[]
}

export const createLocator = (types: Types): Locator => {
  let visits = 0

  const nodeOf = (property: Property, value: unknown): TypeNode | undefined => {
    if (property.primitive !== undefined || property.type === 'xhtml') return types.node('Element')
    const type = property.type === 'Resource' ? (value as Fields | undefined)?.['resourceType'] : undefined
    return typeof type === 'string' ? types.node(type) : property.node()
  }

  const children = (parent: Element, name: string): readonly Element[] => {
    const element = elementOf(parent, name)
    const fields = fieldsOf(parent)
    if (fields === undefined) return []
    return element.properties.flatMap(property => {
      if (element.isChoice && name !== element.name && name !== property.json) return []
      const value = own(fields, property.json)
      const shadow = own(fields, `_${property.json}`)
      const length = element.repeats ? Math.max(...[value, shadow].map(list => (Array.isArray(list) ? list.length : 0))) : 0
      if (!element.repeats) return value === undefined && shadow === undefined ? [] : [there(parent, property, undefined, value)]
      return Array.from({ length }, (_, index) => there(parent, property, index, Array.isArray(value) ? value[index] : undefined))
    })
  }

  const there = (parent: Element, property: Property, index: number | undefined, value: unknown): Element => {
    visits += 1
    if (visits > MAX_VISITS) throw outcomes.patchNotApplicable(`the patch looks at more than ${MAX_VISITS} elements; send fewer operations at a time`)
    return { value: value ?? undefined, place: { parent, property, index }, node: nodeOf(property, value) }
  }

  const follow = (elements: readonly Element[], step: Step): readonly Element[] => {
    switch (step.kind) {
      case 'property': return elements.flatMap(element => children(element, step.name))
      case 'index': return elements.slice(step.at, step.at + 1)
      case 'first': return elements.slice(0, 1)
      case 'last': return elements.slice(-1)
      case 'of-type': return elements.filter(({ place, node }) => place?.property.type === step.type || node?.path === step.type)
      case 'extension':
        return elements.flatMap(element => children(element, 'extension')).filter(({ value }) => isObject(value) && value['url'] === step.url)
      case 'where': return elements.filter(element => holds(element, step.criteria))
    }
  }

  const walk = (start: Element, steps: readonly Step[]): readonly Element[] => steps.reduce(follow, [start] as readonly Element[])

  const holds = (element: Element, criteria: Criteria): boolean => {
    switch (criteria.kind) {
      case 'and': return criteria.of.every(each => holds(element, each))
      case 'or': return criteria.of.some(each => holds(element, each))
      case 'not': return !holds(element, criteria.of)
      case 'exists': return walk(element, criteria.steps).length > 0
      // As FHIRPath has it, nothing is neither equal nor different, and several are not equal to one.
      case 'equals': return is(walk(element, criteria.steps), ([only, ...more]) => more.length === 0 && isSameJson(only?.value, criteria.value))
      case 'differs': return is(walk(element, criteria.steps), ([only, ...more]) => more.length > 0 || !isSameJson(only?.value, criteria.value))
    }
  }

  return {
    locate: (resource, { root, steps }) => {
      const type = String(resource['resourceType'])
      if (root !== undefined && root !== type && root !== 'Resource' && root !== 'DomainResource') {
        throw new PathProblem(`starts with ${root}, and this is a ${type}`)
      }
      return walk({ value: resource, place: undefined, node: types.node(type) }, steps)
    },
  }
}

/** What is called `name` in an element: `value` and `valueQuantity` both lead to `value[x]`. Throws PathProblem. */
export const elementOf = ({ node }: Element, name: string): BaseElement => {
  const found = node?.elements.get(name) ?? node?.elements.get(`${name}[x]`) ?? node?.properties.get(name)?.element
  if (found === undefined) throw new PathProblem(`names "${name.slice(0, 64)}", which ${node?.path ?? 'nothing'} does not have`)
  return found
}

const is = (found: readonly Element[], test: (found: readonly Element[]) => boolean): boolean => found.length > 0 && test(found)

const own = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined)

/** The JSON object whose members are the element's children; undefined where a primitive has none. */
const fieldsOf = ({ value, place }: Element): Fields | undefined => {
  if (place === undefined || isObject(value)) return value as Fields
  const shadow = shadowOf(place)
  return isObject(shadow) ? shadow : undefined
}

const shadowOf = ({ parent, property, index }: Place): unknown => {
  const shadow = own(fieldsOf(parent) ?? {}, `_${property.json}`)
  return index === undefined ? shadow : Array.isArray(shadow) ? shadow[index] : undefined
}

/** The same object, made where a primitive has no shadow yet. */
export const openFields = (element: Element): Fields => {
  const known = fieldsOf(element)
  if (known !== undefined || element.place === undefined) return known ?? {}
  const { parent, property, index } = element.place
  const holder = openFields(parent)
  const shadow: Fields = {}
  if (index === undefined) holder[`_${property.json}`] = shadow
  else {
    const list = Array.isArray(holder[`_${property.json}`]) ? holder[`_${property.json}`] as unknown[] : []
    while (list.length < index) list.push(null)
    list[index] = shadow
    holder[`_${property.json}`] = list
  }
  return shadow
}
