/**
 * `Patient?family=smith` and nothing else: in the order of the index, Smith before Smith-Jones, so that the walk ends with
 * its page. Without `_sort` the order is the server's (R4); in that of updates, all of a common name would be gathered.
 *
 * A resource stands where its first text that matches does: those of its texts that come behind are passed by.
 */
import { conjuncts } from '../../../search/join.ts'
import type { Condition, SearchPlan, Test } from '../../../search/plan.ts'

import type { Walk } from './drive.ts'
import { current, inTime, parameters, type Scope, type Subject } from './scope.ts'
import { and, raw, sql, type Sql } from './sql.ts'
import { compareStrings } from './strings.ts'

type StringTest = Extract<Test, { kind: 'string' }>

/** The one condition of a search without `_sort`, if it is on the beginning of a text or on the whole of it. */
const asked = ({ sort, types }: Pick<SearchPlan, 'sort' | 'types'>, where: Condition): { readonly param: string; readonly test: StringTest } | undefined => {
  const [only, ...more] = conjuncts(where)
  if (sort.length > 0 || types.length !== 1 || more.length > 0 || only?.kind !== 'match' || only.test.kind !== 'string') return undefined
  const { param, test } = only
  return test.match === 'contains' || test.match === 'ends' ? undefined : { param, test }
}

/** None of the resource's texts that match comes before `d`. Where the first that sorts it is also the last, it has but one. */
const isFirst = ({ alias }: Subject, param: string, test: StringTest): Sql => and([
  sql`NOT EXISTS (SELECT 1 FROM string_entry o WHERE o.parameter = d.parameter AND o.folded = d.folded AND o.row = d.row
    AND o.exact < d.exact AND ${compareStrings(test, raw('o.folded'), raw('o.exact'))})`,
  sql`EXISTS (SELECT 1 FROM indexed x WHERE x.row = ${alias}.row AND (x.sort ->> ${`$."${param}"[0]`} = x.sort ->> ${`$."${param}"[1]`} OR NOT EXISTS (
    SELECT 1 FROM json_each(x.entries) j WHERE j.value ->> 0 = 's' AND j.value ->> 1 = d.parameter AND j.value ->> 2 < d.folded
      AND ${compareStrings(test, sql`(j.value ->> 2)`, sql`(j.value ->> 3)`)})))`,
])

/** undefined: another order is asked for, or another condition might leave less. */
export const walkByName = (scope: Scope, subject: Subject, plan: Pick<SearchPlan, 'sort' | 'types'>, where: Condition): Walk | undefined => {
  const found = asked(plan, where)
  const [parameter] = found === undefined ? [] : parameters(scope, subject.types, found.param)
  if (found === undefined || parameter === undefined) return undefined
  const { param, test } = found
  return {
    from: sql`string_entry d CROSS JOIN resource ${subject.alias} ON ${subject.alias}.row = d.row`,
    where: and([
      inTime(raw('d.row')), sql`d.parameter = ${parameter}`, compareStrings(test, raw('d.folded'), raw('d.exact')),
      current(scope, subject), isFirst(subject, param, test),
    ]),
    order: { by: [], value: raw('d.folded'), row: raw('d.row'), isUnasked: true },
  }
}
