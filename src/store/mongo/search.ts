/**
 * Runs a SearchPlan: the page, its includes, its total, all from one snapshot of the store and within one time.
 * The same code judges the `matches` expectation inside a commit's transaction.
 */
import type { ClientSession, Document } from 'mongodb'
import type { ResourceRef } from '../../fhir/resource.ts'
import { allOf, conjuncts } from '../../search/join.ts'
import { distancesIn, orderOf } from '../../search/order.ts'
import type { SearchPlan } from '../../search/plan.ts'
import { MAX_PAGE_LENGTH } from '../limits.ts'
import { pairAsked, type PairAsked } from '../pairs.ts'
import type { SearchPage, StoredVersion } from '../store.ts'
import type { Compiling } from './compile/compiling.ts'
import { measuring } from './compile/measuring.ts'
import { compileOrder, SQUARE, type CompiledOrder, type SortedDocument, type Walk } from './compile/order.ts'
import { select, stagesOf, type Selection } from './compile/stages.ts'
import type { Database } from './database.ts'
import { within } from './deadline.ts'
import { keyOf, SEQUENCE, type ResourceDocument, type SequenceDocument } from './documents.ts'
import { includedRefs } from './includes.ts'
import { CURRENT, currentVersion, latestSequence } from './versions.ts'

/** How a search runs its stages: in the snapshot of a session, and no longer than is left. */
export const compilingIn = (
  database: Database, session: ClientSession, visibility: SearchPlan['visibility'], left: () => number,
): Compiling => ({
  visibility,
  run: <T extends Document>(stages: readonly Document[]) =>
    database.resources.aggregate<T>([...stages], { session, maxTimeMS: left() }).toArray(),
})

/** The page a plan asks for. Throws TooCostly after `limitMs`. */
export const runSearch = (database: Database, plan: SearchPlan, limitMs: number): Promise<SearchPage> =>
  database.snapshot(session => within(limitMs, left => page(database, session, plan, left)))

/** What a plan selects. Owner and status of a worklist have a key of their own, which comes in the order of its dates. */
export const selectionOf = (compiling: Compiling, plan: SearchPlan): Promise<Selection> => {
  const pair = worklistOf(plan)
  if (pair === undefined) return select(compiling, plan.types, plan.where)
  return select(compiling, plan.types, allOf(conjuncts(plan.where).filter(one => !pair.covers.includes(one))),
    { pairs: { $in: pair.values.map(value => keyOf(pair.target, value)) } })
}

const worklistOf = ({ types, where, sort }: SearchPlan): PairAsked | undefined => pairAsked(types, conjuncts(where), sort)

/** The stages of one walk of a page, in order; `paths` of the order are shown with what the page needs. */
export const pageStages = (
  selection: Selection, plan: SearchPlan, walk: Walk, paths: readonly string[], limit: number, measured: readonly Document[] = [],
): readonly Document[] => {
  const unchanged = plan.after === undefined ? [] : [{ sequence: { $lte: plan.after.sequence } }]
  const isSet = Object.keys(walk.fields).length > 0
  const isStored = measured.length === 0 && !isSet
  const behind = Object.keys(walk.filter).length === 0 ? [] : [walk.filter]
  return [
    ...stagesOf(selection, ...unchanged, ...(isStored ? behind : [])),
    ...measured,
    ...(isSet ? [{ $set: walk.fields }] : []),
    ...(isStored ? [] : behind.map(filter => ({ $match: filter }))),
    { $sort: walk.sort },
    { $limit: limit },
    { $project: { ...CURRENT, row: 1, ...(plan.includes.length === 0 ? {} : REFERRING), ...Object.fromEntries(paths.map(path => [path, 1])) } },
    ...(plan.after === undefined && worklistOf(plan) !== undefined ? [END_OF_LOG] : []),
  ]
}

/**
 * The end of the log of the same moment, behind the first page of a worklist: there mostly is a second one, which needs it.
 * To ask for it in a statement of its own takes 0.4 ms of CPU more; where no second page comes, this is 0.15 ms for nothing.
 */
const END_OF_LOG: Document = { $unionWith: { coll: SEQUENCE, pipeline: [{ $project: { latest: 1 } }] } }

const isEndOfLog = (document: SortedDocument | SequenceDocument): document is SequenceDocument => document._id === SEQUENCE

