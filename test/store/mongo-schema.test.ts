/** Databases of older hubs are brought up to date, those of newer ones and unfinished copies refused, by several hubs at once. */
import { MongoClient } from 'mongodb'
import { systemClock } from '../../src/fhir/clock.ts'
import { databaseOf, type Database } from '../../src/store/mongo/database.ts'
import { openMongoStore } from '../../src/store/mongo/open.ts'
import { prepare, type Step } from '../../src/store/mongo/schema.ts'
import { Unavailable } from '../../src/store/store.ts'
import { EVERYTHING, found, isToken, put, token, write, type Content } from '../contract/write.ts'
import { newDatabase, suite, WHY } from './copying.ts'

suite(`MongoDB: the form of the database${WHY}`, () => {
  let url: string
  let database: Database
  let made: Awaited<ReturnType<typeof newDatabase>>
  beforeEach(async () => {
    made = await newDatabase()
    url = made.url
    database = databaseOf(await MongoClient.connect(url))
  })
  afterEach(async () => {
    await database.client.close()
    await made.drop()
  })

  const open = () => openMongoStore({ url, clock: systemClock() })
  const versionOf = async (): Promise<unknown> => (await database.db.collection<{ _id: string; version: number }>('schema').findOne({ _id: 'schema' }))?.version
  const indexNames = async (): Promise<readonly string[]> =>
    [...await database.resources.indexes(), ...await database.versions.indexes()].map(({ name }) => String(name)).sort()

  /** A step that can be seen, and counts how often it was gone through. */
  const noting = (note: string): Step & { times: () => number } => {
    let times = 0
    const step: Step = async ({ resources }) => {
      times++
      await resources.updateMany({}, { $set: { [note]: true } })
    }
    return Object.assign(step, { times: () => times })
  }

  it('is made once by four hubs that start at the same time, and each of them can write', async () => {
    const hubs = await Promise.all(Array.from({ length: 4 }, open))
    try {
      await Promise.all(hubs.map((hub, index) => write(hub, put('Task', `t${index}`))))
      expect(await found(hubs[0]!, 'Task', EVERYTHING)).toEqual(['t0', 't1', 't2', 't3'])
      expect(await versionOf()).toBe(1)
    } finally {
      await Promise.all(hubs.map(hub => hub.close()))
    }
  })

  it('is brought up to date step by step, each gone through once, and keeps what it holds', async () => {
    const hub = await open()
    await write(hub, put('Task', 'a', { entries: [token('status', 'requested')] }))
    await hub.close()
    const [second, third] = [noting('second'), noting('third')]
    await prepare(database, [second])
    expect([await versionOf(), second.times()]).toEqual([2, 1])
    await prepare(database, [second, third])
    await prepare(database, [second, third])
    expect([await versionOf(), second.times(), third.times()]).toEqual([3, 1, 1])
    expect(await database.resources.findOne({ _id: 'Task/a' })).toMatchObject({ version: 1, second: true, third: true })
  })

  it('goes on after a step that failed, and is not called newer than it is', async () => {
    await (await open()).close()
    const second = noting('second')
    const fails: Step = () => Promise.reject(new Error('the disk is full'))
    await expect(prepare(database, [second, fails])).rejects.toThrow('the disk is full')
    expect(await versionOf()).toBe(2)
    await prepare(database, [second, noting('third')])
    expect([await versionOf(), second.times()]).toEqual([3, 1])
  })

  it('is not set back by a hub that goes through the same step later', async () => {
    await (await open()).close()
    const steps = [noting('second'), noting('third')]
    await Promise.all([prepare(database, steps), prepare(database, steps), prepare(database, steps)])
    expect(await versionOf()).toBe(3)
  })

  it('is refused when a newer hub wrote it, and left as it is', async () => {
    await prepare(database, [noting('second')])
    const before = await indexNames()
    await expect(open()).rejects.toThrow(Unavailable)
    await expect(open()).rejects.toThrow(/schema is version 2, this hub knows 1: start a newer hub/)
    expect([await versionOf(), await indexNames()]).toEqual([2, before])
  })

  it('gets an index again that it lacks', async () => {
    await (await open()).close()
    const all = await indexNames()
    await database.resources.dropIndexes()
    await (await open()).close()
    expect(await indexNames()).toEqual(all)
  })

  it('holds one open coordinating Task for a case, whatever the hub would write', async () => {
    const coordinating = (status: string, caseId: string): Content => ({
      caseId, entries: [token('code', 'coordinate', 'https://care-connexions.example/fhir/CodeSystem/task-code'), token('status', status)],
    })
    const hub = await open()
    try {
      await write(hub, put('Task', 'one', coordinating('in-progress', 'case-1')))
      await expect(write(hub, put('Task', 'two', coordinating('requested', 'case-1')))).rejects.toThrow(/one_coordinating_task/)
      await write(hub, put('Task', 'other', coordinating('in-progress', 'case-2')), put('Task', 'closed', coordinating('completed', 'case-1')))
      await write(hub, put('Task', 'two', coordinating('requested', 'case-1')), put('Task', 'one', { ...coordinating('completed', 'case-1'), replaces: 1 }))
      expect(await found(hub, 'Task', isToken('status', 'requested'))).toEqual(['two'])
    } finally {
      await hub.close()
    }
  })

  it('leaves the others of a group alone when one would break it', async () => {
    const coordinating: Content = {
      caseId: 'case-1', entries: [token('code', 'coordinate', 'https://care-connexions.example/fhir/CodeSystem/task-code'), token('status', 'draft')],
    }
    const hub = await open()
    try {
      const answers = await Promise.allSettled([
        ...['a', 'b'].map(id => write(hub, put('Task', id, coordinating))), ...['c', 'd'].map(id => write(hub, put('Task', id))),
      ])
      expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
      expect(await found(hub, 'Task', EVERYTHING)).toEqual(['a', 'c', 'd'])
    } finally {
      await hub.close()
    }
  })
})
