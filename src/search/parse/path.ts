/**
 * The way to a parameter: references followed by name (`subject:Patient.name`), or against their direction
 * (`_has:Observation:patient:code`), as deep as `MAX_CHAIN_DEPTH`.
 * R4: https://hl7.org/fhir/R4/search.html#chaining and #has
 */
import type { SearchParameter } from '../../definitions/definitions.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { alike } from '../by-type.ts'
import { allOf, anyOf } from '../join.ts'
import { MAX_CHAIN_DEPTH, MAX_CHAIN_TYPES } from '../limits.ts'
import { indexedParameters, mayTarget, STORE_PARAMETERS, targetsOf } from '../parameters.ts'
import type { Condition } from '../plan.ts'
import type { ParseContext } from './context.ts'
import { HAS_FORM, parameterOf } from './known.ts'
import { requireType } from './resource-type.ts'

export type Step =
  /** `where`: what else the target must meet, in a filter (`subject[active eq true].name`); `ways` lead there. */
  | {
    readonly kind: 'reference'; readonly name: string; readonly modifier: string | undefined
    readonly where?: (type: string, ways: number) => Condition
  }
  | { readonly kind: 'has'; readonly source: string; readonly param: string }

export interface Path {
  readonly steps: readonly Step[]
  /** The parameter at the end, and its modifier. */
  readonly name: string
  readonly modifier: string | undefined
}

/** What is asked of the parameter at the end of a path, on the type that it is found on. */
export type Leaf = (type: string, name: string, modifier: string | undefined) => Condition

/** The path that a parameter's name in a query is. */
export const pathOf = (key: string): Path => {
  const steps: Step[] = []
  let rest = key
  for (;;) {
    if (rest.startsWith('_has:')) {
      const [, source = '', param = ''] = rest.split(':', 3)
      rest = rest.slice(`_has:${source}:${param}:`.length)
      if (source === '' || param === '' || rest === '') {
        throw outcomes.badParameter(key, `${key} must be ${HAS_FORM}`)
      }
      steps.push({ kind: 'has', source, param })
      continue
    }
    const dot = rest.indexOf('.')
    const [name = '', modifier, ...more] = (dot < 0 ? rest : rest.slice(0, dot)).split(':')
    if (more.length > 0) throw outcomes.badParameter(key, `${key} has more than one modifier; a parameter takes one`)
    if (dot < 0) return { steps, name, modifier }
    steps.push({ kind: 'reference', name, modifier })
    rest = rest.slice(dot + 1)
  }
}

/**
 * The condition on `type` that the path leads to what `leaf` says. Throws where it leads nowhere, or into too many ways;
 * `before`: those that led to its beginning, where it stands inside another.
 */
export const follow = (context: ParseContext, type: string, path: Path, key: string, leaf: Leaf, before = 1): Condition => {
  if (path.steps.length > MAX_CHAIN_DEPTH) {
    throw outcomes.badParameter(key, `${key.slice(0, 60)} chains more than ${MAX_CHAIN_DEPTH} references; narrow it in steps`)
  }
  const from = (type: string, at: number, ways: number): Condition => {
    const step = path.steps[at]
    if (step === undefined) return leaf(type, path.name, path.modifier)
    if (step.kind === 'has') {
      requireReferring(context, type, step, key)
      return { kind: 'has', type: step.source, param: step.param, where: from(step.source, at + 1, ways) }
    }
    const parameter = referenceParameter(context, type, step.name, key)
    const types = step.modifier === undefined
      ? possibleTargets(context, parameter, path, at + 1, key, ways)
      : [targetOf(context, parameter, step.modifier, key)]
    const groups = alike(types, target => {
      const onward = from(target, at + 1, ways * types.length)
      return step.where === undefined ? onward : allOf([step.where(target, ways * types.length), onward])
    })
    return anyOf(groups.map(group => ({ kind: 'chain', param: step.name, types: group.types, where: group.condition })))
  }
  return from(type, 0, before)
}

export const referenceParameter = (context: ParseContext, type: string, name: string, key: string): SearchParameter => {
  const parameter = parameterOf(context, type, name)
  if (parameter.type !== 'reference') {
    throw outcomes.badParameter(key,
      `${key}: "${name}" of ${type} is a ${parameter.type} parameter, and only references lead to other resources`)
  }
  return parameter
}

const targetOf = (context: ParseContext, parameter: SearchParameter, target: string, key: string): string => {
  if (context.definitions.resourceTypes.has(target) && mayTarget(parameter, target)) return target
  const targets = targetsOf(parameter) ?? [...context.definitions.resourceTypes]
  const meant = nearest(target, targets)
  throw outcomes.badParameter(key, `${key}: "${parameter.code}" never refers to "${target.slice(0, 40)}"`
    + (meant === undefined ? `; it does to ${targets.slice(0, 10).join(', ')}` : `; did you mean "${meant}"?`))
}

/** The types a reference may lead to that have what comes next in the path. */
const possibleTargets = (
  context: ParseContext, parameter: SearchParameter, path: Path, next: number, key: string, ways: number,
): readonly string[] => {
  const all = targetsOf(parameter) ?? [...context.definitions.resourceTypes]
  const step = path.steps[next]
  const name = step === undefined ? path.name : step.kind === 'has' ? '_has' : step.name
  const isCommon = COMMON.has(name) || STORE_PARAMETERS.has(name)
  const having = isCommon ? all : all.filter(type => indexedParameters(context.definitions, type).has(name))
  if (having.length === 0) {
    const names = new Set(all.flatMap(type => [...indexedParameters(context.definitions, type).keys()]))
    const whose = all.length === 1 ? all[0]! : `what "${parameter.code}" refers to`
    throw outcomes.unknownParameter(whose, name, nearest(name, [...names, ...STORE_PARAMETERS]))
  }
  if (having.length * ways > MAX_CHAIN_TYPES) {
    throw outcomes.badParameter(key,
      `${key}: "${parameter.code}" may refer to ${having.length} types here; `
      + `name one, such as ${parameter.code}:${having[0]}.${name}`)
  }
  return having
}

/** Of every resource, without an expression of their own. */
const COMMON: ReadonlySet<string> = new Set(['_has', '_list', '_text', '_content'])

/** Throws where the reference of a `_has` never leads to the type. */
export const requireReferring = (
  context: ParseContext, type: string, { source, param }: Extract<Step, { kind: 'has' }>, key: string,
): void => {
  requireType(context.definitions, key, source)
  const parameter = referenceParameter(context, source, param, key)
  if (!mayTarget(parameter, type)) {
    throw outcomes.badParameter(key,
      `${key}: "${param}" of ${source} never refers to ${type}; it does to ${(targetsOf(parameter) ?? []).slice(0, 10).join(', ')}`)
  }
}
