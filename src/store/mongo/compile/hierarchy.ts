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

/** Without an id: the root is there, and nothing belongs to it. */
interface Member {
  readonly id?: RefText
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
    // Unwound at once, they are handed on one by one: their texts together may be more than a document can hold.
    { $unwind: { path: '$member', preserveNullAndEmptyArrays: true } },
    { $project: { _id: 0, id: '$member._id', refs: `$member.${refs}` } },
  ])
  if (members.length === 0) return { _id: { $in: [] } }
  return { _id: { $in: direction === 'below' ? below(root, members) : [...new Set([root, ...members.flatMap(({ id }) => id ?? [])])] } }
}

const below = (root: RefText, members: readonly Member[]): RefText[] => {
  const children = new Map<RefText, RefText[]>()
  for (const { id, refs = [] } of members) {
    if (id === undefined) continue
    for (const parent of refs) {
      const siblings = children.get(parent)
      if (siblings === undefined) children.set(parent, [id])
      else siblings.push(id)
    }
  }
  const found = new Set([root])
  for (const parent of found) for (const child of children.get(parent) ?? []) found.add(child)
  return [...found]
}
