/** Reads of single resources on MongoDB: many at once in few statements, each in the sight of who asks, none held up for ever. */
import { MongoClient } from 'mongodb'
import { systemClock } from '../../src/fhir/clock.ts'
import { databaseOf, type Database } from '../../src/store/mongo/database.ts'
import { openMongoStore } from '../../src/store/mongo/open.ts'
import { createPointReads } from '../../src/store/mongo/point-reads.ts'
import { Unavailable } from '../../src/store/store.ts'
import { ALL, put, remove, seenBy, write } from '../contract/write.ts'
import { newDatabase, suite, WHY } from './copying.ts'

const COUNT = 100
const PATIENCE_MS = 5_000

suite(`MongoDB: reads of single resources${WHY}`, () => {
  let made: Awaited<ReturnType<typeof newDatabase>>
  let database: Database
  beforeAll(async () => {
    made = await newDatabase()
    const store = await openMongoStore({ url: made.url, clock: systemClock() })
    await write(store, ...Array.from({ length: COUNT }, (_, n) => put('Task', `t${n}`, { audience: [n % 2 === 0 ? 'org:A' : 'org:B'], text: `${n}` })))
    await write(store, remove('Task', 't7', 1))
    await store.close()
    database = databaseOf(await MongoClient.connect(made.url))
  }, 60_000)
  afterAll(async () => {
    await database.close()
    await made.drop()
  })

  /** The reads, and how many statements they took. */
  const counted = (before: () => Promise<unknown> = async () => undefined, now: () => number = () => 0) => {
    const statements = { count: 0 }
    const read: Database['read'] = async work => {
      statements.count++
      await before()
      return database.read(work)
    }
    return { statements, read: createPointReads({ resources: database.resources, read }, PATIENCE_MS, now) }
  }
  const task = (n: number) => ({ type: 'Task', id: `t${n}` })

  it('answers each of many that are asked for together, in the sight of who asks', async () => {
    const { statements, read } = counted()
    const answers = await Promise.all(Array.from({ length: COUNT }, (_, n) => read(task(n), n % 5 === 0 ? ALL : seenBy('org:A'))))
    expect(answers.map(one => one?.ref.id)).toEqual(Array.from({ length: COUNT }, (_, n) => (n % 5 === 0 || n % 2 === 0 ? `t${n}` : undefined)))
    expect(JSON.parse(answers[20]!.json)).toMatchObject({ id: 't20', text: '20' })
    expect(statements.count).toBeLessThan(COUNT / 10)
  })

  it('answers one resource to several, to those who may see it', async () => {
    const { read } = counted()
    const answers = await Promise.all([read(task(7), ALL), read(task(7), seenBy('org:A')), read(task(7), seenBy('org:B', 'org:A')), read(task(COUNT), ALL)])
    expect(answers.map(one => one?.version)).toEqual([2, undefined, 2, undefined])
    expect(answers[0]).toMatchObject({ deleted: true, json: '' })
  })

  it('refuses those whose time was over when the database came back, and answers who still waits', async () => {
    let comeBack = (): void => undefined
    const away = new Promise<void>(resolve => { comeBack = resolve })
    let now = 0
    const { read } = counted(() => away, () => now)
    const first = read(task(0), ALL)
    const late = Promise.allSettled(Array.from({ length: 5 }, () => read(task(1), ALL)))
    now += PATIENCE_MS + 1
    const inTime = read(task(2), ALL)
    comeBack()
    expect((await first)?.ref.id).toBe('t0')
    expect((await late).map(one => one.status === 'rejected' && one.reason instanceof Unavailable)).toEqual([true, true, true, true, true])
    expect((await inTime)?.ref.id).toBe('t2')
  })
})
