/**
 * $validate: would this resource be taken? The same judgement that every write meets, answered as an OperationOutcome
 * and without writing. With a mode, the whole write is rehearsed: rights, references, the state of a referral. Of an
 * instance without a `resource`: what is stored; with the mode profile, by the profiles named.
 * R4: https://hl7.org/fhir/R4/resource-operation-validate.html
 */
import { permit } from '../access/permissions.ts'
import { FhirError, isError, operationOutcome, outcomes, type Issue } from '../fhir/outcomes.ts'
import type { Resource } from '../fhir/resource.ts'
import { UNCONDITIONAL } from './conditions.ts'
import { put, removeCurrent, requireSameId } from './interactions/write.ts'
import { operation, type OperationRequest } from './operation.ts'
import { parseStored } from './unit-of-work.ts'
import type { Unit } from './unit.ts'

const MODES = ['create', 'update', 'delete', 'profile'] as const
type Mode = (typeof MODES)[number]

export const validate = operation({
  code: 'validate',
  url: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  title: 'Validate a resource',
  documentation: 'Judges a resource as a write would, by R4, the profile of its type, those it claims and those named here; writes nothing.',
  resource: ['Resource'],
  system: false, type: true, instance: true, affectsState: false,
  body: 'resource',
  parameter: [
    { name: 'resource', use: 'in', min: 0, max: '1', type: 'Resource', documentation: 'The resource; needed unless an instance is addressed.' },
    { name: 'mode', use: 'in', min: 0, max: '1', type: 'code', documentation: 'create, update or delete: what it would be sent for; profile: the stored one against the profiles named.' },
    { name: 'profile', use: 'in', min: 0, max: '*', type: 'uri', documentation: 'A profile that it must meet as well.' },
    { name: 'return', use: 'out', min: 1, max: '1', type: 'OperationOutcome', documentation: 'What was found; no error means that it would be taken.' },
  ],
}, async request => {
  const mode = modeOf(request.input.one('mode'))
  const issues = mode === 'delete' ? await judgeDeletion(request)
    : mode === 'profile' ? await judgeByProfiles(request) : await judgeContent(request, mode)
  return { status: 200, resource: operationOutcome(issues) as unknown as Resource }
})

const modeOf = (asked: unknown): Mode | undefined => {
  const mode = MODES.find(known => known === asked)
  if (asked !== undefined && mode === undefined) throw outcomes.operationParameterForm('mode', `code of ${MODES.join(', ')}`, 'Parameters.parameter')
  return mode
}

const judgeContent = async (request: OperationRequest, mode: 'create' | 'update' | undefined): Promise<readonly Issue[]> => {
  const { input, resourceType = '', id, repository } = request
  const resource = input.resource('resource') ?? await stored(request)
  if (resource.resourceType !== resourceType) throw outcomes.typeMismatch(resource.resourceType, resourceType)
  const issues = repository.judge(resource, input.all('profile').map(String))
  if (mode === undefined || issues.some(isError)) return issues
  return [...issues, ...await refusal(request, async unit => {
    if (mode === 'create') {
      permit(request.caller, 'create', resourceType)
      unit.create(resource)
      return
    }
    const ref = { type: resourceType, id: addressed(id, 'update') }
    requireSameId(resource, ref)
    await put(unit, resource, ref, { preconditions: UNCONDITIONAL, mayCreate: true }, repository, request)
  })]
}

/** "An existing resource (must be nominated by id, not provided as a parameter) against the nominated profile." */
const judgeByProfiles = async (request: OperationRequest): Promise<readonly Issue[]> => {
  const { input, id, repository } = request
  addressed(id, 'profile')
  const profiles = input.all('profile').map(String)
  if (profiles.length === 0) throw outcomes.operationParameterMissing('profile', 'what the stored resource is held against in the mode profile', 'Parameters')
  if (input.resource('resource') !== undefined) throw outcomes.operationParameterUnknown('resource', ['mode', 'profile'], undefined, 'Parameters.parameter')
  return repository.judge(await stored(request), profiles)
}

/** The instance as the caller may read it; throws as a read does. */
const stored = async (request: OperationRequest): Promise<Resource> => {
  const { resourceType = '', id, caller, repository } = request
  if (id === undefined) {
    throw outcomes.operationParameterMissing('resource', 'the resource to validate, as the body or in Parameters', 'Parameters')
  }
  permit(caller, 'read', resourceType)
  return parseStored(await repository.read(request, { type: resourceType, id }))
}

const judgeDeletion = async (request: OperationRequest): Promise<readonly Issue[]> => {
  const { resourceType = '', id, caller, repository } = request
  const ref = { type: resourceType, id: addressed(id, 'delete') }
  await stored(request)
  return refusal(request, async unit => {
    permit(caller, 'delete', resourceType)
    await removeCurrent(unit, ref, UNCONDITIONAL, repository, request)
  })
}

/** What a write would be refused for besides its content: rights, references, the state of a referral. */
const refusal = async (request: OperationRequest, work: (unit: Unit) => Promise<void>): Promise<readonly Issue[]> => {
  try {
    await request.repository.rehearse(request, work)
    return []
  } catch (error) {
    if (error instanceof FhirError) return error.issues
    throw error
  }
}

const addressed = (id: string | undefined, mode: Mode): string => {
  if (id === undefined) throw outcomes.badRequest('id-required', `mode ${mode} is asked of an instance: Type/id/$validate`, 'Parameters.parameter')
  return id
}
