/**
 * The way from a sliced element to what tells its slices apart, as a discriminator names it: through children, extensions,
 * types of a choice and references, in the snapshot and in a value. https://hl7.org/fhir/R4/profiling.html#discriminator
 */
import { isObject } from '../fhir/json.ts'
import type { CompileParts } from './compile.ts'
import { typeNamedBy } from './references.ts'
import { resolveIn, type Scope } from './scope.ts'
import { treeOf, type SnapshotNode } from './snapshot-tree.ts'

/** A value to be matched, with its type where the JSON name says it (`valueQuantity`). */
export interface Candidate {
  readonly value: unknown
  readonly type: string | undefined
  /** Where a resource stands that a reference led to. */
  readonly scope?: Scope
}

export type Step =
  | { readonly kind: 'child'; readonly name: string }
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'ofType'; readonly type: string }
  | { readonly kind: 'resolve' }

const STEP = /(?:^|\.)(?:extension\((?:'([^']*)'|"([^"]*)")\)|ofType\((\w+)\)|(resolve\(\))|(\$this)|([A-Za-z_]\w*(?:\[x\])?))/gy

export const stepsOf = (path: string): readonly Step[] =>
  [...path.matchAll(STEP)].flatMap(([, single, double, type, resolve, , name]): Step[] => {
    const url = single ?? double
    if (url !== undefined) return [{ kind: 'extension', url }]
    if (type !== undefined) return [{ kind: 'ofType', type }]
    if (resolve !== undefined) return [{ kind: 'resolve' }]
    return name === undefined ? [] : [{ kind: 'child', name: name.replace('[x]', '') }]
  })

/**
 * The snapshot's elements at the end of the steps; through the profile of a type where the slice itself does not unfold,
 * and through slices on the way (`code.coding:SBPCode.code` is what `code.coding.code` means there).
 */
export const elementsAt = (node: SnapshotNode, steps: readonly Step[], parts: CompileParts): readonly SnapshotNode[] => {
  let found: readonly SnapshotNode[] = [node]
  for (const step of steps) {
    found = found.flatMap(at => {
      const next = elementAt(at, step, parts)
      return next === undefined ? [] : step.kind === 'child' ? [next, ...next.slices] : [next]
    })
  }
  return found
}

const elementAt = (at: SnapshotNode, step: Step, parts: CompileParts): SnapshotNode | undefined => {
  switch (step.kind) {
    case 'child': return childOf(at, step.name, parts)
    case 'extension': return extensionOf(at, step.url)
    case 'ofType': return at.slices.find(({ element }) => element.types?.some(({ code }) => code === step.type)) ?? at
    case 'resolve': return profileOf(at.element.types?.[0]?.targetProfiles, parts) ?? at
  }
}

const childOf = (node: SnapshotNode, name: string, parts: CompileParts): SnapshotNode | undefined => {
  const find = (within: SnapshotNode | undefined) => within?.children.find(child => child.name.replace('[x]', '') === name)
  return find(node) ?? find(profileOf(node.element.types?.[0]?.profiles, parts))
}

const extensionOf = (node: SnapshotNode, url: string): SnapshotNode | undefined =>
  node.children.find(({ name }) => name === 'extension')?.slices.find(({ element, children }) =>
    element.types?.some(({ profiles }) => profiles?.includes(url)) || children.some(child => child.name === 'url' && child.element.fixed?.value === url))

const profileOf = (canonicals: readonly string[] | undefined, { definitions }: CompileParts): SnapshotNode | undefined => {
  const structure = canonicals?.length === 1 ? definitions.structure(canonicals[0]!) : undefined
  return structure && treeOf(structure.elements)
}

/** What a value has at the end of the steps; undefined where a reference on the way cannot be resolved. */
export const candidatesAt = (
  candidate: Candidate, steps: readonly Step[], scope: Scope, parts: CompileParts, isByName: boolean,
): readonly Candidate[] | undefined => {
  let found: readonly Candidate[] = [candidate]
  for (const step of steps) {
    if (step.kind === 'resolve') {
      const resolved = found.map(({ value }) => targetOf(value, scope, isByName && step === steps.at(-1)))
      if (resolved.includes(undefined)) return undefined
      found = resolved.filter(target => target !== undefined)
    } else {
      found = found.flatMap(item => stepInto(item, step, parts))
    }
  }
  return found
}

/** @param isByName the type alone matters, which a literal reference or `Reference.type` may say */
const targetOf = (value: unknown, scope: Scope, isByName: boolean): Candidate | undefined => {
  const { reference, type } = isObject(value) ? value : {}
  const literal = typeof reference === 'string' ? reference : typeof value === 'string' ? value : ''
  const target = literal === '' ? undefined : resolveIn(scope, literal)
  if (target !== undefined) return { value: target.resource, type: target.resource.resourceType, scope: target }
  const named = isByName ? typeNamedBy(literal) ?? type : undefined
  return typeof named === 'string' ? { value: undefined, type: named } : undefined
}

export const stepInto = ({ value, type }: Candidate, step: Exclude<Step, { kind: 'resolve' }>, parts: CompileParts): readonly Candidate[] => {
  if (step.kind === 'ofType') return (type ?? (value as { resourceType?: string } | null)?.resourceType) === step.type ? [{ value, type }] : []
  if (typeof value !== 'object' || value === null) return []
  const object = value as Record<string, unknown>
  if (step.kind === 'extension') {
    return many(object['extension']).filter(item => (item as { url?: unknown } | null)?.url === step.url).map(item => ({ value: item, type: 'Extension' }))
  }
  const direct = object[step.name]
  if (direct !== undefined) return many(direct).map(item => ({ value: item, type: undefined }))
  // a choice: `value` is `valueQuantity` in JSON
  for (const key in object) {
    if (!key.startsWith(step.name)) continue
    const suffix = key.slice(step.name.length)
    const name = [suffix, suffix.charAt(0).toLowerCase() + suffix.slice(1)].find(known => parts.definitions.type(known) !== undefined)
    if (name !== undefined) return many(object[key]).map(item => ({ value: item, type: name }))
  }
  return []
}

const many = (value: unknown): readonly unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value])
