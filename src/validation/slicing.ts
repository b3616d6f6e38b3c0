/**
 * Which slice a value belongs to: the discriminators of a slicing, each compiled for a slice into a question about
 * a value. https://hl7.org/fhir/R4/profiling.html#discriminator
 */
import type { Slicing, StructureDefinition } from '../definitions/definitions.ts'
import { isSameJson } from '../fhir/json.ts'
import type { CompileParts } from './compile.ts'
import { anyAnswer, resolveIn, standingAt, type Scope } from './scope.ts'
import { treeOf, type SnapshotNode } from './snapshot-tree.ts'
import { meetsPattern } from './values.ts'

/** A value to be matched, with its type where the JSON name says it (`valueQuantity`). */
export interface Candidate {
  readonly value: unknown
  readonly type: string | undefined
  /** Where a resource stands that a reference led to. */
  readonly scope?: Scope
}

/** True, false, or undefined where it cannot be decided here (a value set not expanded, a reference not resolved). */
export type Matcher = (candidate: Candidate, scope: Scope) => boolean | undefined

type Discriminator = Slicing['discriminators'][number]

/** A matcher for all discriminators together, or why there can be none. */
export const compileMatcher = (
  discriminators: readonly Discriminator[], slice: SnapshotNode, parts: CompileParts, structure: StructureDefinition,
): Matcher | string => {
  if (discriminators.length === 0) return 'the slicing has no discriminator'
  const matchers: Matcher[] = []
  for (const { type, path } of discriminators) {
    const steps = stepsOf(path)
    // what a reference leads to is known by the reference's own target profiles
    const isTarget = steps.at(-1)?.kind === 'resolve' && (type === 'type' || type === 'profile')
    const targets = elementsAt(slice, isTarget ? steps.slice(0, -1) : steps, parts)
    const test = testFor({ type, targets, steps, isTarget }, slice, parts)
    if (typeof test === 'string') return `the discriminator ${type}:${path} ${test} (${structure.url})`
    matchers.push((candidate, scope) => test(candidatesAt(candidate, steps, scope, parts), scope))
  }
  if (matchers.length === 1) return matchers[0]!
  return (candidate, scope) => {
    let result: boolean | undefined = true
    for (const matcher of matchers) {
      const answer = matcher(candidate, scope)
      if (answer === false) return false
      if (answer === undefined) result = undefined
    }
    return result
  }
}

// -- the way from the sliced element to what discriminates

type Step =
  | { readonly kind: 'child'; readonly name: string }
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'ofType'; readonly type: string }
  | { readonly kind: 'resolve' }

