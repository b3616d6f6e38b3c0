/**
 * What an expression leads to, told from the definitions without a resource: the elements and types it may end in.
 *
 * It also holds the expression to what takes time in proportion to the resource: paths from the resource itself, criteria
 * that only look below what they judge, and the functions listed here. R4: https://hl7.org/fhir/R4/searchparameter.html
 */
import type { Definitions } from '../../definitions/definitions.ts'
import { nearest } from '../../fhir/nearest.ts'
import { childRoutes, ofType, resourceRoute, type Route } from '../route.ts'
import { calling, identifier, Refused, type Node } from './expression.ts'

/** `root`: the resource type the expression is read for, undefined inside a criterion, which starts at its item. */
interface Scope {
  readonly definitions: Definitions
  readonly root: string | undefined
  readonly items: readonly Route[]
}

/** Routes an expression leads to from a resource of the type; none when all its branches begin at other types. Throws `Refused`. */
export const infer = (definitions: Definitions, resourceType: string, expression: Node): readonly Route[] =>
  inferred({ definitions, root: resourceType, items: [] }, expression)

const inferred = (scope: Scope, node: Node): readonly Route[] => {
  const [first, second] = node.children ?? []
  switch (node.type) {
    case 'UnionExpression': return [...inferred(scope, first!), ...inferred(scope, second!)]
    case 'InvocationExpression': return invoked(scope, inferred(scope, first!), second!)
    case 'IndexerExpression':
      if (second!.type !== 'NumberLiteral') throw new Refused('has an index that is no number')
      return inferred(scope, first!)
    case 'TypeExpression': return typed(scope, node, first!, second!)
    case 'MemberInvocation': return begun(scope, identifier(first!))
    case 'ThisInvocation': return scope.root === undefined ? scope.items : [resourceRoute(scope.definitions, scope.root)]
    case 'FunctionInvocation': return called(scope, startOf(scope), node)
    case 'EqualityExpression':
    case 'InequalityExpression':
    case 'AndExpression':
    case 'OrExpression':
    case 'MembershipExpression':
      inferred(scope, first!)
      inferred(scope, second!)
      return scalar('boolean')
    case 'BooleanLiteral': return scalar('boolean')
    case 'StringLiteral': return scalar('string')
    case 'NumberLiteral': return scalar('decimal')
    case 'DateLiteral': return scalar('date')
    case 'DateTimeLiteral': return scalar('dateTime')
    default: throw new Refused(`uses ${WORDS[node.type] ?? node.text ?? node.type}, which is not indexed here; ${ALLOWED}`)
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ExternalConstantTerm: 'a %variable', ImpliesExpression: 'implies', IndexInvocation: '$index', TotalInvocation: '$total', NullLiteral: '{}',
}

const scalar = (type: string): readonly Route[] => [{ steps: [], type, element: undefined, structure: undefined, path: type }]

/** What a function without anything before it is asked of. */
const startOf = ({ definitions, root, items }: Scope): readonly Route[] =>
  (root === undefined ? items : [resourceRoute(definitions, root)])

/** The first name of a path: a type in an expression, an element in a criterion. */
const begun = (scope: Scope, name: string): readonly Route[] => {
  const { definitions, root, items } = scope
  if (root === undefined) return member(scope, items, name)
  if (name === root || name === 'Resource') return [resourceRoute(definitions, root)]
  if (name === 'DomainResource') return isDomainResource(definitions, root) ? [resourceRoute(definitions, root)] : []
  if (definitions.resourceTypes.has(name)) return []
  throw new Refused(`begins at "${name}", which is no resource type; begin at the type, such as ${root}.${name}`)
}

export const isDomainResource = (definitions: Definitions, type: string): boolean =>
  definitions.type(type)?.baseDefinition?.endsWith('/DomainResource') === true

const invoked = (scope: Scope, from: readonly Route[], node: Node): readonly Route[] => {
  switch (node.type) {
    case 'MemberInvocation': return member(scope, from, identifier(node.children![0]!))
    case 'FunctionInvocation': return called(scope, from, node)
    default: throw new Refused(`uses ${WORDS[node.type] ?? node.type}, which is not indexed here; ${ALLOWED}`)
  }
}

const member = ({ definitions }: Scope, from: readonly Route[], name: string): readonly Route[] => {
  const found = from.flatMap(route => childRoutes(definitions, route, name))
  if (found.length > 0 || from.length === 0) return found
  const { path, structure } = from[0]!
  const names = (structure?.elements ?? []).filter(element => element.path.startsWith(`${path}.`))
    .map(element => element.path.slice(path.length + 1).replace('[x]', '')).filter(other => !other.includes('.'))
  const meant = nearest(name, names)
  throw new Refused(`leads to ${path}.${name}, which does not exist${meant === undefined ? '' : `; did you mean ${path}.${meant}?`}`)
}

type Call = (scope: Scope, from: readonly Route[], given: readonly Node[]) => readonly Route[]

const same: Call = (_scope, from) => from
const answers = (type: string): Call => () => scalar(type)

/** Functions by name: how many arguments they take, and what comes of them. */
const FUNCTIONS: Readonly<Record<string, { readonly takes: readonly number[]; readonly call: Call }>> = {
  where: { takes: [1], call: (scope, from, [criterion]) => (judged(scope, from, criterion!), from) },
  exists: { takes: [0, 1], call: (scope, from, [criterion]) => (criterion && judged(scope, from, criterion), scalar('boolean')) },
  all: { takes: [1], call: (scope, from, [criterion]) => (judged(scope, from, criterion!), scalar('boolean')) },
  ofType: { takes: [1], call: ({ definitions }, from, [type]) => cast(definitions, from, typeName(type!)) },
  as: { takes: [1], call: ({ definitions }, from, [type]) => cast(definitions, from, typeName(type!)) },
  is: { takes: [1], call: answers('boolean') },
  extension: { takes: [1], call: ({ definitions }, from) => (from.length === 0 ? [] : [resourceRoute(definitions, 'Extension')]) },
  first: { takes: [0], call: same },
  last: { takes: [0], call: same },
  tail: { takes: [0], call: same },
  single: { takes: [0], call: same },
  distinct: { takes: [0], call: same },
  skip: { takes: [1], call: same },
  take: { takes: [1], call: same },
  empty: { takes: [0], call: answers('boolean') },
  not: { takes: [0], call: answers('boolean') },
  hasValue: { takes: [0], call: answers('boolean') },
  startsWith: { takes: [1], call: answers('boolean') },
  endsWith: { takes: [1], call: answers('boolean') },
  contains: { takes: [1], call: answers('boolean') },
  count: { takes: [0], call: answers('integer') },
  length: { takes: [0], call: answers('integer') },
  lower: { takes: [0], call: answers('string') },
  upper: { takes: [0], call: answers('string') },
}

/** Arguments of these are a criterion or a type; of all others a literal. */
const READS_ARGUMENT: ReadonlySet<string> = new Set(['where', 'exists', 'all', 'ofType', 'as', 'is'])

const ALLOWED = `an expression is made of paths, unions, comparisons and ${Object.keys(FUNCTIONS).join(', ')}`

const called = (scope: Scope, from: readonly Route[], node: Node): readonly Route[] => {
  const { name, given } = calling(node)
  if (name === 'resolve') {
    throw new Refused('resolves a reference; only "resolve() is Type" can be told without reading another resource (or declare target)')
  }
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  if (known === undefined) throw new Refused(`calls ${name}(), which is not indexed here; ${ALLOWED}`)
  if (!known.takes.includes(given.length)) throw new Refused(`gives ${name}() ${given.length} arguments; it takes ${known.takes.join(' or ')}`)
  if (!READS_ARGUMENT.has(name) && given.some(({ type }) => type !== 'StringLiteral' && type !== 'NumberLiteral')) {
    throw new Refused(`gives ${name}() something else than a literal`)
  }
  return known.call(scope, from, given)
}

/** A criterion looks only at what it judges and below, so that judging all items reads each part of the resource once. */
const judged = ({ definitions }: Scope, items: readonly Route[], criterion: Node): void => {
  if (items.length > 0) inferred({ definitions, root: undefined, items }, criterion)
}

/** `x is Type`, `x as Type`; `resolve() is Type` looks at the reference alone. */
const typed = (scope: Scope, { text }: Node, value: Node, specifier: Node): readonly Route[] => {
  const type = typeName(specifier)
  const resolved = text === 'is' ? resolvedBy(value) : undefined
  if (resolved !== undefined) {
    if (!scope.definitions.resourceTypes.has(type)) throw new Refused(`asks whether a reference leads to "${type}", which is no resource type`)
    if (resolved.from !== undefined) inferred(scope, resolved.from)
    return scalar('boolean')
  }
  const from = inferred(scope, value)
  return text === 'as' ? cast(scope.definitions, from, type) : scalar('boolean')
}

/** What `resolve()` is called on, if the node is such a call. */
const resolvedBy = (node: Node): { readonly from: Node | undefined } | undefined => {
  const [from, last] = node.type === 'InvocationExpression' ? node.children! : [undefined, node]
  return last?.type === 'FunctionInvocation' && calling(last).name === 'resolve' ? { from } : undefined
}

/** `Quantity`, `FHIR.Quantity`: as a specifier, or as the argument of a function. */
const typeName = (node: Node): string => (node.text ?? node.children?.at(-1)?.text ?? '').replaceAll('`', '').replace(/^(FHIR|System)\./, '')

const cast = (definitions: Definitions, from: readonly Route[], type: string): readonly Route[] => {
  const found = ofType(definitions, from, type)
  if (found.length > 0 || from.length === 0) return found
  throw new Refused(`takes ${from[0]!.path} as a ${type}, which it never is; it is ${[...new Set(from.map(route => route.type))].slice(0, 8).join(', ')}`)
}
