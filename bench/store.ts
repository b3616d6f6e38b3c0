/**
 * Measures the embedded store without HTTP: `node bench/store.ts [--tasks 2000,200000]`; figures in docs/stores.md.
 *
 * CPU is of the whole process, all threads: steadier than requests per second on a shared machine.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { auditEvent } from '../src/access/audit.ts'
import { systemCaller } from '../src/access/caller.ts'
import { systemClock } from '../src/fhir/clock.ts'
import type { IndexEntry } from '../src/search/entries.ts'
import type { Condition, SearchPlan, SortKey } from '../src/search/plan.ts'
import { openSqliteStore } from '../src/store/sqlite/open.ts'
import type { Commit, Write } from '../src/store/store.ts'

const { values: { tasks } } = parseArgs({ options: { tasks: { type: 'string', default: '2000,200000' } } })
const sizes = tasks.split(',').map(Number)
const folder = mkdtempSync(join(tmpdir(), 'bench-store-'))
const OWNERS = 100
const STATUSES = ['requested', 'accepted', 'in-progress', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'rejected']
const visibility = { kind: 'labels', labels: ['public', 'partners', 'org:A'] } as const

/** Runs `work` and then `after`, whose CPU counts too; prints the rate, CPU of all threads for each, and the longest of them. */
const measure = async (
  what: string, count: number, clients: number, work: (n: number) => Promise<unknown>, after: () => Promise<unknown> = async () => {},
): Promise<void> => {
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
  await after()
  const { user, system } = process.cpuUsage(cpu)
  process.stdout.write(`${what.padEnd(58)} ${Math.round(count / seconds).toString().padStart(8)}/s `
    + `${((user + system) / 1_000 / count).toFixed(3).padStart(8)} ms CPU ${longest.toFixed(0).padStart(6)} ms at most\n`)
}

const FILLER = 'x'.repeat(2_000)
const token = (param: string, code: string, system = 'http://example/system'): IndexEntry => ({ kind: 'token', param, system, code })
const reference = (param: string, type: string, id: string): IndexEntry => ({ kind: 'reference', param, type, id, version: '' })
const instant = (param: string, at: number): IndexEntry => ({ kind: 'date', param, low: at, high: at + 1 })
const string = (param: string, text: string): IndexEntry => ({ kind: 'string', param, folded: text, exact: text })

const put = (type: string, id: string, n: number, entries: readonly IndexEntry[], replaces = 0): Write => ({
  kind: 'put', ref: { type, id }, replaces, method: 'POST', caseId: `case-${id}`, audience: ['org:A'],
  json: { before: `{"resourceType":"${type}","id":"${id}","meta":{"versionId":"${replaces + 1}","lastUpdated":"`, after: `"},"text":"${FILLER}"}` },
  index: { entries, sort: [{ param: 'authored-on', low: n * 1_000, high: n * 1_000 }] },
})

/** Thirty words, of which each has a thousandth of the Patients or fewer. */
const words = (n: number): IndexEntry =>
  ({ kind: 'words', param: '_content', words: Array.from({ length: 30 }, (_, k) => `word${n * 31 % 1_000 + k * 1_000}`) })

/** Seventeen entries, as a Patient with a name, an address and a telephone has; an update moves it to another street. */
const patient = (n: number, replaces = 0, more: readonly IndexEntry[] = []): Write => put('Patient', `p${n}`, n, [
  token('identifier', `${9_000_000_000 + n}`), token('gender', 'female', ''), token('active', 'true', ''), token('phone', `01772${n}`), token('telecom', `01772${n}`),
  instant('birthdate', n * 1_000), reference('general-practitioner', 'Organization', `o${n % OWNERS}`), reference('organization', 'Organization', `o${n % OWNERS}`),
  ...['family', 'given', 'name', 'phonetic', 'address', 'address-city', 'address-postalcode', 'address-state', 'address-country']
    .map(param => string(param, `${param}${n % 1_000}${param === 'address' ? replaces : ''}`)),
  ...more,
], replaces)

const task = (n: number): Write => put('Task', `t${n}`, n, [
  token('identifier', `task-${n}`), token('status', STATUSES[Math.floor(n / OWNERS) * 7 % 10]!, ''), token('intent', 'order', ''), token('priority', 'urgent', ''), token('code', 'fulfil'),
  reference('owner', 'Organization', `o${n % OWNERS}`), reference('focus', 'ServiceRequest', `s${n}`), reference('patient', 'Patient', `p${n}`),
  reference('subject', 'Patient', `p${n}`), reference('requester', 'Organization', `o${(n + 1) % OWNERS}`), instant('authored-on', n * 1_000), instant('modified', n * 1_000),
])

const audit = (n: number): Write => {
  const ref = { type: 'Patient', id: `p${n}` }
  const { ref: own, json, index } = auditEvent({
    interaction: 'read', at: Date.now(), caller: systemCaller, requestId: `r${n}`, touched: [{ ref, version: 1, patients: [`Patient/p${n}`] }] })
  return { kind: 'put', ref: own, replaces: 0, method: 'POST', json, index, audience: ['administrators'] }
}

