/**
 * $validate: would this resource be taken? The same judgement that every write meets, answered as an OperationOutcome
 * and without writing. Of an instance without a `resource`: what is stored.
 * R4: https://hl7.org/fhir/R4/resource-operation-validate.html
 */
import { permit, rolesFor } from '../access/permissions.ts'
import type { Caller } from '../access/caller.ts'
import { operationOutcome, outcomes, type Issue } from '../fhir/outcomes.ts'
import { refText, type Resource } from '../fhir/resource.ts'
import { operation, type OperationRequest } from './operation.ts'
import { parseStored } from './unit-of-work.ts'

const MODES = ['create', 'update', 'delete'] as const
type Mode = (typeof MODES)[number]

export const validate = operation({
  code: 'validate',
  url: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  title: 'Validate a resource',
  documentation: 'Judges a resource as a write would, by R4, the profile of its type, those it claims and one named here; writes nothing.',
  resource: ['Resource'],
  system: false, type: true, instance: true, affectsState: false,
  body: 'resource',
  parameter: [
    { name: 'resource', use: 'in', min: 0, max: '1', type: 'Resource', documentation: 'The resource; needed unless an instance is addressed.' },
    { name: 'mode', use: 'in', min: 0, max: '1', type: 'code', documentation: 'create, update or delete: what it would be sent for.' },
    { name: 'profile', use: 'in', min: 0, max: '1', type: 'uri', documentation: 'A profile that it must meet as well.' },
    { name: 'return', use: 'out', min: 1, max: '1', type: 'OperationOutcome', documentation: 'What was found; no error means that it would be taken.' },
  ],
}, async request => {
  const mode = modeOf(request.input.one('mode'))
  const issues = mode === 'delete' ? await judgeDeletion(request) : await judgeContent(request, mode)
  return { status: 200, resource: operationOutcome(issues) as unknown as Resource }
})

const modeOf = (asked: unknown): Mode | undefined => {
  const mode = MODES.find(known => known === asked)
  if (asked !== undefined && mode === undefined) throw outcomes.operationParameterForm('mode', `code of ${MODES.join(', ')}`, 'Parameters.parameter')
  return mode
}

const judgeContent = async (request: OperationRequest, mode: Mode | undefined): Promise<readonly Issue[]> => {
  const { input, resourceType = '', id, caller, repository } = request
  const resource = input.resource('resource') ?? await stored(request)
  if (resource.resourceType !== resourceType) throw outcomes.typeMismatch(resource.resourceType, resourceType)
  const profiles = input.all('profile').map(String)
  return [
    ...addressed(resource, id, mode),
    ...mode === undefined ? [] : permitted(caller, mode, resourceType),
    ...repository.judge(resource, profiles),
  ]
}

/** The instance as the caller may read it; throws as a read does. */
const stored = async ({ resourceType = '', id, caller, repository, requestId, correlationId }: OperationRequest): Promise<Resource> => {
  if (id === undefined) {
    throw outcomes.operationParameterMissing('resource', 'the resource to validate, as the body or in Parameters', 'Parameters')
  }
  permit(caller, 'read', resourceType)
  return parseStored(await repository.read({ caller, requestId, correlationId }, { type: resourceType, id }))
}

const judgeDeletion = async (request: OperationRequest): Promise<readonly Issue[]> => {
  const { resourceType = '', id, caller } = request
  if (id === undefined) throw outcomes.badRequest('id-required', 'mode delete is asked of an instance: POST Type/id/$validate', 'Parameters.parameter')
  await stored(request)
  return permitted(caller, 'delete', resourceType)
}

/** An update carries the id of its address. */
const addressed = (resource: Resource, id: string | undefined, mode: Mode | undefined): readonly Issue[] => {
  if (id === undefined || mode === 'create') return []
  const expected = refText({ type: resource.resourceType, id })
  if (resource.id === id) return []
  return [{
    severity: 'error', type: 'invalid', code: 'id-mismatch', expression: ['Resource.id'],
    text: `the resource's id is not that of the address, ${expected}; send "id": "${id}"`,
  }]
}

const permitted = (caller: Caller, mode: Mode, type: string): readonly Issue[] => {
  const roles = mode === 'update' ? [...rolesFor('update', type), ...rolesFor('update-own', type)] : rolesFor(mode, type)
  if (roles.includes(caller.role)) return []
  return [{ severity: 'error', type: 'forbidden', code: 'forbidden', text: `${mode} of ${type} is not for the role ${caller.role}` }]
}
