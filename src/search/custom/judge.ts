/**
 * Whether a SearchParameter of somebody's own can be searched by here: every reason why not, each at the element at fault.
 *
 * Beyond the base profile, which every write meets. What other stored parameters have to do with it (a code or a url that
 * is taken) is asked in the commit (`rest/search-parameters/guard.ts`). R4: https://hl7.org/fhir/R4/searchparameter.html
 */
import type { Definitions, SearchParameter, SearchParameterType } from '../../definitions/definitions.ts'
import { nearest } from '../../fhir/nearest.ts'
import { unusableParameter } from '../../fhir/outcomes.ts'
import type { Resource } from '../../fhir/resource.ts'
import { emitterFor } from '../extract/emitters.ts'
import { MODIFIERS } from '../parse/value.ts'
import { compileRoutes, type Route } from '../route.ts'
import { list } from '../walk.ts'
import { NOT_CUSTOM, parameterIn, typesOf } from './definition.ts'
import { readExpression, Refused } from './expression.ts'
import { infer } from './infer.ts'

/** Lower and upper case as R4's own codes; a dot, a colon or a leading underscore would mean something else in a query. */
const CODE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

const TYPES: readonly SearchParameterType[] = ['number', 'date', 'string', 'token', 'reference', 'composite', 'quantity', 'uri']

/** `definitions`: with the parameters that are live, for components that are custom themselves. Empty: it can be used. */
export const judgeParameter = (definitions: Definitions, resource: Resource): readonly Issue[] => {
  const parameter = parameterIn(resource)
  return [
    ...judgeName(definitions, parameter),
    ...judgeTargets(definitions, parameter),
    ...judgeDeclared(parameter, resource),
    ...(TYPES.includes(parameter.type) ? judgeExpression(definitions, parameter) : [unusable('type',
      `type "${parameter.type}" has no meaning of its own here; send one of ${TYPES.join(', ')}`)]),
  ]
}

type Issue = ReturnType<typeof unusableParameter>

const unusable = (element: string, text: string): Issue => unusableParameter(`SearchParameter.${element}`, text)

const judgeName = (definitions: Definitions, { url, code, base }: SearchParameter): readonly Issue[] => {
  const issues: Issue[] = []
  const ofR4 = new Set(definitions.canonicals('SearchParameter'))
  if (ofR4.has(url)) {
    issues.push(unusable('url', `${url} is a search parameter of R4 itself, which cannot be changed; give yours a url of its own`))
  }
  for (const [index, name] of base.entries()) {
    if (name === NOT_CUSTOM) issues.push(unusable(`base[${index}]`, `${name}s are indexed by R4's own parameters alone; take it out of base`))
    if (definitions.resourceTypes.has(name) || name === 'Resource' || name === 'DomainResource') continue
    issues.push(unusable(`base[${index}]`, `"${name}" is no resource type of R4${meant(nearest(name, definitions.resourceTypes))}`))
  }
  const taken = typesOf(definitions, { base }).find(type => ofR4.has(definitions.searchParameters(type).get(code)?.url ?? ''))
  if (taken !== undefined) {
    issues.push(unusable('code', `${taken} has the search parameter "${code}" by R4 itself, which cannot be changed; choose another code`))
  } else if (!CODE.test(code)) {
    issues.push(unusable('code', `"${code.slice(0, 80)}" is no code to search by; use a letter, then letters, digits, "-" and "_", 64 at most`))
  }
  return issues
}

const meant = (name: string | undefined): string => (name === undefined ? '' : `; did you mean "${name}"?`)

const judgeTargets = (definitions: Definitions, { type, targets = [] }: SearchParameter): readonly Issue[] => {
  if (targets.length > 0 && type !== 'reference') {
    return [unusable('target', `a ${type} parameter leads to no other resource; leave target out, or make it a reference`)]
  }
  return targets.flatMap((name, index) => (definitions.resourceTypes.has(name) || name === 'Resource' ? [] : [
    unusable(`target[${index}]`, `"${name}" is no resource type of R4${meant(nearest(name, definitions.resourceTypes))}`)]))
}

const COMPARED: readonly string[] = ['number', 'date', 'quantity']

