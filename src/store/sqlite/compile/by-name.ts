/**
 * `Patient?family=smith` and nothing else: matches in the order of the text that was asked for (`search/order.ts`), which
 * is that of the index, so that the walk ends with its page.
 *
 * A resource stands where its first text that matches does: those of its texts that come behind are passed by.
 */
import type { Order } from '../../../search/order.ts'
import type { StringTest } from '../../../search/plan.ts'
import type { Walk } from './drive.ts'
import { current, inTime, parameters, type Scope, type Subject } from './scope.ts'
import { and, raw, sql, type Sql } from './sql.ts'
import { compareStrings } from './strings.ts'

/** None of the resource's texts that match comes before `d`. Where the first that sorts it is also the last, it has but one. */
const isFirst = ({ alias }: Subject, param: string, test: StringTest): Sql => and([
  sql`NOT EXISTS (SELECT 1 FROM string_entry o WHERE o.parameter = d.parameter AND o.folded = d.folded AND o.row = d.row
    AND o.exact < d.exact AND ${compareStrings(test, raw('o.folded'), raw('o.exact'))})`,
  sql`EXISTS (SELECT 1 FROM indexed x WHERE x.row = ${alias}.row AND (x.sort ->> ${`$."${param}"[0]`} = x.sort ->> ${`$."${param}"[1]`} OR NOT EXISTS (
    SELECT 1 FROM json_each(x.entries) j WHERE j.value ->> 0 = 's' AND j.value ->> 1 = d.parameter AND j.value ->> 2 < d.folded
      AND ${compareStrings(test, sql`(j.value ->> 2)`, sql`(j.value ->> 3)`)})))`,
])

/** undefined: another order is asked for, or nothing is indexed under the parameter. */
export const walkByName = (scope: Scope, subject: Subject, [key]: Order): Walk | undefined => {
  const { param, among } = key
  const [parameter] = among === undefined ? [] : parameters(scope, subject.types, param)
  if (among === undefined || parameter === undefined) return undefined
  return {
    from: sql`string_entry d CROSS JOIN resource ${subject.alias} ON ${subject.alias}.row = d.row`,
    where: and([
      inTime(raw('d.row')), sql`d.parameter = ${parameter}`, compareStrings(among, raw('d.folded'), raw('d.exact')),
      current(scope, subject), isFirst(subject, param, among),
    ]),
    order: { by: [key], value: raw('d.folded'), row: raw('d.row') },
  }
}
