/**
 * What was indexed for a resource, kept beside it as JSON: removed as it was written, read again for includes.
 *
 * A kept row is an EntryRow whose parameter and system are numbers of the dictionary.
 */
import type { Extracted } from '../../search/entries.ts'
import type { Connection } from './connection.ts'
import { entryRows, sortValues, type EntryRow } from './entry-rows.ts'
import { addRows, insertRows, moveRow, newBatch, removeRow } from './index-rows.ts'
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

/** Entries under the dictionary's numbers, and what the tables beside the index say of them. */
export interface Kept {
  readonly rows: readonly KeptRow[]
  /** The two columns of `indexed`. */
  readonly entries: string
  readonly sort: string
  /** Numbers of the parameters there is a value for, as `,3,17,`. `Task.code:text` is a value for `Task.code`. */
  readonly present: string
}

export const keeping = (names: WritableNames, { rows, sort }: Indexing): Kept => {
  const kept = rows.map(one => keep(names, one))
  const present = new Set<number>()
  for (const one of rows) {
    if (one[0] === 'd') continue
    const modifier = one[1].indexOf(':')
    present.add(names.intern(modifier < 0 ? one[1] : one[1].slice(0, modifier)))
  }
  return {
    rows: kept, entries: JSON.stringify(kept), sort: JSON.stringify(sort),
    present: present.size === 0 ? '' : `,${[...present].join()},`,
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

/** Puts a resource that is in no index into them. */
export const index = (connection: Connection, { rows, entries, sort }: Kept, row: number, updated: number): void => {
  const batch = newBatch()
  addRows(batch, rows, row, updated)
  insertRows(connection, batch)
  connection.run('INSERT INTO indexed VALUES (?, ?, ?)', [row, entries, sort])
}

/** Puts other entries in the place of those of an earlier version, indexed at `before`; what they share is not written anew. */
export const reindex = (connection: Connection, now: Kept, row: number, before: number, updated: number): void => {
  const old = new Map(kept(connection, row).map(one => [JSON.stringify(one), one]))
  const added: KeptRow[] = []
  for (const one of new Map(now.rows.map(row => [JSON.stringify(row), row])).entries()) {
    if (!old.delete(one[0])) added.push(one[1])
    else moveRow(connection, one[1], row, before, updated)
  }
  for (const one of old.values()) removeRow(connection, one, row, before)
  const batch = newBatch()
  addRows(batch, added, row, updated)
  insertRows(connection, batch)
  connection.run('INSERT OR REPLACE INTO indexed VALUES (?, ?, ?)', [row, now.entries, now.sort])
}

/** References of a resource under a parameter (`Task.owner`; `Task.*`: all), as numbered type and id. */
export const referencesOf = (
  connection: Connection, names: Names, row: number, parameter: string,
): readonly { readonly type: number; readonly id: string }[] => {
  const wanted = parameter.endsWith('.*') ? undefined : names.find(parameter)
  return kept(connection, row).flatMap(one =>
    one[0] === 'e' && (wanted === undefined || one[1] === wanted) ? [{ type: one[3], id: one[2] }] : [])
}
