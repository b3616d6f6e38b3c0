/**
 * FHIRPath's resolve() over what is at hand: contained resources and the entries of the Bundle around. A reference to
 * elsewhere leaves a rule undecided, so it is neither met nor broken.
 *
 * fhirpath.js allows only asynchronous resolve(), so ours stands in its table of user functions and makes its nodes by
 * the engine's own `makeResNode`, which is not documented: pinned by version, held by test/validation/invariants.test.ts.
 */
import { isResource, resolveIn, type Scope } from './scope.ts'

interface EngineNode {
  readonly data: unknown
  readonly constructor: { makeResNode(context: unknown, data: unknown, parent: null, path: string, shadow: null, type: string): unknown }
}

interface Resolution {
  readonly scope: Scope
  isComplete: boolean
}

let current: Resolution | undefined

function resolve(this: unknown, references: readonly EngineNode[]): readonly unknown[] {
  return references.flatMap(node => {
    const { data } = node
    const reference = typeof data === 'string' ? data : (data as { reference?: unknown } | null)?.reference
    const target = typeof reference === 'string' && current ? resolveIn(current.scope, reference) : undefined
    if (!isResource(target)) {
      if (current) current.isComplete = false
      return []
    }
    return [node.constructor.makeResNode(this, target, null, target.resourceType, null, target.resourceType)]
  })
}

/** For the options of `fhirpath.compile`. */
export const resolveTable = { resolve: { fn: resolve, arity: { 0: [] }, internalStructures: true } }

/** Evaluates with `resolve()` looking around `scope`; undefined where a reference led elsewhere. Synchronous, so not entered twice. */
export const withResolution = <T>(scope: Scope, evaluate: () => T): T | undefined => {
  const resolution: Resolution = { scope, isComplete: true }
  current = resolution
  try {
    const result = evaluate()
    return resolution.isComplete ? result : undefined
  } finally {
    current = undefined
  }
}
