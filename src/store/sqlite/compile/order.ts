/**
 * The order of a search's pages and where the next one begins.
 *
 * Sort values, then the row, so that every resource has one place; a resource without a value comes last either way.
 * Without `_sort` the last updated come first. R4: https://hl7.org/fhir/R4/search.html#sort
 */
import type { Cursor, SortKey } from '../../../search/plan.ts'
import { and, FALSE, join, or, raw, sql, type Sql } from './sql.ts'

/** The order in which a walk comes by itself. */
export interface WalkOrder {
  /** Each of these sorts is met by it, one way or the other. */
  readonly by: readonly SortKey[]
  readonly value: Sql
  readonly row: Sql
  /** What stands in `value` for a resource without one. */
  readonly absent?: number
}

export interface Order {
  /** One expression per sort key, selected with each match. */
  readonly values: readonly Sql[]
  /** Joined where values are read from what was indexed. */
  readonly join: Sql
  readonly orderBy: Sql
  /** Only what comes behind the cursor. */
  after(cursor: Cursor): Sql
}

const NEWEST_FIRST: readonly SortKey[] = [{ param: '_lastUpdated', direction: 'descending' }]

const keyword = (direction: SortKey['direction']): Sql => raw(direction === 'ascending' ? 'ASC' : 'DESC')

/** Whether the order is that of updates, either way: then a walk may come in it. */
export const isByUpdate = (sort: readonly SortKey[]): boolean =>
  sort.length === 0 || (sort.length === 1 && sort[0]!.param === '_lastUpdated')

/** A walk that comes in the order asked for: its own columns, no sort. */
const walked = ({ value, row, absent }: WalkOrder, direction: SortKey['direction'], resource: Sql): Order => ({
  values: [absent === undefined ? value : sql`nullif(${value}, ${absent})`],
  join: raw(''),
  orderBy: sql`${value} ${keyword(direction)}, ${row} ${keyword(direction)}`,
  after: ({ values: [last], row: lastRow, sequence }) => and([
    sql`(${value}, ${row}) ${raw(direction === 'ascending' ? '>' : '<')} (${last ?? absent ?? null}, ${Number(lastRow)})`,
    sql`${resource}.sequence <= ${sequence}`,
  ]),
})

/** `own`: the order in which the matches come without being asked. */
export const orderOf = (sort: readonly SortKey[], resource: Sql, own: WalkOrder | undefined): Order => {
  const keys = sort.length === 0 ? NEWEST_FIRST : sort
  const [first, ...others] = keys as readonly [SortKey, ...SortKey[]]
  if (others.length === 0 && own?.by.some(({ param, direction }) => param === first.param && direction === first.direction)) {
    return walked(own, first.direction, resource)
  }
  const last = keys.at(-1)!.direction
  const row = sql`${resource}.row`
  const values = keys.map(({ param, direction }) => {
    if (param === '_lastUpdated') return sql`${resource}.updated`
    if (param === '_id') return sql`${resource}.id`
    return sql`(x.sort ->> ${`$."${param}"[${direction === 'ascending' ? 0 : 1}]`})`
  })
  const always = (param: string): boolean => param === '_lastUpdated' || param === '_id'

  const behind = (index: number, value: string | number | null): Sql => {
    const { param, direction } = keys[index]!
    if (value === null) return FALSE
    const beyond = direction === 'ascending' ? sql`${values[index]!} > ${value}` : sql`${values[index]!} < ${value}`
    return always(param) ? beyond : or([beyond, sql`${values[index]!} IS NULL`])
  }

  return {
    values,
    join: keys.every(({ param }) => always(param)) ? raw('') : sql`CROSS JOIN indexed x ON x.row = ${resource}.row`,
    orderBy: join([
      ...keys.map(({ direction, param }, index) => sql`${values[index]!} ${keyword(direction)}${raw(always(param) ? '' : ' NULLS LAST')}`),
      sql`${row} ${keyword(last)}`,
    ], ', '),
    after(cursor) {
      const unchanged = sql`${resource}.sequence <= ${cursor.sequence}`
      const beyondRow = raw(last === 'ascending' ? '>' : '<')
      const same = (count: number): Sql =>
        and(values.slice(0, count).map((value, index) => sql`${value} IS ${cursor.values[index] ?? null}`))
      return and([
        or([
          ...keys.map((_, index) => and([same(index), behind(index, cursor.values[index] ?? null)])),
          and([same(keys.length), sql`${row} ${beyondRow} ${Number(cursor.row)}`]),
        ]),
        unchanged,
      ])
    },
  }
}