const STEP = /(?:^|\.)(?:extension\((?:'([^']*)'|"([^"]*)")\)|ofType\((\w+)\)|(resolve\(\))|(\$this)|([A-Za-z_]\w*(?:\[x\])?))/gy

const stepsOf = (path: string): readonly Step[] =>
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
const elementsAt = (node: SnapshotNode, steps: readonly Step[], parts: CompileParts): readonly SnapshotNode[] => {
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
const candidatesAt = (candidate: Candidate, steps: readonly Step[], scope: Scope, parts: CompileParts): readonly Candidate[] | undefined => {
  let found: readonly Candidate[] = [candidate]
  for (const step of steps) {
    if (step.kind === 'resolve') {
      const resolved: Candidate[] = []
      for (const { value } of found) {
        const reference = (value as { reference?: unknown } | null)?.reference
        const target = typeof reference === 'string' ? resolveIn(scope, reference) : undefined
        if (target === undefined) return undefined
        resolved.push({ value: target.resource, type: target.resource.resourceType, scope: target })
      }
      found = resolved
    } else {
      found = found.flatMap(item => stepInto(item, step, parts))
    }
  }
  return found
}

const stepInto = ({ value, type }: Candidate, step: Exclude<Step, { kind: 'resolve' }>, parts: CompileParts): readonly Candidate[] => {
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

// -- the questions

type Test = (candidates: readonly Candidate[] | undefined, scope: Scope) => boolean | undefined

const anyOf = (candidates: readonly Candidate[] | undefined, test: (candidate: Candidate) => boolean | undefined): boolean | undefined =>
  candidates && anyAnswer(candidates, test)

interface Question {
  readonly type: Discriminator['type']
  readonly targets: readonly SnapshotNode[]
  readonly steps: readonly Step[]
  /** The value is what a reference leads to. */
  readonly isTarget: boolean
}

const testFor = ({ type, targets, steps, isTarget }: Question, slice: SnapshotNode, parts: CompileParts): Test | string => {
  const target = targets[0]
  switch (type) {
    case 'value':
    case 'pattern': {
      const byUrl = extensionUrl(slice, steps)
      if (byUrl !== undefined) return candidates => anyOf(candidates, ({ value }) => value === byUrl)
      const test = targets.map(node => valueTest(node, parts)).find(found => found !== undefined)
      return test === undefined ? 'has neither a fixed value, a pattern nor a required binding' : candidates => anyOf(candidates, test)
    }
    case 'exists': {
      if (target === undefined || (target.element.min === 0 && target.element.max > 0)) return 'is neither required nor forbidden'
      const isWanted = target.element.min > 0
      return candidates => candidates && candidates.length > 0 === isWanted
    }
    case 'type': {
      const allowed = isTarget ? targetsOf(target).map(canonical => parts.definitions.structure(canonical)?.type) : target?.element.types?.map(({ code }) => code)
      if (allowed === undefined || allowed.length === 0) return 'has no type'
      return candidates => anyOf(candidates, ({ value, type: named }) => {
        const actual = (value as { resourceType?: string } | null)?.resourceType ?? named
        return actual === undefined ? undefined : allowed.includes(actual)
      })
    }
    case 'profile': {
      const canonicals = isTarget ? targetsOf(target) : target?.element.types?.flatMap(({ profiles }) => profiles ?? []) ?? []
      if (canonicals.length === 0) return 'names no profile'
      return (candidates, scope) => anyOf(candidates, ({ value, scope: there = standingAt(value, scope) }) =>
        anyAnswer(canonicals, canonical => scope.knowledge.conforms(canonical, value, there)))
    }
  }
}

const targetsOf = (node: SnapshotNode | undefined): readonly string[] => node?.element.types?.flatMap(({ targetProfiles }) => targetProfiles ?? []) ?? []

/** An extension slice is known by the canonical of its profile. */
const extensionUrl = (slice: SnapshotNode, steps: readonly Step[]): string | undefined => {
  const step = steps[0]
  const canonicals = slice.element.types?.[0]?.code === 'Extension' ? slice.element.types[0].profiles : undefined
  return steps.length === 1 && step?.kind === 'child' && step.name === 'url' ? canonicals?.[0] : undefined
}

/** Whether a value is the one an element fixes: itself, or by the elements inside it. */
const valueTest = (node: SnapshotNode, parts: CompileParts): ((candidate: Candidate) => boolean | undefined) | undefined => {
  const { fixed, pattern, binding } = node.element
  if (fixed !== undefined) return ({ value }) => isSameJson(value, fixed.value)
  if (pattern !== undefined) return ({ value }) => meetsPattern(value, pattern.value)
  const inner = node.children.flatMap(child => {
    const test = child.name === 'extension' ? undefined : valueTest(child, parts)
    return test === undefined || child.element.min === 0 && child.element.fixed === undefined && child.element.pattern === undefined
      ? [] : [{ name: child.name.replace('[x]', ''), test }]
  })
  if (inner.length > 0) {
    return candidate => inner.every(({ name, test }) => anyOf(stepInto(candidate, { kind: 'child', name }, parts), test) === true)
  }
  const bySlice = node.slices.map(slice => valueTest(slice, parts)).find(test => test !== undefined)
  if (bySlice !== undefined) return bySlice
  if (binding?.strength === 'required') return ({ value }) => parts.bindings.contains(binding.valueSet, value)
  return undefined
}
