/**
 * A Condition as the stages that find its resources: a filter that walks an index, and, where a chain or `_has` leads to
 * more resources than can be named, a `$lookup` whose answer a second filter reads.
 *
 * What a chain, a `_has` or a hierarchy leads to is looked for first: where that is few, they become keys of an index.
 */
import type { Document } from 'mongodb'
import { instantBounds } from '../../../search/compare.ts'
import { conjuncts } from '../../../search/join.ts'
import type { Condition } from '../../../search/plan.ts'
import { keyOf, RESOURCES, type RefText } from '../documents.ts'
import { visibleOf, type Compiling } from './compiling.ts'
import { hierarchyFilter } from './hierarchy.ts'
import { ALWAYS, NEVER, testFilter, type ResourceFilter } from './tests.ts'

/** Resources that a chain or `_has` may lead to and still be named one by one; a key is looked up in some 10 µs. */
export const NAMED = 1_000

/** What is selected, in the sight of one who looks: all that had to be asked is known, the rest is put together. */
export interface Selection {
  /** Walks an index. */
  readonly filters: readonly ResourceFilter[]
  /** Fields that the filters after them read. */
  readonly lookups: readonly Document[]
  readonly after: readonly ResourceFilter[]
}

/** Conditions on other resources: a filter each, and the stages that make the fields it reads. */
interface Elsewhere {
  readonly filters: ReadonlyMap<Condition, ResourceFilter>
  readonly lookups: readonly Document[]
  readonly looked: ReadonlySet<Condition>
}

/** What a condition comes to; `also` is put beside the first filters. */
export const select = async (
  compiling: Compiling, types: readonly string[], where: Condition, ...also: readonly ResourceFilter[]
): Promise<Selection> => {
  const conditions = conjuncts(where)
  const { filters, lookups, looked } = await lookElsewhere(compiling, types, conditions)
  const compiled = (some: readonly Condition[]): ResourceFilter[] => some.map(one => filterOf(types, one, filters)).filter(one => one !== ALWAYS)
  return {
    filters: [visibleOf(types, compiling.visibility), ...compiled(conditions.filter(one => !reads(one, looked))), ...also],
    lookups,
    after: compiled(conditions.filter(one => reads(one, looked))),
  }
}

/** The stages that leave exactly what is selected, and of it what passes `also`. */
export const stagesOf = ({ filters, lookups, after }: Selection, ...also: readonly ResourceFilter[]): readonly Document[] => [
  { $match: { $and: [...filters, ...also] } },
  ...(lookups.length === 0 ? [] : [...lookups, { $match: { $and: after } }]),
]

const reads = (condition: Condition, looked: ReadonlySet<Condition>): boolean => {
  switch (condition.kind) {
    case 'all-of': case 'any-of': return condition.of.some(one => reads(one, looked))
    case 'not': return reads(condition.of, looked)
    default: return looked.has(condition)
  }
}

const filterOf = (types: readonly string[], condition: Condition, elsewhere: ReadonlyMap<Condition, ResourceFilter>): ResourceFilter => {
  const all = (some: readonly Condition[]): ResourceFilter[] => some.map(one => filterOf(types, one, elsewhere))
  switch (condition.kind) {
    case 'all-of': return condition.of.length === 0 ? ALWAYS : { $and: all(condition.of) }
    case 'any-of': return anyOf(all(condition.of))
    case 'not': return { $nor: [filterOf(types, condition.of, elsewhere)] }
    case 'match': return testFilter(types.map(type => `${type}.${condition.param}`), condition.test)
    case 'missing': return condition.missing ? { present: { $ne: condition.param } } : { present: condition.param }
    case 'of-type': return { type: { $in: condition.types } }
    case 'ids': return types.length > FEW_TYPES
      ? { id: { $in: condition.ids } }
      : { _id: { $in: types.flatMap(type => condition.ids.map(id => `${type}/${id}`)) } }
    case 'last-updated': return lastUpdated(condition)
    case 'chain': case 'has': case 'within': return elsewhere.get(condition)!
  }
}

/** Those that ask for keys alone are one list of keys: planned once, and walked in the order of updates. */
const anyOf = (filters: readonly ResourceFilter[]): ResourceFilter => {
  const keys = filters.flatMap(filter => keysAlone(filter) ?? [])
  const others = filters.filter(filter => keysAlone(filter) === undefined)
  const [first, ...more] = keys.length === 0 ? others : [{ keys: { $in: [...new Set(keys)] } }, ...others]
  if (first === undefined) return NEVER
  return more.length === 0 ? first : { $or: [first, ...more] }
}

