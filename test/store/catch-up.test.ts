/** What a commit leaves to be indexed later: in bounded steps, without being asked, once, and taken up again after a failure. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { systemClock } from '../../src/fhir/clock.ts'
import { openConnection, type Connection } from '../../src/store/sqlite/connection.ts'
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/open.ts'
import { createCatchUp } from '../../src/store/sqlite/catch-up.ts'
import { countPending, firstPending, indexSome, lastPending } from '../../src/store/sqlite/pending.ts'
import { found, isToken, put, refersTo, reference, token, write } from '../contract/write.ts'

describe('SQLite: indexed after the commit', () => {
  let folder: string
  let path: string
  let store: SqliteStore
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'catch-up-'))
    path = join(folder, 'hub.db')
    store = await openSqliteStore({ path, clock: systemClock() })
  })
  afterEach(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const audit = (n: number) => put('AuditEvent', `a${n}`, { entries: [token('action', 'R'), reference('patient', `Patient/p${n % 10}`)] })
  const audits = (count: number) => write(store, ...Array.from({ length: count }, (_, n) => audit(n)))

  /** Resolves once nothing waits; a loop without an end would keep the process, whatever becomes of the test. */
  const caughtUp = async (reader: Connection): Promise<void> => {
    for (const end = Date.now() + 20_000; Date.now() < end; await turn()) if (countPending(reader) === 0) return
    throw new Error('something waits still')
  }

  it('is done by the writer when it has nothing else to do, and when much has gathered', async () => {
    const reader = openConnection(path, true)
    await audits(10)
    await caughtUp(reader)
    await write(store, ...Array.from({ length: 5_000 }, (_, n) => put('AuditEvent', `b${n}`, { entries: [token('action', 'R')] })))
    await caughtUp(reader)
    expect(reader.get('SELECT count(*) AS n FROM entry e JOIN name n ON n.id = e.parameter WHERE n.text = ?', ['AuditEvent.action'])).toEqual({ n: 5_010 })
    reader.close()
  })

  it('takes commits between its steps', async () => {
    await audits(5_000)
    const order: string[] = []
    const searched = found(store, 'AuditEvent', refersTo('patient', 'Patient/p3'), { count: 1_000 }).then(ids => {
      order.push('searched')
      return ids
    })
    for (let n = 0; n < 3; n++) {
      await write(store, put('Basic', `c${n}`))
      order.push('committed')
    }
    expect(await searched).toHaveLength(500)
    expect(order[0]).toBe('committed')
  })

  it('reads no more of the backlog at once than a chunk', async () => {
    await audits(600)
    await write(store, ...Array.from({ length: 8 }, (_, n) => put('Basic', `long${n}`, {
      entries: [{ kind: 'words', param: '_content', words: ['x'.repeat(600_000), `w${n}`] }] })))
    await store.close()
    const connection = openConnection(path, false)
    const steps: number[] = []
    for (let some = indexSome(connection, Number.MAX_SAFE_INTEGER); some > 0; some = indexSome(connection, Number.MAX_SAFE_INTEGER)) steps.push(some)
    connection.close()
    // Closing does not wait for the backlog; what the writer had already indexed by then is not there any more.
    expect(steps.reduce((sum, some) => sum + some, 0)).toBeLessThanOrEqual(608)
    for (const some of steps) expect(some).toBeLessThanOrEqual(256)
    expect(steps.at(-1)).toBeLessThanOrEqual(2)
    store = await openSqliteStore({ path, clock: systemClock() })
    expect(await found(store, 'AuditEvent', isToken('action', 'R'), { count: 1_000 })).toHaveLength(600)
  })

  /** The writer's own, over a file that is closed. */
  const alone = async (work: (connection: Connection) => Promise<void>): Promise<void> => {
    await store.close()
    const connection = openConnection(path, false)
    await work(connection)
    connection.close()
  }

  it('sets aside what cannot be indexed, tells of it, and finds what stands behind it', async () => {
    await audits(600)
    const faults: number[] = []
    let broken = 0
    await alone(async connection => {
      broken = connection.get("SELECT sequence FROM resource WHERE id = 'a300'")!['sequence'] as number
      connection.run('DELETE FROM indexed WHERE row = (SELECT row FROM version WHERE sequence = ?)', [broken])
      connection.run("INSERT OR REPLACE INTO pending SELECT sequence, row, 'broken', '{}', NULL, NULL FROM version WHERE sequence = ?", [broken])
      const catchUp = createCatchUp(connection, sequence => { faults.push(sequence) })
      await new Promise<unknown>(resolve => { catchUp.ask(lastPending(connection), resolve) })
      catchUp.stop()
      expect(countPending(connection)).toBe(0)
    })
    expect(faults).toEqual([broken])
    store = await openSqliteStore({ path, clock: systemClock() })
    await write(store, put('AuditEvent', 'late', { entries: [token('action', 'R')] }))
    expect(await found(store, 'AuditEvent', isToken('action', 'R'), { count: 1_000 })).toContain('late')
  })

  it('answers a search when what it waits for is indexed, not when all is that others wait for', async () => {
    await audits(3_000)
    await alone(async connection => {
      const order: string[] = []
      // However much of it the store had done by itself.
      connection.run('DELETE FROM pending')
      connection.run("INSERT INTO pending SELECT sequence, row, '[]', '{}', 'fall', '' FROM version")
      connection.run('DELETE FROM indexed')
      const catchUp = createCatchUp(connection, () => undefined)
      await new Promise<void>(resolve => {
        catchUp.ask(lastPending(connection), () => {
          order.push('last')
          resolve()
        })
        catchUp.ask(firstPending(connection), () => { order.push('first') })
      })
      catchUp.stop()
      expect(order).toEqual(['first', 'last'])
    })
    store = await openSqliteStore({ path, clock: systemClock() })
  })

  it('is taken up again after a step that was rolled back', async () => {
    await audits(20)
    await store.close()
    const connection = openConnection(path, false)
    connection.run('BEGIN')
    indexSome(connection, Number.MAX_SAFE_INTEGER)
    connection.run('ROLLBACK')
    connection.close()
    store = await openSqliteStore({ path, clock: systemClock() })
    expect(await found(store, 'AuditEvent', refersTo('patient', 'Patient/p3'))).toEqual(['a13', 'a3'])
  })
})
