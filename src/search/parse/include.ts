/** `_include` and `_revinclude`: https://hl7.org/fhir/R4/search.html#revinclude */
import { outcomes } from '../../fhir/outcomes.ts'
import { mayTarget } from '../parameters.ts'
import type { Include } from '../plan.ts'
import type { ParseContext } from './context.ts'
import { referenceParameter } from './path.ts'
import { requireType } from './resource-type.ts'

/** `name` is `_include` or `_revinclude`, `modifier` `iterate` or nothing; the value `Type:parameter[:Target]` or `*`. */
export const include = (
  context: ParseContext, types: readonly string[], name: string, modifier: string | undefined, value: string,
): Include => {
  const direction = name === '_include' ? 'include' : 'revinclude'
  if (modifier !== undefined && modifier !== 'iterate') {
    throw outcomes.unsupportedSearch(name, `${name} takes no modifier ":${modifier.slice(0, 40)}", only :iterate`)
  }
  const iterate = modifier === 'iterate'
  if (value === '*') return { direction, source: '*', param: '*', iterate }

  const [source = '', param = '', target, ...more] = value.split(':')
  if (source === '' || param === '' || more.length > 0) {
    throw outcomes.badParameter(name, `${name} takes Type:parameter or Type:parameter:Target, such as ${name}=Task:focus, or *`)
  }
  requireType(context.definitions, name, source)
  if (target !== undefined) requireType(context.definitions, name, target)
  if (param !== '*') check(context, types, { name, source, param, target, iterate })
  return { direction, source, param, iterate, ...(target === undefined ? {} : { target }) }
}

interface Asked {
  readonly name: string
  readonly source: string
  readonly param: string
  readonly target: string | undefined
  readonly iterate: boolean
}

/** A reference that cannot lead where it is asked to is a mistake of the query, not an empty answer. */
const check = (context: ParseContext, types: readonly string[], { name, source, param, target, iterate }: Asked): void => {
  const parameter = referenceParameter(context, source, param, name)
  if (target !== undefined && !mayTarget(parameter, target)) {
    throw outcomes.badParameter(name,
      `${name}: "${param}" of ${source} never refers to ${target}; it does to ${parameter.targets!.slice(0, 10).join(', ')}`)
  }
  if (iterate) return
  if (name === '_include' && !types.includes(source)) {
    throw outcomes.badParameter(name,
      `${name}=${source}:${param} includes nothing from a search of ${types.slice(0, 3).join(', ')}; `
      + `for what included resources refer to, use ${name}:iterate`)
  }
  if (name === '_revinclude' && !types.some(type => mayTarget(parameter, type))) {
    throw outcomes.badParameter(name,
      `${name}: "${param}" of ${source} never refers to ${types.slice(0, 3).join(', ')}; `
      + `use ${name}:iterate for what refers to included resources`)
  }
}
