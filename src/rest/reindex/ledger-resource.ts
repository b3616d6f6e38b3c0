/**
 * The ledger as it is stored: one Basic resource that administrators can read, in the same commits as what it tells of.
 * docs/decisions/0016-custom-search-parameters.md
 */
import { hubProfile, type Resource, type ResourceRef } from '../../fhir/resource.ts'
import type { Cursor } from '../../search/plan.ts'
import { fields, list } from '../../search/walk.ts'
import type { Ledger, ParameterRecord, Run } from './ledger.ts'

export const LEDGER: ResourceRef = { type: 'Basic', id: 'search-index' }

const PARAMETER = hubProfile('search-index-parameter')
const RUN = hubProfile('search-index-run')

export const ledgerResource = ({ parameters, runs }: Ledger): Resource => ({
  resourceType: LEDGER.type,
  id: LEDGER.id,
  extension: [
    ...parameters.map(({ id, since, owes }) => ({ url: PARAMETER, extension: [
      part('id', 'Id', id),
      part('since', 'Decimal', since),
      ...owes.map(({ type, total }) => ({ url: 'owes', extension: [part('type', 'Code', type), part('total', 'UnsignedInt', total)] })),
    ] })),
    ...runs.map(run => ({ url: RUN, extension: [
      part('type', 'Code', run.type),
      part('status', 'Code', run.status),
      part('covers', 'Decimal', run.covers),
      part('total', 'UnsignedInt', run.total),
      part('changed', 'UnsignedInt', run.changed),
      part('skipped', 'UnsignedInt', run.skipped),
      part('started', 'Instant', run.started),
      ...(run.ended === undefined ? [] : [part('ended', 'Instant', run.ended)]),
      ...(run.after === undefined ? [] : [part('after', 'String', JSON.stringify(run.after))]),
    ] })),
  ],
  code: { text: 'How far the search index is' },
})

const part = (url: string, type: string, value: string | number) => ({ url, [`value${type}`]: value })

/** The ledger in the resource; the other way round of `ledgerResource`. */
export const ledgerIn = (resource: Resource): Ledger => {
  const extensions = list(resource['extension']).map(fields)
  return {
    parameters: extensions.filter(({ url }) => url === PARAMETER).map(parameterIn),
    runs: extensions.filter(({ url }) => url === RUN).map(runIn),
  }
}

type Fields = ReturnType<typeof fields>

/** Values of the parts of an extension, by their names. */
const partsOf = (extension: Fields): Fields => Object.fromEntries(list(extension['extension']).map(fields).map(one =>
  [String(one['url']), Object.entries(one).find(([name]) => name.startsWith('value'))?.[1]]))

const parameterIn = (extension: Fields): ParameterRecord => {
  const { id, since } = partsOf(extension)
  const owes = list(extension['extension']).map(fields).filter(({ url }) => url === 'owes').map(partsOf)
  return { id: String(id), since: Number(since), owes: owes.map(({ type, total }) => ({ type: String(type), total: Number(total) })) }
}

const runIn = (extension: Fields): Run => {
  const { type, status, covers, total, changed, skipped, started, ended, after } = partsOf(extension)
  return {
    type: String(type), status: status as Run['status'], covers: Number(covers),
    total: Number(total), changed: Number(changed), skipped: Number(skipped), started: String(started),
    ...(typeof ended === 'string' ? { ended } : {}),
    ...(typeof after === 'string' ? { after: JSON.parse(after) as Cursor } : {}),
  }
}
