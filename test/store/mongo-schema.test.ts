/** Databases of older hubs are brought up to date, those of newer ones and unfinished copies refused, by several hubs at once. */
import { MongoClient } from 'mongodb'
import { systemClock } from '../../src/fhir/clock.ts'
import { databaseOf, type Database } from '../../src/store/mongo/database.ts'
import { openMongoStore } from '../../src/store/mongo/open.ts'
import { prepare, steps, type Step } from '../../src/store/mongo/schema.ts'
import { Conflict, Unavailable } from '../../src/store/store.ts'
import { date, EVERYTHING, found, ids, isToken, match, plan, put, token, write, type Content } from '../contract/write.ts'
import { newDatabase, suite, WHY } from './copying.ts'

const NEWEST = steps.length + 1

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
      expect(await versionOf()).toBe(NEWEST)
    } finally {
      await Promise.all(hubs.map(hub => hub.close()))
    }
  })

  it('is brought up to date step by step, each gone through once, and keeps what it holds', async () => {
    const hub = await open()
    await write(hub, put('Task', 'a', { entries: [token('status', 'requested')] }))
    await hub.close()
    const [second, third] = [noting('second'), noting('third')]
    await prepare(database, [...steps, second])
    expect([await versionOf(), second.times()]).toEqual([NEWEST + 1, 1])
    await prepare(database, [...steps, second, third])
    await prepare(database, [...steps, second, third])
    expect([await versionOf(), second.times(), third.times()]).toEqual([NEWEST + 2, 1, 1])
    expect(await database.resources.findOne({ _id: 'Task/a' })).toMatchObject({ version: 1, second: true, third: true })
  })

  it('goes on after a step that failed, and is not called newer than it is', async () => {
    await (await open()).close()
    const second = noting('second')
    const fails: Step = () => Promise.reject(new Error('the disk is full'))
    await expect(prepare(database, [...steps, second, fails])).rejects.toThrow('the disk is full')
    expect(await versionOf()).toBe(NEWEST + 1)
    await prepare(database, [...steps, second, noting('third')])
    expect([await versionOf(), second.times()]).toEqual([NEWEST + 2, 1])
  })

  it('is not set back by a hub that goes through the same step later', async () => {
    await (await open()).close()
    const further = [...steps, noting('second'), noting('third')]
    await Promise.all([prepare(database, further), prepare(database, further), prepare(database, further)])
    expect(await versionOf()).toBe(NEWEST + 2)
  })

  it('is refused when a newer hub wrote it, and left as it is', async () => {
    await prepare(database, [...steps, noting('second')])
    const before = await indexNames()
    await expect(open()).rejects.toThrow(Unavailable)
    await expect(open()).rejects.toThrow(`schema is version ${NEWEST + 1}, this hub knows ${NEWEST}: start a newer hub`)
    expect([await versionOf(), await indexNames()]).toEqual([NEWEST + 1, before])
  })

  it('of the first hubs is brought up to date: places on the sphere, dates by one name, and how far definitions were written', async () => {
    const hub = await open()
    const [written] = await write(hub, put('SearchParameter', 'colour'))
    await write(hub, put('Encounter', 'visit', { entries: [date('date', 5, 6)], sort: [{ param: 'date', low: 5, high: 6 }] }), put('Encounter', 'undated'))
    await write(hub, put('Location', 'preston', { entries: [{ kind: 'position', param: 'near', latitude: 53.76, longitude: -2.7 }] }))
    await hub.close()
    const at = { type: 'Point' as const, coordinates: [-2.7, 53.76] as const }
    await database.resources.updateOne({ _id: 'Location/preston' }, { $set: { positions: [{ p: 'Location.near', at } as never] } })
    await database.resources.updateMany({}, { $unset: { dated: '' } })
    await database.sequence.updateOne({}, { $unset: { definitions: '' } })
    await database.db.collection('schema').updateOne({}, { $set: { version: 1 } })

    const newer = await open()
    try {
      const near = match('near', { kind: 'near', latitude: 53.7, longitude: -2.7, withinMetres: 10_000 })
      expect(await found(newer, 'Location', near)).toEqual(['preston'])
      const latest = await newer.search(plan('Encounter', EVERYTHING, { sort: [{ param: 'date', direction: 'descending' }], count: 1 }))
      expect([ids(latest.matches), latest.next?.values]).toEqual([['visit'], [6]])
      const early = newer.commit({ expect: [{ kind: 'definitions', upTo: written!.sequence - 1 }], writes: [put('Task', 'early')] })
      await expect(early).rejects.toThrow(Conflict)
      await newer.commit({ expect: [{ kind: 'definitions', upTo: written!.sequence }], writes: [put('Task', 'later')] })
      expect(await versionOf()).toBe(NEWEST)
    } finally {
      await newer.close()
    }
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

  it('holds a request key once, whatever the hub would write', async () => {
    const hub = await open()
    try {
      const record = { key: { scope: 'client', value: 'R-1' }, fingerprint: 'f', ref: { type: 'Task', id: 'a' } }
      await write(hub, put('Task', 'a'), { kind: 'key', record })
      const again = database.keys.insertOne({ _id: { scope: 'client', value: 'R-1' }, fingerprint: 'g', ref: 'Task/b' })
      await expect(again).rejects.toMatchObject({ code: 11_000 })
      expect(await hub.key(record.key)).toEqual(record)
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
