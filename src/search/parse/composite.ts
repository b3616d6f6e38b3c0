/** Composites in queries: `code$value`, a value per component. R4: https://hl7.org/fhir/R4/search.html#composite */
import { outcomes } from '../../fhir/outcomes.ts'
import type { Test } from '../plan.ts'
import type { Asked } from './context.ts'
import { splitEscaped } from './escape.ts'

/**
 * One test for each way the components' values can be understood together: usually one.
 * `testsOf` reads a component's value by its own parameter's type.
 */
export const compositeTests = (
  asked: Asked, part: string, testsOf: (asked: Asked, part: string) => readonly Test[],
): readonly Test[] => {
  const { context, key, type, parameter } = asked
  const components = parameter.components ?? []
  const byUrl = new Map([...context.definitions.searchParameters(type).values()].map(known => [known.url, known]))
  const values = splitEscaped(part, '$')
  if (values.length !== components.length || values.includes('')) {
    const form = components.map(({ definition, expression }) => byUrl.get(definition)?.code ?? expression).join('$')
    throw outcomes.badParameter(key,
      `${key} takes ${components.length} values joined by "$": ${form}; write "$" inside a value as "\\$"`)
  }
  let combinations: (readonly Test[])[] = [[]]
  for (const [index, component] of components.entries()) {
    const known = byUrl.get(component.definition)
    if (known === undefined) {
      throw outcomes.unsupportedSearch(key, `${key} is not supported here: a component of it has no definition`)
    }
    const tests = testsOf({ context, key, type, parameter: known, modifier: undefined }, values[index]!)
    combinations = combinations.flatMap(parts => tests.map(test => [...parts, test]))
  }
  return combinations.map(parts => ({ kind: 'composite', parts }))
}
