/** Moving a store: everything is copied, once, whatever kills the copy; both are compared; nothing is overwritten. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { copying } from '../../scripts/copy/progress.ts'
import { progressOn } from '../../scripts/progress.ts'
import { manualClock } from '../../src/fhir/clock.ts'
import { openMongoStore } from '../../src/store/mongo/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store, Write } from '../../src/store/store.ts'
import { START } from '../contract/stores.ts'
import { put, remove, write } from '../contract/write.ts'
import { newDatabase, reached, runCopy, suite, WHY, type Database } from './copying.ts'

const LANES = 20
const KILLS = 3
/** Each copy is a process of its own, and two cores may be shared with others. */
const PATIENCE_MS = 180_000

/** Resources of twenty cases, some with many versions, some deleted, some with labels and keys of their own. */
const fill = async (store: Store, clock: ReturnType<typeof manualClock>, rounds: number): Promise<void> => {
  for (let round = 0; round < rounds; round++) {
    clock.move(clock.now() + 1_000)
    const writes: Write[] = Array.from({ length: LANES }, (_, lane) => put('Basic', `lane-${lane}`, { replaces: round, caseId: `case-${lane}`, text: 'é𝄞'.repeat(lane) }))
    const one = `one-${round}`
    await write(store, ...writes,
      put('Patient', one, { audience: [`org:A${round}`, 'public'] }), put('Task', one, { caseId: `case-${round % LANES}` }),
      { kind: 'share', caseId: `case-${round % LANES}`, label: `hub:H${round}` },
      { kind: 'key', record: { key: { scope: `client-${round % 3}`, value: `𝄞-${round}\uff5e` }, fingerprint: `${round}`, ref: { type: 'Task', id: one } } })
    if (round % 5 === 0) {
      await write(store, remove('Patient', one, 1), { kind: 'grant', ref: { type: 'Task', id: one }, label: 'org:GRANTED' },
        { kind: 'unshare', caseId: `case-${round % LANES}`, label: `hub:H${round}` })
    }
  }
}

