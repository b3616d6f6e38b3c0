/**
 * FHIRPath's functions that ask for more than the element: resolve() over contained resources and the Bundle around,
 * memberOf(), conformsTo(), subsumes() and subsumedBy() of the definitions held here. What cannot be known leaves the
 * rule undecided, neither met nor broken.
 *
 * fhirpath.js allows these only asynchronously, so ours stand in its table of user functions and make nodes by the
 * engine's own `makeResNode`, which is not documented: pinned by version, held by test/validation/invariants.test.ts.
 */
import { isObject } from '../fhir/json.ts'
import { resolveIn, standingAt, type Scope } from './scope.ts'

interface EngineNode {
  readonly data: unknown
  readonly constructor: { makeResNode(context: unknown, data: unknown, parent: null, path: string, shadow: null, type: string): unknown }
}

interface Asking {
  readonly scope: Scope
  isComplete: boolean
}

let current: Asking | undefined

/** The answer, or nothing (and an undecided rule) where there is none. */
const answered = <T>(answer: T | undefined): readonly T[] => {
  if (answer === undefined && current) current.isComplete = false
  return answer === undefined ? [] : [answer]
}

const dataOf = (node: unknown): unknown => (isObject(node) && 'data' in node ? node['data'] : node)

function resolve(this: unknown, references: readonly EngineNode[]): readonly unknown[] {
  return references.flatMap(node => {
    const data = dataOf(node)
    const reference = typeof data === 'string' ? data : isObject(data) ? data['reference'] : undefined
    const target = typeof reference === 'string' && current ? resolveIn(current.scope, reference)?.resource : undefined
    return answered(target).map(found => node.constructor.makeResNode(this, found, null, found.resourceType, null, found.resourceType))
  })
}

const memberOf = (nodes: readonly unknown[], valueSet: string): readonly boolean[] =>
  nodes.slice(0, 1).flatMap(node => answered(current?.scope.knowledge.contains(valueSet, dataOf(node))))

const conformsTo = (nodes: readonly unknown[], profile: string): readonly boolean[] =>
  nodes.slice(0, 1).flatMap(node => {
    const value = dataOf(node)
    return answered(current && isObject(value) ? current.scope.knowledge.conforms(profile, value, standingAt(value, current.scope)) : undefined)
  })

const codingsOf = (value: unknown): readonly { system: unknown; code: unknown }[] => {
  if (!isObject(value)) return []
  const { coding, system, code } = value
  return Array.isArray(coding) ? coding.filter(isObject).map(item => ({ system: item['system'], code: item['code'] })) : [{ system, code }]
}

/** Of two Codings or CodeableConcepts: whether some pair of one system is so related. */
const related = (above: unknown, below: unknown): boolean | undefined => {
  let answer: boolean | undefined = false
  for (const upper of codingsOf(above)) {
    for (const lower of codingsOf(below)) {
      if (typeof upper.system !== 'string' || upper.system !== lower.system) continue
      if (typeof upper.code !== 'string' || typeof lower.code !== 'string') continue
      const found = current?.scope.knowledge.subsumes(upper.system, upper.code, lower.code)
      if (found === true) return true
      if (found === undefined) answer = undefined
    }
  }
  return answer
}

const subsumes = (nodes: readonly unknown[], [other]: readonly unknown[]): readonly boolean[] =>
  nodes.slice(0, 1).flatMap(node => answered(related(dataOf(node), dataOf(other))))

const subsumedBy = (nodes: readonly unknown[], [other]: readonly unknown[]): readonly boolean[] =>
  nodes.slice(0, 1).flatMap(node => answered(related(dataOf(other), dataOf(node))))

/** For the options of `fhirpath.compile`. */
export const functionTable = {
  resolve: { fn: resolve, arity: { 0: [] }, internalStructures: true },
  memberOf: { fn: memberOf, arity: { 1: ['String'] }, internalStructures: true },
  conformsTo: { fn: conformsTo, arity: { 1: ['String'] }, internalStructures: true },
  subsumes: { fn: subsumes, arity: { 1: ['Any'] }, internalStructures: true },
  subsumedBy: { fn: subsumedBy, arity: { 1: ['Any'] }, internalStructures: true },
}

/** Whether an expression calls one of them. */
export const asksMore = (expression: string): boolean => /\b(?:resolve|memberOf|conformsTo|subsumes|subsumedBy)\s*\(/.test(expression)

/** Evaluates with the functions standing in `scope`; undefined where one had no answer. A question may ask further ones. */
export const withAnswers = <T>(scope: Scope, evaluate: () => T): T | undefined => {
  const outer = current
  const asking: Asking = { scope, isComplete: true }
  current = asking
  try {
    const result = evaluate()
    return asking.isComplete ? result : undefined
  } finally {
    current = outer
  }
}
