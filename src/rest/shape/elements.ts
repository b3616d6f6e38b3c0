/**
 * The names in `_elements`: elements of the types asked (`identifier`, `value` of `value[x]`, `valueQuantity`), paths below
 * them (`name.family`), with or without the type before them (`Patient.name`).
 * R4: https://hl7.org/fhir/R4/search.html#elements
 */
import type { Definitions } from '../../definitions/definitions.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { typesOf, type BaseElement, type Property, type TypeNode } from '../../validation/types.ts'

/** What of an element is wanted: all of it, or some of what is below. `Patient` at the root narrows to one type. */
export type ElementTree = ReadonlyMap<string, 'whole' | ElementTree>

type Growing = Map<string, 'whole' | Growing>

/** Depth of a path; R4's own elements have up to some ten, and those below are seldom asked. */
const MAX_STEPS = 10

export const areKnown = (definitions: Definitions, types: Iterable<string>, paths: readonly string[]): boolean =>
  paths.every(path => isKnown(definitions, types, path))

/** Asks one type after the other, since to compile them all takes 0.4 s the first time. */
const isKnown = (definitions: Definitions, types: Iterable<string>, path: string): boolean => {
  const known = typesOf(definitions)
  const steps = path.split('.')
  for (const type of types) {
    const node = known.node(type)
    if (node !== undefined && leadsSomewhere(node, steps)) return true
  }
  return false
}

/** Throws `search-unknown-element` (400), with the nearest name, for a path that none of `types` has. */
export const requireElements = (definitions: Definitions, types: Iterable<string>, paths: readonly string[]): void => {
  const unknown = paths.find(path => !isKnown(definitions, types, path))
  if (unknown === undefined) return
  const nodes = [...types].flatMap(type => typesOf(definitions).node(type) ?? [])
  throw outcomes.unknownElement(nodes[0]?.type ?? 'Resource', unknown, nearestPath(nodes, unknown))
}

/** The element that a step names: as R4 writes it, without its `[x]`, or in the one type that `valueQuantity` says. */
const elementNamed = (node: TypeNode, name: string): BaseElement | undefined =>
  node.elements.get(name) ?? node.elements.get(`${name}[x]`) ?? node.properties.get(name)?.element

const below = (element: BaseElement, name: string): readonly Property[] =>
  element.properties.filter(({ json }) => !element.isChoice || name === element.name || name === json)

const leadsSomewhere = (node: TypeNode, steps: readonly string[]): boolean => {
  const [first, ...rest] = steps
  return isPath(node, steps) || (node.isResource && first === node.type && rest.length > 0 && isPath(node, rest))
}

const isPath = (node: TypeNode, [name = '', ...rest]: readonly string[]): boolean => {
  const element = elementNamed(node, name)
  if (element === undefined || rest.length > MAX_STEPS) return false
  return rest.length === 0 || below(element, name).some(property => {
    const child = property.node()
    return child !== undefined && isPath(child, rest)
  })
}

/** The path with its first wrong step put right, of the first type that has something near. */
const nearestPath = (nodes: readonly TypeNode[], path: string): string | undefined => {
  const [first = '', ...rest] = path.split('.')
  const own = nodes.filter(({ elements }) => elements.has(first) || elements.has(`${first}[x]`))
  for (const node of own) {
    const child = elementNamed(node, first)?.properties[0]?.node()
    const near = child === undefined || rest.length !== 1 ? undefined : nearest(rest[0] ?? '', namesOf(child))
    if (near !== undefined) return `${first}.${near}`
  }
  const near = nearest(first, nodes.flatMap(node => [...namesOf(node)]))
  return near === undefined || near === first ? undefined : [near, ...rest].join('.')
}

const namesOf = (node: TypeNode): readonly string[] => [...node.elements.values()].map(({ name }) => name)

/** Paths as a tree; where both `name` and `name.family` are asked, all of `name` is. */
export const elementTree = (paths: readonly string[]): ElementTree => {
  const root: Growing = new Map()
  for (const path of paths) {
    const steps = path.split('.')
    let level = root
    for (const [index, step] of steps.entries()) {
      const there = level.get(step)
      if (there === 'whole') break
      if (index === steps.length - 1) level.set(step, 'whole')
      else {
        const next: Growing = there ?? new Map()
        level.set(step, next)
        level = next
      }
    }
  }
  return root
}
