/**
 * A database that is not there, goes away or is not fit to be used: what the hub says and answers, and that it recovers by
 * itself. On mongods of these tests' own, which they stop, refuse and start; where MONGO_URL names none, none is expected.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { pino } from 'pino'
import request from 'supertest'
import { startReplicaSet, startStandalone, type ReplicaSet } from '../../scripts/mongod/replica-set.ts'
import { readConfig } from '../../src/config.ts'
import { startServing, type Serving } from '../../src/serve.ts'

const WHY = process.env['MONGO_URL'] === undefined ? ' (skipped: MONGO_URL is not set, so no mongod is expected here)' : ''
const suite = WHY === '' ? describe : describe.skip

const PATIENT = {
  resourceType: 'Patient',
  identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009' }], name: [{ family: 'Hartley', given: ['Edna'] }],
}
/** Longer than any answer may take. */
const SOON_MS = 20_000

interface Run {
  readonly serving: Serving
  readonly said: string[]
  readonly logged: string[]
  get(path: string): Promise<request.Response>
  post(): Promise<request.Response>
  /** Waits until readiness is as asked. */
  ready(status: number): Promise<request.Response>
}

suite(`MongoDB: a database that is away${WHY}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'care-connexions-database-'))
  const running: Serving[] = []
  afterEach(async () => { await Promise.all(running.splice(0).map(serving => serving.stop())) })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const serve = async (store: string): Promise<Run> => {
    const said: string[] = []
    const logged: string[] = []
    const config = readConfig({ PORT: '0', AUTH: 'off', CLIENTS: join(folder, 'clients.json'), PROFILES: 'declared', STORE: store })
    const logger = pino({ level: 'info' }, { write: line => { logged.push(line) } })
    const serving = await startServing(config, { logger, say: line => { said.push(line) } })
    running.push(serving)
    const get = (path: string) => request(serving.url).get(path)
    return {
      serving, said, logged,
      get: async path => get(path),
      post: async () => request(serving.url).post('/fhir/Patient').set('content-type', 'application/fhir+json').send(PATIENT),
      async ready(status) {
        for (const end = Date.now() + SOON_MS; ; await wait(100)) {
          const answer = await get('/health/ready')
          if (answer.status === status || Date.now() > end) return answer
        }
      },
    }
  }

  const heard = async (run: Run, pattern: RegExp): Promise<void> => {
    for (const end = Date.now() + SOON_MS; !run.said.some(line => pattern.test(line)) && Date.now() < end;) await wait(50)
    expect(run.said.join('\n')).toMatch(pattern)
  }

  const timed = async (work: Promise<request.Response>): Promise<{ answer: request.Response; ms: number }> => {
    const began = performance.now()
    return { answer: await work, ms: performance.now() - began }
  }

  const expectRefused = (answer: request.Response): void => {
    expect([answer.status, answer.headers['retry-after'], answer.body]).toEqual([503, '5', expect.objectContaining({
      resourceType: 'OperationOutcome', issue: [expect.objectContaining({ severity: 'fatal', code: 'transient' })],
    })])
  }

  describe('on a replica set', () => {
    let set: ReplicaSet
    beforeAll(async () => { set = await startReplicaSet({ testCommands: true }) }, 60_000)
    afterAll(async () => { await set.stop() })
    const member = () => set.members[0]!
    const admin = async (command: Record<string, unknown>): Promise<void> => {
      const client = await MongoClient.connect(set.url)
      await client.db('admin').command(command)
      await client.close()
    }

    it('that is down at start: lives, is not ready, says what it waits for and no password', async () => {
      await member().kill()
      const run = await serve(set.database('down').replace('//', '//hub:s3cret@'))
      expect((await run.get('/health/live')).status).toBe(200)
      const starting = await run.get('/health/ready')
      expect([starting.status, starting.body]).toEqual([503, { status: 'starting' }])
      expectRefused(await run.get('/fhir/Patient/any'))
      expectRefused(await run.post())
      const token = await run.get('/token')
      expect([token.status, token.body]).toEqual([503, expect.objectContaining({ error: 'temporarily_unavailable' })])
      await heard(run, /waits for its store, mongodb:\/\/127\.0\.0\.1:\d+\/down: no primary answers .*ECONNREFUSED/)
      expect(run.said.join('') + run.logged.join('')).not.toContain('s3cret')
    }, 60_000)

    it('that comes up later, and goes away and comes back while the hub runs: nothing acknowledged is lost', async () => {
      const run = await serve(set.database('away'))
      await heard(run, /waits for its store/)
      await member().start()
      expect((await run.ready(200)).body).toEqual({ status: 'ready' })
      const { status, body } = await run.post()
      expect(status).toBe(201)
      const stored = `/fhir/Patient/${(body as { id: string }).id}`

      await member().kill()
      const [read, search, write] = await Promise.all([timed(run.get(stored)), timed(run.get('/fhir/Patient?family=Hartley')), timed(run.post())])
      for (const { answer } of [read, search, write]) expectRefused(answer)
      expect(Math.max(read.ms, search.ms)).toBeLessThan(10_000)
      expect(write.ms).toBeLessThan(SOON_MS)
      expect((await run.ready(503)).body).toEqual({ status: 'unavailable' })
      expect((await run.get('/health/live')).status).toBe(200)
      expect((await run.get('/fhir/metadata')).status).toBe(200)
      expect(run.logged.join('')).toMatch(/not ready: the store cannot be used/)

      await member().start()
      expect((await run.ready(200)).body).toEqual({ status: 'ready' })
      expect((await run.get(stored)).status).toBe(200)
      expect((await run.get('/fhir/Patient?family=Hartley&_summary=count')).body).toMatchObject({ total: 1 })
      expect((await run.post()).status).toBe(201)
    }, 120_000)

    it.each([
      ['is full', 14_031, /the disk of the MongoDB is full/],
      ['may only be read', 13, /needs the role readWrite/],
    ])('that %s: refuses writes, answers what needs no audit entry, recovers', async (_what, errorCode, logged) => {
      const run = await serve(set.database(`refusing-${errorCode}`))
      await run.ready(200)
      const { body } = await run.post()
      const data = { failCommands: ['findAndModify', 'update', 'insert'], errorCode }
      await admin({ configureFailPoint: 'failCommand', mode: 'alwaysOn', data })
      try {
        expectRefused(await run.post())
        expect((await run.ready(503)).status).toBe(503)
        expect((await run.get('/fhir/Patient?family=Hartley&_summary=count')).body).toMatchObject({ total: 1 })
        expect(run.logged.join('')).toMatch(logged)
      } finally {
        await admin({ configureFailPoint: 'failCommand', mode: 'off' })
      }
      expect((await run.ready(200)).status).toBe(200)
      expect((await run.post()).status).toBe(201)
      expect((await run.get(`/fhir/Patient/${(body as { id: string }).id}`)).status).toBe(200)
    }, 60_000)

    it('that a newer hub wrote: says both versions, and serves once it is put back', async () => {
      const client = await MongoClient.connect(set.database('newer'))
      const schema = client.db().collection<{ _id: string; version: number }>('schema')
      await schema.insertOne({ _id: 'schema', version: 99 })
      const run = await serve(set.database('newer'))
      await heard(run, /schema is version 99, this hub knows \d+: start a newer hub/)
      expectRefused(await run.get('/fhir/Patient/any'))
      await schema.deleteOne({ _id: 'schema' })
      expect((await run.ready(200)).status).toBe(200)
      await client.close()
    }, 60_000)

    it('that is empty: two hubs that start on it at once both serve, and each finds at once what the other stored', async () => {
      const [one, other] = await Promise.all([serve(set.database('two')), serve(set.database('two'))])
      expect([(await one.ready(200)).status, (await other.ready(200)).status]).toEqual([200, 200])
      const { body } = await one.post()
      expect((await other.get(`/fhir/Patient/${(body as { id: string }).id}`)).status).toBe(200)
      const found = await other.get('/fhir/Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9000000009&_summary=count')
      expect(found.body).toMatchObject({ total: 1 })
      for (const hub of [one, other]) {
        const { entry } = (await hub.get('/fhir/HealthcareService?_count=500')).body as { entry: { resource: object }[] }
        const services = entry.map(({ resource }) => JSON.stringify({ ...resource, id: undefined, meta: undefined }))
        expect(services.length).toBeGreaterThan(0)
        expect(new Set(services).size).toBe(services.length)
      }
      expect(one.said.concat(other.said)).toEqual([])
    }, 60_000)

    it('stops while it waits', async () => {
      await member().kill()
      const run = await serve(set.database('stopped'))
      await heard(run, /waits for its store/)
      await run.serving.stop()
      await expect(run.serving.hub).rejects.toThrow(/aborted/)
      await member().start()
    }, 60_000)
  })

  it('a mongod that is no replica set: says what to do, and serves once that is done', async () => {
    const standalone = await startStandalone()
    try {
      const run = await serve(`${standalone.url}alone`)
      await heard(run, /is no replica set.*start mongod with --replSet and run rs\.initiate\(\) once/)
      expectRefused(await run.post())
      await standalone.restartedAsMember()
      expect((await run.ready(200)).status).toBe(200)
      expect((await run.post()).status).toBe(201)
      await run.serving.stop()
    } finally {
      await standalone.stop()
    }
  }, 90_000)

  it('an address that the driver does not take ends the start with what is wrong, without the password', async () => {
    const { serving } = await serve('mongodb://hub:s3cret@127.0.0.1:1/hub?replicaSte=rs0')
    await expect(serving.hub).rejects.toThrow(/address of STORE cannot be used: (?!.*s3cret).*replicaste/i)
  })
})