/** What is declared must be what is done: a modifier that searches would be refused is no use to whoever reads of it. */
const judgeDeclared = ({ type }: SearchParameter, resource: Resource): readonly Issue[] => {
  const known = ['missing', ...(type in MODIFIERS ? MODIFIERS[type] : []), ...(type === 'reference' ? ['type'] : [])]
  const issues = list(resource['modifier']).flatMap((modifier, index) => (known.includes(R4_MODIFIERS[String(modifier)] ?? String(modifier)) ? [] : [
    unusable(`modifier[${index}]`, `a ${type} parameter is searched here with :${known.join(', :')}, not with :${String(modifier).slice(0, 40)}`)]))
  if (list(resource['comparator']).length === 0 || COMPARED.includes(type)) return issues
  return [...issues, unusable('comparator', `a ${type} parameter takes no comparators; ${COMPARED.join(', ')} do`)]
}

/** R4's code for the modifier, where it is written otherwise in a query. */
const R4_MODIFIERS: Readonly<Record<string, string>> = { ofType: 'of-type' }

const judgeExpression = (definitions: Definitions, parameter: SearchParameter): readonly Issue[] => {
  if (parameter.expression === undefined) return [unusable('expression', 'an active parameter needs the FHIRPath expression of its values')]
  return refusal('expression', () => {
    const expression = readExpression(parameter.expression!)
    const types = typesOf(definitions, parameter)
    const found = types.map(type => ({ type, routes: infer(definitions, type, expression) }))
    requireEveryBase(parameter, found)
    if (parameter.type === 'composite') return judgeComponents(definitions, parameter, types)
    for (const { type, routes } of found) requireValues(definitions, parameter, type, routes)
    return []
  })
}

/** The issues of `judge`; what it throws as `Refused` is one at the element. */
const refusal = (element: string, judge: () => readonly Issue[]): readonly Issue[] => {
  try {
    return judge()
  } catch (error) {
    if (error instanceof Refused) return [unusable(element, `${element.split('.').at(-1)} ${error.message}`)]
    throw error
  }
}

interface Found {
  readonly type: string
  readonly routes: readonly Route[]
}

const requireEveryBase = ({ base }: SearchParameter, found: readonly Found[]): void => {
  const lacking = found.find(({ type, routes }) => routes.length === 0 && (base.includes(type) || base.includes('Resource')))
  if (lacking !== undefined) {
    throw new Refused(`says nothing about ${lacking.type}, a base of the parameter; add "| ${lacking.type}.…", or take it out of base`)
  }
}

/** Of the types that an element may have, some at least are searched by a parameter of this type. */
const requireValues = (definitions: Definitions, parameter: SearchParameter, type: string, routes: readonly Route[]): void => {
  const fits = routes.some(route => emitterFor({ definitions, bases: [] }, parameter, route.type, undefined) !== undefined)
  if (fits || routes.length === 0) return
  const types = [...new Set(routes.map(route => route.type))].slice(0, 8).join(', ')
  throw new Refused(`leads to ${types} in a ${type}, which is not searched as ${parameter.type}; choose another type or element`)
}

const judgeComponents = (definitions: Definitions, parameter: SearchParameter, types: readonly string[]): readonly Issue[] => {
  const { components = [], expression = '' } = parameter
  if (components.length < 2) return [unusable('component', 'a composite joins two components at least')]
  return components.flatMap((component, index) => types.flatMap(type => {
    const element = `component[${index}]`
    const known = [...definitions.searchParameters(type).values()].find(({ url }) => url === component.definition)
    if (known === undefined) {
      return [unusable(`${element}.definition`, `${component.definition.slice(0, 100)} is no search parameter of ${type} here; name one that is`)]
    }
    if (known.type === 'composite' || known.type === 'special') {
      return [unusable(`${element}.definition`, `"${known.code}" is a ${known.type} parameter, which no composite is made of`)]
    }
    return refusal(`${element}.expression`, () => {
      requirePath(definitions, type, expression, { part: known, expression: component.expression })
      return []
    })
  }).slice(0, 1))
}

/** Components are walked from each element the composite names, so both are plain paths. */
const requirePath = (
  definitions: Definitions, type: string, expression: string, { part, expression: relative }: { part: SearchParameter; expression: string },
): void => {
  readExpression(relative)
  const starts = compileRoutes(definitions, type, expression)
  if (starts === undefined) throw new Refused(`stands under "${expression.slice(0, 80)}", and a composite's expression is a plain path`)
  const routes = starts.flatMap(start => compileRoutes(definitions, type, relative, { ...start, steps: [] }) ?? [])
  if (routes.length === 0) throw new Refused(`"${relative.slice(0, 80)}" leads nowhere from ${expression.slice(0, 80)}; write the path from there`)
  requireValues(definitions, part, type, routes)
}
