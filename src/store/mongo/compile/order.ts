/**
 * The order of a search's pages (`search/order.ts`) and where the next one begins: sort values, then the row, so that
 * every resource has one place; a resource without a value comes last either way.
 *
 * MongoDB holds "no value" for the lowest. So by one key those with a value and those without are two walks, each
 * along an index where there is one; by several keys the places of what is missing are worked out for each match.
 */
import type { Document } from 'mongodb'
import { conjuncts } from '../../../search/join.ts'
import type { Order } from '../../../search/order.ts'
import type { Condition, Cursor, SearchPlan, SortKey } from '../../../search/plan.ts'
import { windowsOf } from '../../../search/windows.ts'
import { OWN_DATES } from '../../dated.ts'
import { pairAsked } from '../../pairs.ts'
import type { ResourceDocument } from '../documents.ts'
import { firstText, type ResourceFilter } from './tests.ts'

export type SortValue = string | number | null

/** One walk: what it is over, the fields it needs, and its order. */
export interface Walk {
  readonly filter: ResourceFilter
  readonly fields: Document
  readonly sort: Record<string, 1 | -1>
}

export interface CompiledOrder {
  /** One after the other, from the cursor on. */
  readonly walks: readonly Walk[]
  /** Where in a document `valuesOf` looks. */
  readonly paths: readonly string[]
  valuesOf(document: SortedDocument): readonly SortValue[]
}

/** A match with what its order is worked out from. */
export type SortedDocument = ResourceDocument & { readonly [TEXT]?: string; readonly [SQUARE]?: number }

/** The first of its texts that meets what was asked for, in documents of a search that comes in that order. */
const TEXT = 'text'
/** How far it is, squared, in documents of a search for what is near (`positions.ts`). */
export const SQUARE = 'square'

export const compileOrder = (order: Order, plan: Omit<SearchPlan, 'visibility'>): CompiledOrder => {
  const { types: [type], where, after } = plan
  const own = ownDateOf(plan)
  const keys = order.map(key => keyOf(key, own))
  const [{ param, among }] = order
  const read = {
    paths: keys.map(({ path }) => path),
    valuesOf: (document: SortedDocument): readonly SortValue[] => keys.map(({ path }) => valueAt(document, path)),
  }
  const [only] = keys
  if (among !== undefined) return { walks: [{ ...stored(keys, after), fields: { [TEXT]: firstText(`${type}.${param}`, among) } }], ...read }
  if (keys.every(({ always }) => always)) return { walks: [stored(keys, after)], ...read }
  if (only === undefined || keys.length > 1) return { walks: [workedOut(keys, after)], ...read }
  const without: Walk = {
    filter: { [only.path]: { $exists: false }, ...(after?.values[0] === null ? { row: { [beyond(only.step)]: Number(after.row) } } : {}) },
    fields: {}, sort: { row: only.step },
  }
  if (after?.values[0] === null) return { walks: [without], ...read }
  const walk = stored(keys, after)
  return { walks: [{ ...walk, filter: { $and: [{ [only.path]: { $exists: true } }, boundsOf(param, own, where), walk.filter] } }, without], ...read }
}

/** What meets the conditions on the date that sorts begins and ends within their window: so does the walk along its index. */
const boundsOf = (param: string, own: string | undefined, where: Condition): ResourceFilter => {
  const field = fieldOf(param, own)
  const window = windowsOf(conjuncts(where)).find(one => one.param === param)
  return {
    ...(window?.from === undefined ? {} : { [`${field}.high`]: { $gte: window.from } }),
    ...(window?.until === undefined ? {} : { [`${field}.low`]: { $lte: window.until } }),
  }
}

/** The date that stands under a name of its own; not of worklists, whose own index has it under that of the parameter. */
const ownDateOf = ({ types: [type, ...more], where, sort }: Pick<SearchPlan, 'types' | 'where' | 'sort'>): string | undefined =>
  (type === undefined || more.length > 0 || pairAsked([type], conjuncts(where), sort) !== undefined ? undefined : OWN_DATES[type])

const fieldOf = (param: string, own: string | undefined): string => (param === own ? 'dated' : `sort.${param}`)

interface Key {
  readonly path: string
  readonly step: 1 | -1
  /** Every resource has a value. */
  readonly always: boolean
}

const keyOf = ({ param, direction, among, near }: SortKey, own: string | undefined): Key => {
  const step = direction === 'ascending' ? 1 : -1
  if (among !== undefined) return { path: TEXT, step, always: true }
  if (near !== undefined) return { path: SQUARE, step, always: true }
  switch (param) {
    case '_lastUpdated': return { path: 'updated', step, always: true }
    case '_id': return { path: 'id', step, always: true }
    default: return { path: `${fieldOf(param, own)}.${direction === 'ascending' ? 'low' : 'high'}`, step, always: false }
  }
}

const beyond = (step: 1 | -1): '$gt' | '$lt' => (step === 1 ? '$gt' : '$lt')

const valueAt = (document: SortedDocument, path: string): SortValue => {
  const [first = '', second = '', third = ''] = path.split('.')
  switch (first) {
    case 'sort': return document.sort[second]?.[third as 'low' | 'high'] ?? null
    case 'dated': return document.dated?.[second as 'low' | 'high'] ?? null
    default: return document[first as 'updated' | 'id' | typeof TEXT | typeof SQUARE] ?? null
  }
}

/** By fields that stand in the document. */
const stored = (keys: readonly Key[], after: Cursor | undefined): Walk => ({
  filter: after === undefined ? {} : behind(keys.map(({ path, step }, index) => ({ path, step, value: after.values[index] })), keys.at(-1)!.step, after),
  fields: {},
  sort: { ...Object.fromEntries(keys.map(({ path, step }) => [path, step])), row: keys.at(-1)!.step },
})

/** By fields that say first whether there is a value. */
const workedOut = (keys: readonly Key[], after: Cursor | undefined): Walk => {
  const places = keys.flatMap(({ path, step }, index) => {
    const value = after?.values[index] ?? null
    return [{ path: `absent${index}`, step: 1 as const, value: value === null ? 1 : 0 }, { path, step, value }]
  })
  return {
    filter: after === undefined ? {} : behind(places, keys.at(-1)!.step, after),
    fields: Object.fromEntries(keys.map(({ path }, index) =>
      [`absent${index}`, { $cond: [{ $eq: [{ $type: `$${path}` }, 'missing'] }, 1, 0] }])),
    sort: { ...Object.fromEntries(places.map(({ path, step }) => [path, step])), row: keys.at(-1)!.step },
  }
}

interface Place {
  readonly path: string
  readonly step: 1 | -1
  readonly value: SortValue | undefined
}

/** Behind the cursor: equal in some places and beyond in the next, the row being the last. */
const behind = (places: readonly Place[], rowStep: 1 | -1, { row }: Cursor): ResourceFilter => {
  const all: readonly Place[] = [...places, { path: 'row', step: rowStep, value: Number(row) }]
  return {
    $or: all.flatMap(({ path, step, value }, index) => (value === null || value === undefined ? [] : [{
      ...Object.fromEntries(all.slice(0, index).map(place => [place.path, place.value ?? null])),
      [path]: { [beyond(step)]: value },
    }])),
  }
}
