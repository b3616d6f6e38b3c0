/** Durable means synced: FULL on the live connection. And no reader waits for it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../src/fhir/clock.ts'
import { openConnection } from '../../src/store/sqlite/connection.ts'
import { durabilityOf } from '../../src/store/sqlite/durability.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { ALL, EVERYTHING, found, put, write } from '../contract/write.ts'

describe('SQLite: durability', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'durability-'))
    path = join(folder, 'hub.db')
  })
  afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

  it('writes ahead and syncs each commit, on the live connection and after a restart', async () => {
    for (const _ of ['new', 'reopened']) {
      const store = await openSqliteStore({ path, clock: systemClock() })
      expect(await store.durability()).toEqual({ journal: 'wal', synchronous: 2 })
      await store.close()
    }
  })

  it('refuses a connection that would not sync', () => {
    const connection = openConnection(path, false)
    connection.db.exec('PRAGMA synchronous = NORMAL')
    expect(() => durabilityOf(connection)).toThrow(/synchronous 1/)
    connection.close()
  })

  it('answers reads and searches while a long transaction writes', async () => {
    const store = await openSqliteStore({ path, clock: systemClock() })
    await write(store, put('Task', 'a'))
    const other = new DatabaseSync(path)
    other.exec("BEGIN IMMEDIATE; UPDATE version SET json = 'unfinished'")
    const announced: string[] = []
    store.onCommit(({ versions }) => announced.push(...versions.map(version => version.ref.id)))
    const waiting = write(store, put('Task', 'b'))
    expect((await store.read({ type: 'Task', id: 'a' }, ALL))!.json).not.toBe('unfinished')
    expect(await found(store, 'Task', EVERYTHING)).toEqual(['a'])
    expect((await store.history({ visibility: ALL, count: 10 })).total).toBe(1)
    expect(announced).toEqual([])
    other.exec('ROLLBACK')
    other.close()
    expect(await waiting).toHaveLength(1)
    expect(await found(store, 'Task', EVERYTHING)).toEqual(['a', 'b'])
    await store.close()
  })

  it('refuses a file that is no database', async () => {
    writeFileSync(path, 'not a database, '.repeat(1_000))
    await expect(openSqliteStore({ path, clock: systemClock() })).rejects.toThrow(/not a database/)
  })
})