/** What includes go on from. */
const REFERRING = { type: 1, references: 1 }

const page = async (database: Database, session: ClientSession, plan: SearchPlan, left: () => number): Promise<SearchPage> => {
  const compiling = compilingIn(database, session, plan.visibility, left)
  const selection = await selectionOf(compiling, plan)
  const total = plan.total === 'none' && plan.count > 0 ? {} : { total: await count(compiling, selection) }
  if (plan.count === 0) return { matches: [], included: [], includesCut: false, ...total }

  const asked = orderOf(plan)
  const order = compileOrder(asked, plan)
  const near = asked.find(key => key.near !== undefined)?.near
  const measured = near === undefined ? [] : await measuring(compiling, plan.types, near, SQUARE)
  const { shown, more, latest } = await shownOf(order, plan, (walk, limit) => database.resources.aggregate<SortedDocument | SequenceDocument>(
    [...pageStages(selection, plan, walk, order.paths, limit, measured)], { session, maxTimeMS: left(), allowDiskUse: true }))
  const last = shown.at(-1)
  return {
    matches: shown.map(currentVersion),
    ...distancesIn(asked, shown.map(document => order.valuesOf(document))),
    ...await includes(database, compiling, plan, shown, () => ({ session, maxTimeMS: left() })),
    ...(more && last !== undefined ? {
      next: { values: order.valuesOf(last), row: String(last.row), sequence: latest ?? await latestSequence(database, session) },
    } : {}),
    ...total,
  }
}

interface Shown {
  readonly shown: readonly SortedDocument[]
  /** There are matches behind them. */
  readonly more: boolean
  /** The end of the log when the first page was read, where that is known. */
  readonly latest: number | undefined
}

/** Matches of one walk after the other, until there are as many as asked for or they are as long as a page may be. */
const shownOf = async (
  { walks }: CompiledOrder, { count, after }: SearchPlan, found: (walk: Walk, limit: number) => AsyncIterable<SortedDocument | SequenceDocument>,
): Promise<Shown> => {
  const shown: SortedDocument[] = []
  let length = 0
  let latest = after?.sequence
  for (const walk of walks) {
    let more = false
    for await (const document of found(walk, count + 1 - shown.length)) {
      if (isEndOfLog(document)) latest = document.latest
      else if (length > MAX_PAGE_LENGTH) return { shown, more: true, latest }
      else if (shown.length === count) more = true
      else {
        length += document.json.length
        shown.push(document)
      }
    }
    if (more) return { shown, more, latest }
  }
  return { shown, more: false, latest }
}

/** What is included, in the order found, until it is as long as a page may be. */
const includes = async (
  database: Database, compiling: Compiling, plan: SearchPlan, shown: readonly ResourceDocument[],
  options: () => { readonly session: ClientSession; readonly maxTimeMS: number },
): Promise<Pick<SearchPage, 'included' | 'includesCut'>> => {
  const { refs, cut } = await includedRefs(compiling, plan, shown)
  const found = new Map<string, StoredVersion>()
  let length = 0
  if (refs.length > 0) {
    for await (const document of database.resources.find({ _id: { $in: [...refs] } }, { ...options(), projection: CURRENT })) {
      if (length > MAX_PAGE_LENGTH) break
      length += document.json.length
      found.set(document._id, currentVersion(document))
    }
  }
  return { included: refs.flatMap(ref => found.get(ref) ?? []), includesCut: cut || found.size < refs.length }
}

const count = async (compiling: Compiling, selection: Selection): Promise<number> => {
  const [counted] = await compiling.run<{ total: number }>([...stagesOf(selection), { $count: 'total' }])
  return counted?.total ?? 0
}

/** Whether a plan matches exactly these resources in the sight of its visibility, inside a commit's transaction. */
export const matchesExactly = (
  database: Database, session: ClientSession, plan: SearchPlan, refs: readonly ResourceRef[], limitMs: number,
): Promise<boolean> => within(limitMs, async left => {
  const compiling = compilingIn(database, session, plan.visibility, left)
  const stages = stagesOf(await selectionOf(compiling, plan))
  const expected = new Set(refs.map(({ type, id }) => `${type}/${id}`))
  const found = await compiling.run<{ _id: string }>([...stages, { $limit: expected.size + 1 }, { $project: { _id: 1 } }])
  return found.length === expected.size && found.every(({ _id }) => expected.has(_id))
})
