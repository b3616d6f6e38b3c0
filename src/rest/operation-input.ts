/**
 * The input of an operation, read and checked as its definition says: a Parameters resource, the one resource that
 * `body` names, or the query string of a GET. Unknown and missing parameters are refused with their names.
 */
import { nearest } from '../fhir/nearest.ts'
import { outcomes } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import { readResource } from './body.ts'
import type { OperationDeclaration, OperationInput, OperationParameter } from './operation.ts'
import type { FhirRequest } from './request.ts'

interface Sent {
  readonly name: string
  readonly value?: unknown
  readonly resource?: Resource
  readonly part?: readonly Sent[]
  readonly expression: string
}

export const readInput = (definition: OperationDeclaration, request: FhirRequest): OperationInput => {
  const declared = definition.parameter.filter(parameter => parameter.use === 'in')
  const sent = [...fromQuery(declared, request), ...fromBody(definition, request)]
  return checked(declared, sent, 'Parameters')
}

const fromQuery = (declared: readonly OperationParameter[], request: FhirRequest): Sent[] =>
  request.query
    .filter(([name]) => name !== '_format' && name !== '_pretty')
    .map(([name, text]) => ({ name, value: typed(declared.find(parameter => parameter.name === name), text), expression: `http.${name}` }))

/** Text of a query string as the JSON value of the declared type. */
const typed = (parameter: OperationParameter | undefined, text: string): unknown => {
  switch (parameter?.type) {
    case 'boolean': return text === 'true' ? true : text === 'false' ? false : text
    case 'integer': case 'positiveInt': case 'unsignedInt': case 'decimal': return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
    default: return text
  }
}

const fromBody = (definition: OperationDeclaration, request: FhirRequest): Sent[] => {
  if (request.method === 'GET' || request.body.trim() === '') return []
  const resource = readResource(request.body)
  if (resource.resourceType === 'Parameters') return sentParameters(resource['parameter'], 'Parameters.parameter')
  if (definition.body === undefined) throw outcomes.typeMismatch(resource.resourceType, 'Parameters')
  return [{ name: definition.body, resource, expression: resource.resourceType }]
}

const sentParameters = (list: unknown, path: string): Sent[] => {
  if (list === undefined) return []
  if (!Array.isArray(list)) throw outcomes.malformedJson(`${path} must be an array`, path)
  return list.map((item: unknown, index) => {
    const expression = `${path}[${index}]`
    if (typeof item !== 'object' || item === null || typeof (item as { name?: unknown }).name !== 'string') {
      throw outcomes.malformedJson('each parameter is an object with a "name"', expression)
    }
    const { name, resource, part, ...rest } = item as { name: string; resource?: Resource; part?: unknown }
    const [choice, ...others] = Object.keys(rest).filter(key => key.startsWith('value'))
    if (others.length > 0) throw outcomes.malformedJson(`parameter "${name}" has more than one value`, expression)
    return {
      name, expression,
      ...(choice === undefined ? {} : { value: (rest as Record<string, unknown>)[choice] }),
      ...(resource === undefined ? {} : { resource }),
      ...(part === undefined ? {} : { part: sentParameters(part, `${expression}.part`) }),
    }
  })
}

const checked = (declared: readonly OperationParameter[], sent: readonly Sent[], path: string): OperationInput => {
  const names = declared.map(parameter => parameter.name)
  for (const { name, expression } of sent) {
    if (!names.includes(name)) throw outcomes.operationParameterUnknown(name, names, nearest(name, names), expression)
  }
  for (const parameter of declared) {
    const given = sent.filter(({ name }) => name === parameter.name)
    if (given.length < parameter.min) throw outcomes.operationParameterMissing(parameter.name, parameter.documentation, path)
    if (parameter.max !== '*' && given.length > Number(parameter.max)) {
      throw outcomes.operationParameterRepeated(parameter.name, parameter.max, given[1]?.expression ?? path)
    }
    for (const item of given) requireForm(parameter, item)
  }
  const all = (name: string) => sent.filter(item => item.name === name)
  return {
    one: name => all(name)[0]?.value,
    all: name => all(name).map(item => item.value),
    resource: name => all(name)[0]?.resource,
    parts: name => all(name).map(item =>
      checked((declared.find(parameter => parameter.name === name)?.part ?? []), item.part ?? [], item.expression)),
  }
}

/** JSON form of the types that operations of this hub take; whole resources are validated by the handler. */
const requireForm = (parameter: OperationParameter, item: Sent): void => {
  const { type = 'part' } = parameter
  if (!hasForm(type, item)) throw outcomes.operationParameterForm(parameter.name, type, item.expression)
}

const hasForm = (type: string, { value, resource, part }: Sent): boolean => {
  switch (type) {
    case 'part': return part !== undefined
    case 'boolean': return typeof value === 'boolean'
    case 'integer': return Number.isInteger(value)
    case 'positiveInt': return Number.isInteger(value) && Number(value) > 0
    case 'unsignedInt': return Number.isInteger(value) && Number(value) >= 0
    case 'decimal': return typeof value === 'number'
    case 'string': case 'code': case 'uri': case 'url': case 'canonical': case 'id': case 'markdown':
    case 'date': case 'dateTime': case 'instant': case 'time':
      return typeof value === 'string' && value !== ''
    case 'Resource': return resource !== undefined
    case 'Element': return value !== undefined
    default: return resource === undefined ? typeof value === 'object' && value !== null : resource.resourceType === type
  }
}
