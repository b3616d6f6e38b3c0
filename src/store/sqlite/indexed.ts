/**
 * What was indexed for a resource, kept beside it as JSON: removed as it was written, read again for includes.
 *
 * A kept row is an EntryRow whose parameter and system are numbers of the dictionary.
 */
import type { Extracted } from '../../search/entries.ts'
import type { Connection } from './connection.ts'
import { entryRows, sortValues, unmodified, type EntryRow } from './entry-rows.ts'
import { addRows, insertRows, moveRow, newBatch, removeRow } from './index-rows.ts'
import { UNKNOWN, type Names, type WritableNames } from './names.ts'

export type KeptRow =
  | readonly ['e', parameter: number, value: string, system: number]
  | readonly ['s', parameter: number, folded: string, exact: string]
  | readonly ['r', parameter: number, high: number, low: number, value: number, system: number, code: string]
  | readonly ['c', parameter: number, first: string, parts: string]
  | readonly ['p', parameter: number, latitude: number, longitude: number]
  | readonly ['d', parameter: number, value: string, system: number, at: number]

/** Index entries ready for the writer: the form in which they are sent to it, and the columns of `indexed`. */
export interface Indexing {
  /** JSON of KeptRows; of EntryRows where `present` is absent, because a word of theirs has no number yet. */
  readonly entries: string
  readonly sort: string
  /** Numbers of the parameters there is a value for, as `,3,17,`. `Task.code:text` is a value for `Task.code`. */
  readonly present?: string
}
export type Kept = Required<Indexing>

const keep = (row: EntryRow, numberOf: (word: string) => number): KeptRow => {
  const parameter = numberOf(row[1])
  switch (row[0]) {
    case 'e': return ['e', parameter, row[2], numberOf(row[3])]
    case 's': return ['s', parameter, row[2], row[3]]
    case 'r': return ['r', parameter, row[2], row[3], row[4], numberOf(row[5]), row[6]]
    case 'c': return ['c', parameter, row[2], row[3]]
    case 'p': return ['p', parameter, row[2], row[3]]
    case 'd': return ['d', parameter, row[2], numberOf(row[3]), row[4]]
  }
}

const keeping = (rows: readonly EntryRow[], sort: string, numberOf: (word: string) => number): Kept => {
  const kept = rows.map(row => keep(row, numberOf))
  const present = new Set<number>()
  for (const [index, row] of kept.entries()) {
    if (row[0] === 'd') continue
    const word = rows[index]![1]
    const parameter = unmodified(word)
    present.add(parameter === word ? row[1] : numberOf(parameter))
  }
  return { entries: JSON.stringify(kept), sort, present: present.size === 0 ? '' : `,${[...present].join()},` }
}

/** Numbered here where every word has its number, so that the writer, of which there is one, need not. */
export const indexing = (names: Names, type: string, index: Extracted): Indexing => {
  const rows = entryRows(type, index)
  const sort = JSON.stringify(sortValues(index.sort))
  let isKnown = true
  const kept = keeping(rows, sort, word => {
    const found = names.find(word)
    if (found === UNKNOWN) isKnown = false
    return found
  })
  return isKnown ? kept : { entries: JSON.stringify(rows), sort }
}

/** The same in the writer, which gives words their numbers. */
export const numbered = (names: WritableNames, { entries, sort, present }: Indexing): Kept =>
  (present === undefined ? keeping(JSON.parse(entries) as EntryRow[], sort, word => names.intern(word)) : { entries, sort, present })

export const keptRows = (entries: string): readonly KeptRow[] => JSON.parse(entries) as readonly KeptRow[]

const kept = (connection: Connection, row: number): readonly KeptRow[] => {
  const found = connection.get('SELECT entries FROM indexed WHERE row = ?', [row])
  return found === undefined ? [] : keptRows(found['entries'] as string)
}

/** Takes a resource out of every index, as it was put in at `updated`. */
export const unindex = (connection: Connection, row: number, updated: number): void => {
  for (const one of kept(connection, row)) removeRow(connection, one, row, updated)
  connection.run('DELETE FROM indexed WHERE row = ?', [row])
}

/** Puts a resource that is in no index into them. */
export const index = (connection: Connection, { entries, sort }: Kept, row: number, updated: number): void => {
  const batch = newBatch()
  addRows(batch, keptRows(entries), row, updated)
  insertRows(connection, batch)
  connection.run('INSERT INTO indexed VALUES (?, ?, ?)', [row, entries, sort])
}

/** Puts other entries in the place of those of an earlier version, indexed at `before`; what they share is not written anew. */
export const reindex = (connection: Connection, now: Kept, row: number, before: number, updated: number): void => {
  const old = new Map(kept(connection, row).map(one => [JSON.stringify(one), one]))
  const added: KeptRow[] = []
  for (const one of new Map(keptRows(now.entries).map(row => [JSON.stringify(row), row])).entries()) {
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
