/**
 * The hub's own operations as OperationDefinitions, made from the declarations by which their input is read: what
 * `GET /fhir/metadata` refers to by canonical. R4: https://hl7.org/fhir/R4/operationdefinition.html
 */
import { HUB, type Resource } from '../fhir/resource.ts'
import type { OperationDeclaration, OperationParameter } from './operation.ts'

/** Of an operation of R4 the specification has the definition. */
export const isOwn = ({ url }: OperationDeclaration): boolean => url === undefined

export const operationDefinitionOf = ({ code, title, documentation, affectsState, resource, system, type, instance, parameter }: OperationDeclaration): Resource => ({
  resourceType: 'OperationDefinition',
  id: code,
  url: `${HUB}/OperationDefinition/${code}`,
  name: code.split('-').map(word => word.charAt(0).toUpperCase() + word.slice(1)).join(''),
  title,
  status: 'active',
  kind: 'operation',
  publisher: 'Care Connexions hub',
  description: documentation,
  affectsState, code,
  // An operation of no type is the system's.
  ...(resource.length === 0 ? {} : { resource }),
  system, type, instance,
  ...(parameter.length === 0 ? {} : { parameter: parameter.map(parameterOf) }),
})

const parameterOf = ({ name, use, min, max, documentation, type, part }: OperationParameter): object => ({
  name, use, min, max, documentation, ...(type === undefined ? {} : { type }), ...(part === undefined ? {} : { part: part.map(parameterOf) }),
})
