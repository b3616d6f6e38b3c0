/** Durable means synced: FULL on the live connection, a sync for each group of commits, an error where it cannot be. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/fhir/clock.ts'
import { openConnection } from '../../src/store/sqlite/connection.ts'
import { durabilityOf } from '../../src/store/sqlite/durability.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { ALL, EVERYTHING, found, put, write } from '../contract/write.ts'
import { countingEnvironment, whyNot } from './sync-counter.ts'

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

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

  const counted = whyNot === undefined ? it : it.skip
  counted(`syncs every commit, and 400 simultaneous ones with few${whyNot === undefined ? '' : ` (skipped: ${whyNot})`}`, () => {
    const { env, log } = countingEnvironment(folder)
    const { alone, together } = JSON.parse(
      execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', script('./sync-writer.ts'), path, log], { env }).toString(),
    ) as { alone: number; together: number }
    expect(alone).toBeGreaterThanOrEqual(20)
    expect(together).toBeGreaterThanOrEqual(Math.ceil(400 / 128))
    expect(together).toBeLessThan(100)
  })

  const limited = process.platform === 'linux' ? it : it.skip
  limited('rejects commits when the disk is full, and keeps what it acknowledged (limits the size of files: Linux)', async () => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', `ulimit -f 4096; exec "$0" --disable-warning=ExperimentalWarning "$@"`,
      process.execPath, script('./full-writer.ts'), path], { env: { ...process.env, NODE_OPTIONS: '' } })
    expect([status, stderr.toString()]).toEqual([0, ''])
    const { acknowledged, reason } = JSON.parse(stdout.toString()) as { acknowledged: number; reason: string }
    expect(reason).toMatch(/disk|full|I\/O/)
    const store = await openSqliteStore({ path, clock: systemClock() })
    expect((await found(store, 'Binary', EVERYTHING, { count: 1_000 })).length).toBe(acknowledged)
    await store.close()
  })

  it('answers reads and searches while a long transaction writes', async () => {
    const store = await openSqliteStore({ path, clock: systemClock() })
    await write(store, put('Task', 'a'))
    const other = new DatabaseSync(path)
    other.exec("BEGIN IMMEDIATE; UPDATE version SET json = 'unfinished'")
    let committed = false
    const waiting = write(store, put('Task', 'b')).then(() => { committed = true })
    expect((await store.read({ type: 'Task', id: 'a' }, ALL))!.json).not.toBe('unfinished')
    expect(await found(store, 'Task', EVERYTHING)).toEqual(['a'])
    expect((await store.history({ visibility: ALL, count: 10 })).total).toBe(1)
    expect(committed).toBe(false)
    other.exec('ROLLBACK')
    other.close()
    await waiting
    expect(await found(store, 'Task', EVERYTHING)).toEqual(['a', 'b'])
    await store.close()
  })

  it('refuses a file that is no database', async () => {
    writeFileSync(path, 'not a database, '.repeat(1_000))
    await expect(openSqliteStore({ path, clock: systemClock() })).rejects.toThrow(/not a database/)
  })
})
