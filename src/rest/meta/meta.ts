/**
 * $meta, $meta-add, $meta-delete: the profiles and tags of a resource, read and changed without its content. A change is
 * a version like any other: validated, guarded, audited, told of. docs/decisions/0027-meta.md
 * R4: https://hl7.org/fhir/R4/resource-operations.html
 */
import { permit } from '../../access/permissions.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { refText, type Coding, type Meta, type ResourceRef } from '../../fhir/resource.ts'
import type { StoredVersion } from '../../store/store.ts'
import { versionHeaders } from '../answers.ts'
import { preconditionsOf } from '../conditions.ts'
import { changeable } from '../interactions/patch.ts'
import { operation, type OperationAnswer, type OperationRequest } from '../operation.ts'
import { parseStored } from '../unit-of-work.ts'
import { withLabels, withoutLabels, type Labels } from './labels.ts'

const RETURN = { name: 'return', use: 'out', min: 1, max: '1', type: 'Meta', documentation: 'The meta of the resource.' } as const
const WHERE = { resource: ['Resource'], system: false, type: false, instance: true, version: true } as const

export const meta = operation({
  code: 'meta',
  url: 'http://hl7.org/fhir/OperationDefinition/Resource-meta',
  title: 'Profiles, tags and security labels of a resource',
  documentation: 'The meta of a resource, or of one of its versions, without its content.',
  ...WHERE, affectsState: false,
  parameter: [RETURN],
}, async request => {
  const ref = refOf(request)
  permit(request.caller, 'read', ref.type)
  const { repository, version } = request
  return answerWith(await (version === undefined ? repository.read(request, ref) : repository.readVersion(request, ref, version)))
})

const changing = (code: 'meta-add' | 'meta-delete', verb: 'add' | 'delete', change: (meta: Meta, labels: Labels) => Meta) => operation({
  code,
  url: `http://hl7.org/fhir/OperationDefinition/Resource-${code}`,
  title: `${verb === 'add' ? 'Add' : 'Delete'} profiles and tags`,
  documentation: `Profiles and tags to ${verb}; what changes is a new version. Security labels are not changed by operations.`,
  ...WHERE, affectsState: true,
  parameter: [
    { name: 'meta', use: 'in', min: 1, max: '1', type: 'Meta', documentation: `A Meta with the profiles and tags to ${verb}.` },
    RETURN,
  ],
}, request => changed(request, change))

export const metaAdd = changing('meta-add', 'add', withLabels)
export const metaDelete = changing('meta-delete', 'delete', withoutLabels)

const refOf = ({ resourceType = '', id = '' }: OperationRequest): ResourceRef => ({ type: resourceType, id })

const changed = async (request: OperationRequest, change: (meta: Meta, labels: Labels) => Meta): Promise<OperationAnswer> => {
  const { repository, headers, input, version } = request
  const ref = refOf(request)
  if (version !== undefined) {
    throw outcomes.businessRule('version-is-kept', `a version that was is never changed; ask it of the current one: ${refText(ref)}`)
  }
  const labels = labelsIn(input.one('meta'))
  const preconditions = preconditionsOf(headers['if-match'], headers['if-none-match'])
  const { versions } = await repository.transact(request, async unit => {
    const current = await changeable(unit, ref, preconditions, repository, request)
    const before = current.meta ?? {}
    const after = change(before, labels)
    // What is there already, or is not there, is no change, so no version.
    if (after !== before) await unit.update({ ...current, meta: after }, { method: 'PATCH' })
  })
  const written = versions.find(({ ref: { type, id } }) => type === ref.type && id === ref.id)
  return answerWith(written ?? await repository.read(request, ref))
}

const answerWith = (version: StoredVersion): OperationAnswer => ({
  status: 200, headers: versionHeaders(version),
  resource: { resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta: parseStored(version).meta }] },
})

const AT = "Parameters.parameter.where(name='meta').value"

/** Throws `operation-parameter-form` (400), or 422 for security labels. */
const labelsIn = (sent: unknown): Labels => {
  const { profile = [], tag = [], security } = sent as Record<string, unknown>
  if (security !== undefined) {
    throw outcomes.businessRule('security-labels-kept',
      'security labels are not added or deleted by an operation, since rules of access may rest on them; leave meta.security out', `${AT}.security`)
  }
  if (!isListOf(profile, (item): item is string => typeof item === 'string')) throw outcomes.operationParameterForm('meta', 'Meta', `${AT}.profile`)
  if (!isListOf(tag, isTag)) throw outcomes.operationParameterForm('meta', 'Meta', `${AT}.tag`)
  return { profile, tag }
}

const isListOf = <T>(value: unknown, isOne: (item: unknown) => item is T): value is readonly T[] => Array.isArray(value) && value.every(isOne)

const isTag = (item: unknown): item is Coding =>
  typeof item === 'object' && item !== null && ['system', 'code'].every(name => ['string', 'undefined'].includes(typeof (item as Record<string, unknown>)[name]))
