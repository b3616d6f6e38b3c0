/**
 * FHIRPath Patch: a Parameters resource of operations add, insert, delete, replace and move, in their order.
 * https://hl7.org/fhir/R4/fhirpatch.html
 */
import { cloneJson, isObject } from '../../fhir/json.ts'
import { MAX_PATCH_OPERATIONS } from '../../fhir/json-patch.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { BaseElement, Types } from '../../validation/types.ts'
import { fit, readContent, type Content } from './content.ts'
import { createLocator, elementOf, type Element, type Fields, type Locator } from './locate.ts'
import { parsePath, PathProblem, type Path } from './path.ts'
import { putLists, putSingle, removeAt } from './place.ts'

export type PathOperation = { readonly expression: string; readonly text: string; readonly path: Path } & (
  | { readonly type: 'add'; readonly name: string; readonly content: Content }
  | { readonly type: 'insert'; readonly index: number; readonly content: Content }
  | { readonly type: 'delete' }
  | { readonly type: 'replace'; readonly content: Content }
  | { readonly type: 'move'; readonly source: number; readonly destination: number }
)

const PARTS = ['type', 'path', 'name', 'value', 'index', 'source', 'destination'] as const
type PartName = (typeof PARTS)[number]

/** Throws `patch-malformed` (400) with the operation's place in the Parameters. */
export const readPathPatch = (parameters: Resource): readonly PathOperation[] => {
  const sent = parameters['parameter'] ?? []
  if (!Array.isArray(sent)) throw outcomes.malformedPatch('Parameters.parameter is a list of operations', 'Parameters.parameter')
  if (sent.length > MAX_PATCH_OPERATIONS) throw outcomes.tooLarge(`${MAX_PATCH_OPERATIONS} operations in a patch`)
  return sent.map((parameter: unknown, index) => {
    const expression = `Parameters.parameter[${index}]`
    return readable(`operation [${index}]`, expression, () => readOperation(parameter, index, expression))
  })
}

/** A problem with an expression or content, as the refusal of the operation it stands in. */
const readable = <T>(text: string, expression: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    throw error instanceof PathProblem ? outcomes.malformedPatch(`${text} ${error.message}`, expression) : error
  }
}

const readOperation = (parameter: unknown, index: number, expression: string): PathOperation => {
  if (!isObject(parameter) || parameter['name'] !== 'operation' || !Array.isArray(parameter['part'])) {
    throw new PathProblem('must be a parameter named "operation" with parts')
  }
  const parts = partsOf(parameter['part'])
  const { type, path: at } = { type: textOf(parts, 'type'), path: textOf(parts, 'path') }
  const head = { expression, text: `operation [${index}] ${type.slice(0, 20)} ${at.slice(0, 160)}`, path: parsePath(at) }
  switch (type) {
    case 'add': return { ...head, type, name: textOf(parts, 'name'), content: contentOf(parts) }
    case 'insert': return { ...head, type, index: numberOf(parts, 'index'), content: contentOf(parts) }
    case 'delete': return { ...head, type }
    case 'replace': return { ...head, type, content: contentOf(parts) }
    case 'move': return { ...head, type, source: numberOf(parts, 'source'), destination: numberOf(parts, 'destination') }
    default: throw new PathProblem(`has the type "${type.slice(0, 40)}"; it must be add, insert, delete, replace or move`)
  }
}

type Parts = ReadonlyMap<PartName, Fields>

const partsOf = (sent: readonly unknown[]): Parts => {
  const parts = new Map<PartName, Fields>()
  for (const part of sent) {
    const name = isObject(part) ? PARTS.find(known => known === part['name']) : undefined
    if (name === undefined) throw new PathProblem(`has a part that is none of ${PARTS.join(', ')}`)
    if (parts.has(name)) throw new PathProblem(`has the part "${name}" twice`)
    parts.set(name, part as Fields)
  }
  return parts
}

const partOf = (parts: Parts, name: PartName): Fields => {
  const part = parts.get(name)
  if (part === undefined) throw new PathProblem(`needs the part "${name}"`)
  return part
}

const textOf = (parts: Parts, name: PartName): string => {
  const part = partOf(parts, name)
  const text = part['valueString'] ?? part['valueCode']
  if (typeof text !== 'string' || text.trim() === '') throw new PathProblem(`needs a ${name === 'type' ? 'valueCode' : 'valueString'} in "${name}"`)
  return text
}

