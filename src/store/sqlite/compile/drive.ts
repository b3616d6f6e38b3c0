/**
 * What a search walks: the one index or set of rows that leaves the least to test row by row.
 *
 * Small sets are gathered and sorted. Where every set is large, a walk that comes in the order asked for is tried first:
 * it ends with the page, and where matches are too rare for that, `search.ts` gives it up for the sure way.
 */
import { conjuncts } from '../../../search/join.ts'
import { isByUpdate, type Order } from '../../../search/order.ts'
import type { Condition, SortKey } from '../../../search/plan.ts'
import { windowsOf } from '../../../search/windows.ts'
import { candidatesOf, sizeOf, type Candidate } from './candidates.ts'
import { holds, isJudgedBySet } from './conditions.ts'
import { walkKey } from './entries.ts'
import type { WalkOrder } from './order.ts'
import { TooCostly } from '../../store.ts'
import { absent } from '../../pairs.ts'
import { current, inTime, subjectOf, type Matching, type Scope, type Subject } from './scope.ts'
import { sortedWalk, type SortedWalk } from './sorted.ts'
import { and, raw, sql, TRUE, union, type Sql } from './sql.ts'
import { alikeTypes } from './types.ts'
import { boundsWithin } from './windows.ts'

export interface Walk {
  readonly from: Sql
  readonly where: Sql
  /** The order in which the walk comes; undefined: in none. */
  readonly order: WalkOrder | undefined
}

/** A candidate with no more rows than this is taken without asking the others: testing so many is some 0.2 ms. */
const FEW = 256
/** Counted no further: 1,024 keys are some 0.1 ms. */
const MANY = 1_024
/**
 * How many rows a walk in the order asked for may read before what was not counted to its end is gathered: 4 to 8 ms,
 * where gathering 100,000 is half a second.
 */
const TRIED = 2_048
/** A row that a set of rows rules out costs an eighth of one whose resource is read. */
const CHEAPER = 8

const BY_UPDATE: readonly SortKey[] = [
  { param: '_lastUpdated', direction: 'ascending' }, { param: '_lastUpdated', direction: 'descending' },
]

/** How many matches of one type are wanted, in what order; undefined: all of them. */
export interface Wanted {
  readonly limit: number
  readonly order: Order
}

/** undefined: the type itself, in the order of its updates. */
type Chosen = Candidate | SortedWalk | undefined

interface Choice {
  /** What finds all matches with the least to read. */
  readonly sure: Chosen
  /** So many rows must be read for it, as far as they were counted. */
  readonly size?: number
  /** What comes in the order asked for and may be done much sooner, or never: given up after so many rows. */
  readonly tried?: { readonly walk: Chosen; readonly rows: number }
}

const choose = (scope: Scope, types: readonly string[], conditions: readonly Condition[], wanted: Wanted | undefined): Choice => {
  const ranked = [...candidatesOf(scope, types, conditions, wanted?.order ?? [])].sort((a, b) => a.rank - b.rank)
  const first = ranked[0]
  if (first !== undefined && first.rank <= 1) return { sure: first }
  if (wanted === undefined && ranked.length <= 1 && scope.most === Infinity) return { sure: first }

  const byUpdate = wanted !== undefined && isByUpdate(wanted.order)
  const isInOrder = (candidate: Candidate | undefined): boolean =>
    candidate?.by === 'key' && (candidate.dated !== undefined || byUpdate)
  if (ranked.length === 1 && isInOrder(first)) return { sure: first }
  if (first === undefined && byUpdate) return { sure: undefined }
  const sorted = wanted === undefined || byUpdate ? undefined : sortedWalk(scope, types, conditions, wanted.order)
  if (ranked.length === 1 && sorted?.within !== undefined) return { sure: sorted }

  const few = ranked.find(candidate => sizeOf(scope, candidate, FEW) < FEW)
  if (few !== undefined) return { sure: few }
  const sizes = ranked.map(candidate => sizeOf(scope, candidate, MANY))
  const least = Math.min(...sizes)
  const sure = ranked[sizes.indexOf(least)]
  if (wanted === undefined) return { sure, size: least }
  const inOrder = ranked.filter(isInOrder).sort((a, b) => sizes[ranked.indexOf(a)]! - sizes[ranked.indexOf(b)]!)[0]
  if (inOrder !== undefined && sizes[ranked.indexOf(inOrder)] === least) return { sure: inOrder }

  // What a chain leads to is found whole before the first row of a walk can be judged: then little is left to save.
  if (conditions.some(({ kind }) => kind === 'chain' || kind === 'within')) return { sure, size: least }

  // A row costs much the same either way: who tries for as long as gathering takes has at worst done it twice.
  const isCheap = conditions.some(one => isJudgedBySet(scope, types, one))
  const rows = (least < MANY ? least : TRIED) * (isCheap ? CHEAPER : 1)
  if (inOrder !== undefined) return { sure, size: least, tried: { walk: inOrder, rows } }
  if (byUpdate) return { sure, size: least, tried: { walk: undefined, rows } }
  if (sorted?.within !== undefined && sure?.by === 'rows' && sure.window === sorted.within) return { sure: sorted }
  return { sure, size: least, ...(sorted === undefined ? {} : { tried: { walk: sorted, rows } }) }
}

