/** What the operating system sees of commits: a sync for each group of them, and an error where the disk is full. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/fhir/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { EVERYTHING, found } from '../contract/write.ts'
import { countingEnvironment, whyNot } from './sync-counter.ts'

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'syncs-'))
afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

const describeCounted = whyNot === undefined ? describe : describe.skip
describeCounted(`SQLite: fsync, counted${whyNot === undefined ? '' : ` (skipped: ${whyNot})`}`, () => {
  it('syncs every commit, and 400 simultaneous ones with few', () => {
    const { env, log } = countingEnvironment(folder)
    const { alone, together } = JSON.parse(execFileSync(
      process.execPath, ['--disable-warning=ExperimentalWarning', script('./sync-writer.ts'), join(folder, 'synced.db'), log], { env },
    ).toString()) as { alone: number; together: number }
    expect(alone).toBeGreaterThanOrEqual(20)
    expect(together).toBeGreaterThanOrEqual(Math.ceil(400 / 128))
    expect(together).toBeLessThan(100)
  })
})

const describeLimited = process.platform === 'linux' ? describe : describe.skip
describeLimited('SQLite: a full disk (skipped where the size of files cannot be limited: needs Linux)', () => {
  it('rejects what it cannot keep, and keeps what it acknowledged', async () => {
    const path = join(folder, 'full.db')
    const { status, stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -f 4096; exec "$0" --disable-warning=ExperimentalWarning "$@"',
      process.execPath, script('./full-writer.ts'), path], { env: { ...process.env, NODE_OPTIONS: '' } })
    expect([status, stderr.toString()]).toEqual([0, ''])
    const { acknowledged, reason } = JSON.parse(stdout.toString()) as { acknowledged: number; reason: string }
    expect(reason).toMatch(/^NotDurable: .*(disk|full|I\/O)/)
    const store = await openSqliteStore({ path, clock: systemClock() })
    expect(await found(store, 'Binary', EVERYTHING, { count: 1_000 })).toHaveLength(acknowledged)
    await store.close()
  })
})
