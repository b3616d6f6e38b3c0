/** Files of older hubs are brought up to date, files of newer ones refused. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../src/fhir/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { migrate, migrations } from '../../src/store/sqlite/schema.ts'
import { EVERYTHING, found, put, write } from '../contract/write.ts'

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

  it('refuses a file of a newer hub and leaves it as it is', async () => {
    const newer = new DatabaseSync(path)
    migrate(newer, [...migrations, 'CREATE TABLE later (x)'])
    newer.close()
    await expect(openSqliteStore({ path, clock: systemClock() })).rejects.toThrow(/schema is version \d+, this hub knows \d+/)
    const db = new DatabaseSync(path)
    expect(versionOf(db)).toBe(migrations.length + 1)
    db.close()
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
