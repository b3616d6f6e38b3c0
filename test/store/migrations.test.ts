/** Files of older hubs are brought up to date, files of newer ones refused. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../src/fhir/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { pointOf } from '../../src/search/positions.ts'
import { migrate, migrations } from '../../src/store/sqlite/schema.ts'
import { allOf, date, EVERYTHING, found, ids, isToken, match, plan, put, reference, refersTo, token, write } from '../contract/write.ts'

/** As the first migration makes it. */
const OLDER_POSITIONS = /CREATE TABLE position_entry[^;]*;/.exec(migrations[0]!)![0]

describe('SQLite: migrations', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'migrations-'))
    path = join(folder, 'hub.db')
  })
  afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

  const versionOf = (db: DatabaseSync): number => db.prepare('SELECT max(version) AS version FROM migration').get()!['version'] as number

  it.each(migrations.map((_, step) => step))('opens a file that went through %d of them, and writes to it', async steps => {
    const older = new DatabaseSync(path)
    migrate(older, migrations.slice(0, steps))
    older.close()
    const store = await openSqliteStore({ path, clock: systemClock() })
    await write(store, put('Task', 'a'))
    expect(await found(store, 'Task', EVERYTHING)).toEqual(['a'])
    await store.close()
    const now = new DatabaseSync(path)
    expect(versionOf(now)).toBe(migrations.length)
    now.close()
  })

  it('keeps what an older file holds when a step is added', async () => {
    const store = await openSqliteStore({ path, clock: systemClock() })
    await write(store, put('Task', 'a'))
    await store.close()
    const db = new DatabaseSync(path)
    migrate(db, [...migrations, 'ALTER TABLE resource ADD COLUMN note TEXT'])
    expect(db.prepare('SELECT id, note FROM resource').all()).toEqual([{ id: 'a', note: null }])
    expect(versionOf(db)).toBe(migrations.length + 1)
    db.close()
  })

  it('gives the Tasks of a file from before their keys in the order of dates', async () => {
    const owned = (id: string, authoredOn: number | undefined, replaces = 0) => put('Task', id, {
      replaces, entries: [reference('owner', 'Organization/o'), token('status', 'requested')],
      sort: authoredOn === undefined ? [] : [{ param: 'authored-on', low: authoredOn, high: authoredOn + 1 }],
    })
    const first = await openSqliteStore({ path, clock: systemClock() })
    await write(first, owned('c', 3_000), owned('none', undefined), owned('a', 1_000), owned('b', 2_000))
    await first.close()
    const older = new DatabaseSync(path)
    older.exec(`DELETE FROM entry WHERE parameter IN (SELECT id FROM name WHERE text LIKE 'Task.owner+status_%');
      UPDATE indexed SET entries = (SELECT json_group_array(json(value)) FROM json_each(entries) WHERE value ->> 0 <> 'd');
      DELETE FROM name WHERE text LIKE 'Task.owner+status_%'; DELETE FROM migration WHERE version >= 2;
      DROP TABLE position_box; DROP TABLE position_entry; ${OLDER_POSITIONS} DROP TABLE pending; DROP TABLE words; DROP INDEX range_entry_by_low; DROP INDEX range_entry_long`)
    older.close()

    const store = await openSqliteStore({ path, clock: systemClock() })
    const worklist = async (direction: 'ascending' | 'descending') => ids((await store.search(plan('Task',
      allOf(refersTo('owner', 'Organization/o'), isToken('status', 'requested')), { sort: [{ param: 'authored-on', direction }] }))).matches)
    expect(await worklist('ascending')).toEqual(['a', 'b', 'c', 'none'])
    expect(await worklist('descending')).toEqual(['c', 'b', 'a', 'none'])
    await write(store, owned('a', 4_000, 1), owned('none', 500, 1))
    expect(await worklist('ascending')).toEqual(['none', 'b', 'c', 'a'])
    await store.close()
  })

  it('finds by several dates, and in the order of dates, what a file from before holds', async () => {
    const DAY_MS = 86_400_000
    const encounter = (replaces: number, ...days: number[]) => put('Encounter', 'a', {
      replaces, entries: days.map(day => date('date', day * DAY_MS, day * DAY_MS + 1)),
    })
    const pulse = (id: string, at: number, replaces = 0) => put('Observation', id, {
      replaces, entries: [token('code', 'pulse'), date('date', at, at + 1)], sort: [{ param: 'date', low: at, high: at + 1 }],
    })
    const first = await openSqliteStore({ path, clock: systemClock() })
    await write(first, encounter(0, 1, 100), pulse('b', 2_000), pulse('c', 3_000), pulse('a', 1_000))
    await first.close()
    const older = new DatabaseSync(path)
    older.exec(`CREATE TEMP TABLE later AS SELECT id FROM name WHERE text LIKE '%:several' OR text LIKE '%>%';
      DELETE FROM entry WHERE parameter IN (SELECT id FROM later); DELETE FROM range_entry WHERE parameter IN (SELECT id FROM later);
      UPDATE indexed SET entries = (SELECT json_group_array(json(value)) FROM json_each(entries) WHERE value ->> 1 NOT IN (SELECT id FROM later));
      DELETE FROM name WHERE id IN (SELECT id FROM later); DELETE FROM migration WHERE version >= 5; DROP TABLE position_box; DROP TABLE position_entry; ${OLDER_POSITIONS} DROP INDEX range_entry_long`)
    older.close()

    const store = await openSqliteStore({ path, clock: systemClock() })
    const between = allOf(
      match('date', { kind: 'date', prefix: 'ge', low: 50 * DAY_MS, high: 51 * DAY_MS }), match('date', { kind: 'date', prefix: 'lt', low: 40 * DAY_MS, high: 41 * DAY_MS }))
    const pulses = async () => ids((await store.search(plan('Observation', isToken('code', 'pulse'), { sort: [{ param: 'date', direction: 'descending' }] }))).matches)
    expect(await found(store, 'Encounter', between)).toEqual(['a'])
    expect(await pulses()).toEqual(['c', 'b', 'a'])
    await write(store, encounter(1, 100), pulse('a', 4_000, 1))
    expect(await found(store, 'Encounter', between)).toEqual([])
    expect(await pulses()).toEqual(['a', 'c', 'b'])
    await store.close()
    const now = new DatabaseSync(path)
    expect(now.prepare("SELECT count(*) AS rows FROM range_entry r JOIN name n ON n.id = r.parameter WHERE n.text = 'Encounter.date:several'").get()).toEqual({ rows: 0 })
    now.close()
  })

  it('refuses a file of a newer hub and leaves it as it is', async () => {
    const newer = new DatabaseSync(path)
    migrate(newer, [...migrations, 'CREATE TABLE later (x)'])
    newer.close()
    await expect(openSqliteStore({ path, clock: systemClock() })).rejects.toThrow(/schema is version \d+, this hub knows \d+/)
    const db = new DatabaseSync(path)
    expect(versionOf(db)).toBe(migrations.length + 1)
    db.close()
  })

  it('keeps the places that a file from before holds, as points of the sphere', () => {
    const older = new DatabaseSync(join(folder, 'places.db'))
    migrate(older, migrations.slice(0, 5))
    older.exec('INSERT INTO position_entry VALUES (1, 53.7, -2.7, 7), (1, -90, 33, 8), (1, 1000, 5000, 9)')
    migrate(older)
    const { x, y, z } = pointOf({ latitude: 53.7, longitude: -2.7 })
    expect(older.prepare('SELECT row, x, y, z FROM position_entry ORDER BY row').all().map(row => ({ ...row })))
      .toEqual([{ row: 7, x, y, z }, { row: 8, x: 0, y: 0, z: -1 }])
    expect(older.prepare('SELECT count(*) AS boxes FROM position_box WHERE most_z < 0').get()).toMatchObject({ boxes: 1 })
    older.close()
  })

  it('leaves a file whose migration fails as it was', () => {
    const db = new DatabaseSync(path)
    migrate(db)
    expect(() => migrate(db, [...migrations, 'CREATE TABLE later (x); CREATE TABLE resource (x)'])).toThrow(/already exists/)
    expect(versionOf(db)).toBe(migrations.length)
    expect(db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'later'").get()).toEqual({ n: 0 })
    db.close()
  })
})
