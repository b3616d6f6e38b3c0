/**
 * A profile as what it adds to its base type: a tree of the elements it constrains further, everything else left out,
 * so that holding a resource against a profile costs only what the profile says. Compiled once, from the snapshot.
 */
import type { Definitions, ElementDefinition, StructureDefinition } from '../definitions/definitions.ts'
import { isSameJson } from '../fhir/json.ts'
import type { BindingCheck, Bindings } from './bindings.ts'
import { compileInvariants, type Invariant } from './invariants.ts'
import type { ReferenceCheck } from './references.ts'
import { compileMatcher, type Mark } from './slicing.ts'
import { treeOf, type SnapshotNode } from './snapshot-tree.ts'
import { checkedBinding, type BaseElement, type Property, type TypeNode, type Types } from './types.ts'

/** What a profile adds to an element; absent members add nothing. */
export interface ElementRule {
  /** Element id with slices: `Patient.identifier:nhsNumber.system`. */
  readonly id: string
  /** Canonical of the profile. */
  readonly source: string
  readonly base: BaseElement
  readonly min?: number
  readonly max?: number
  /** Types left of a choice, or resource types left of `Resource`. */
  readonly types?: readonly string[]
  readonly profiles?: readonly { readonly type: string; readonly canonicals: readonly string[] }[]
  readonly reference?: ReferenceCheck
  readonly binding?: BindingCheck
  readonly fixed?: unknown
  readonly pattern?: unknown
  readonly minValue?: unknown
  readonly maxValue?: unknown
  readonly maxLength?: number
  /** By the type of the value: FHIRPath must know what a choice holds. */
  readonly invariants?: ReadonlyMap<string, readonly Invariant[]>
  readonly slicing?: SlicingRule
  readonly children?: readonly ElementRule[]
}

export interface SlicingRule {
  readonly ordered: boolean
  readonly rules: 'open' | 'closed' | 'openAtEnd'
  readonly slices: readonly SliceRule[]
  /** A slice cannot be told apart, so what is in none of the others may be in that one. */
  readonly isPartial: boolean
}

/** The slice of everything that is in none of the others. https://hl7.org/fhir/R4/profiling.html#default-slice */
export const DEFAULT_SLICE = '@default'

const REST: Mark = { matches: () => true, told: 'none of the other slices' }

export interface SliceRule {
  readonly name: string
  readonly rule: ElementRule
  readonly mark: Mark
}

export interface Profile {
  readonly url: string
  readonly type: string
  readonly children: readonly ElementRule[]
  readonly invariants: readonly Invariant[]
  /** What is wrong with the definition itself. */
  readonly problems: readonly string[]
}

export interface CompileParts {
  readonly definitions: Definitions
  readonly types: Types
  readonly bindings: Bindings
}

