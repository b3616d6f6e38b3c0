/**
 * The snapshot of a profile: its base's elements with the profile's differential laid over them.
 *
 * Elements are held as a tree (an element has children and slices) so that a differential can reach inside data
 * types, extension profiles, content references, slices and re-slices, which unfold only where it does.
 * Pure; https://hl7.org/fhir/R4/profiling.html#snapshot.
 */
import { nearest } from '../fhir/nearest.ts'
import type { ElementDefinition, ElementType, StructureDefinition } from './definitions.ts'
import { boundTo, type ElementDifference } from './element.ts'

/** Finds the structures a snapshot is made of, by canonical without version. */
export type ResolveStructure = (url: string) => StructureDefinition | undefined

/** A structure that cannot be made: what is wrong with it, and the id of the element at fault where it is one. */
export class SnapshotError extends Error {
  readonly element: string | undefined

  constructor(message: string, element?: string) {
    super(message)
    this.element = element
  }
}

/** The largest snapshots of R4 and UK Core have some 600 elements; each slice of a slice may double what it slices. */
export const MAX_ELEMENTS = 10_000

/** Nothing in R4 nests so deep without repeating itself. */
const MAX_DEPTH = 50

interface Node {
  /** Last part of the path: `identifier`, `value[x]`. */
  readonly name: string
  element: ElementDefinition
  /** The element before this differential: what new slices start from, as in the snapshots of HL7's tools. */
  readonly inherited: ElementDefinition
  children: Node[]
  /** Slices in order; a re-slice `a/b` follows its slice `a`. */
  slices: Node[]
}

export const coreStructure = (type: string): string => `http://hl7.org/fhir/StructureDefinition/${type}`

/** `identifier:nhsNumber` is the element `identifier` and the slice `nhsNumber`. */
function segmentOf(text: string): { name: string; slice: string | undefined } {
  const colon = text.indexOf(':')
  return colon < 0 ? { name: text, slice: undefined } : { name: text.slice(0, colon), slice: text.slice(colon + 1) }
}

const leaf = (name: string, element: ElementDefinition): Node => ({ name, element, inherited: element, children: [], slices: [] })

const copy = (node: Node): Node => ({ ...node, children: node.children.map(copy), slices: node.slices.map(copy) })

const sizeOf = ({ children, slices }: Node): number =>
  [...children, ...slices].reduce((size, node) => size + sizeOf(node), 1)

/** The tree of a snapshot's elements; ids decide who is whose child or slice. */
function treeOf(elements: readonly ElementDefinition[]): Node {
  const byId = new Map<string, Node>()
  let root: Node | undefined
  for (const element of elements) {
    const dot = element.id.lastIndexOf('.')
    const { name, slice } = segmentOf(element.id.slice(dot + 1))
    const node = leaf(name, element)
    byId.set(element.id, node)
    if (root === undefined) {
      root = node
      continue
    }
    const parent = byId.get(element.id.slice(0, dot))
    if (slice === undefined) parent?.children.push(node)
    else parent?.children.find(child => child.name === name)?.slices.push(node)
  }
  if (root === undefined) throw new SnapshotError('the base has no elements')
  return root
}

