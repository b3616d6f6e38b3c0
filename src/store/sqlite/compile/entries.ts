/**
 * Tests that are equality with a key of `entry`: tokens, references, addresses, URIs.
 *
 * Since the key holds the time of the last update, one row of one resource is found by its full key, and all rows of
 * one value are walked newest or oldest first.
 */
import type { Test } from '../../../search/plan.ts'
import { versioned } from '../entry-rows.ts'
import { UNKNOWN } from '../names.ts'
import { inTime, parameters, type Scope, type Subject } from './scope.ts'
import { and, FALSE, join, oneOf, or, raw, sql, TRUE, type Sql } from './sql.ts'

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
      return found(param, test.match === 'exact' ? [test.uri] : [...ancestors(test.uri)], [''])
    default: return undefined
  }
}

/** `http://a/b/c` -> itself, `http://a/b`, `http://a`: what `:above` also finds. */
function* ancestors(uri: string): Iterable<string> {
  yield uri
  const root = uri.indexOf('://') + 3
  for (let end = uri.lastIndexOf('/'); end >= root; end = uri.lastIndexOf('/', end - 1)) yield uri.slice(0, end)
}

const keyTest = (keys: Keys, entry: Sql): Sql => and([
  oneOf(sql`${entry}.parameter`, keys.parameters),
  oneOf(sql`${entry}.value`, keys.values),
  keys.systems === undefined ? TRUE : oneOf(sql`${entry}.system`, keys.systems),
])

/** The resource has one of the keys. */
export const hasKey = (scope: Scope, { alias }: Subject, keys: Keys): Sql => {
  const entry = scope.alias('e')
  const test = keyTest(keys, entry)
  if (test === FALSE) return FALSE
  return sql`EXISTS (SELECT 1 FROM entry ${entry} WHERE ${test} AND ${entry}.updated = ${alias}.updated AND ${entry}.row = ${alias}.row)`
}

/** Rows that have one of the keys; a row may come more than once. */
export const rowsWithKey = (scope: Scope, keys: Keys): Sql => {
  const entry = scope.alias('e')
  return sql`SELECT ${entry}.row FROM entry ${entry} WHERE ${keyTest(keys, entry)} AND ${inTime(sql`${entry}.row`)}`
}

/** One value: its rows can be walked in the order of their last update. */
export const isOneKey = (keys: Keys): boolean => keys.parameters.length === 1 && keys.values.length === 1

/** For a walk along one value as alias `d`: each resource once, though it may have the code in several systems. */
export const walkKey = (keys: Keys): Sql => and([
  keyTest(keys, raw('d')),
  keys.systems?.length === 1
    ? TRUE
    : sql`NOT EXISTS (SELECT 1 FROM entry o WHERE o.parameter = d.parameter AND o.value = d.value AND o.updated = d.updated
        AND o.row = d.row AND o.system < d.system${keys.systems === undefined ? raw('') : sql` AND ${oneOf(raw('o.system'), keys.systems)}`})`,
])

/** Every row with any code of a system (`system|`). */
export const rowsInSystem = (scope: Scope, types: readonly string[], param: string, system: string): Sql => {
  const entry = scope.alias('e')
  const test = and([oneOf(sql`${entry}.parameter`, parameters(scope, types, param)), sql`${entry}.system = ${scope.names.find(system)}`])
  return sql`SELECT ${entry}.row FROM entry ${entry} WHERE ${test} AND ${inTime(sql`${entry}.row`)}`
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
    WHERE ${test} AND ${inTime(sql`${entry}.row`)}`
}

/** Rows with a URI at or under the one given, segment by segment. */
export const rowsBelow = (scope: Scope, types: readonly string[], param: string, uri: string): Sql => {
  const entry = scope.alias('e')
  const base = uri.replace(/\/+$/, '')
  const value = sql`${entry}.value`
  const test = and([
    oneOf(sql`${entry}.parameter`, parameters(scope, types, param)),
    or([sql`${value} = ${uri}`, sql`${value} = ${base}`, sql`(${value} >= ${`${base}/`} AND ${value} < ${`${base}0`})`]),
  ])
  return sql`SELECT ${entry}.row FROM entry ${entry} WHERE ${test} AND ${inTime(sql`${entry}.row`)}`
}

/** Several SELECTs of rows as one. */
export const union = (selects: readonly Sql[]): Sql => join(selects, ' UNION ALL ')
