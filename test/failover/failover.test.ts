/**
 * Three mongods, or one, writes without pause, and a primary that steps down, a mongod or a hub that is killed: no
 * acknowledged commit is lost, none is there by half, events are whole. `FAULTS=30` (`npm run test:failover`) does it more
 * often. Needs a mongod (`MONGO_URL` is set where there is one).
 */
import { systemClock } from '../../src/fhir/clock.ts'
import { openMongoStore } from '../../src/store/mongo/open.ts'
import { startReplicaSet, type ReplicaSet } from '../../scripts/mongod/replica-set.ts'
import { playHistory } from '../races/histories.ts'
import { isLinearizable } from '../races/linearizability.ts'
import { recordModel } from '../races/record.ts'
import { writeUntilKilled } from '../store/killing.ts'
import { startLanes } from './lanes.ts'
import { expectWhole } from './verdict.ts'

const FAULTS = Number(process.env['FAULTS'] ?? 1)
/** Each starts a hub: 1 s. */
const KILLS = 3 * FAULTS
const WHY = process.env['MONGO_URL'] === undefined ? ' (skipped: MONGO_URL is not set, so no mongod is expected here)' : ''
const suite = WHY === '' ? describe : describe.skip

/** Number of events that were there at the end. */
const through = async (replicaSet: ReplicaSet, database: string, fault: () => Promise<void>): Promise<number> => {
  const store = await openMongoStore({ url: replicaSet.database(database), clock: systemClock() })
  const heard: number[] = []
  store.onCommit(({ versions }) => heard.push(...versions.map(({ sequence }) => sequence)))
  const lanes = startLanes(store, 'lane')
  try {
    for (let n = 0; n < FAULTS; n++) {
      await lanes.progress()
      await fault()
      await lanes.progress()
    }
    await lanes.stop()
    const events = await expectWhole(store, lanes.acknowledged)
    expect(lanes.acknowledged.size).toBeGreaterThan(0)
    await heardAll(heard, events)
    return events
  } finally {
    await lanes.stop().catch(() => undefined)
    await store.close()
  }
}

suite(`MongoDB: failover${WHY}`, () => {
  let replicaSet: ReplicaSet
  beforeAll(async () => { replicaSet = await startReplicaSet({ members: 3 }) }, 120_000)
  afterAll(async () => { await replicaSet.stop() })

  it(`loses nothing when the primary steps down, ${FAULTS} times`, async () => {
    expect(await through(replicaSet, 'step-down', () => replicaSet.stepDown())).toBeGreaterThan(0)
  }, 60_000 + FAULTS * 60_000)

  it(`loses nothing when the primary is killed, ${FAULTS} times`, async () => {
    expect(await through(replicaSet, 'kill', async () => {
      const port = await replicaSet.primary()
      const member = replicaSet.members.find(one => one.port === port)!
      await member.kill()
      await replicaSet.primary()
      await member.start()
    })).toBeGreaterThan(0)
  }, 60_000 + FAULTS * 60_000)
})

suite(`MongoDB: simultaneous clients of two hubs${WHY}`, () => {
  let replicaSet: ReplicaSet
  beforeAll(async () => { replicaSet = await startReplicaSet({ members: 3 }) }, 120_000)
  afterAll(async () => { await replicaSet.stop() })

  it(`see one order of events while the primary steps down, ${FAULTS} times`, async () => {
    const url = replicaSet.database('histories')
    const stores = [await openMongoStore({ url, clock: systemClock() }), await openMongoStore({ url, clock: systemClock() })]
    try {
      for (let seed = 1; seed <= FAULTS; seed++) {
        const playing = playHistory(stores, seed, { clients: 8, operations: 120, identifiers: 4 })
        await replicaSet.stepDown()
        for (const history of await playing) {
          expect({ seed, verdict: isLinearizable(history, recordModel) }).toEqual({ seed, verdict: true })
        }
      }
    } finally {
      for (const store of stores) await store.close()
    }
  }, 60_000 + FAULTS * 60_000)
})

suite(`MongoDB: SIGKILL${WHY}`, () => {
  let replicaSet: ReplicaSet
  beforeAll(async () => { replicaSet = await startReplicaSet() }, 120_000)
  afterAll(async () => { await replicaSet.stop() })

  it(`keeps every acknowledged commit, whole, over ${KILLS} kills of the hub`, async () => {
    const url = replicaSet.database('hub')
    for (let kill = 0; kill < KILLS; kill++) {
      const acknowledged = await writeUntilKilled(url, 5 + Math.random() * 300)
      expect(acknowledged.size).toBeGreaterThan(0)
      const store = await openMongoStore({ url, clock: systemClock() })
      await expectWhole(store, [...acknowledged].map(([lane, version]) => [`lane-${lane}`, version]))
      await store.close()
    }
  }, 60_000 + KILLS * 20_000)

  it(`goes on when the only mongod is killed and started again, ${FAULTS} times`, async () => {
    const [member] = replicaSet.members
    expect(await through(replicaSet, 'mongod', async () => {
      await member!.kill()
      await member!.start()
      await replicaSet.primary()
    })).toBeGreaterThan(0)
  }, 60_000 + FAULTS * 60_000)
})

/** Every event was told, once, in order; the last ones may still be on their way. */
const heardAll = async (heard: readonly number[], events: number): Promise<void> => {
  for (const end = performance.now() + 10_000; heard.length < events && performance.now() < end;) await new Promise(resolve => { setImmediate(resolve) })
  expect(heard).toEqual(Array.from({ length: events }, (_, index) => index + 1))
}
