/**
 * Members of a hierarchy (`Location.partof`) as ids: from its root, which must be visible itself, over visible resources.
 *
 * `$graphLookup` follows indexed fields alone. Downwards that is `refersTo`, the references of all parameters, so what it
 * finds may be too much: the way by the one parameter is gone again here.
 */
import type { Condition } from '../../../search/plan.ts'
import { RESOURCES, type RefText } from '../documents.ts'
import { visibleOf, type Compiling } from './compiling.ts'
import type { ResourceFilter } from './tests.ts'

interface Member {
  readonly _id: RefText
  readonly refs?: readonly RefText[]
}

export const hierarchyFilter = async (
  compiling: Compiling, { direction, type, param, id }: Extract<Condition, { kind: 'within' }>,
): Promise<ResourceFilter> => {
  const root = `${type}/${id}`
  const visible = visibleOf([type], compiling.visibility)
  const refs = `references.${param}`
  const [from, to] = direction === 'below' ? ['_id', 'refersTo'] : [refs, '_id']
  const members = await compiling.run<Member>([
    { $match: { $and: [{ _id: root }, visible] } },
    { $graphLookup: { from: RESOURCES, startWith: `$${from}`, connectFromField: from, connectToField: to, restrictSearchWithMatch: visible, as: 'member' } },
    { $project: { member: { $concatArrays: [[{ _id: '$_id', references: '$references' }], '$member'] } } },
    { $unwind: '$member' },
    { $project: { _id: '$member._id', refs: `$member.${refs}` } },
  ])
  return { _id: { $in: direction === 'below' ? below(root, members) : [...new Set(members.map(({ _id }) => _id))] } }
}

const below = (root: RefText, members: readonly Member[]): RefText[] => {
  const children = new Map<RefText, RefText[]>()
  for (const { _id, refs = [] } of members) for (const parent of refs) children.set(parent, [...children.get(parent) ?? [], _id])
  const found = new Set(members.some(({ _id }) => _id === root) ? [root] : [])
  for (const parent of found) for (const child of children.get(parent) ?? []) found.add(child)
  return [...found]
}
