/**
 * No statement of a commit, a read, a history or the log walks a collection of MongoDB from end to end: what the server's own
 * profiler tells of each. Skipped where MONGO_URL is not set. Searches: mongo-plans.test.ts
 */
import { randomUUID } from 'node:crypto'
import { databaseAt } from '../../scripts/mongod/replica-set.ts'
import { manualClock } from '../../src/fhir/clock.ts'
import { connect } from '../../src/store/mongo/database.ts'
import { openMongoStore } from '../../src/store/mongo/open.ts'
import { START } from '../contract/stores.ts'
import { isToken, plan, put, reference, remove, seenBy, token, write } from '../contract/write.ts'

const server = process.env['MONGO_URL']
const suite = server === undefined ? describe.skip : describe

suite(`MongoDB: every statement${server === undefined ? ' (skipped: MONGO_URL is not set)' : ''}`, () => {
  it('is found by an index', async () => {
    const url = databaseAt(server!, `statements-${randomUUID()}`)
    const store = await openMongoStore({ url, clock: manualClock(START) })
    const database = await connect(url)
    try {
      for (let n = 0; n < 20; n++) {
        await write(store, ...Array.from({ length: 20 }, (_, at) => put('Observation', `o${n}-${at}`, { entries: [token('code', `${at}`)], caseId: `c${n}` })),
          { kind: 'share', caseId: `c${n}`, label: 'org:A' })
      }
      await database.db.command({ profile: 2 })
      await write(store,
        put('Task', 't', { entries: [reference('based-on', 'ServiceRequest/1'), token('status', 'requested')], caseId: 'c1' }),
        { kind: 'share', caseId: 'c1', label: 'org:B' })
      const key = { scope: 'client:gp', value: 'one' }
      await store.commit({
        expect: [{ kind: 'unseen', key }, { kind: 'matches', plan: plan('Observation', isToken('code', 'new')), refs: [] }],
        writes: [
          put('Observation', 'new', { entries: [token('code', 'new')], caseId: 'c2' }),
          { kind: 'key', record: { key, fingerprint: 'of one', ref: { type: 'Observation', id: 'new' } } },
        ],
      })
      await store.commit({ expect: [], writes: [put('Observation', 'new', { replaces: 1, entries: [token('code', 'newer')], caseId: 'c2' })] })
      await store.commit({ expect: [], writes: [remove('Observation', 'new', 2), { kind: 'unshare', caseId: 'c1', label: 'org:B' }] })
      await store.key(key)
      await store.audience('c1', 'c2')
      await store.readVersion({ type: 'Observation', id: 'new' }, 1, seenBy('org:A'))
      await store.read({ type: 'Observation', id: 'new' }, seenBy('org:A'))
      await store.history({ type: 'Observation', id: 'new', visibility: seenBy('org:A'), count: 10 })
      await store.history({ type: 'Observation', visibility: seenBy('org:B'), count: 10 })
      await store.history({ visibility: seenBy('org:B'), count: 10, uncounted: true })
      await store.events(0, 100)
      await store.search(plan('Observation', isToken('code', '3'), { visibility: seenBy('org:B') }))
      await database.db.command({ profile: 0 })
      const statements = await database.db.collection('system.profile').find({ ns: { $not: /system\.profile$/ } }).toArray()
      expect(statements.length).toBeGreaterThan(15)
      expect(statements.filter(({ planSummary }) => String(planSummary).includes('COLLSCAN')).map(({ ns, command }) => ({ ns, command }))).toEqual([])
    } finally {
      await database.db.dropDatabase()
      await database.close()
      await store.close()
    }
  })
})
