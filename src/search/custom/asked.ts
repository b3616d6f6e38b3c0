/** Which search parameters a plan looks at, wherever it does: conditions, chains, `_has`, sort keys, includes. */
import type { SearchParameter } from '../../definitions/definitions.ts'
import type { Condition, SearchPlan } from '../plan.ts'

/** A parameter of a type; `*` stands for any, where an include names none. */
interface Asked {
  readonly type: string
  readonly code: string
}

/** The types, of those given, whose values under the parameter a plan looks at. */
export const askedTypes = (
  { types, where, sort, includes }: Omit<SearchPlan, 'visibility'>, { code, type: kind }: SearchParameter, of: readonly string[],
): readonly string[] => {
  const asked = new Set([
    ...inCondition(where, types),
    ...types.flatMap(type => sort.map(({ param }) => ({ type, code: param }))),
    ...includes.filter(({ param }) => param !== '*' || kind === 'reference').map(({ source, param }) => ({ type: source, code: param })),
  ].filter(one => one.code === code || one.code === '*').map(({ type }) => type))
  return of.filter(type => asked.has(type) || asked.has('*'))
}

const inCondition = (condition: Condition, types: readonly string[]): readonly Asked[] => {
  switch (condition.kind) {
    case 'all-of': {
      const narrowed = condition.of.reduce((left, part) => (part.kind === 'of-type' ? left.filter(type => part.types.includes(type)) : left), types)
      return condition.of.flatMap(part => inCondition(part, narrowed))
    }
    case 'any-of': return condition.of.flatMap(part => inCondition(part, types))
    case 'not': return inCondition(condition.of, types)
    case 'match':
    case 'missing': return of(types, condition.param)
    case 'chain': return [...of(types, condition.param), ...inCondition(condition.where, condition.types)]
    case 'has': return [...of([condition.type], condition.param), ...inCondition(condition.where, [condition.type])]
    case 'within': return of([condition.type], condition.param)
    case 'of-type':
    case 'ids':
    case 'last-updated': return []
  }
}

/** An index may have a form of its own: `identifier:of-type` is of `identifier`. */
const of = (types: readonly string[], param: string): readonly Asked[] => {
  const code = param.split(':', 1)[0]!
  return types.map(type => ({ type, code }))
}