const keysAlone = (filter: ResourceFilter): readonly string[] | undefined => {
  const { keys, ...others } = filter
  if (Object.keys(others).length > 0) return undefined
  if (typeof keys === 'string') return [keys]
  const listed: unknown = (keys as { readonly $in?: unknown } | undefined)?.$in
  return Array.isArray(listed) && listed.every(one => typeof one === 'string') ? listed : undefined
}

/** Up to so many types, an id is looked for under each. */
const FEW_TYPES = 20

const lastUpdated = ({ prefix, low, high }: Extract<Condition, { kind: 'last-updated' }>): ResourceFilter => {
  const bounds = instantBounds(prefix, low, high)
  if (bounds === undefined) return { $or: [{ updated: { $lt: low } }, { updated: { $gte: high } }] }
  const { from, until } = bounds
  return { updated: { ...(from === undefined ? {} : { $gte: from }), ...(until === undefined ? {} : { $lt: until }) } }
}

const lookElsewhere = async (compiling: Compiling, types: readonly string[], conditions: readonly Condition[]): Promise<Elsewhere> => {
  const filters = new Map<Condition, ResourceFilter>()
  const looked = new Set<Condition>()
  const lookups: Document[] = []
  const look = async (condition: Condition): Promise<void> => {
    switch (condition.kind) {
      case 'all-of': case 'any-of': for (const one of condition.of) await look(one); return
      case 'not': return look(condition.of)
      case 'within': filters.set(condition, await hierarchyFilter(compiling, condition)); return
      case 'chain': case 'has': {
        const field = `found${lookups.length}`
        const found = condition.kind === 'chain' ? await chained(compiling, types, condition, field) : await referredTo(compiling, types, condition, field)
        filters.set(condition, found.filter)
        if (found.lookup.length > 0) looked.add(condition)
        lookups.push(...found.lookup)
        return
      }
      default: return
    }
  }
  for (const condition of conditions) await look(condition)
  return { filters, lookups, looked }
}

interface Found {
  readonly filter: ResourceFilter
  readonly lookup: readonly Document[]
}

/** Resources that refer by a parameter to one for which `where` holds. */
const chained = async (
  compiling: Compiling, types: readonly string[], { param, types: targets, where }: Extract<Condition, { kind: 'chain' }>, field: string,
): Promise<Found> => {
  const stages = stagesOf(await select(compiling, targets, where))
  const found = await compiling.run<{ _id: RefText }>([...stages, { $limit: NAMED + 1 }, { $project: { _id: 1 } }])
  if (found.length <= NAMED) {
    return { filter: found.length === 0 ? NEVER : { keys: { $in: types.flatMap(type => found.map(({ _id }) => keyOf(`${type}.${param}`, _id))) } }, lookup: [] }
  }
  return {
    filter: { [`${field}.0`]: { $exists: true } },
    lookup: [{ $lookup: { from: RESOURCES, localField: `references.${param}`, foreignField: '_id', pipeline: [...stages, ...ONE], as: field } }],
  }
}

const ONE: readonly Document[] = [{ $limit: 1 }, { $project: { _id: 1 } }]

/** Resources that one for which `where` holds refers to. */
const referredTo = async (
  compiling: Compiling, types: readonly string[], { type, param, where }: Extract<Condition, { kind: 'has' }>, field: string,
): Promise<Found> => {
  const stages = stagesOf(await select(compiling, [type], where))
  const sources = await compiling.run<{ refs?: readonly RefText[] }>([
    ...stages, { $match: { present: param } }, { $limit: NAMED + 1 }, { $project: { _id: 0, refs: `$references.${param}` } },
  ])
  if (sources.length <= NAMED) {
    const wanted = new Set(types)
    const refs = new Set(sources.flatMap(({ refs = [] }) => refs.filter(ref => wanted.has(ref.slice(0, ref.indexOf('/'))))))
    return { filter: { _id: { $in: [...refs] } }, lookup: [] }
  }
  const key = `${field}Key`
  return {
    filter: { [`${field}.0`]: { $exists: true } },
    lookup: [
      { $addFields: { [key]: { $concat: [keyOf(`${type}.${param}`, ''), '$_id'] } } },
      { $lookup: { from: RESOURCES, localField: key, foreignField: 'keys', pipeline: [...stages, ...ONE], as: field } },
    ],
  }
}