/** Never throws: what cannot be compiled is a problem of the profile, told where it is used. */
export const compileProfile = (structure: StructureDefinition, parts: CompileParts): Profile => {
  const problems: string[] = []
  const { types } = parts
  const source = structure.url

  const childrenOf = (node: SnapshotNode, typeNode: TypeNode | undefined): readonly ElementRule[] =>
    node.children.flatMap(child => {
      const base = baseOf(child.name, typeNode)
      if (base === undefined) {
        if (typeNode !== undefined && !isPrimitiveValue(child.element)) problems.push(`${child.element.id} is no element of ${typeNode.path}`)
        return []
      }
      const rule = ruleOf(child, base, base.properties)
      return rule === undefined ? [] : [rule]
    })

  const ruleOf = (node: SnapshotNode, base: BaseElement, properties: readonly Property[]): ElementRule | undefined => {
    const { element } = node
    const isSlice = node.slice !== undefined
    const was = base.definition
    const codes = element.types?.map(({ code }) => code)
    const left = base.isChoice && codes ? properties.filter(({ type }) => codes.includes(type)) : properties
    const only = left.length === 1 ? left[0] : undefined
    const slicing = slicingOf(node, base, left)
    const children = childrenOf(node, only && shapeOf(only, codes))
    const own = element.constraints?.filter(({ key }) => !was.constraints?.some(known => known.key === key)) ?? []
    const binding = changedBinding(element, was)
    const profiles = (element.types ?? []).flatMap(({ code, profiles: canonicals }) =>
      (code !== 'Extension' && canonicals && canonicals.length > 0 && !isSameJson(canonicals, was.types?.find(type => type.code === code)?.profiles)
        ? [{ type: code, canonicals }] : []))
    const targets = element.types?.find(({ code }) => code === 'Reference')?.targetProfiles
    const narrowed = narrowedTypes(base, codes, was)
    const rule: ElementRule = {
      id: element.id,
      source,
      base,
      ...(element.min > (isSlice ? 0 : was.min) ? { min: element.min } : {}),
      ...(element.max < (isSlice ? Infinity : was.max) ? { max: element.max } : {}),
      ...(narrowed ? { types: narrowed } : {}),
      ...(profiles.length > 0 ? { profiles } : {}),
      ...(targets && !isSameJson(targets, was.types?.find(({ code }) => code === 'Reference')?.targetProfiles)
        ? { reference: { targets, rule: `target:${element.id}`, source } } : {}),
      ...(binding ? { binding } : {}),
      ...valueRules(element, was),
      ...(own.length > 0 ? { invariants: new Map(left.map(({ type }) => [type, compileInvariants(own, base.isChoice ? type : was.path, source)])) } : {}),
      ...(slicing ? { slicing } : {}),
      ...(children.length > 0 ? { children } : {}),
    }
    return Object.keys(rule).length > 3 ? rule : undefined
  }

  /** What stands below: of a primitive its extensions, of a resource narrowed to one type that type. */
  const shapeOf = (property: Property, codes: readonly string[] | undefined): TypeNode | undefined => {
    if (property.primitive) return types.node('Element')
    return property.type === 'Resource' && codes?.length === 1 ? types.node(codes[0]!) : property.node()
  }

  const changedBinding = (element: ElementDefinition, was: ElementDefinition): BindingCheck | undefined =>
    element.binding && isSameJson(element.binding, was.binding) ? undefined : checkedBinding(element, source)

  const slicingOf = (node: SnapshotNode, base: BaseElement, properties: readonly Property[]): SlicingRule | undefined => {
    if (node.slices.length === 0) return undefined
    const { slicing } = node.element
    const discriminators = slicing?.discriminators ?? impliedDiscriminators(base)
    if (discriminators.length === 0 && slicing?.rules !== 'open') problems.push(`${node.element.id} has slices but no discriminator`)
    const isDefault = (slice: SnapshotNode): boolean => slice.slice === DEFAULT_SLICE
    const defaultLast = [...node.slices.filter(slice => !isDefault(slice)), ...node.slices.filter(isDefault)]
    const slices = defaultLast.flatMap((slice): SliceRule[] => {
      const empty = { id: slice.element.id, source, base }
      const rule = ruleOf(slice, base, properties) ?? empty
      const mark = isDefault(slice) ? REST : compileMatcher(discriminators, slice, parts, structure)
      if (typeof mark === 'string') {
        problems.push(`the slice ${slice.element.id} cannot be told apart: ${mark}`)
        return []
      }
      return [{ name: slice.slice ?? '', rule, mark }]
    })
    const isClosed = slicing !== undefined && slicing.rules !== 'open'
    const constrains = slices.some(({ rule }) => Object.keys(rule).length > 3)
    if (!constrains && !isClosed && !slicing?.ordered) return undefined
    return { ordered: slicing?.ordered ?? false, rules: slicing?.rules ?? 'open', slices, isPartial: slices.length < node.slices.length }
  }

  try {
    const tree = treeOf(structure.elements)
    const typeNode = types.node(structure.type)
    if (tree === undefined || typeNode === undefined) {
      return { url: source, type: structure.type, children: [], invariants: [], problems: [tree === undefined ? 'it has no elements' : `"${structure.type}" is no R4 type`] }
    }
    const inherited = new Set(parts.definitions.type(structure.type)?.elements[0]?.constraints?.map(({ key }) => key))
    const own = tree.element.constraints?.filter(({ key }) => !inherited.has(key)) ?? []
    return { url: source, type: structure.type, children: childrenOf(tree, typeNode), invariants: compileInvariants(own, structure.type, source), problems }
  } catch (error) {
    return { url: source, type: structure.type, children: [], invariants: [], problems: [error instanceof Error ? error.message : String(error)] }
  }
}

/** The element of the base a snapshot's element constrains; `valueQuantity` stands for `value[x]` in that type. */
const baseOf = (name: string, typeNode: TypeNode | undefined): BaseElement | undefined => {
  const element = typeNode?.elements.get(name)
  if (element !== undefined) return element
  const property = typeNode?.properties.get(name)
  return property && { ...property.element, properties: [property], byName: new Map([[property.json, property]]) }
}

/** The value of a primitive is an element in snapshots (`Patient.active.value`) but none in JSON. */
const isPrimitiveValue = (element: ElementDefinition): boolean => element.path.endsWith('.value')

/** Slices of extensions go by url, those of a choice by type, also where the snapshot forgets to say so. */
const impliedDiscriminators = (base: BaseElement) =>
  base.isChoice ? [{ type: 'type' as const, path: '$this' }]
    : base.name === 'extension' || base.name === 'modifierExtension' ? [{ type: 'value' as const, path: 'url' }] : []

const narrowedTypes = (base: BaseElement, codes: readonly string[] | undefined, was: ElementDefinition): readonly string[] | undefined => {
  if (codes === undefined || codes.length === 0) return undefined
  const before = was.types?.map(({ code }) => code) ?? []
  const isNarrower = base.isChoice ? codes.length < before.length : before[0] === 'Resource' && !codes.includes('Resource')
  return isNarrower ? codes : undefined
}

const valueRules = (element: ElementDefinition, was: ElementDefinition) => ({
  ...(element.fixed && !isSameJson(element.fixed, was.fixed) ? { fixed: element.fixed.value } : {}),
  ...(element.pattern && !isSameJson(element.pattern, was.pattern) ? { pattern: element.pattern.value } : {}),
  ...(element.minValue && !isSameJson(element.minValue, was.minValue) ? { minValue: element.minValue.value } : {}),
  ...(element.maxValue && !isSameJson(element.maxValue, was.maxValue) ? { maxValue: element.maxValue.value } : {}),
  ...(element.maxLength !== undefined && element.maxLength !== was.maxLength ? { maxLength: element.maxLength } : {}),
})
