/**
 * The order of a search's pages and where the next one begins.
 *
 * Sort values, then the row, so that every resource has one place; a resource without a value comes last either way.
 * Without `_sort` the last updated come first. R4: https://hl7.org/fhir/R4/search.html#sort
 */
import type { Cursor, SortKey } from '../../../search/plan.ts'
import { and, FALSE, join, or, raw, sql, type Sql } from './sql.ts'
import type { Walk } from './drive.ts'

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

export const orderOf = (sort: readonly SortKey[], resource: Sql, walk: Walk): Order => {
  const keys = sort.length === 0 ? NEWEST_FIRST : sort
  const last = keys.at(-1)!.direction
  const inWalkOrder = walk.order !== undefined && isByUpdate(sort)
  const updated = inWalkOrder ? walk.order.updated : sql`${resource}.updated`
  const row = inWalkOrder ? walk.order.row : sql`${resource}.row`
  const values = keys.map(({ param, direction }) => {
    if (param === '_lastUpdated') return updated
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
      if (inWalkOrder) return and([sql`(${updated}, ${row}) ${beyondRow} (${cursor.values[0] ?? null}, ${Number(cursor.row)})`, unchanged])
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
