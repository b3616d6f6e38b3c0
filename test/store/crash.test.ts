/** What was acknowledged outlives SIGKILL at any moment; what was not is there whole or not at all. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/fhir/clock.ts'
import { openConnection } from '../../src/store/sqlite/connection.ts'
import { createNames } from '../../src/store/sqlite/names.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { runSearch } from '../../src/store/sqlite/search.ts'
import { readCurrent } from '../../src/store/sqlite/versions.ts'
import { ALL, found, isToken, match, plan } from '../contract/write.ts'
import { writeUntilKilled } from './killing.ts'

const KILLS = 20
/** What the file holds after a kill, read without a writer: recovery is the reader's first act. */
const checkLanes = (path: string, acknowledged: ReadonlyMap<string, number>): void => {
  const connection = openConnection(path, true)
  const names = createNames(connection)
  const holding = (type: string, code: string): string[] =>
    runSearch(connection, names, plan(type, isToken('code', code)), 1_000).matches.map(version => version.ref.id)
  expect(connection.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  for (const [lane, version] of acknowledged) {
    const current = readCurrent(connection, names, { type: 'Basic', id: `lane-${lane}` }, ALL)!
    // A commit that was durable but not yet acknowledged may stand behind the last one that was.
    expect(current.version - version).toBeGreaterThanOrEqual(0)
    expect(current.version - version).toBeLessThanOrEqual(1)
    const name = `lane-${lane}-${current.version}`
    expect(JSON.parse(current.json)).toMatchObject({ meta: { versionId: String(current.version) }, text: name })
    expect(holding('Basic', name)).toEqual([`lane-${lane}`])
    expect(holding('Basic', `lane-${lane}-${current.version - 1}`)).toEqual([])
    expect(holding('Task', name)).toEqual([name])
    expect(readCurrent(connection, names, { type: 'Task', id: `lane-${lane}-${current.version + 1}` }, ALL)).toBeUndefined()
  }
  connection.close()
}

describe('SQLite: SIGKILL', () => {
  it(`keeps every acknowledged commit, whole, over ${KILLS} kills`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crash-'))
    const path = join(folder, 'hub.db')
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const acknowledged = await writeUntilKilled(`sqlite:${path}`, 5 + Math.random() * 150)
        expect(acknowledged.size).toBeGreaterThan(0)
        checkLanes(path, acknowledged)
      }
      const store = await openSqliteStore({ path, clock: systemClock() })
      expect(await checkAll(store)).toBeGreaterThan(KILLS)
      await checkIndexedLater(store, path)
      await store.close()
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

/** Whatever a kill left unindexed is found by the first search: every AuditEvent, and the words of each lane's last version alone. */
const checkIndexedLater = async (store: Awaited<ReturnType<typeof openSqliteStore>>, path: string): Promise<void> => {
  const events = await store.events(0, 1_000_000)
  const audits = events.filter(event => event.ref.type === 'AuditEvent').map(event => event.ref.id)
  expect((await store.search(plan('AuditEvent', isToken('type', 'rest'), { count: 0, total: 'accurate' }))).total).toBe(audits.length)
  for (const name of audits.filter((_, n) => n % 50 === 0)) expect(await found(store, 'AuditEvent', isToken('action', name))).toEqual([name])
  const lanes = new Map(events.filter(event => event.ref.type === 'Basic').map(event => [event.ref.id, event.version]))
  for (const [lane, version] of lanes) {
    const saying = (word: string) => found(store, 'Basic', match('_content', { kind: 'words', words: [word] }))
    expect(await saying(`${lane}-${version}`)).toEqual([lane])
    expect(await saying(`${lane}-${version - 1}`)).toEqual([])
  }
  const connection = openConnection(path, true)
  expect(connection.get(`SELECT count(*) AS n FROM entry e JOIN name n ON n.id = e.parameter WHERE n.text = 'AuditEvent.type'`)).toEqual({ n: audits.length })
  expect(connection.get('SELECT count(*) AS n FROM words')).toEqual({ n: lanes.size })
  connection.close()
}
