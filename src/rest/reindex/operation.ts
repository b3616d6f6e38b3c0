/**
 * $reindex: gives what is stored the index entries it would be given today, of a search parameter's types
 * (`SearchParameter/[id]/$reindex`), of some types or of all. POST begins or joins, GET shows how far it is.
 * R4 leaves reindexing to the server; the counts are those of docs/search.md.
 */
import type { ParametersParameter } from 'fhir/r4.js'
import { auditEvent } from '../../access/audit.ts'
import { auditLabels } from '../../access/visibility.ts'
import { nearest } from '../../fhir/nearest.ts'
import { outcomes } from '../../fhir/outcomes.ts'
import { typesOf } from '../../search/custom/definition.ts'
import type { Write } from '../../store/store.ts'
import { answered } from '../answered.ts'
import { operation, type Operation, type OperationRequest } from '../operation.ts'
import type { LiveParameters } from '../search-parameters/live.ts'
import { LEDGER } from './ledger-resource.ts'
import { progressOf, type Progress } from './progress.ts'
import type { Reindexer } from './reindex.ts'

const COUNTS = [
  { name: 'status', use: 'out', min: 1, max: '1', type: 'code', documentation: 'pending, in-progress, completed or failed.' },
  { name: 'total', use: 'out', min: 1, max: '1', type: 'unsignedInt', documentation: 'Resources that were stored when it began.' },
  { name: 'done', use: 'out', min: 1, max: '1', type: 'unsignedInt', documentation: 'Of those, the ones that are indexed: changed and skipped.' },
  { name: 'changed', use: 'out', min: 1, max: '1', type: 'unsignedInt', documentation: 'Given their index entries anew.' },
  { name: 'skipped', use: 'out', min: 1, max: '1', type: 'unsignedInt', documentation: 'Written or deleted by others meanwhile, and indexed by that.' },
  { name: 'started', use: 'out', min: 0, max: '1', type: 'instant', documentation: 'When the first began.' },
  { name: 'ended', use: 'out', min: 0, max: '1', type: 'instant', documentation: 'When the last ended.' },
] as const

export const createReindexOperation = (live: LiveParameters, reindexer: Reindexer): Operation => operation({
  code: 'reindex',
  title: 'Reindex what is stored',
  documentation: 'Runs in the background, in small steps, and goes on after a restart. POST begins it, or joins the one in progress; GET shows its state.',
  resource: ['SearchParameter'],
  system: true, type: false, instance: true, affectsState: true, shownByGet: true,
  parameter: [
    { name: 'type', use: 'in', min: 0, max: '*', type: 'code', documentation: 'Resource types; of a search parameter its own, otherwise all unless given.' },
    ...COUNTS,
    { name: 'of', use: 'out', min: 0, max: '*', documentation: 'The same of each type.', part: [
      { name: 'type', use: 'out', min: 1, max: '1', type: 'code', documentation: 'Resource type.' }, ...COUNTS,
    ] },
  ],
}, async request => {
  const types = await typesAsked(live, request)
  if (request.method === 'POST') await answered(reindexer.start(types, [audited(request)]))
  const progress = progressOf(await reindexer.ledger(), live.all(), types, request.id)
  return {
    status: request.method === 'POST' && progress.all.status === 'in-progress' ? 202 : 200,
    resource: { resourceType: 'Parameters', parameter: [
      ...counts(progress.all),
      ...progress.of.map(({ type, ...each }): ParametersParameter => ({ name: 'of', part: [{ name: 'type', valueCode: type }, ...counts(each)] })),
    ] },
  }
})

/** Throws 404 for a parameter that is not there, 422 for one that nothing is indexed by. */
const typesAsked = async (live: LiveParameters, { id, input, repository, parts, ...context }: OperationRequest): Promise<readonly string[]> => {
  const known = parts.definitions.resourceTypes
  const asked = input.all('type').map(String)
  for (const type of asked) if (!known.has(type)) throw outcomes.badRequest('type-unknown', unknownType(type, nearest(type, known)))
  if (id === undefined) return asked.length === 0 ? [...known] : [...new Set(asked)]
  await repository.read(context, { type: 'SearchParameter', id })
  const found = live.find(id)
  if (found === undefined) {
    throw outcomes.businessRule('search-parameter-not-active',
      `SearchParameter/${id} is not active, so nothing is indexed by it; make its status active first`, 'SearchParameter.status')
  }
  const own = typesOf(parts.definitions, found.parameter)
  const foreign = asked.find(type => !own.includes(type))
  if (foreign !== undefined) throw outcomes.badRequest('type-unknown', `SearchParameter/${id} is not of ${foreign}; its types are ${own.slice(0, 10).join(', ')}`)
  return asked.length === 0 ? own : [...new Set(asked)]
}

const unknownType = (type: string, near: string | undefined): string =>
  `"${type.slice(0, 80)}" is no resource type of R4${near === undefined ? '' : `; did you mean "${near}"?`}`

const counts = ({ status, total, done, changed, skipped, started, ended }: Progress): ParametersParameter[] => [
  { name: 'status', valueCode: status },
  { name: 'total', valueUnsignedInt: total },
  { name: 'done', valueUnsignedInt: done },
  { name: 'changed', valueUnsignedInt: changed },
  { name: 'skipped', valueUnsignedInt: skipped },
  ...(started === undefined ? [] : [{ name: 'started', valueInstant: started }]),
  ...(ended === undefined ? [] : [{ name: 'ended', valueInstant: ended }]),
]

/** Who began it, in the commit that begins it; the steps that follow show and change no resource. */
const audited = ({ caller, clock, requestId }: OperationRequest): Write => {
  const { ref, json, index } = auditEvent({
    interaction: 'operation', at: clock.now(), caller, requestId, touched: [{ ref: LEDGER, patients: [] }],
  })
  return { kind: 'put', ref, replaces: 0, method: 'POST', json, index, audience: auditLabels(caller) }
}
