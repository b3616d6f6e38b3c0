/**
 * No indexed search scans a table: what SQLite says it does for every kind of test, prefix, modifier, chain, `_has`, sort
 * and search of several types. An index counts as scanned, too, where it is read under nothing but its parameter; those
 * that may be are listed with the reason.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '../../src/fhir/clock.ts'
import type { IndexEntry } from '../../src/search/entries.ts'
import type { Condition, Prefix, SearchPlan, SortKey, Test } from '../../src/search/plan.ts'
import { openConnection, type Connection } from '../../src/store/sqlite/connection.ts'
import { createNames } from '../../src/store/sqlite/names.ts'
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/open.ts'
import { pageStatements } from '../../src/store/sqlite/search.ts'
import { START } from '../contract/stores.ts'
import { allOf, anyOf, date, EVERYTHING, isToken, match, not, plan, put, reference, refersTo, seenBy, text, token, write } from '../contract/write.ts'

const PREFIXES: readonly Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']
const number = { low: 4.5, high: 5.5, value: 5 }

/** Every kind of test, by what a client writes. */
const TESTS: readonly (readonly [string, string, Test])[] = [
  ['code=1', 'code', { kind: 'token', system: undefined, code: '1' }],
  ['code=a|1', 'code', { kind: 'token', system: 'http://a', code: '1' }],
  ['code=|1', 'code', { kind: 'token', system: '', code: '1' }],
  ['code:in', 'code', { kind: 'token-in', codes: [{ system: 'http://a', code: '1' }, { system: 'http://a', code: '2' }] }],
  ['code:text', 'code', { kind: 'text', folded: 'blood' }],
  ['name', 'name', { kind: 'string', match: 'starts', folded: 'smi' }],
  ['name:exact', 'name', { kind: 'string', match: 'exact', exact: 'smith' }],
  ['name eq', 'name', { kind: 'string', match: 'equals', folded: 'smith' }],
  ...PREFIXES.map(prefix => [`date=${prefix}`, 'date', { kind: 'date', prefix, low: 10, high: 20 }] as const),
  ...PREFIXES.map(prefix => [`number=${prefix}`, 'number', { kind: 'number', prefix, ...number }] as const),
  ...PREFIXES.map(prefix => [`quantity=${prefix}`, 'quantity', { kind: 'quantity', prefix, ...number, system: 'http://u', code: 'mg' }] as const),
  ['subject=Patient/1', 'subject', { kind: 'reference', types: ['Patient'], id: '1' }],
  ['subject=1', 'subject', { kind: 'reference', types: [], id: '1' }],
  ['subject=Patient/1/_history/2', 'subject', { kind: 'reference', types: ['Patient'], id: '1', version: '2' }],
  ['subject=http://x/1', 'subject', { kind: 'url', url: 'http://x/1' }],
  ['subject:identifier', 'subject', { kind: 'reference-identifier', system: 'http://a', code: '1' }],
  ['url', 'url', { kind: 'uri', match: 'exact', uri: 'http://a/b' }],
  ['url:below', 'url', { kind: 'uri', match: 'below', uri: 'http://a' }],
  ['url:above', 'url', { kind: 'uri', match: 'above', uri: 'http://a/b/c' }],
  ['code-value-quantity', 'code-value', { kind: 'composite', parts: [
    { kind: 'token', system: undefined, code: '1' }, { kind: 'quantity', prefix: 'gt', ...number, system: undefined, code: undefined }] }],
  ['near', 'position', { kind: 'near', latitude: 53.76, longitude: -2.7, withinMetres: 5_000 }],
  ['_text', '_text', { kind: 'words', words: ['fell', 'home'] }],
  ['_content', '_content', { kind: 'words', words: ['fell'] }],
]

/** What reads an index from its first entry to its last, and why it must. */
const READS_ALL: Readonly<Record<string, readonly [param: string, test: Test]>> = {
  'code=a| : the keys are in the order of codes, not of systems': ['code', { kind: 'token', system: 'http://a', code: undefined }],
  'name:contains : no index leads to the middle of a text': ['name', { kind: 'string', match: 'contains', folded: 'mit' }],
  'name ew : nor to its end': ['name', { kind: 'string', match: 'ends', folded: 'ith' }],
}

const entries = (n: number): readonly IndexEntry[] => [
  token('code', `${n % 9}`, 'http://a'), { kind: 'text', param: 'code', text: `text ${n}` }, text('name', `name ${n}`), date('date', n, n + 1),
  { kind: 'number', param: 'number', low: n, high: n, value: n },
  { kind: 'quantity', param: 'quantity', system: 'http://u', code: 'mg', low: n, high: n, value: n },
  reference('subject', `Patient/${n % 50}`), { kind: 'reference-identifier', param: 'subject', system: 'http://a', code: `${n}` },
  { kind: 'uri', param: 'url', uri: `http://a/${n}` }, { kind: 'position', param: 'position', latitude: 53 + n / 1_000, longitude: -2.7 },
  { kind: 'composite', param: 'code-value', parts: [token('code-value', `${n % 9}`), { kind: 'quantity', param: 'code-value', system: '', code: '', low: n, high: n, value: n }] },
  reference('partof', `Observation/r${n - 1}`), { kind: 'words', param: '_text', words: ['fell'] }, { kind: 'words', param: '_content', words: ['fell'] },
]

