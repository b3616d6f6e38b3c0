/**
 * Which slice a value belongs to: the discriminators of a slicing, each compiled for a slice into a question about
 * a value. https://hl7.org/fhir/R4/profiling.html#discriminator
 */
import type { Slicing, StructureDefinition } from '../definitions/definitions.ts'
import { isSameJson } from '../fhir/json.ts'
import type { CompileParts } from './compile.ts'
import { candidatesAt, elementsAt, stepInto, stepsOf, type Candidate, type Step } from './discriminator-path.ts'
import { anyAnswer, standingAt, type Scope } from './scope.ts'
import { shown } from './shown.ts'
import type { SnapshotNode } from './snapshot-tree.ts'
import { meetsPattern } from './values.ts'

/** True, false, or undefined where it cannot be decided here (a value set not expanded, a reference not resolved). */
export type Matcher = (candidate: Candidate, scope: Scope) => boolean | undefined

type Discriminator = Slicing['discriminators'][number]

/** How a slice is known: the question, and in words what makes a value one of it (`system "urn:a"`). */
export interface Mark {
  readonly matches: Matcher
  readonly told: string
}

/** A matcher for all discriminators together, or why there can be none. */
export const compileMatcher = (
  discriminators: readonly Discriminator[], slice: SnapshotNode, parts: CompileParts, structure: StructureDefinition,
): Mark | string => {
  if (discriminators.length === 0) return 'the slicing has no discriminator'
  const matchers: Matcher[] = []
  const told: string[] = []
  for (const { type, path } of discriminators) {
    const steps = stepsOf(path)
    // what a reference leads to is known by the reference's own target profiles
    const isTarget = steps.at(-1)?.kind === 'resolve' && (type === 'type' || type === 'profile')
    const targets = elementsAt(slice, isTarget ? steps.slice(0, -1) : steps, parts)
    const test = testFor({ type, targets, steps, isTarget }, slice, parts)
    if (typeof test === 'string') return `the discriminator ${type}:${path} ${test} (${structure.url})`
    const isByName = isTarget && type === 'type'
    matchers.push((candidate, scope) => test(candidatesAt(candidate, steps, scope, parts, isByName), scope))
    told.push(toldOf(type, path, targets[0], extensionUrl(slice, steps)))
  }
  return { matches: matchers.length === 1 ? matchers[0]! : allOf(matchers), told: told.filter(text => text !== '').join(' and ') }
}

const allOf = (matchers: readonly Matcher[]): Matcher => (candidate, scope) => {
  let result: boolean | undefined = true
  for (const matcher of matchers) {
    const answer = matcher(candidate, scope)
    if (answer === false) return false
    if (answer === undefined) result = undefined
  }
  return result
}

const toldOf = (type: Discriminator['type'], path: string, target: SnapshotNode | undefined, url: string | undefined): string => {
  const element = target?.element
  const at = path === '$this' ? '' : `${path} `
  switch (type) {
    case 'value':
    case 'pattern': {
      const value = url ?? element?.fixed?.value ?? element?.pattern?.value
      return value === undefined ? '' : at + shown(value)
    }
    case 'exists': return element === undefined ? '' : element.max === 0 ? `no ${path}` : `a ${path}`
    case 'type': return path === '$this' ? `the type ${element?.types?.map(({ code }) => code).join(' or ') ?? ''}` : ''
    case 'profile': return ''
  }
}

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
