/**
 * What was indexed for a resource, kept beside it as JSON: removed as it was written, read again for includes.
 *
 * A kept row is an EntryRow whose parameter and system are numbers of the dictionary.
 */
import type { Extracted } from '../../search/entries.ts'
import type { Connection, Value } from './connection.ts'
import { entryRows, sortValues, type EntryRow } from './entry-rows.ts'
import type { Names, WritableNames } from './names.ts'

export type KeptRow =
  | readonly ['e', parameter: number, value: string, system: number]
  | readonly ['s', parameter: number, folded: string, exact: string]
  | readonly ['r', parameter: number, high: number, low: number, value: number, system: number, code: string]
  | readonly ['c', parameter: number, first: string, parts: string]
  | readonly ['p', parameter: number, latitude: number, longitude: number]
  | readonly ['d', parameter: number, value: string, system: number, at: number]

/** Index entries ready for the writer: the form in which they are sent to it. */
export interface Indexing {
  readonly rows: readonly EntryRow[]
  readonly sort: Record<string, readonly [string | number, string | number]>
}

export const indexing = (type: string, index: Extracted): Indexing =>
  ({ rows: entryRows(type, index), sort: sortValues(index.sort) })

const keep = (names: WritableNames, row: EntryRow): KeptRow => {
  const parameter = names.intern(row[1])
  switch (row[0]) {
    case 'e': return ['e', parameter, row[2], names.intern(row[3])]
    case 's': return ['s', parameter, row[2], row[3]]
    case 'r': return ['r', parameter, row[2], row[3], row[4], names.intern(row[5]), row[6]]
    case 'c': return ['c', parameter, row[2], row[3]]
    case 'p': return ['p', parameter, row[2], row[3]]
    case 'd': return ['d', parameter, row[2], names.intern(row[3]), row[4]]
  }
}

/** Rows written by one statement: each statement costs as much as two of its rows. */
const TOGETHER = 24

/** One statement per table and number of rows. OR IGNORE: a resource may say the same twice. */
const insertInto = (connection: Connection, table: string, columns: number, values: readonly Value[]): void => {
  const row = `(${Array.from({ length: columns }, () => '?').join()})`
  for (let start = 0; start < values.length; start += TOGETHER * columns) {
    const some = values.slice(start, start + TOGETHER * columns)
    connection.run(`INSERT OR IGNORE INTO ${table} VALUES ${Array.from({ length: some.length / columns }, () => row).join()}`, some)
  }
}

const insertRows = (connection: Connection, rows: readonly KeptRow[], row: number, updated: number): void => {
  const entries: Value[] = []
  const strings: Value[] = []
  const ranges: Value[] = []
  const composites: Value[] = []
  const positions: Value[] = []
  for (const one of rows) {
    switch (one[0]) {
      case 'e': entries.push(one[1], one[2], updated, row, one[3]); break
      case 'd': entries.push(one[1], one[2], one[4], row, one[3]); break
      case 's': strings.push(one[1], one[2], row, one[3]); break
      case 'r': ranges.push(row, one[1], one[2], one[3], one[4], one[5], one[6]); break
      case 'c': composites.push(one[1], one[2], row, one[3]); break
      case 'p': positions.push(one[1], one[2], one[3], row); break
    }
  }
  insertInto(connection, 'entry', 5, entries)
  insertInto(connection, 'string_entry', 4, strings)
  insertInto(connection, 'range_entry', 7, ranges)
  insertInto(connection, 'composite_entry', 4, composites)
  insertInto(connection, 'position_entry', 4, positions)
}

const removeRow = (connection: Connection, kept: KeptRow, row: number, updated: number): void => {
  const [, parameter] = kept
  switch (kept[0]) {
    case 'e': case 'd':
      connection.run('DELETE FROM entry WHERE parameter = ? AND value = ? AND updated = ? AND row = ? AND system = ?',
        [parameter, kept[2], kept[0] === 'd' ? kept[4] : updated, row, kept[3]])
      break
    case 's':
      connection.run('DELETE FROM string_entry WHERE parameter = ? AND folded = ? AND row = ? AND exact = ?',
        [parameter, kept[2], row, kept[3]])
      break
    case 'r':
      // One statement takes all ranges of the row: those that follow find nothing left.
      connection.run('DELETE FROM range_entry WHERE row = ?', [row])
      break
    case 'c':
      connection.run('DELETE FROM composite_entry WHERE parameter = ? AND first = ? AND row = ? AND parts = ?',
        [parameter, kept[2], row, kept[3]])
      break
    case 'p':
      connection.run('DELETE FROM position_entry WHERE parameter = ? AND latitude = ? AND longitude = ? AND row = ?',
        [parameter, kept[2], kept[3], row])
      break
  }
}

const kept = (connection: Connection, row: number): readonly KeptRow[] => {
  const found = connection.get('SELECT entries FROM indexed WHERE row = ?', [row])
  return found === undefined ? [] : JSON.parse(found['entries'] as string) as readonly KeptRow[]
}

/** Takes a resource out of every index, as it was put in at `updated`. */
export const unindex = (connection: Connection, row: number, updated: number): void => {
  for (const one of kept(connection, row)) removeRow(connection, one, row, updated)
  connection.run('DELETE FROM indexed WHERE row = ?', [row])
}

/**
 * Puts a resource into the indexes; returns the numbers of the parameters it has a value for, as `,3,17,`.
 * `Task.code:text` is a value for `Task.code`.
 */
export const index = (connection: Connection, names: WritableNames, { rows, sort }: Indexing, row: number, updated: number): string => {
  const numbered = rows.map(one => keep(names, one))
  insertRows(connection, numbered, row, updated)
  connection.run('INSERT INTO indexed VALUES (?, ?, ?)', [row, JSON.stringify(numbered), JSON.stringify(sort)])
  const present = [...new Set(rows.flatMap(one => (one[0] === 'd' ? [] : [names.intern(one[1].split(':', 1)[0]!)])))]
  return present.length === 0 ? '' : `,${present.join(',')},`
}

/** References of a resource under a parameter (`Task.owner`; `Task.*`: all), as numbered type and id. */
export const referencesOf = (
  connection: Connection, names: Names, row: number, parameter: string,
): readonly { readonly type: number; readonly id: string }[] => {
  const wanted = parameter.endsWith('.*') ? undefined : names.find(parameter)
  return kept(connection, row).flatMap(one =>
    one[0] === 'e' && (wanted === undefined || one[1] === wanted) ? [{ type: one[3], id: one[2] }] : [])
}