describe('SQLite: every plan', () => {
  const folder = mkdtempSync(join(tmpdir(), 'every-plan-'))
  let store: SqliteStore
  let reader: Connection

  beforeAll(async () => {
    store = await openSqliteStore({ path: join(folder, 'hub.db'), clock: manualClock(START) })
    await Promise.all(Array.from({ length: 400 }, (_, n) => write(store,
      put('Observation', `r${n}`, { entries: entries(n), sort: [{ param: 'name', low: `name ${n}`, high: `name ${n}` }, { param: 'date', low: n, high: n + 1 }], caseId: `c${n}` }),
      put('Patient', `${n}`, { entries: [text('name', `name ${n}`), token('code', `${n}`)] }))))
    await write(store, { kind: 'share', caseId: 'c1', label: 'org:A' })
    reader = openConnection(join(folder, 'hub.db'), true)
  })
  afterAll(async () => {
    reader.close()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** The steps of every statement that a page may take: the sure ones, and those worth a try. */
  const steps = (search: SearchPlan): readonly string[] =>
    pageStatements(reader, createNames(reader), search, 21).flatMap(({ sure, tried }) => [sure(), ...(tried === undefined ? [] : [tried.page])])
      .flatMap(({ text, values }) => reader.all(`EXPLAIN QUERY PLAN ${text}`, values).map(row => row['detail'] as string))

  /** Scans of what the statement itself has gathered, of a list that was sent, and of FTS5's own index are none. */
  const isScan = (step: string): boolean => /^SCAN (?!d$|j\d*\b|\(|w\d+\b|json_each|.*VIRTUAL TABLE|CONSTANT ROW|\d+ CONSTANT)/.test(step)
  /** Under a parameter alone, or a type without its order. */
  const isEndToEnd = (step: string): boolean => /SEARCH [esgcp]\d+ .*\(parameter=\?\)/.test(step)

  const visibility = seenBy('org:A', 'public')
  const observations = (where: Condition, more: Partial<SearchPlan> = {}) => plan('Observation', where, { visibility, ...more })
  /** Steps that read more than what an index leads to; undefined: nothing would be read at all. */
  const scans = (search: SearchPlan): readonly string[] | undefined => {
    const found = steps(search)
    return found.length === 0 ? undefined : found.filter(step => isScan(step) || isEndToEnd(step))
  }

  it.each(TESTS.filter(([name]) => !name.endsWith('=ne')))('finds %s by an index, alone and among others', (_name, param, test) => {
    expect(scans(observations(match(param, test)))).toEqual([])
    expect(scans(observations(allOf(match(param, test), isToken('code', '2'))))).toEqual([])
    expect(scans(observations(anyOf(match(param, test), isToken('code', '2'))))).toEqual([])
  })

  it.each(TESTS)('leaves not(%s) to a walk along the type', (_name, param, test) => {
    expect(steps(observations(not(match(param, test)))).filter(isScan)).toEqual([])
  })

  it.each(Object.entries(READS_ALL))('reads a whole index only for %s', (_reason, [param, test]) => {
    const found = steps(observations(match(param, test)))
    expect(found.filter(isScan)).toEqual([])
    expect(found.some(isEndToEnd)).toBe(true)
  })

  it.each(TESTS.filter(([name]) => !name.endsWith('=ne')))('finds chains to %s, and _has by it', (_name, param, test) => {
    const where = match(param, test)
    expect(scans(plan('Patient', { kind: 'has', type: 'Observation', param: 'subject', where }, { visibility }))).toEqual([])
    expect(scans(observations({ kind: 'chain', param: 'partof', types: ['Observation'], where }))).toEqual([])
    expect(scans(observations({ kind: 'chain', param: 'partof', types: ['Observation'], where: { kind: 'chain', param: 'partof', types: ['Observation'], where } }))).toEqual([])
  })

  it.each<[string, Condition]>([
    ['_id', { kind: 'ids', ids: ['r1', 'r2'] }],
    ['_lastUpdated', { kind: 'last-updated', prefix: 'ge', low: START, high: START + 1 }],
    ['above', { kind: 'within', direction: 'above', type: 'Observation', param: 'partof', id: 'r3' }],
    ['below', { kind: 'within', direction: 'below', type: 'Observation', param: 'partof', id: 'r3' }],
    ['missing', { kind: 'missing', param: 'name', missing: true }],
    ['everything', EVERYTHING],
  ])('finds %s by an index', (_name, where) => {
    expect(scans(observations(where))).toEqual([])
    expect(scans(plan(['Observation', 'Patient'], where, { visibility }))).toEqual([])
  })

  const by = (param: string, direction: SortKey['direction']): readonly SortKey[] => [{ param, direction }]
  it.each(['name', 'date', '_lastUpdated'].flatMap(param => [[param, 'ascending'], [param, 'descending']] as const))('sorts a type by %s, %s, along an index', (param, direction) => {
    const [first] = pageStatements(reader, createNames(reader), observations(EVERYTHING, { sort: by(param, direction) }), 21)
    const { text, values } = first!.tried?.page ?? first!.sure()
    const found = reader.all(`EXPLAIN QUERY PLAN ${text}`, values).map(row => row['detail'] as string)
    expect(found[0]).toMatch(/^SEARCH (d USING (PRIMARY KEY|COVERING INDEX range_entry_by_\w+) \(parameter=\?|r\d+ USING INDEX resource_by_update)/)
    expect(found.filter(step => /TEMP B-TREE FOR ORDER BY/.test(step))).toEqual([])
  })

  it('finds a compartment by each type\'s own reference', () => {
    expect(scans(plan(['Patient', 'Observation'], anyOf(
      allOf({ kind: 'of-type', types: ['Patient'] }, { kind: 'ids', ids: ['1'] }),
      allOf({ kind: 'of-type', types: ['Observation'] }, refersTo('subject', 'Patient/1'))), { visibility }))).toEqual([])
  })
})
