/**
 * The index tables' rows: put in many at a time, taken out as they were put in, moved to the time of an update.
 *
 * Every key of `entry` holds the time of its resource's last update, so those rows change with each; of all others
 * only what differs is written.
 */
import { isOnEarth, pointOf } from '../../search/positions.ts'
import type { Connection, Value } from './connection.ts'
import type { KeptRow } from './indexed.ts'

/** Rows written by one statement: each statement costs as much as two of its rows. */
const TOGETHER = 24

type Table = 'entry' | 'string_entry' | 'range_entry' | 'composite_entry' | 'position_entry'

const COLUMNS: Readonly<Record<Table, number>> = {
  entry: 5, string_entry: 4, range_entry: 7, composite_entry: 4, position_entry: 8,
}
const TABLES = Object.keys(COLUMNS) as readonly Table[]

/** Made once: `INSERTS.entry[n - 1]` puts n rows in. OR IGNORE: a resource may say the same twice. */
const INSERTS = Object.fromEntries(TABLES.map(table => {
  const row = `(${Array.from({ length: COLUMNS[table] }, () => '?').join()})`
  return [table, Array.from({ length: TOGETHER }, (_, n) =>
    `INSERT OR IGNORE INTO ${table} VALUES ${Array.from({ length: n + 1 }, () => row).join()}`)]
})) as unknown as Readonly<Record<Table, readonly string[]>>

/** Rows of one resource or of many, by table. */
export type Batch = Readonly<Record<Table, (readonly Value[])[]>>

export const newBatch = (): Batch => ({ entry: [], string_entry: [], range_entry: [], composite_entry: [], position_entry: [] })

/** Adds what is kept of a resource, last updated at `updated`. */
export const addRows = (batch: Batch, kept: readonly KeptRow[], row: number, updated: number): void => {
  for (const one of kept) {
    switch (one[0]) {
      case 'e': batch.entry.push([one[1], one[2], updated, row, one[3]]); break
      case 'd': batch.entry.push([one[1], one[2], one[4], row, one[3]]); break
      case 's': batch.string_entry.push([one[1], one[2], row, one[3]]); break
      case 'r': batch.range_entry.push([row, one[1], one[2], one[3], one[4], one[5], one[6]]); break
      case 'c': batch.composite_entry.push([one[1], one[2], row, one[3]]); break
      case 'p': batch.position_entry.push(...positionRows(one, row)); break
    }
  }
}

/** Its number is the table's to give. A position that is nowhere on Earth is near nothing. */
const positionRows = ([, parameter, latitude, longitude]: Extract<KeptRow, readonly ['p', ...unknown[]]>, row: number): (readonly Value[])[] => {
  if (!isOnEarth({ latitude, longitude })) return []
  const { x, y, z } = pointOf({ latitude, longitude })
  return [[null, parameter, latitude, longitude, row, x, y, z]]
}

/** Rows of many resources in about the order of their keys, so that those on one page come one after the other. */
const byKey = (a: readonly Value[], b: readonly Value[]): number => {
  const [first, second] = [a[0] as number, b[0] as number]
  if (first !== second) return first - second
  return a[1]! < b[1]! ? -1 : a[1]! > b[1]! ? 1 : 0
}

export const sortRows = (batch: Batch): void => {
  for (const table of TABLES) batch[table].sort(byKey)
}

export const insertRows = (connection: Connection, batch: Batch): void => {
  for (const table of TABLES) {
    const rows = batch[table]
    for (let start = 0; start < rows.length; start += TOGETHER) {
      const some = rows.slice(start, start + TOGETHER)
      connection.run(INSERTS[table][some.length - 1]!, some.flat())
    }
  }
}

export const removeRow = (connection: Connection, kept: KeptRow, row: number, updated: number): void => {
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
      connection.run(`DELETE FROM range_entry WHERE row = ? AND parameter = ? AND high = ? AND low = ? AND value = ?
        AND system = ? AND code = ?`, [row, parameter, kept[2], kept[3], kept[4], kept[5], kept[6]])
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

/** A row that says the same after an update: an `e` goes to its place in the order of updates, any other stays. */
export const moveRow = (connection: Connection, kept: KeptRow, row: number, before: number, updated: number): void => {
  if (kept[0] !== 'e' || before === updated) return
  connection.run('UPDATE entry SET updated = ? WHERE parameter = ? AND value = ? AND updated = ? AND row = ? AND system = ?',
    [updated, kept[1], kept[2], before, row, kept[3]])
}
