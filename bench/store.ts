/**
 * Measures stores without HTTP: `node bench/store.ts [--store sqlite,mongo] [--tasks 2000,200000] [--only WORD,…]`;
 * figures in docs/stores.md and docs/performance.md.
 *
 * CPU is of this process, all threads, and of the database's own: steadier than requests per second on a shared machine.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { optionsOf } from '../scripts/options.ts'
import { systemClock } from '../src/fhir/clock.ts'
import { storeAddress } from '../src/store/address.ts'
import { openStore } from '../src/store/open.ts'
import type { Store, Write } from '../src/store/store.ts'
import { audit, is, newest, ofPatient, oldest, ownedBy, OWNERS, patient, plan, says, task, together, visibility, words } from './made.ts'
import { serve, storesNamed, type ServedStore } from './stores.ts'

const { values: given } = optionsOf('node bench/store.ts [--store sqlite,mongo] [--tasks 2000,200000] [--only WORD,…]', { options: {
  store: { type: 'string', default: 'sqlite' }, tasks: { type: 'string', default: '2000,200000' }, only: { type: 'string' },
} })
const only = given.only?.split(',')

interface Measurement {
  readonly what: string
  readonly count: number
  readonly clients: number
  readonly work: (n: number) => Promise<unknown>
  /** What the work left to be done: its CPU counts too. */
  readonly after?: () => Promise<unknown>
  /** So many for each second of CPU are aimed at. */
  readonly aim?: number
}

const writing = (store: Store): readonly Measurement[] => {
  const commit = (...writes: readonly Write[]): Promise<unknown> => store.commit(together(...writes))
  // A search for any AuditEvent, or any word, ends when all of them are indexed.
  const after = (): Promise<unknown> => store.search(plan('AuditEvent', [says('none')], { visibility: { kind: 'all' }, count: 1 }))
  return [
    { what: 'create Patient (17 entries), 16 clients', count: 5_000, clients: 16, work: n => commit(patient(n)) },
    { what: 'update Patient, 16 clients', count: 5_000, clients: 16, work: n => commit(patient(n, 1)) },
    { what: 'update a Task and its Patient together, 16 clients', count: 2_000, clients: 16, work: n => commit(task(n, 1), patient(n, 2)), aim: 250 },
    { what: 'the same, 1 client', count: 500, clients: 1, work: n => commit(task(n, 2), patient(n, 3)), aim: 250 },
    { what: 'transaction of 20 resources, 4 clients', count: 200, clients: 4, work: n => commit(...Array.from({ length: 20 }, (_, k) => patient(100_000 + n * 20 + k))) },
    { what: 'create Patient with 30 words, 16 clients, and index them', count: 5_000, clients: 16, work: n => commit(patient(300_000 + n, 0, [words(n)])), after },
    { what: 'AuditEvent of a read, 64 clients, and index it', count: 20_000, clients: 64, work: n => commit(audit(n)), after },
    { what: 'AuditEvent of a read, 5 clients, and index it', count: 5_000, clients: 5, work: n => commit(audit(n)), after },
    { what: 'create Patient, 1 client (a sync each)', count: 500, clients: 1, work: n => commit(patient(200_000 + n)) },
  ]
}