const numberOf = (parts: Parts, name: PartName): number => {
  const value = partOf(parts, name)['valueInteger']
  if (!Number.isInteger(value) || Number(value) < 0) throw new PathProblem(`needs a valueInteger from 0 in "${name}"`)
  return Number(value)
}

const contentOf = (parts: Parts): Content => readContent(partOf(parts, 'value'))

/**
 * The resource after all operations; the one given stays as it is. Throws `patch-not-applicable` (422) where a path does
 * not lead to the one element that an operation needs, `patch-malformed` (400) where it names what the type does not have.
 */
export const applyPathPatch = (types: Types, resource: Resource, operations: readonly PathOperation[]): Resource => {
  const patched = cloneJson(resource)
  const locator = createLocator(types)
  for (const operation of operations) readable(operation.text, operation.expression, () => apply(types, locator, patched, operation))
  return patched
}

const apply = (types: Types, locator: Locator, resource: Resource, operation: PathOperation): void => {
  const inapplicable = (problem: string): Error => outcomes.patchNotApplicable(`${operation.text}: ${problem}`, operation.expression)
  const one = (path: Path): Element => {
    const [only, ...more] = locator.locate(resource, path)
    if (only === undefined) throw inapplicable('the path leads to no element')
    if (more.length > 0) throw inapplicable(`the path leads to ${more.length + 1} elements; name one, with an index or where()`)
    return only
  }
  /** The list a path names: the element that holds it, and what it is called there. */
  const list = (): { parent: Element; element: BaseElement; name: string } => {
    const last = operation.path.steps.at(-1)
    if (last?.kind !== 'property') throw new PathProblem('must end in the name of a list, as Patient.name')
    const parent = one({ root: operation.path.root, steps: operation.path.steps.slice(0, -1) })
    const element = elementOf(parent, last.name)
    if (!element.repeats) throw new PathProblem(`names ${element.definition.path}, which does not repeat`)
    return { parent, element, name: last.name }
  }
  const within = (index: number, most: number, what: string): void => {
    if (index > most) throw inapplicable(`${what} ${index} is past the end; the largest here is ${most}`)
  }

  switch (operation.type) {
    case 'add': {
      const parent = one(operation.path)
      const element = elementOf(parent, operation.name)
      const fitted = fit(types, operation.content, element, operation.name)
      if (element.repeats) return putLists(parent, fitted.property, lists => lists.insert(lists.length, fitted))
      const { root, steps } = operation.path
      const there = locator.locate(resource, { root, steps: [...steps, { kind: 'property', name: element.name }] })
      if (there.length > 0) throw inapplicable(`${operation.name} is there already; use replace`)
      return putSingle(parent, fitted)
    }
    case 'insert': {
      const { parent, element, name } = list()
      const fitted = fit(types, operation.content, element, name)
      return putLists(parent, fitted.property, lists => {
        within(operation.index, lists.length, 'the index')
        lists.insert(operation.index, fitted)
      })
    }
    case 'delete': {
      const [only, ...more] = locator.locate(resource, operation.path)
      if (more.length > 0) throw inapplicable(`the path leads to ${more.length + 1} elements; only one is deleted at a time`)
      if (only === undefined) return undefined
      if (only.place === undefined) throw new PathProblem('names the resource itself; send DELETE for that')
      return removeAt(only.place)
    }
    case 'replace': {
      const { place } = one(operation.path)
      if (place === undefined) throw new PathProblem('names the resource itself; send PUT for that')
      const { parent, property, index } = place
      const fitted = fit(types, operation.content, property.element, property.element.name)
      if (index === undefined) return putSingle(parent, fitted)
      return putLists(parent, property, lists => {
        lists.remove(index)
        lists.insert(index, fitted)
      })
    }
    case 'move': {
      const { parent, element } = list()
      const [property] = element.properties
      if (property === undefined) throw new PathProblem('names nothing that can be moved')
      return putLists(parent, property, lists => {
        within(operation.source, lists.length - 1, 'the source')
        within(operation.destination, lists.length - 1, 'the destination')
        lists.insert(operation.destination, lists.remove(operation.source))
      })
    }
  }
}
