/** The searches a hub lives on walk an index, and those that must be ordered by time come so without a sort. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { orderOf } from '../../src/search/order.ts'
import type { SearchPlan } from '../../src/search/plan.ts'
import { manualClock } from '../../src/fhir/clock.ts'
import { openConnection, type Connection } from '../../src/store/sqlite/connection.ts'
import { createNames } from '../../src/store/sqlite/names.ts'
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/open.ts'
import { pageStatements, runSearch } from '../../src/store/sqlite/search.ts'
import { TooCostly } from '../../src/store/store.ts'
import { START } from '../contract/stores.ts'
import { allOf, anyOf, EVERYTHING, ids, isToken, match, not, plan, put, reference, refersTo, seenBy, text, token, write } from '../contract/write.ts'

describe('SQLite: query plans', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plans-'))
  const path = join(folder, 'hub.db')
  let store: SqliteStore
  let reader: Connection

  beforeAll(async () => {
    store = await openSqliteStore({ path, clock: manualClock(START), searchDeadlineMs: 20 })
    await Promise.all(Array.from({ length: 3_000 }, (_, n) => write(store, put('Task', `t${n}`, {
      caseId: `c${n % 100}`,
      entries: [
        token('identifier', `id-${n}`, 'http://a'), token('status', n % 300 === 0 ? 'requested' : 'completed'), text('description', `text ${n}`),
        reference('owner', `Organization/${n % 3}`), reference('requester', `Organization/${n % 3}`), reference('patient', `Patient/${n % 500}`),
      ],
      sort: [{ param: 'authored-on', low: n, high: n }],
    }))))
    await write(store, put('Organization', '1'))
    await write(store, { kind: 'share', caseId: 'c1', label: 'org:A' })
    reader = openConnection(path, true)
  })
  afterAll(async () => {
    reader.close()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** The statement that is run first for the page of one type. */
  const statement = (search: SearchPlan, names = createNames(reader)) => {
    const [first] = pageStatements(reader, names, search, { limit: 21, order: orderOf(search) })
    return first?.tried?.page ?? first!.sure()
  }

  /** What SQLite says it does for the page, line by line. */
  const explain = (search: SearchPlan): string => {
    const { text, values } = statement(search)
    return reader.all(`EXPLAIN QUERY PLAN ${text}`, values).map(row => row['detail'] as string).join('\n')
  }
  const visibility = seenBy('org:A', 'public')
  const owned = refersTo('owner', 'Organization/1')

  it('finds an identifier by its key', () => {
    const steps = explain(plan('Patient', EVERYTHING, { types: ['Task'], where: isToken('identifier', 'id-7', 'http://a'), visibility }))
    expect(steps).toMatch(/SEARCH d USING PRIMARY KEY \(parameter=\? AND value=\?\)/)
    expect(steps).not.toMatch(/SCAN/)
  })

  it('walks a worklist of owner and status by their common key, in the order of its updates', () => {
    const steps = explain(plan('Task', allOf(owned, isToken('status', 'completed')), { visibility, sort: [{ param: '_lastUpdated', direction: 'descending' }] }))
    expect(steps).toMatch(/^SEARCH d USING PRIMARY KEY \(parameter=\? AND value=\?\)/)
    expect(steps).not.toMatch(/SCAN|TEMP B-TREE|SEARCH e/)
  })

  it.each([
    ['authored-on', 'ascending'], ['authored-on', 'descending'], ['modified', 'ascending'], ['modified', 'descending'],
  ] as const)('walks a worklist sorted by %s, %s, by a key in that order', (param, direction) => {
    const sort = [{ param, direction }]
    const after = { values: [START], row: '100', sequence: 3_000 }
    for (const more of [{}, { after }]) {
      const steps = explain(plan('Task', allOf(owned, isToken('status', 'completed')), { visibility, sort, ...more }))
      expect(steps).toMatch(/^SEARCH d USING PRIMARY KEY \(parameter=\? AND value=\?/)
      expect(steps).not.toMatch(/SCAN|TEMP B-TREE|SEARCH x/)
    }
  })

  it('walks the rarer of two keys, and looks the other up by its whole key', () => {
    const search = plan('Task', allOf(refersTo('requester', 'Organization/1'), isToken('status', 'requested')))
    const names = createNames(reader)
    const { values } = statement(search, names)
    expect(values.indexOf(names.find('Task.status'))).toBeGreaterThanOrEqual(0)
    expect(values.indexOf(names.find('Task.status'))).toBeLessThan(values.indexOf(names.find('Task.requester')))
    expect(explain(search)).toMatch(/SEARCH e\d+ (EXISTS )?USING PRIMARY KEY \(parameter=\? AND value=\? AND updated=\? AND row=\?/)
  })

  it('begins the polling of an owner at the time it asks for', () => {
    const steps = explain(plan('Task', allOf(owned, { kind: 'last-updated', prefix: 'ge', low: START, high: START + 1 }), {
      visibility, sort: [{ param: '_lastUpdated', direction: 'ascending' }] }))
    expect(steps).toMatch(/SEARCH d USING PRIMARY KEY \(parameter=\? AND value=\? AND updated>\?/)
    expect(steps).not.toMatch(/SCAN|TEMP B-TREE/)
  })

  it('goes on to the next page by the key', () => {
    const after = { values: [START], row: '100', sequence: 3_000 }
    const steps = explain(plan('Task', owned, { visibility, after }))
    expect(steps).toMatch(/SEARCH d USING PRIMARY KEY \(parameter=\? AND value=\? AND \(updated,row\)<\(\?,\?\)\)/)
    expect(steps).not.toMatch(/TEMP B-TREE/)
  })

  it('finds a patient\'s resources by the reference, and several kinds of them', () => {
    const compartment = { kind: 'any-of', of: [refersTo('patient', 'Patient/3'), refersTo('owner', 'Patient/3')] } as const
    expect(explain(plan('Task', refersTo('patient', 'Patient/3'), { visibility }))).not.toMatch(/SCAN/)
    expect(explain(plan('Task', compartment, { visibility }))).toMatch(/SEARCH e\d+ USING PRIMARY KEY \(parameter=\? AND value=\?/)
  })

  it('lists a type in the order of its updates', () => {
    const steps = explain(plan('Task', EVERYTHING, { visibility }))
    expect(steps).toMatch(/SEARCH r\d+ USING INDEX resource_by_update/)
    expect(steps).not.toMatch(/SCAN|TEMP B-TREE/)
  })

  it('walks the type in order rather than gather and sort most of it, and gathers what is little', () => {
    const statuses = (...codes: string[]) => ({ kind: 'any-of', of: codes.map(code => isToken('status', code)) }) as const
    expect(explain(plan('Task', statuses('completed', 'accepted')))).not.toMatch(/TEMP B-TREE/)
    expect(explain(plan('Task', statuses('requested', 'accepted')))).toMatch(/^CO-ROUTINE d/)
  })

  it('finds the same whichever it walks', () => {
    const newest = (matches: (n: number) => boolean) => Array.from({ length: 3_000 }, (_, n) => n).filter(matches).reverse().slice(0, 40).map(n => `t${n}`)
    const search = (where: SearchPlan['where']) => ids(runSearch(reader, createNames(reader), plan('Task', where, { count: 40 }), 5_000).matches)
    const either = anyOf(isToken('status', 'completed'), isToken('status', 'accepted'))
    expect(search(either)).toEqual(newest(n => n % 300 !== 0))
    expect(search(allOf(either, owned))).toEqual(newest(n => n % 300 !== 0 && n % 3 === 1))
    expect(search(allOf(either, refersTo('requester', 'Organization/1')))).toEqual(newest(n => n % 300 !== 0 && n % 3 === 1))
    expect(search(allOf(isToken('status', 'requested'), refersTo('requester', 'Organization/0')))).toEqual(newest(n => n % 300 === 0))
  })

  it.each<[string, SearchPlan]>([
    ['a thousand that refer to one', plan('Organization', { kind: 'has', type: 'Task', param: 'owner', where: not(anyOf(isToken('status', 'requested'), isToken('status', 'completed'))) })],
    ['a thousand that a chain leads to', plan('Task', { kind: 'chain', param: 'owner', types: ['Organization'], where: { kind: 'ids', ids: ['1'] } })],
    ['a thousand that would be included', plan('Organization', EVERYTHING, { includes: [{ direction: 'revinclude', source: 'Task', param: 'owner', iterate: false }] })],
  ])('asks for the time among %s', (_what, search) => {
    expect(() => runSearch(reader, createNames(reader), search, -1)).toThrow(TooCostly)
    expect(runSearch(reader, createNames(reader), search, 5_000).matches.length).toBe(search.types[0] === 'Task' ? 100 : search.includes.length)
  })

  it('stops a search that runs past its time, and answers others meanwhile', async () => {
    // Four hundred sets, each read from all of the descriptions, none of which holds what is asked.
    const nothing = Array.from({ length: 400 }, (_, n) => match('description', { kind: 'string', match: 'contains', folded: `none ${n}` }))
    const costly = store.search(plan('Task', not(anyOf(...nothing)), { total: 'accurate' }))
    const quick = store.search(plan('Task', isToken('identifier', 'id-7', 'http://a')))
    await expect(costly).rejects.toBeInstanceOf(TooCostly)
    expect((await quick).matches).toHaveLength(1)
    expect((await store.search(plan('Task', owned, { count: 5 }))).matches).toHaveLength(5)
  })
})
