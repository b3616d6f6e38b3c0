/**
 * The subset of a stored resource, as text: what is not shown is left out of a copy that is marked SUBSETTED, so that
 * nobody takes it for the whole. Numbers keep their digits.
 *
 * What is shown keeps its mandatory and its modifier elements, at every level: without them it would be invalid, or would
 * say something else. Base definitions decide, profiles do not. docs/decisions/0025-subsets.md
 */
import { stringifyJson } from '../../fhir/json.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import type { Coding, Meta, Resource } from '../../fhir/resource.ts'
import type { StoredVersion } from '../../store/store.ts'
import type { Property, TypeNode, Types } from '../../validation/types.ts'
import { parseStored } from '../unit-of-work.ts'
import type { ElementTree } from './elements.ts'
import type { Shape } from './shape.ts'

/** https://terminology.hl7.org/CodeSystem-v3-ObservationValue.html, named by R4's search page. */
export const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' } as const

const isSubsetted = ({ system, code }: Coding): boolean => system === SUBSETTED.system && code === SUBSETTED.code

/** Throws `subset-sent` (422) where what was marked as a subset would overwrite what is whole. */
export const requireWhole = (sent: Resource, current: Resource): void => {
  if (isMarked(sent) && !isMarked(current)) throw outcomes.subsetSent(`${current.resourceType}/${current.id}`)
}

/** Asked of what was sent before it is validated, so it may be of any form. */
const isMarked = ({ meta }: Resource): boolean => {
  const tags: unknown = meta?.tag
  return Array.isArray(tags) && tags.some(tag => typeof tag === 'object' && tag !== null && isSubsetted(tag as Coding))
}

type Fields = Record<string, unknown>

/**
 * What becomes of a property: shown with all it holds, as a value alone, in part, or left out. A primitive shown as a
 * value has its id and extensions (`_birthDate`) only where they stand for a value that is not there.
 */
type Fate = 'whole' | 'value' | 'left-out' | ((value: unknown) => unknown)

/** `stored` as it is at present; its text has been read strictly before, so it is read here for nothing but its parts. */
export const subsetText = (types: Types, shape: Exclude<Shape, { kind: 'whole' }>, stored: StoredVersion): string => {
  const resource: Fields = parseStored(stored)
  const node = types.node(stored.ref.type)
  if (node !== undefined) reduce(resource, node, fatesOf(types, shape, stored.ref.type))
  mark(resource)
  return stringifyJson(resource)
}

const mark = (resource: Fields): void => {
  const meta = (resource['meta'] ?? {}) as Meta
  const tags = meta.tag ?? []
  if (!tags.some(isSubsetted)) resource['meta'] = { ...meta, tag: [...tags, SUBSETTED] }
}

const fatesOf = (types: Types, shape: Exclude<Shape, { kind: 'whole' }>, type: string): (property: Property) => Fate => {
  switch (shape.kind) {
    case 'summary': return inSummary(types)
    case 'text': return property => (property.json === 'text' || ALWAYS.has(property.json) || property.element.definition.min > 0 ? 'whole' : 'left-out')
    case 'data': return property => (property.json === 'text' ? 'left-out' : 'whole')
    case 'elements': {
      const own = shape.tree.get(type)
      const fateOf = inTree(own === undefined ? shape.tree : merged(shape.tree, own))
      return property => (ALWAYS.has(property.json) ? 'whole' : fateOf(property))
    }
  }
}

const ALWAYS: ReadonlySet<string> = new Set(['id', 'meta'])

/** `Patient.name` stands beside `name` for the elements of a Patient. */
const merged = (tree: ElementTree, own: 'whole' | ElementTree): ElementTree => (own === 'whole' ? tree : new Map([...tree, ...own]))

/** What the shown part needs to be valid, and to mean what it means. */
const isNeeded = ({ element: { definition } }: Property): boolean => definition.min > 0 || definition.isModifier === true

/** Types whose values are shown whole or not at all: their parts say nothing without each other. */
const INDIVISIBLE: ReadonlySet<string> = new Set(['Extension', 'Narrative', 'xhtml', 'Meta'])

const inSummary = (types: Types) => (property: Property): Fate => {
  if (!isNeeded(property) && property.element.definition.isSummary !== true) return 'left-out'
  if (property.primitive !== undefined) return 'value'
  if (INDIVISIBLE.has(property.type)) return 'whole'
  if (property.type === 'Resource') return eachOf(value => summarised(types, value))
  const node = property.node()
  return node === undefined ? 'whole' : eachOf(value => reduce(value, node, inSummary(types)))
}

/** A resource inside another, as in a Bundle: a subset of its own, and marked as one. */
const summarised = (types: Types, resource: Fields): Fields | undefined => {
  const node = types.node(String(resource['resourceType']))
  if (node === undefined) return resource
  reduce(resource, node, inSummary(types))
  mark(resource)
  return resource
}

const inTree = (tree: ElementTree) => (property: Property): Fate => {
  const { json, element } = property
  const wanted = tree.get(json) ?? tree.get(element.name) ?? tree.get(`${element.name}[x]`)
  const node = property.node()
  if (wanted === 'whole' || (wanted !== undefined && INDIVISIBLE.has(property.type))) return 'whole'
  // A path below a choice leads nowhere in its primitive types.
  if (wanted === undefined || node === undefined) return isNeeded(property) ? 'whole' : 'left-out'
  return eachOf(value => reduce(value, node, inTree(wanted)))
}

/** Of a list, each that has something left to show. */
const eachOf = (show: (value: Fields) => Fields | undefined) => (value: unknown): unknown => {
  if (!Array.isArray(value)) return show(value as Fields)
  const shown = value.flatMap((item: Fields) => show(item) ?? [])
  return shown.length === 0 ? undefined : shown
}

/** Leaves out of the object, which is the caller's own, what is not shown; undefined when nothing is left. */
const reduce = (fields: Fields, node: TypeNode, fateOf: (property: Property) => Fate): Fields | undefined => {
  let isEmpty = true
  for (const key in fields) {
    if (key === 'resourceType') continue
    const isShadow = key.startsWith('_')
    const name = isShadow ? key.slice(1) : key
    const property = node.properties.get(name)
    const fate = property === undefined ? 'left-out' : fateOf(property)
    // Left undefined, which JSON passes over: a delete would make the object slow.
    if (fate === 'left-out' || (fate === 'value' && isShadow && isComplete(fields[name]))) fields[key] = undefined
    else if (typeof fate === 'function') fields[key] = fate(fields[key])
    if (fields[key] !== undefined) isEmpty = false
  }
  return isEmpty ? undefined : fields
}

/** Whether a primitive, or each of a list of them, has a value. */
const isComplete = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.includes(null))