const one = (write: Write): Commit => ({ expect: [], writes: [write] })
const is = (param: string, code: string): Condition => ({ kind: 'match', param, test: { kind: 'token', system: undefined, code } })
const ownedBy = (n: number): Condition => ({ kind: 'match', param: 'owner', test: { kind: 'reference', types: ['Organization'], id: `o${n % OWNERS}` } })
const says = (word: string): Condition => ({ kind: 'match', param: '_content', test: { kind: 'words', words: [word] } })
const plan = (type: string, of: readonly Condition[], more: Partial<SearchPlan> = {}): SearchPlan => ({
  types: [type], where: { kind: 'all-of', of }, visibility, sort: [], count: 20, includes: [], total: 'none', ...more })
const newest = (param: string): readonly SortKey[] => [{ param, direction: 'descending' }]

for (const size of sizes) {
  const path = join(folder, `${size}.db`)
  const store = await openSqliteStore({ path, clock: systemClock() })
  process.stdout.write(`\n${size} Tasks, 2.1 KB each, ${OWNERS} owners\n`)
  await measure('load: create Task, 64 clients', size, 64, n => store.commit(one(task(n))))
  // What was updated in the last twentieth of the load: as much as a partner finds who polls now and then.
  const lately = Date.parse((await store.search(plan('Task', [{ kind: 'ids', ids: [`t${Math.floor(size * 0.95)}`] }]))).matches[0]!.lastUpdated)
  await measure('create Patient (17 entries), 16 clients', 5_000, 16, n => store.commit(one(patient(n))))
  await measure('update Patient, 16 clients', 5_000, 16, n => store.commit(one(patient(n, 1))))
  await measure('transaction of 20 resources, 4 clients', 200, 4, n =>
    store.commit({ expect: [], writes: Array.from({ length: 20 }, (_, k) => patient(100_000 + n * 20 + k)) }))
  // A search for any AuditEvent, or any word, ends when all of them are indexed.
  const indexed = () => store.search(plan('AuditEvent', [says('none')], { visibility: { kind: 'all' }, count: 1 }))
  await measure('create Patient with 30 words, 16 clients, and index them', 5_000, 16, n => store.commit(one(patient(300_000 + n, 0, [words(n)]))), indexed)
  await measure('AuditEvent of a read, 64 clients, and index it', 20_000, 64, n => store.commit(one(audit(n))), indexed)
  await measure('AuditEvent of a read, 5 clients, and index it', 5_000, 5, n => store.commit(one(audit(n))), indexed)
  await measure('create Patient, 1 client (a sync each)', 500, 1, n => store.commit(one(patient(200_000 + n))))
  await measure('read', 50_000, 1, n => store.read({ type: 'Task', id: `t${n * 7_919 % size}` }, visibility))
  await measure('search by identifier', 20_000, 1, n => store.search(plan('Task', [is('identifier', `task-${n * 7_919 % size}`)])))
  await measure('worklist: owner, status, newest first', 5_000, 1, n => store.search(plan('Task', [ownedBy(n), is('status', 'completed')], { sort: newest('_lastUpdated') })))
  await measure('the same, a rarer status', 2_000, 1, n => store.search(plan('Task', [ownedBy(n), is('status', 'requested')], { sort: newest('_lastUpdated') })))
  await measure('the same, none of that status', 2_000, 1, n => store.search(plan('Task', [ownedBy(n), is('status', 'failed')], { sort: newest('_lastUpdated') })))
  await measure('worklist of two statuses', 2_000, 1, n => store.search(plan('Task', [ownedBy(n), { kind: 'any-of', of: [is('status', 'requested'), is('status', 'accepted')] }])))
  await measure('worklist sorted by -authored-on', 5_000, 1, n => store.search(plan('Task', [ownedBy(n), is('status', 'completed')], { sort: newest('authored-on') })))
  await measure('worklist sorted by authored-on', 5_000, 1, n => store.search(plan('Task', [ownedBy(n), is('status', 'completed')], { sort: [{ param: 'authored-on', direction: 'ascending' }] })))
  await measure('polling: owner, updated since', 5_000, 1, n => store.search(plan('Task', [ownedBy(n), { kind: 'last-updated', prefix: 'ge', low: lately, high: lately + 1 }], { sort: [{ param: '_lastUpdated', direction: 'ascending' }] })))
  await store.commit({ expect: [], writes: [{ kind: 'share', caseId: 'case-t5', label: 'org:B' }] })
  const partner = { kind: 'labels', labels: ['public', 'org:B'] } as const
  await measure('a partner lists a type of which one is its own', 20, 1, () => store.search(plan('Task', [], { visibility: partner })))
  await measure('a patient\'s Tasks with their Patient', 5_000, 1, n => store.search(plan('Task', [{ kind: 'match', param: 'patient', test: { kind: 'reference', types: ['Patient'], id: `p${n % size}` } }], {
    includes: [{ direction: 'include', source: 'Task', param: 'patient', iterate: false }] })))
  await measure('Patients by family name', 1_000, 1, n => store.search(plan('Patient', [{ kind: 'match', param: 'family', test: { kind: 'string', match: 'starts', folded: `family${n % 1_000}` } }])))
  await measure('Patients by a word', 1_000, 1, n => store.search(plan('Patient', [says(`word${n * 31 % 1_000}`)])))
  await measure('the latest AuditEvents of a patient', 2_000, 1, n => store.search(plan('AuditEvent', [{ kind: 'match', param: 'patient', test: { kind: 'reference', types: ['Patient'], id: `p${n}` } }], { visibility: { kind: 'all' } })))
  await store.close()
  process.stdout.write(`file ${(statSync(path).size / 1e6).toFixed(0)} MB\n`)
}
rmSync(folder, { recursive: true, force: true })
