/**
 * Tests that are equality with a key of `entry`: tokens, references, addresses, URIs.
 *
 * Since the key holds the time of the last update, one row of one resource is found by its full key, and all rows of
 * one value are walked newest or oldest first.
 */
import { uriAncestors } from '../../../search/compare.ts'
import type { Condition, Test } from '../../../search/plan.ts'
import { versioned } from '../entry-rows.ts'
import { UNKNOWN } from '../names.ts'
import { inTime, parameters, type Scope, type Subject } from './scope.ts'
import { and, FALSE, oneOf, raw, sql, TRUE, union, type Sql } from './sql.ts'

/** Keys of one parameter; `systems` undefined: any. */
export interface Keys {
  readonly parameters: readonly number[]
  readonly values: readonly string[]
  readonly systems: readonly number[] | undefined
}

/** The keys a test asks for; undefined when it is not a matter of equality. */
export const keysOf = (scope: Scope, types: readonly string[], param: string, test: Test): Keys | undefined => {
  const found = (code: string, values: readonly string[], systems?: readonly string[]): Keys => ({
    parameters: parameters(scope, types, code),
    values,
    systems: systems?.map(system => scope.names.find(system)).filter(id => id !== UNKNOWN),
  })
  switch (test.kind) {
    case 'token':
      return test.code === undefined ? undefined : found(param, [test.code], test.system === undefined ? undefined : [test.system])
    case 'reference-identifier':
      return test.code === undefined
        ? undefined
        : found(`${param}:identifier`, [test.code], test.system === undefined ? undefined : [test.system])
    case 'reference':
      return found(param, [test.version === undefined ? test.id : versioned(test.id, test.version)],
        test.types.length === 0 ? undefined : test.types)
    case 'url': return found(param, [test.url], [''])
    case 'uri':
      if (test.match === 'below') return undefined
      return found(param, test.match === 'exact' ? [test.uri] : [...uriAncestors(test.uri)], [''])
    default: return undefined
  }
}

/** Alternatives of one parameter in one system become one list of values (`identifier=a,b,c`); the others stay as they are. */
export const mergeKeys = (
  scope: Scope, types: readonly string[], alternatives: readonly Condition[],
): { readonly merged: readonly Keys[]; readonly others: readonly Condition[] } => {
  const merged = new Map<string, Keys>()
  const others: Condition[] = []
  for (const one of alternatives) {
    const keys = one.kind === 'match' ? keysOf(scope, types, one.param, one.test) : undefined
    if (keys === undefined) {
      others.push(one)
      continue
    }
    const group = `${keys.parameters.join()}|${keys.systems?.join() ?? '*'}`
    const known = merged.get(group)
    merged.set(group, known === undefined ? keys : { ...known, values: [...known.values, ...keys.values] })
  }
  return { merged: [...merged.values()], others }
}

const keyTest = (keys: Keys, entry: Sql): Sql => and([
  oneOf(sql`${entry}.parameter`, keys.parameters),
  oneOf(sql`${entry}.value`, keys.values),
  keys.systems === undefined ? TRUE : oneOf(sql`${entry}.system`, keys.systems),
])

/** Up to so many values of a row are looked up one by one; of more, the set of rows is made once. */
const PROBED = 8

/** The resource has one of the keys. */
export const hasKey = (scope: Scope, { row, updated }: Subject, keys: Keys): Sql => {
  if (keys.values.length > PROBED) return sql`${row} IN (${rowsWithKey(scope, keys)})`
  const entry = scope.alias('e')
  const test = keyTest(keys, entry)
  if (test === FALSE) return FALSE
  return sql`EXISTS (SELECT 1 FROM entry ${entry} WHERE ${test} AND ${entry}.updated = ${updated} AND ${entry}.row = ${row})`
}

/** Rows that have one of the keys; a row may come more than once. */
export const rowsWithKey = (scope: Scope, keys: Keys): Sql => {
  const entry = scope.alias('e')
  return sql`SELECT ${entry}.row FROM entry ${entry} WHERE ${inTime(sql`${entry}.row`)} AND ${keyTest(keys, entry)}`
}

/** One value: its rows can be walked in the order of their last update. */
export const isOneKey = (keys: Keys): boolean => keys.parameters.length === 1 && keys.values.length === 1

/** For a walk along one value as alias `d`: each resource once, though it may have the code in several systems. */
export const walkKey = (keys: Keys): Sql => {
  if (keys.systems?.length === 1) return keyTest(keys, raw('d'))
  const earlier = and([
    raw('o.parameter = d.parameter AND o.value = d.value AND o.updated = d.updated AND o.row = d.row AND o.system < d.system'),
    keys.systems === undefined ? TRUE : oneOf(raw('o.system'), keys.systems),
  ])
  return and([keyTest(keys, raw('d')), sql`NOT EXISTS (SELECT 1 FROM entry o WHERE ${earlier})`])
}

/** Every row with any code of a system (`system|`); undefined: with any code at all. */
export const rowsInSystem = (scope: Scope, types: readonly string[], param: string, system: string | undefined): Sql => {
  const entry = scope.alias('e')
  const test = and([
    oneOf(sql`${entry}.parameter`, parameters(scope, types, param)),
    system === undefined ? TRUE : sql`${entry}.system = ${scope.names.find(system)}`,
  ])
  return sql`SELECT ${entry}.row FROM entry ${entry} WHERE ${inTime(sql`${entry}.row`)} AND ${test}`
}

/** Rows with one of many codes: `:in`, `:below`. */
export const rowsInCodes = (
  scope: Scope, types: readonly string[], param: string, codes: readonly { readonly system: string; readonly code: string }[],
): Sql => {
  const numbered = codes.map(({ system, code }) => [code, scope.names.find(system)] as const).filter(([, id]) => id !== UNKNOWN)
  const entry = scope.alias('e')
  const wanted = scope.alias('j')
  const test = and([
    oneOf(sql`${entry}.parameter`, parameters(scope, types, param)),
    sql`${entry}.value = ${wanted}.value ->> 0 AND ${entry}.system = ${wanted}.value ->> 1`,
  ])
  return sql`SELECT ${entry}.row FROM json_each(${JSON.stringify(numbered)}) ${wanted} CROSS JOIN entry ${entry}
    WHERE ${inTime(sql`${entry}.row`)} AND ${test}`
}

/** Rows with a URI at or under the one given, segment by segment: two stretches of the index. */
export const rowsBelow = (scope: Scope, types: readonly string[], param: string, uri: string): Sql => {
  const root = uri.endsWith('/') ? uri : `${uri}/`
  const rows = (among: (value: Sql) => Sql): Sql => {
    const entry = scope.alias('e')
    const test = and([oneOf(sql`${entry}.parameter`, parameters(scope, types, param)), among(sql`${entry}.value`)])
    return sql`SELECT ${entry}.row FROM entry ${entry} WHERE ${inTime(sql`${entry}.row`)} AND ${test}`
  }
  return union([
    rows(value => sql`${value} = ${uri}`),
    rows(value => sql`${value} >= ${root} AND ${value} < ${`${root.slice(0, -1)}0`}`),
  ])
}
