/**
 * Expressions that need all of FHIRPath: evaluated by fhirpath.js with the R4 model, which also says the type of each value.
 *
 * Loaded when the first such expression is met (130 ms): R4's own parameters do without (search/route.ts).
 * `resolve() is T` only looks at the reference itself, because extraction sees one resource.
 */
import { createRequire } from 'node:module'
import type * as FhirPath from 'fhirpath'
import type { Resource } from '../fhir/resource.ts'
import { targetType } from './walk.ts'

export interface TypedValue {
  readonly type: string
  readonly value: unknown
}


const require = createRequire(import.meta.url)

/** Evaluator of one expression; an expression or resource that FHIRPath refuses yields nothing. */
export const engineEvaluator = (expression: string): ((resource: Resource) => readonly TypedValue[]) => {
  const fhirpath = require('fhirpath') as typeof FhirPath
  const model = require('fhirpath/fhir-context/r4') as Parameters<typeof FhirPath.compile>[1]
  let subject: Resource
  const resolvesTo = (references: unknown[], type: string): boolean[] =>
    references.map(value => targetType(value, subject) === type)
  const options = {
    async: false as const, resolveInternalTypes: false,
    userInvocationTable: { resolvesTo: { fn: resolvesTo, arity: { 1: ['String' as const] } } },
  }
  let evaluate: ((resource: Resource) => readonly unknown[]) | undefined
  return resource => {
    subject = resource
    try {
      evaluate ??= fhirpath.compile(expression.replace(/resolve\(\)\s+is\s+(?:FHIR\.)?(\w+)/g, 'resolvesTo(\'$1\')'), model, options)
      const nodes = evaluate(resource)
      const types = fhirpath.types(nodes)
      return nodes.map((node, index) => ({ type: r4Type(types[index]), value: fhirpath.util.valData(node) as unknown }))
    } catch {
      return []
    }
  }
}

/** `FHIR.dateTime` -> `dateTime`, `System.Boolean` -> `boolean`. */
const r4Type = (type = ''): string => {
  const [namespace, name = ''] = type.split('.')
  return namespace === 'System' ? name.charAt(0).toLowerCase() + name.slice(1) : name
}
