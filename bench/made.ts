/**
 * Resources and plans for a store without a hub: Tasks of twenty owners, Patients and AuditEvents as long, and found by
 * as much, as the hub's.
 */
import { auditEvent } from '../src/access/audit.ts'
import { systemCaller } from '../src/access/caller.ts'
import type { IndexEntry } from '../src/search/entries.ts'
import type { Condition, SearchPlan, SortKey } from '../src/search/plan.ts'
import type { Commit, Write } from '../src/store/store.ts'

/** So few that a worklist of 2,000 Tasks is as long a page as one of 200,000. */
export const OWNERS = 20
/** Of ten Tasks: six completed, one of each other. */
const STATUSES = ['requested', 'accepted', 'in-progress', 'completed', 'completed', 'completed', 'completed', 'completed', 'completed', 'rejected']
export const visibility = { kind: 'labels', labels: ['public', 'partners', 'org:A'] } as const

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
export const words = (n: number): IndexEntry =>
  ({ kind: 'words', param: '_content', words: Array.from({ length: 30 }, (_, k) => `word${n * 31 % 1_000 + k * 1_000}`) })

/** Seventeen entries, as a Patient with a name, an address and a telephone has; an update moves it to another street. */
export const patient = (n: number, replaces = 0, more: readonly IndexEntry[] = []): Write => put('Patient', `p${n}`, n, [
  token('identifier', `${9_000_000_000 + n}`), token('gender', 'female', ''), token('active', 'true', ''), token('phone', `01772${n}`), token('telecom', `01772${n}`),
  instant('birthdate', n * 1_000), reference('general-practitioner', 'Organization', `o${n % OWNERS}`), reference('organization', 'Organization', `o${n % OWNERS}`),
  ...['family', 'given', 'name', 'phonetic', 'address', 'address-city', 'address-postalcode', 'address-state', 'address-country']
    .map(param => string(param, `${param}${n % 1_000}${param === 'address' ? replaces : ''}`)),
  ...more,
], replaces)

export const task = (n: number, replaces = 0): Write => put('Task', `t${n}`, n, [
  token('identifier', `task-${n}`), token('status', STATUSES[Math.floor(n / OWNERS) * 7 % 10]!, ''), token('intent', 'order', ''), token('priority', 'urgent', ''), token('code', 'fulfil'),
  reference('owner', 'Organization', `o${n % OWNERS}`), reference('focus', 'ServiceRequest', `s${n}`), reference('patient', 'Patient', `p${n}`),
  reference('subject', 'Patient', `p${n}`), reference('requester', 'Organization', `o${(n + 1) % OWNERS}`), instant('authored-on', n * 1_000), instant('modified', n * 1_000 + replaces),
], replaces)

export const audit = (n: number): Write => {
  const ref = { type: 'Patient', id: `p${n}` }
  const { ref: own, json, index } = auditEvent({
    interaction: 'read', at: Date.now(), caller: systemCaller, requestId: `r${n}`, touched: [{ ref, version: 1, patients: [`Patient/p${n}`] }] })
  return { kind: 'put', ref: own, replaces: 0, method: 'POST', json, index, audience: ['administrators'] }
}

export const together = (...writes: readonly Write[]): Commit => ({ expect: [], writes })

export const is = (param: string, code: string): Condition => ({ kind: 'match', param, test: { kind: 'token', system: undefined, code } })
export const ownedBy = (n: number): Condition =>
  ({ kind: 'match', param: 'owner', test: { kind: 'reference', types: ['Organization'], id: `o${n % OWNERS}` } })
export const ofPatient = (n: number): Condition => ({ kind: 'match', param: 'patient', test: { kind: 'reference', types: ['Patient'], id: `p${n}` } })
export const says = (word: string): Condition => ({ kind: 'match', param: '_content', test: { kind: 'words', words: [word] } })
export const plan = (type: string, of: readonly Condition[], more: Partial<SearchPlan> = {}): SearchPlan =>
  ({ types: [type], where: { kind: 'all-of', of }, visibility, sort: [], count: 20, includes: [], total: 'none', ...more })
export const newest = (param: string): { readonly sort: readonly SortKey[] } => ({ sort: [{ param, direction: 'descending' }] })
export const oldest = (param: string): { readonly sort: readonly SortKey[] } => ({ sort: [{ param, direction: 'ascending' }] })
