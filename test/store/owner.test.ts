/** Who may write: one process for each file, one writer at a time, never more waiting than the memory holds. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/fhir/clock.ts'
import { openConnection } from '../../src/store/sqlite/connection.ts'
import { refuseReadOnly } from '../../src/store/sqlite/durability.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { ALL, put, write } from '../contract/write.ts'

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const child = { env: { ...process.env, NODE_OPTIONS: '' } }

describe('SQLite: the owner of a file', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'owner-'))
    path = join(folder, 'hub.db')
  })
  afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

  it('refuses a second store on the file while the first is open, and opens one once it is closed', async () => {
    const first = await openSqliteStore({ path, clock: systemClock() })
    await expect(openSqliteStore({ path, clock: systemClock() })).rejects.toThrow(`${path} cannot be opened: another process has it open: end that one`)
    await write(first, put('Task', 'a'))
    await first.close()
    const second = await openSqliteStore({ path, clock: systemClock() })
    expect(await second.read({ type: 'Task', id: 'a' }, ALL)).toBeDefined()
    await second.close()
  })

  it('refuses the file of another process, and takes it once that was killed', async () => {
    const other = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script('./crash-writer.ts'), `sqlite:${path}`],
      { ...child, stdio: ['ignore', 'pipe', 'inherit'] })
    await once(other.stdout, 'data')
    await expect(openSqliteStore({ path, clock: systemClock() })).rejects.toThrow(/another process has it open/)
    other.kill('SIGKILL')
    await once(other, 'exit')
    const store = await openSqliteStore({ path, clock: systemClock() })
    await store.close()
  })

  it('says at once that nothing can be written', async () => {
    await (await openSqliteStore({ path, clock: systemClock() })).close()
    const reader = openConnection(path, true)
    expect(() => refuseReadOnly(reader)).toThrow(/readonly/)
    reader.close()
  })

  const asOwner = process.getuid?.() === 0 ? it.skip : it
  asOwner('does not open a file it may not write (skipped as root, who may)', async () => {
    await (await openSqliteStore({ path, clock: systemClock() })).close()
    chmodSync(path, 0o400)
    await expect(openSqliteStore({ path, clock: systemClock() })).rejects.toThrow(/cannot be opened: .*readonly/)
  })

  it('starts another writer when one is lost, and announces every version once, in order', () => {
    const { lost, heard, events, writers } = JSON.parse(execFileSync(
      process.execPath, ['--disable-warning=ExperimentalWarning', script('./writer-loss-child.ts'), path], child,
    ).toString()) as { lost: string[]; heard: number[]; events: number[]; writers: number }
    expect(writers).toBe(2)
    expect(new Set(lost)).toEqual(new Set(['NotDurable']))
    expect(events.length).toBeGreaterThanOrEqual(2)
    expect(heard).toEqual(events)
  })

  it('refuses more than the memory is to hold, and keeps what it took', async () => {
    const store = await openSqliteStore({ path, clock: systemClock() })
    const text = 'x'.repeat(5_000_000)
    const tries = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => write(store, put('Binary', `b${n}`, { text }))))
    const taken = tries.filter(one => one.status === 'fulfilled')
    expect(taken.length).toBeGreaterThanOrEqual(13)
    expect(taken.length).toBeLessThan(20)
    expect(tries.filter(one => one.status === 'rejected').map(one => String(one.reason))).toContain('Error: too many writes are waiting')
    expect((await store.events(0, 100)).length).toBe(taken.length)
    await write(store, put('Binary', 'later', { text }))
    await store.close()
  })

  it('may be closed twice', async () => {
    const store = await openSqliteStore({ path, clock: systemClock() })
    await store.close()
    await expect(store.close()).resolves.toBeUndefined()
  })
})