suite(`MongoDB: moving from SQLite${WHY}`, () => {
  let folder: string
  let path: string
  let from: string
  let target: Database
  const filled = async (rounds: number): Promise<void> => {
    const clock = manualClock(START)
    const store = await openSqliteStore({ path, clock })
    await fill(store, clock, rounds)
    await store.close()
  }
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'copy-'))
    path = join(folder, 'hub.db')
    from = `sqlite:${path}`
    target = await newDatabase()
  })
  afterEach(async () => {
    await target.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('copies versions, sequence, times, labels and keys, and the store goes on from there', async () => {
    await filled(12)
    const { status, output } = await runCopy(from, target.url)
    expect({ status, output }).toMatchObject({ status: 0, output: expect.stringMatching(/\nequal\n$/) as string })
    const clock = manualClock(START)
    const [before, after] = [await openSqliteStore({ path, clock }), await openMongoStore({ url: target.url, clock })]
    try {
      const events = await before.events(0, 10_000)
      expect(events).toHaveLength(12 * (LANES + 2) + 3)
      expect(await after.events(0, 10_000)).toEqual(events)
      expect(await after.audience('case-1', 'case-5')).toEqual(await before.audience('case-1', 'case-5'))
      const key = { scope: 'client-1', value: '𝄞-4\uff5e' }
      expect(await after.key(key)).toEqual(await before.key(key))
      for (const label of ['org:A1', 'org:GRANTED', 'hub:H3', 'hub:H5', 'public']) {
        const query = { visibility: { kind: 'labels', labels: [label] }, count: 1_000 } as const
        expect(await after.history(query)).toEqual(await before.history(query))
      }
      const next = put('Basic', 'lane-0', { replaces: 12 })
      const [[ours], [theirs]] = [await write(before, next), await write(after, next)]
      expect(theirs).toEqual(ours)
      expect(theirs!.sequence).toBe(events.length + 1)
    } finally {
      await before.close()
      await after.close()
    }
  }, PATIENCE_MS)

  it(`goes on where it was after each of ${KILLS} kills, and copies nothing twice`, async () => {
    const rounds = 100
    const versions = rounds * (LANES + 2) + rounds / 5
    await filled(rounds)
    for (let kill = 1; kill <= KILLS; kill++) {
      const before = await target.db.collection('version').estimatedDocumentCount()
      const { status } = await runCopy(from, target.url, reached(target, Math.min(versions, before + 1 + (kill % 3) * 300)))
      expect(status).toBeNull()
      await expect(openMongoStore({ url: target.url, clock: manualClock(START) })).rejects.toThrow(/the copy is not finished/)
    }
    const { status, output } = await runCopy(from, target.url)
    expect({ status, output }).toMatchObject({ status: 0, output: expect.stringMatching(/\nequal\n$/) as string })
    const [, begunAt] = /copying (\d+) of/.exec(output) ?? []
    expect(Number(begunAt)).toBeGreaterThanOrEqual(KILLS * 100)
    expect(await target.db.collection('version').countDocuments()).toBe(versions)
    const ends = await openMongoStore({ url: target.url, clock: manualClock(START) })
    expect((await ends.events(0, 10_000)).map(({ sequence }) => sequence)).toEqual(Array.from({ length: versions }, (_, index) => index + 1))
    await ends.close()
  }, PATIENCE_MS)

  it('names what differs, by ids and not by content, and ends with 1', async () => {
    await filled(3)
    expect((await runCopy(from, target.url)).status).toBe(0)
    await target.db.collection<{ _id: number }>('version').updateOne({ _id: 5 }, { $set: { json: '{"secret":"Hartley"}' } })
    await target.db.collection<{ _id: number }>('version').deleteOne({ _id: 7 })
    await target.db.collection<{ _id: string }>('resource').updateOne({ _id: 'Basic/lane-9' }, { $set: { labels: ['public'] } })
    await target.db.collection('request_key').deleteOne({ '_id.scope': 'client-2' })
    await target.db.collection<{ _id: string; labels: string[] }>('case').insertOne({ _id: 'case-77', labels: ['public'] })
    const { status, output } = await runCopy(from, target.url)
    expect(status).toBe(1)
    expect(output.split('\n')).toEqual(expect.arrayContaining([
      'event 5 (Basic/lane-4, version 1) differs in text',
      'event 7 (Basic/lane-6, version 1) is missing in the target',
      `event ${2 * (LANES + 2) + 1 + 10} (Basic/lane-9, version 3) differs in labels`,
      'request key client-2 𝄞-2\uff5e is missing in the target',
      'case case-77 is only in the target',
    ]))
    expect(output).not.toContain('Hartley')
  }, PATIENCE_MS)

  it('refuses a source that a hub holds', async () => {
    const hub = await openSqliteStore({ path, clock: manualClock(START) })
    const { status, output } = await runCopy(from, target.url)
    expect({ status, output }).toMatchObject({ status: 1, output: expect.stringContaining('another process has it open') as string })
    await hub.close()
  }, PATIENCE_MS)

  it('refuses a target that holds anything but a copy of this source as it is now', async () => {
    await filled(2)
    await target.db.collection('other').insertOne({})
    expect((await runCopy(from, target.url)).output).toContain('the target holds something already')
    await target.db.dropDatabase()

    const store = await openMongoStore({ url: target.url, clock: manualClock(START) })
    await write(store, put('Task', 'a'))
    await store.close()
    const { status, output } = await runCopy(from, target.url)
    expect({ status, output }).toMatchObject({ status: 1, output: expect.stringContaining('the target holds something already') as string })
    await target.db.dropDatabase()

    expect((await runCopy(from, target.url, reached(target, 1))).status).toBeNull()
    const hub = await openSqliteStore({ path, clock: manualClock(START) })
    await write(hub, put('Task', 'later'))
    await hub.close()
    const again = await runCopy(from, target.url)
    expect(again).toMatchObject({ status: 1, output: expect.stringMatching(/copy of another store, or of (this one|an earlier state)/) as string })
  }, PATIENCE_MS)

  it('refuses addresses that are none, and never shows a password', async () => {
    const secret = 'mongodb://hub:Xk7-secret@127.0.0.1:1/hub?replicaSet=rs0&serverSelectionTimeoutMS=200'
    const usage = { status: 2, output: expect.stringContaining('npm run copy -- --from') as string }
    expect(await runCopy(`sqlite:${path}-none`, target.url)).toMatchObject(usage)
    expect(await runCopy('postgres://x', target.url)).toMatchObject(usage)
    expect(await runCopy(target.url, from)).toMatchObject(usage)
    expect(await runCopy(from, 'mongodb://')).toMatchObject(usage)
    await filled(1)
    const away = await runCopy(from, secret)
    expect(away.status).toBe(1)
    expect(away.output).not.toContain('Xk7-secret')
  }, PATIENCE_MS)
})

describe('the progress of a copy', () => {
  const shown = (isTTY: boolean): string => {
    let text = ''
    let now = 0
    const output = Object.assign(new Writable(), { isTTY, write: (chunk: string) => { text += chunk } })
    const report = progressOn(output, copying, () => now)
    for (const done of [0, 500, 1_000, 1_500, 2_000]) {
      report({ phase: 'copying', done, total: 2_000 })
      now += 2_000
    }
    return text
  }

  it('is a bar on a terminal, drawn over itself', () => {
    const drawn = shown(true).split('\r').slice(1)
    expect(drawn).toHaveLength(5)
    expect(drawn[2]).toContain(`[${'='.repeat(15)}${' '.repeat(15)}] copying 1000 of 2000, 250 a second`)
    expect(drawn[4]).toMatch(/\n$/)
  })

  it('is a line now and then elsewhere', () => {
    expect(shown(false).split('\n')).toEqual(['copying 0 of 2000', 'copying 1500 of 2000, 250 a second', 'copying 2000 of 2000, 250 a second', ''])
  })
})
