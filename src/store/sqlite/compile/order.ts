/**
 * The order of a search's pages (`search/order.ts`) as SQL, and where the next one begins.
 *
 * Sort values, then the row, so that every resource has one place; a resource without a value comes last either way.
 */
import type { Order } from '../../../search/order.ts'
import { DISTANCE, type Cursor, type SortKey } from '../../../search/plan.ts'
import { and, FALSE, join, or, raw, sql, TRUE, type Sql } from './sql.ts'

/** How far each match is, in a walk over what is near (`by-distance.ts`). */
export const SQUARE = raw('d.square')

/** The order in which a walk comes by itself. */
export interface WalkOrder {
  /** Each of these sorts is met by it, one way or the other. */
  readonly by: readonly SortKey[]
  readonly value: Sql
  readonly row: Sql
  /** What stands in `value` for a resource without one. */
  readonly absent?: number
  /** Resources without a value are not in it. */
  readonly partial?: true
}

export interface CompiledOrder {
  /** One expression per sort key, selected with each match. */
  readonly values: readonly Sql[]
  /** Joined where values are read from what was indexed. */
  readonly join: Sql
  readonly orderBy: Sql
  /** Only what comes behind the cursor. */
  after(cursor: Cursor): Sql
}

const keyword = (direction: SortKey['direction']): Sql => raw(direction === 'ascending' ? 'ASC' : 'DESC')

/** A walk that comes in the order asked for: its own columns, no sort. */
const walked = ({ value, row, absent }: WalkOrder, direction: SortKey['direction'], resource: Sql): CompiledOrder => ({
  values: [absent === undefined ? value : sql`nullif(${value}, ${absent})`],
  join: raw(''),
  orderBy: sql`${value} ${keyword(direction)}, ${row} ${keyword(direction)}`,
  after: ({ values: [last], row: lastRow, sequence }) => and([
    sql`(${value}, ${row}) ${raw(direction === 'ascending' ? '>' : '<')} (${last ?? absent ?? null}, ${Number(lastRow)})`,
    sql`${resource}.sequence <= ${sequence}`,
  ]),
})

/** The same order over pages that were read already, by the names of their columns. */
export const mergedOrder = (keys: Order): Sql => join([
  ...keys.map(({ direction }, index) => sql`${raw(`k${index}`)} ${keyword(direction)} NULLS LAST`),
  sql`row ${keyword(keys.at(-1)!.direction)}`,
], ', ')

/** `own`: the order in which the matches come without being asked; of several keys, it may be that of the first. */
export const compileOrder = (keys: Order, resource: Sql, own: WalkOrder | undefined): CompiledOrder => {
  const [first] = keys
  const isOwn = own !== undefined && own.by.some(({ param, direction }) => param === first.param && direction === first.direction)
  if (isOwn && keys.length === 1) return walked(own, first.direction, resource)
  const last = keys.at(-1)!.direction
  const row = sql`${resource}.row`
  const isWalked = (index: number): boolean => index === 0 && isOwn && own.absent === undefined
  const values = keys.map(({ param, direction, near }, index) => {
    if (isWalked(index)) return own!.value
    if (near !== undefined) return SQUARE
    if (param === '_lastUpdated') return sql`${resource}.updated`
    if (param === '_id') return sql`${resource}.id`
    return sql`(x.sort ->> ${`$."${param}"[${direction === 'ascending' ? 0 : 1}]`})`
  })
  const always = (index: number): boolean => isWalked(index) || ['_lastUpdated', '_id', DISTANCE].includes(keys[index]!.param)

  const behind = (index: number, value: string | number | null): Sql => {
    if (value === null) return FALSE
    const beyond = keys[index]!.direction === 'ascending' ? sql`${values[index]!} > ${value}` : sql`${values[index]!} < ${value}`
    return always(index) ? beyond : or([beyond, sql`${values[index]!} IS NULL`])
  }
  /** Where a walk in the order of the first key goes on: what comes before need not be read. */
  const from = (value: string | number | null): Sql =>
    (isWalked(0) ? sql`${values[0]!} ${raw(first.direction === 'ascending' ? '>=' : '<=')} ${value}` : TRUE)

  return {
    values,
    join: keys.every((_, index) => always(index)) ? raw('') : sql`CROSS JOIN indexed x ON x.row = ${resource}.row`,
    orderBy: join([
      ...keys.map(({ direction }, index) => sql`${values[index]!} ${keyword(direction)}${raw(always(index) ? '' : ' NULLS LAST')}`),
      sql`${row} ${keyword(last)}`,
    ], ', '),
    after(cursor) {
      const unchanged = sql`${resource}.sequence <= ${cursor.sequence}`
      const beyondRow = raw(last === 'ascending' ? '>' : '<')
      const same = (count: number): Sql =>
        and(values.slice(0, count).map((value, index) => sql`${value} IS ${cursor.values[index] ?? null}`))
      return and([
        from(cursor.values[0] ?? null),
        or([
          ...keys.map((_, index) => and([same(index), behind(index, cursor.values[index] ?? null)])),
          and([same(keys.length), sql`${row} ${beyondRow} ${Number(cursor.row)}`]),
        ]),
        unchanged,
      ])
    },
  }
}