/** Where a key in the order of a date may begin and end. */
const keptWithin = (scope: Scope, types: readonly string[], conditions: readonly Condition[], key: SortKey): Sql => {
  const window = windowsOf(conditions).find(({ param }) => param === key.param)
  return window === undefined ? TRUE : boundsWithin(scope, types[0]!, window, key, raw('d.updated'))
}

/** What the walk itself says of a resource, so that most are judged before theirs is read. */
const walkedSubject = (subject: Subject, chosen: Chosen): Subject => {
  if (chosen === undefined || chosen.by === 'ids') return subject
  const isByUpdate = chosen.by === 'key' && chosen.dated === undefined
  return { ...subject, row: raw('d.row'), ...(isByUpdate ? { updated: raw('d.updated') } : {}) }
}

const walkOver = (scope: Scope, subject: Subject, conditions: readonly Condition[], chosen: Chosen): Walk => {
  const { alias, types } = subject
  const covers = chosen?.covers ?? []
  const walked = walkedSubject(subject, chosen)
  const rest = and([
    inTime(walked.row), current(scope, subject),
    ...conditions.filter(one => !covers.includes(one)).map(one => holds(scope, walked, one)),
  ])
  switch (chosen?.by) {
    case 'ids':
      return { from: sql`resource ${alias}`, where: and([...covers.map(one => holds(scope, subject, one)), rest]), order: undefined }
    case 'key': return {
      from: sql`entry d CROSS JOIN resource ${alias} ON ${alias}.row = d.row`,
      where: and([
        walkKey(chosen.keys),
        chosen.dated === undefined ? TRUE : keptWithin(scope, types, conditions, chosen.dated),
        rest,
      ]),
      order: chosen.dated === undefined
        ? { by: BY_UPDATE, value: raw('d.updated'), row: raw('d.row') }
        : { by: [chosen.dated], value: raw('d.updated'), row: raw('d.row'), absent: absent(chosen.dated.direction) },
    }
    case 'rows': return {
      from: sql`(SELECT DISTINCT row FROM (${chosen.rows})) d CROSS JOIN resource ${alias} ON ${alias}.row = d.row`,
      where: rest,
      order: undefined,
    }
    case 'sorted': return {
      from: sql`${chosen.from} CROSS JOIN resource ${alias} ON ${alias}.row = d.row`,
      where: and([chosen.where, rest]),
      order: { by: [chosen.key], value: chosen.value, row: raw('d.row'), ...(chosen.isWhole ? {} : { partial: true as const }) },
    }
    case undefined: return {
      from: sql`resource ${alias}`,
      where: rest,
      order: types.length === 1 ? { by: BY_UPDATE, value: sql`${alias}.updated`, row: sql`${alias}.row` } : undefined,
    }
  }
}

/** Throws where more must be gathered than may be on this thread. */
export const bear = ({ most }: Scope, size = 0): void => {
  if (size > most) throw new TooCostly(0)
}

export interface Walks {
  /** Every condition of the search included. */
  readonly sure: () => Walk
  readonly tried: { readonly walk: Walk; readonly rows: number } | undefined
}

/** The walks for a page of resources of one type. */
export const drive = (scope: Scope, subject: Subject, where: Condition, wanted: Wanted): Walks => {
  const conditions = conjuncts(where)
  const { sure, size, tried } = choose(scope, subject.types, conditions, wanted)
  return {
    sure: () => {
      bear(scope, size)
      return walkOver(scope, subject, conditions, sure)
    },
    tried: tried === undefined ? undefined : { walk: walkOver(scope, subject, conditions, tried.walk), rows: tried.rows },
  }
}

export const matching: Matching = (scope, types, where, wanted) => union(alikeTypes(scope.names, types, where).map(alternative => {
  const subject = subjectOf(scope.alias('r'), alternative.types)
  const conditions = conjuncts(alternative.where)
  const { sure, size } = choose(scope, alternative.types, conditions, undefined)
  bear(scope, size)
  const walk = walkOver(scope, subject, conditions, sure)
  const { select, join } = wanted(subject)
  return sql`SELECT ${select} FROM ${walk.from} ${join} WHERE ${walk.where}`
}))
