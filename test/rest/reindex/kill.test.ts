/** A hub that is killed in the middle of a reindex goes on with it by itself when it is started again, and counts true. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import request from 'supertest'
import { FHIR_JSON } from '../../hub.ts'
import { awaitReindex, countsOf, favourite, outcomeOf, patient } from './asking.ts'

const PATIENTS = 600
const KILLS = 2
const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'care-connexions-kill-'))

interface Running {
  readonly process: ChildProcess
  readonly agent: ReturnType<typeof request.agent>
}

/** Ends every hub that was started, and each that a test which ran out of its time would still start. */
const over = new AbortController()

/** The hub as it is served, on a port of its own; resolves when it says that it is ready. */
const serve = (): Promise<Running> => new Promise((resolve, reject) => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    // Not our own stderr: whoever reads that would wait for a hub that nobody ended.
    stdio: ['ignore', 'pipe', 'pipe'], signal: over.signal, killSignal: 'SIGKILL',
    env: { PATH: process.env['PATH'], PORT: '0', AUTH: 'off', STORE: `sqlite:${join(folder, 'hub.db')}`, CLIENTS: join(folder, 'clients.json'), LOG_LEVEL: 'silent' },
  })
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString() })
  child.on('error', reject)
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    const url = /ready at (http\S+)\/fhir/.exec(output)?.[1]
    if (url !== undefined) resolve({ process: child, agent: request.agent(url).set('Content-Type', FHIR_JSON) })
  })
  child.on('exit', () => { reject(new Error(`the hub ended: ${output}`)) })
})

const kill = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

afterAll(() => {
  over.abort()
  rmSync(folder, { recursive: true, force: true })
})

it('counts everything once, however often it is killed', async () => {
  let { process: child, agent } = await serve()
  for (let from = 0; from < PATIENTS; from += 300) {
    const entry = Array.from({ length: 300 }, (_, index) => ({
      request: { method: 'PUT', url: `Patient/p${from + index}` }, resource: patient(`p${from + index}`, 'teal'),
    }))
    await agent.post('/fhir').send({ resourceType: 'Bundle', type: 'transaction', entry }).expect(200)
  }
  await agent.put('/fhir/SearchParameter/favourite').send(favourite({ id: 'favourite' })).expect(201)
  await agent.post('/fhir/SearchParameter/favourite/$reindex').expect(202)

  let seen = 0
  let interrupted = 0
  for (let kills = 0; kills < KILLS; kills += 1) {
    for (;;) {
      const { status, changed } = countsOf(await agent.get('/fhir/SearchParameter/favourite/$reindex').expect(200))
      expect(changed).toBeGreaterThanOrEqual(seen)
      if (status === 'in-progress' && changed === seen) continue
      if (status === 'in-progress') interrupted += 1
      seen = changed
      break
    }
    await kill(child);
    ({ process: child, agent } = await serve())
  }
  const counts = await awaitReindex(agent, 'SearchParameter/favourite/$reindex')
  expect(counts).toMatchObject({ status: 'completed', total: PATIENTS, done: PATIENTS, changed: PATIENTS, skipped: 0 })
  expect(interrupted).toBeGreaterThan(0)
  const found = await agent.get('/fhir/Patient?favourite=teal&_summary=count').expect(200)
  expect(found.body).toMatchObject({ total: PATIENTS })
  expect(outcomeOf(await agent.get('/fhir/Patient?favourite=teal&_count=1').expect(200))).toEqual([])
  await kill(child)
}, 60_000)
