/** What was acknowledged outlives SIGKILL at any moment; what was not is there whole or not at all. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/fhir/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { ALL, found, isToken } from '../contract/write.ts'

const KILLS = 20
const writer = fileURLToPath(new URL('./crash-writer.ts', import.meta.url))

/** Runs the writer, kills it `afterMs` after its first acknowledged commit; returns the last version acknowledged per lane. */
const writeUntilKilled = (path: string, afterMs: number): Promise<ReadonlyMap<string, number>> => new Promise((resolve, reject) => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', writer, path], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), afterMs)
    output += chunk.toString()
  })
  child.on('error', reject)
  child.on('exit', (_code, signal) => {
    if (signal !== 'SIGKILL') return reject(new Error(`the writer ended by itself: ${signal ?? _code}`))
    const acknowledged = new Map<string, number>()
    for (const line of output.split('\n').slice(0, -1)) {
      const [lane = '', version = ''] = line.split(' ')
      acknowledged.set(lane, Number(version))
    }
    resolve(acknowledged)
  })
})

const checkIntegrity = (path: string): void => {
  const db = new DatabaseSync(path)
  expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  db.close()
}

describe('SQLite: SIGKILL', () => {
  it(`keeps every acknowledged commit, whole, over ${KILLS} kills`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crash-'))
    const path = join(folder, 'hub.db')
    try {
      let total = 0
      for (let kill = 0; kill < KILLS; kill++) {
        const acknowledged = await writeUntilKilled(path, 5 + Math.random() * 150)
        checkIntegrity(path)
        const store = await openSqliteStore({ path, clock: systemClock() })
        for (const [lane, version] of acknowledged) {
          const current = (await store.read({ type: 'Basic', id: `lane-${lane}` }, ALL))!
          // A commit that was durable but not yet acknowledged may stand behind the last one that was.
          expect(current.version - version).toBeGreaterThanOrEqual(0)
          expect(current.version - version).toBeLessThanOrEqual(1)
          const name = `lane-${lane}-${current.version}`
          expect(JSON.parse(current.json)).toMatchObject({ meta: { versionId: String(current.version) }, text: name })
          expect(await found(store, 'Basic', isToken('code', name))).toEqual([`lane-${lane}`])
          expect(await found(store, 'Basic', isToken('code', `lane-${lane}-${current.version - 1}`))).toEqual([])
          expect(await store.read({ type: 'Task', id: `lane-${lane}-${current.version + 1}` }, ALL)).toBeUndefined()
        }
        if (kill === KILLS - 1) total = await checkAll(store)
        await store.close()
      }
      expect(total).toBeGreaterThan(KILLS)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }, 90_000)
})

/** Every version of every lane has its Task, found by read and by search, and no Task is without one; returns their number. */
const checkAll = async (store: Awaited<ReturnType<typeof openSqliteStore>>): Promise<number> => {
  const events = await store.events(0, 1_000_000)
  const lanes = events.filter(event => event.ref.type === 'Basic').map(event => `${event.ref.id}-${event.version}`)
  const beside = events.filter(event => event.ref.type === 'Task').map(event => event.ref.id)
  expect(beside.sort()).toEqual(lanes.sort())
  for (const event of events.filter(event => event.ref.type === 'Task')) {
    expect((JSON.parse(event.json) as { text: string }).text).toBe(event.ref.id.repeat(50))
  }
  for (const name of lanes.filter((_, n) => n % 50 === 0)) expect(await found(store, 'Task', isToken('code', name))).toEqual([name])
  return lanes.length
}
