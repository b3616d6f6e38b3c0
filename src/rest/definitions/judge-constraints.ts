/**
 * Whether the constraints of a StructureDefinition are FHIRPath: they can be read, and every function and variable in them
 * exists. An expression that fails only when it is evaluated would otherwise be found out by somebody else's resource.
 * https://hl7.org/fhir/R4/fhirpath.html
 */
import { createRequire } from 'node:module'
import type { StructureDefinition as RawStructure } from 'fhir/r4.js'
import type * as FhirPath from 'fhirpath'
import { nearest } from '../../fhir/nearest.ts'
import { unusableDefinition, type Issue } from '../../fhir/outcomes.ts'
import { syntaxFault, type Node } from '../../search/custom/expression.ts'

/** The longest of R4 and UK Core has 1,200 characters. */
const MAX_LENGTH = 5_000

const FUNCTIONS: ReadonlySet<string> = new Set(`
  abs aggregate all allFalse allTrue anyFalse anyTrue as ceiling children combine contains convertsToBoolean convertsToDate
  convertsToDateTime convertsToDecimal convertsToInteger convertsToQuantity convertsToString convertsToTime count decode defineVariable
  descendants distinct empty encode endsWith escape exclude exists exp first floor hasValue htmlChecks iif indexOf intersect is
  isDistinct join last length ln log lower matches matchesFull not now ofType power repeat replace replaceMatches round select single
  skip split sqrt startsWith subsetOf substring supersetOf sum tail take timeOfDay toBoolean toChars toDate toDateTime toDecimal
  toInteger toQuantity toString toTime today trace trim truncate type unescape union upper where
  checkModifiers conformsTo elementDefinition extension getValue memberOf resolve slice subsumedBy subsumes`.trim().split(/\s+/))

const VARIABLES: ReadonlySet<string> = new Set(['context', 'resource', 'rootResource', 'ucum', 'sct', 'loinc'])

const require = createRequire(import.meta.url)

export const judgeConstraints = (raw: RawStructure): readonly Issue[] => {
  const part = raw.differential === undefined ? 'snapshot' : 'differential'
  return (raw[part]?.element ?? []).flatMap(({ constraint = [] }, i) => constraint.flatMap(({ key, expression }, j): Issue[] => {
    const why = expression === undefined ? undefined : refusal(expression)
    return why === undefined ? [] : [unusableDefinition('definition-constraint',
      `StructureDefinition.${part}.element[${i}].constraint[${j}].expression`, `the expression of the constraint "${key}" ${why}`)]
  }))
}

/** Expressions of R4's elements stand in every snapshot: each is read once. */
const known = new Map<string, string | undefined>()
const MAX_KNOWN = 10_000

const refusal = (expression: string): string | undefined => {
  if (!known.has(expression)) {
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(expression, read(expression))
  }
  return known.get(expression)
}

const read = (expression: string): string | undefined => {
  if (expression.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters; make several constraints of it`
  let root: Node
  try {
    root = (require('fhirpath') as typeof FhirPath).parse(expression) as Node
  } catch (error) {
    return `is no FHIRPath: ${syntaxFault(error)}; correct it`
  }
  return unknownIn(root)
}

/** The first function or variable that does not exist. */
const unknownIn = (root: Node): string | undefined => {
  const own = new Set<string>()
  const pending: Node[] = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const name = (node.type === 'Functn' ? node.children?.[0]?.text : undefined)?.replaceAll('`', '')
    if (name === 'defineVariable') own.add(/'([^']*)'/.exec(JSON.stringify(node))?.[1] ?? '')
    if (name !== undefined && !FUNCTIONS.has(name)) {
      const near = nearest(name, FUNCTIONS)
      return `uses ${name}(), which FHIRPath does not have${near === undefined ? '; correct it' : `; did you mean ${near}()?`}`
    }
    const variable = node.type === 'ExternalConstantTerm' ? externalName(node) : undefined
    if (variable !== undefined && !VARIABLES.has(variable) && !own.has(variable) && !/^(?:vs|ext)-/.test(variable)) {
      return `uses %${variable.slice(0, 40)}, which is not defined; there are %${[...VARIABLES].join(', %')}`
    }
    pending.push(...[...node.children ?? []].reverse())
  }
  return undefined
}

const externalName = (node: Node): string | undefined => {
  const [name] = node.children?.[0]?.children ?? []
  return name?.text?.replaceAll(/[`'"]/g, '')
}