/** `lately`: what was updated since is a twentieth of the Tasks, as much as a partner finds who polls now and then. */
const reading = (store: Store, size: number, lately: number): readonly Measurement[] => {
  const search = (...parameters: Parameters<typeof plan>): Promise<unknown> => store.search(plan(...parameters))
  const some = (n: number): number => n * 7_919 % size
  const clients = 16
  const partner = { kind: 'labels', labels: ['public', 'org:B'] } as const
  return [
    { what: 'read', count: 20_000, clients, work: n => store.read({ type: 'Task', id: `t${some(n)}` }, visibility), aim: 2_000 },
    { what: 'search by identifier', count: 5_000, clients, work: n => search('Task', [is('identifier', `task-${some(n)}`)]) },
    { what: 'worklist: owner, status, newest first', count: 3_000, clients, work: n => search('Task', [ownedBy(n), is('status', 'completed')], newest('_lastUpdated')), aim: 1_000 },
    { what: 'the same, a rarer status', count: 2_000, clients, work: n => search('Task', [ownedBy(n), is('status', 'requested')], newest('_lastUpdated')) },
    { what: 'the same, none of that status', count: 2_000, clients, work: n => search('Task', [ownedBy(n), is('status', 'failed')], newest('_lastUpdated')) },
    { what: 'worklist of two statuses', count: 2_000, clients, work: n => search('Task', [ownedBy(n), { kind: 'any-of', of: [is('status', 'requested'), is('status', 'accepted')] }]) },
    { what: 'worklist sorted by -authored-on', count: 3_000, clients, work: n => search('Task', [ownedBy(n), is('status', 'completed')], newest('authored-on')), aim: 1_000 },
    { what: 'worklist sorted by authored-on', count: 3_000, clients, work: n => search('Task', [ownedBy(n), is('status', 'completed')], oldest('authored-on')), aim: 1_000 },
    { what: 'polling: owner, updated since', count: 2_000, clients, work: n =>
      search('Task', [ownedBy(n), { kind: 'last-updated', prefix: 'ge', low: lately, high: lately + 1 }], oldest('_lastUpdated')) },
    { what: 'a partner lists a type of which one is its own', count: 20, clients: 1, work: () => search('Task', [], { visibility: partner }) },
    { what: "a patient's Tasks with their Patient", count: 2_000, clients, work: n =>
      search('Task', [ofPatient(n % size)], { includes: [{ direction: 'include', source: 'Task', param: 'patient', iterate: false }] }) },
    { what: 'Patients by family name', count: 1_000, clients, work: n =>
      search('Patient', [{ kind: 'match', param: 'family', test: { kind: 'string', match: 'starts', folded: `family${n % 1_000}` } }]) },
    { what: 'Patients by a word', count: 1_000, clients, work: n => search('Patient', [says(`word${n * 31 % 1_000}`)]) },
    { what: 'the latest AuditEvents of a patient', count: 2_000, clients, work: n => search('AuditEvent', [ofPatient(n)], { visibility: { kind: 'all' } }) },
  ]
}

/** Prints the rate, CPU for each with the database's part of it, how many a second of CPU is enough for, and the longest. */
const measure = async (served: ServedStore, { what, count, clients, work, after, aim }: Measurement): Promise<void> => {
  const databaseBefore = await served.databaseCpuMs()
  const cpu = process.cpuUsage()
  const start = performance.now()
  let next = 0
  let longest = 0
  const client = async (): Promise<void> => {
    while (next < count) {
      const begun = performance.now()
      await work(next++)
      longest = Math.max(longest, performance.now() - begun)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const seconds = (performance.now() - start) / 1_000
  await after?.()
  const { user, system } = process.cpuUsage(cpu)
  const database = (await served.databaseCpuMs() - databaseBefore) / count
  const all = (user + system) / 1_000 / count + database
  const column = (text: string, width: number): string => text.padStart(width)
  process.stdout.write(`${what.padEnd(58)} ${column(Math.round(count / seconds).toString(), 7)}/s ${column(all.toFixed(3), 8)} ms CPU`
    + ` ${column(database.toFixed(3), 7)} of it the database's ${column(Math.round(1_000 / all).toString(), 6)} a CPU second`
    + `${(aim === undefined ? '' : ` (${aim})`).padEnd(7)} ${column(longest.toFixed(0), 5)} ms at most\n`)
}

const isWanted = ({ what }: Measurement): boolean => only === undefined || only.some(word => what.includes(word))

const runOn = async (served: ServedStore, size: number): Promise<void> => {
  const address = storeAddress(served.address)
  if ('problem' in address) throw new Error(`STORE ${address.problem}`)
  const store = await openStore(address, { clock: systemClock() })
  process.stdout.write(`\n${served.name}: ${size} Tasks, 2.1 KB each, ${OWNERS} owners\n`)
  await measure(served, { what: 'load: create Task, 64 clients', count: size, clients: 64, work: n => store.commit(together(task(n))) })
  const bytes = await served.bytes()
  const late = await store.read({ type: 'Task', id: `t${Math.floor(size * 0.95)}` }, visibility)
  for (const one of writing(store).filter(isWanted)) await measure(served, one)
  await store.commit(together({ kind: 'share', caseId: 'case-t5', label: 'org:B' }))
  for (const one of reading(store, size, Date.parse(late!.lastUpdated)).filter(isWanted)) await measure(served, one)
  await store.close()
  process.stdout.write(`${(bytes / 1e6).toFixed(0)} MB after the load, ${(bytes / size / 1e3).toFixed(1)} KB a Task; ${(await served.bytes() / 1e6).toFixed(0)} MB in the end\n`)
}

for (const size of given.tasks.split(',').map(Number)) {
  for (const name of storesNamed(given.store)) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-store-'))
    try {
      const served = await serve(name, join(folder, 'kept'))
      try {
        await runOn(served, size)
      } finally {
        await served.close()
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
