/**
 * Where an import stands: the postcodes read so far and how far that is, in a SQLite file beside the directory, in the
 * same transaction. Killed at any moment, the next import of the same files goes on from there.
 */
import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { MOST_ROWS } from '../file.ts'
import { postcodeOfKey } from '../postcode.ts'
import { CONTRADICTORY, FIRST_DISTRICT, microdegrees, MOST_DISTRICTS, NO_DISTRICT, NO_POSITION, TERMINATED, type TableColumns } from '../table.ts'
import { ImportError } from './error.ts'
import type { ReadPostcode } from './formats.ts'

/** How far an import has come. */
export interface Standing {
  /** Index of the source being read, and its lines that are done. */
  readonly source: number
  readonly lines: number
  /** Lines that could not be read, and the first of them, named. */
  readonly bad: number
  readonly named: readonly string[]
  /** Lines that were. */
  readonly good: number
}

export interface Staging {
  readonly standing: Standing
  /** All or nothing. */
  add(postcodes: readonly ReadPostcode[], standing: Standing): void
  /** Everything, in order. */
  columns(): { readonly codes: readonly string[]; readonly columns: TableColumns }
  /** Postcodes that were named with two districts. */
  contradictory(): { readonly count: number; readonly first: readonly string[] }
  close(): void
  /** Closes it and forgets all of it. */
  remove(): void
}

const BEGINNING: Standing = { source: 0, lines: 0, bad: 0, named: [], good: 0 }

// `identity` says of which files. A postcode that comes again replaces one that is no longer in use, and of two in use
// with different districts nothing is known.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS standing (only INTEGER PRIMARY KEY CHECK (only = 1), identity TEXT NOT NULL, at TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS district (number INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS postcode (
    key INTEGER PRIMARY KEY, district INTEGER NOT NULL, latitude INTEGER NOT NULL, longitude INTEGER NOT NULL, terminated INTEGER NOT NULL
  );`
const ADD = `
  INSERT INTO postcode (key, district, latitude, longitude, terminated) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET
    district = iif(excluded.terminated < terminated OR excluded.district = district, excluded.district, ${CONTRADICTORY}),
    latitude = excluded.latitude, longitude = excluded.longitude, terminated = excluded.terminated
  WHERE excluded.terminated <= terminated`

/** @throws ImportError while another import is at it */
export const openStaging = (path: string, identity: string): Staging => {
  const unusable = (error: unknown): ImportError => new ImportError(`${path} cannot be used: ${(error as Error).message}`)
  let db: DatabaseSync
  try {
    db = new DatabaseSync(path, { timeout: 0 })
  } catch (error) {
    throw unusable(error)
  }
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768')
    db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`)
  } catch (error) {
    db.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw new ImportError(`another import is running (it holds ${path})`)
    throw unusable(error)
  }
  return stagingIn(db, path, identity)
}

const SQLITE_BUSY = 5

const stagingIn = (db: DatabaseSync, path: string, identity: string): Staging => {
  const known = db.prepare('SELECT identity, at FROM standing').get() as { identity: string; at: string } | undefined
  let standing = known?.identity === identity ? JSON.parse(known.at) as Standing : BEGINNING
  if (known?.identity !== identity) db.exec('DELETE FROM postcode; DELETE FROM district; DELETE FROM standing')
  const numbers = new Map(db.prepare('SELECT number, code FROM district').all().map(({ number, code }) => [String(code), Number(number)]))
  const [addPostcode, addDistrict, keep] = [
    db.prepare(ADD), db.prepare('INSERT INTO district (number, code) VALUES (?, ?)'), db.prepare('INSERT OR REPLACE INTO standing VALUES (1, ?, ?)'),
  ]

  const numberOf = (code: string | undefined): number => {
    if (code === undefined) return NO_DISTRICT
    const number = numbers.get(code) ?? numbers.size + FIRST_DISTRICT
    if (numbers.has(code)) return number
    if (numbers.size >= MOST_DISTRICTS) throw new ImportError(`more than ${MOST_DISTRICTS} districts are named: these are not districts`)
    addDistrict.run(number, code)
    numbers.set(code, number)
    return number
  }

  const one = (sql: string): number => Number(db.prepare(sql).get()?.['result'])
  return {
    get standing() { return standing },
    add(postcodes, next) {
      db.exec('BEGIN')
      for (const { key, district, position, isTerminated } of postcodes) {
        addPostcode.run(key, numberOf(district), position === undefined ? NO_POSITION : microdegrees(position.latitude),
          position === undefined ? NO_POSITION : microdegrees(position.longitude), isTerminated ? 1 : 0)
      }
      keep.run(identity, JSON.stringify(next))
      db.exec('COMMIT')
      standing = next
    },
    columns() {
      const count = one('SELECT count(*) AS result FROM postcode')
      if (count > MOST_ROWS) throw new ImportError(`there are ${count} postcodes; the United Kingdom has fewer than ${MOST_ROWS}`)
      const columns = {
        keys: new Uint32Array(count), latitudes: new Int32Array(count), longitudes: new Int32Array(count), districts: new Uint16Array(count),
      }
      let index = 0
      for (const { key, latitude, longitude, district, terminated } of db.prepare('SELECT * FROM postcode ORDER BY key').iterate()) {
        columns.keys[index] = Number(key)
        columns.latitudes[index] = Number(latitude)
        columns.longitudes[index] = Number(longitude)
        columns.districts[index] = Number(district) + (terminated === 1 ? TERMINATED : 0)
        index++
      }
      return { codes: db.prepare('SELECT code FROM district ORDER BY number').all().map(({ code }) => String(code)), columns }
    },
    contradictory() {
      const first = db.prepare(`SELECT key FROM postcode WHERE district = ${CONTRADICTORY} LIMIT 3`).all().map(({ key }) => postcodeOfKey(Number(key)))
      return { count: one(`SELECT count(*) AS result FROM postcode WHERE district = ${CONTRADICTORY}`), first }
    },
    close() {
      if (db.isOpen) db.close()
    },
    remove() {
      db.close()
      for (const file of [path, `${path}-journal`]) rmSync(file, { force: true })
    },
  }
}