/** The elements of a tree in snapshot order, with the ids and paths of where they now stand. */
function* elementsOf(node: Node, id: string, path: string): Generator<ElementDefinition> {
  yield { ...node.element, id, path }
  for (const child of node.children) {
    const childId = `${id}.${child.name}`
    const childPath = `${path}.${child.name}`
    yield* elementsOf(child, childId, childPath)
    for (const slice of child.slices) yield* elementsOf(slice, `${childId}:${slice.element.sliceName}`, childPath)
  }
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** The type that the name `valueQuantity` picks from the choice `value[x]`. */
function chosenType(choice: Node, name: string): ElementType | undefined {
  if (!choice.name.endsWith('[x]') || !name.startsWith(choice.name.slice(0, -3))) return undefined
  return choice.element.types?.find(type => choice.name.slice(0, -3) + capitalised(type.code) === name)
}

/** Extensions are always sliced by their url (https://hl7.org/fhir/R4/profiling.html#slicing). */
const BY_URL = { discriminators: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' } as const

/** `Observation.valueQuantity` in a differential narrows `value[x]` to that type, and is its slice by type. */
const BY_TYPE = { discriminators: [{ type: 'type', path: '$this' }], ordered: false, rules: 'closed' } as const

const isExtension = (name: string): boolean => name === 'extension' || name === 'modifierExtension'

/** The slice of an element by name; made from the element (or from the slice it re-slices) when it is new. */
function sliceOf(node: Node, sliceName: string): Node {
  const found = node.slices.find(slice => slice.element.sliceName === sliceName)
  if (found !== undefined) return found
  const outer = sliceName.includes('/') ? sliceName.slice(0, sliceName.lastIndexOf('/')) : undefined
  const model = outer === undefined ? node : sliceOf(node, outer)
  const { slicing: _, ...inherited } = outer === undefined ? node.inherited : model.element
  const chosen = chosenType(node, sliceName)
  const made: Node = {
    ...leaf(node.name, { ...inherited, sliceName, min: 0, ...(chosen === undefined ? {} : { types: [chosen] }) }),
    children: model.children.map(copy),
  }
  if (isExtension(node.name)) node.element = { ...node.element, slicing: node.element.slicing ?? BY_URL }
  const last = outer === undefined ? -1 : node.slices.findLastIndex(({ element }) =>
    element.sliceName === outer || element.sliceName?.startsWith(`${outer}/`))
  node.slices.splice(last < 0 ? node.slices.length : last + 1, 0, made)
  return made
}

/** The slice a name like `valueQuantity` stands for; the choice keeps only the types that are named so. */
function shorthand(choice: Node, name: string): Node {
  const slice = sliceOf(choice, name)
  if (choice.element.slicing !== undefined && choice.element.slicing !== BY_TYPE) return slice
  const named = slice.element.types ?? []
  const earlier = choice.element.slicing === BY_TYPE ? choice.element.types ?? [] : []
  const types = [...earlier.filter(({ code }) => !named.some(type => type.code === code)), ...named]
  choice.element = { ...choice.element, slicing: BY_TYPE, types }
  return slice
}

/** The value an element of a differential gives over what it inherits; it only narrows how often, invariants add up, the rest replaces. */
function constrain(base: ElementDefinition, difference: ElementDifference): ElementDefinition {
  const known = new Set(base.constraints?.map(constraint => constraint.key))
  const added = difference.constraints?.filter(constraint => !known.has(constraint.key)) ?? []
  const constraints = [...base.constraints ?? [], ...added]
  const { binding, ...rest } = difference
  const { binding: bound, ...inherited } = base
  return {
    ...inherited,
    ...rest,
    min: Math.max(base.min, difference.min ?? 0),
    max: Math.min(base.max, difference.max ?? Infinity),
    ...boundTo(bound, binding),
    ...(base.sliceName === undefined ? {} : { sliceName: base.sliceName }),
    ...(constraints.length === 0 ? {} : { constraints }),
  }
}

/**
 * The snapshot of `differential` over `base`.
 * @param base whole snapshot of the structure derived from
 * @throws SnapshotError when the differential names an element or a structure that does not exist
 */
export function snapshot(
  base: readonly ElementDefinition[], differential: readonly ElementDifference[], resolve: ResolveStructure,
): ElementDefinition[] {
  const root = treeOf(base)
  const pristine = treeOf(base)

  /** Gives an element the children of its type, of its one profile, or of the element it refers to. */
  function unfold(node: Node, id: string): void {
    if (node.children.length > 0) return
    const { contentReference, ...element } = node.element
    if (contentReference !== undefined) {
      const target = contentReference.split('.').slice(1).reduce<Node | undefined>(
        (found, name) => found?.children.find(child => child.name === name), pristine)
      if (target === undefined) throw new SnapshotError(`${id} refers to #${contentReference}, which does not exist`)
      node.element = { ...element, ...(target.element.types === undefined ? {} : { types: target.element.types }) }
      node.children = target.children.map(copy)
      return
    }
    const [type, ...others] = node.element.types ?? []
    if (type === undefined) throw new SnapshotError(`${id} has no type to look into`)
    const url = others.length > 0 ? coreStructure('Element')
      : type.profiles?.length === 1 ? type.profiles[0] as string : coreStructure(type.code)
    const structure = resolve(url)
    if (structure === undefined) throw new SnapshotError(`${id} is a ${url}, which is not known`)
    node.children = treeOf(structure.elements).children
  }

  /** The node an id names, unfolding and slicing on the way. */
  function locate(id: string): Node {
    const [, ...segments] = id.split('.')
    return segments.reduce((node, text) => {
      const { name, slice } = segmentOf(text)
      unfold(node, id)
      const child = node.children.find(candidate => candidate.name === name)
      if (child !== undefined) return slice === undefined ? child : sliceOf(child, slice)
      const choice = node.children.find(candidate => chosenType(candidate, name) !== undefined)
      if (choice === undefined) {
        const near = nearest(name, node.children.map(candidate => candidate.name))
        throw new SnapshotError(`${id}: there is no "${name}" in ${node.element.path}${near === undefined ? '' : `; did you mean "${near}"?`}`)
      }
      return shorthand(choice, name)
    }, root)
  }

  /** An extension may say itself how often it may stand in one place. */
  function extensionLimit(node: Node): number {
    const [profile, ...others] = node.element.types?.[0]?.profiles ?? []
    if (!isExtension(node.name) || profile === undefined || others.length > 0) return Infinity
    return resolve(profile)?.elements[0]?.max ?? Infinity
  }

  for (const difference of differential) {
    const { id } = difference
    if (id.split('.').length > MAX_DEPTH) throw new SnapshotError(`${id.slice(0, 80)}… is more than ${MAX_DEPTH} levels deep`, id)
    try {
      const node = locate(id)
      node.element = constrain(node.element, difference)
      node.element = { ...node.element, max: Math.min(node.element.max, extensionLimit(node)) }
    } catch (error) {
      throw error instanceof SnapshotError ? new SnapshotError(error.message, id) : error
    }
    if (sizeOf(root) > MAX_ELEMENTS) throw new SnapshotError(`${id}: the snapshot has more than ${MAX_ELEMENTS} elements`, id)
  }
  return [...elementsOf(root, root.name, root.name)]
}
