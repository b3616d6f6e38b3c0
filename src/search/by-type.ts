/**
 * One condition for resources of several types, where it may be another on each of them: alike types stand together.
 */
import { allOf, anyOf } from './join.ts'
import type { Condition } from './plan.ts'

/** Just the condition where all types agree; otherwise an alternative per group of types, told apart by `of-type`. */
export const byType = (types: readonly string[], conditionOf: (type: string) => Condition): Condition => {
  const groups = alike(types, conditionOf)
  if (groups.length === 1) return groups[0]!.condition
  return anyOf(groups.filter(({ condition }) => !isFalse(condition))
    .map(({ types, condition }) => allOf([{ kind: 'of-type', types }, condition])))
}

/** Types for which the condition is the same, in the order of their first. */
export const alike = (
  types: readonly string[], conditionOf: (type: string) => Condition,
): readonly { readonly types: readonly string[]; readonly condition: Condition }[] => {
  const groups = new Map<string, { types: string[]; condition: Condition }>()
  const texts = new Map<Condition, string>()
  for (const type of types) {
    const condition = conditionOf(type)
    const text = texts.get(condition) ?? JSON.stringify(condition)
    texts.set(condition, text)
    const group = groups.get(text)
    if (group === undefined) groups.set(text, { types: [type], condition })
    else group.types.push(type)
  }
  return [...groups.values()]
}

const isFalse = (condition: Condition): boolean => condition.kind === 'any-of' && condition.of.length === 0
