/**
 * No indexed search scans a table: what SQLite says it does for every kind of test, prefix, modifier, chain, `_has`, sort
 * and search of several types. An index counts as scanned, too, where it is read under nothing but its parameter; those
 * that may be are listed with the reason.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '../../src/fhir/clock.ts'
import { orderOf } from '../../src/search/order.ts'
import type { Condition, SearchPlan, SortKey } from '../../src/search/plan.ts'
import { openConnection, type Connection } from '../../src/store/sqlite/connection.ts'
import { createNames } from '../../src/store/sqlite/names.ts'
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/open.ts'
import { pageStatements } from '../../src/store/sqlite/search.ts'
import { START } from '../contract/stores.ts'
import { allOf, anyOf, EVERYTHING, isToken, match, not, plan, put, refersTo, seenBy, text, token, write } from '../contract/write.ts'
import { entries, READS_ALL, TESTS } from './every-test.ts'

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
    pageStatements(reader, createNames(reader), search, { limit: 21, order: orderOf(search) }).flatMap(({ sure, tried }) => [sure(), ...(tried === undefined ? [] : [tried.page])])
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
    const search = observations(EVERYTHING, { sort: by(param, direction) })
    const [first] = pageStatements(reader, createNames(reader), search, { limit: 21, order: orderOf(search) })
    const { text, values } = first!.tried?.page ?? first!.sure()
    const found = reader.all(`EXPLAIN QUERY PLAN ${text}`, values).map(row => row['detail'] as string)
    expect(found[0]).toMatch(/^SEARCH (d USING (PRIMARY KEY|COVERING INDEX range_entry_by_\w+) \(parameter=\?|r\d+ USING INDEX resource_by_update)/)
    expect(found.filter(step => /TEMP B-TREE FOR ORDER BY/.test(step))).toEqual([])
  })

  const window = allOf(match('date', { kind: 'date', prefix: 'ge', low: 100, high: 101 }), match('date', { kind: 'date', prefix: 'lt', low: 120, high: 121 }))
  it('finds what lies between two dates in one stretch of the index, in either order', () => {
    expect(steps(observations(window, { sort: by('date', 'descending') }))[0]).toBe('SEARCH d USING COVERING INDEX range_entry_by_high (parameter=? AND high>? AND high<?)')
    expect(steps(observations(window, { sort: by('date', 'ascending') }))[0]).toBe('SEARCH d USING COVERING INDEX range_entry_by_low (parameter=? AND low>? AND low<?)')
  })

  it('gathers it from that stretch and from the long entries where it must', () => {
    const found = steps(observations(window, { sort: by('_lastUpdated', 'descending') }))
    expect(found).toContainEqual(expect.stringMatching(/SEARCH g\d+ USING (COVERING )?INDEX range_entry_by_low \(parameter=\? AND low>\? AND low<\?\)/))
    expect(found).toContainEqual(expect.stringMatching(/SEARCH g\d+ USING (COVERING )?INDEX range_entry_long \(parameter=\? AND high>\?\)/))
  })

  it('walks a code that charts ask for latest first by its key in that order, from the window asked for', () => {
    const latest = (where: Condition) => steps(observations(where, { sort: by('date', 'descending') }))
    expect(latest(isToken('code', '2'))[0]).toBe('SEARCH d USING PRIMARY KEY (parameter=? AND value=?)')
    expect(latest(allOf(isToken('code', '2'), window))[0]).toBe('SEARCH d USING PRIMARY KEY (parameter=? AND value=? AND updated>? AND updated<?)')
    expect(latest(isToken('code', '2', 'http://a')).filter(step => /TEMP B-TREE/.test(step))).toEqual([])
  })

  it('walks a text in the order of its index', () => {
    const found = steps(observations(match('name', { kind: 'string', match: 'starts', folded: 'na' })))
    expect(found[0]).toBe('SEARCH d USING PRIMARY KEY (parameter=? AND folded>? AND folded<?)')
    expect(found.filter(step => /TEMP B-TREE/.test(step))).toEqual([])
  })

  it('finds a compartment by each type\'s own reference', () => {
    expect(scans(plan(['Patient', 'Observation'], anyOf(
      allOf({ kind: 'of-type', types: ['Patient'] }, { kind: 'ids', ids: ['1'] }),
      allOf({ kind: 'of-type', types: ['Observation'] }, refersTo('subject', 'Patient/1'))), { visibility }))).toEqual([])
  })
})
