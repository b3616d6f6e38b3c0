/** The ledger of the search index: what each change makes of it, and that it is stored whole. */
import { advance, begin, complete, EMPTY, fail, forgetOthers, heard, runOf, unheard, type Ledger, type Run } from '../../../src/rest/reindex/ledger.ts'
import { ledgerIn, ledgerResource } from '../../../src/rest/reindex/ledger-resource.ts'
import { progressOf } from '../../../src/rest/reindex/progress.ts'

const START = { covers: 7, total: 10, started: '2026-11-24T10:15:00.000Z' }
const ENDED = '2026-11-24T10:16:00.000Z'
const CURSOR = { values: [null, 3, 'x'], row: '12', sequence: 40 }

const begun = (ledger: Ledger, type = 'Patient'): Run => runOf(ledger, type)!

describe('a run', () => {
  it('is joined by whoever begins it again', () => {
    const first = begin(EMPTY, 'Patient', START)
    expect(begin(first, 'Patient', { ...START, started: ENDED })).toBe(first)
  })
  it('begins anew when a parameter came that it does not cover', () => {
    const first = begin(EMPTY, 'Patient', START)
    const further = advance(first, begun(first), { total: 10, changed: 4, skipped: 0, after: CURSOR })
    expect(begun(begin(further, 'Patient', { ...START, covers: 8 }))).toEqual({ type: 'Patient', status: 'in-progress', changed: 0, skipped: 0, ...START, covers: 8 })
  })
  it('begins anew when it is completed or failed', () => {
    const first = begin(EMPTY, 'Patient', START)
    const done = complete(first, begun(first), { total: 10, changed: 10, ended: ENDED })
    expect(begun(begin(done, 'Patient', START)).status).toBe('in-progress')
    expect(begun(begin(fail(first, begun(first), ENDED), 'Patient', START)).status).toBe('in-progress')
  })
  it('counts what others wrote or deleted before they were reached as skipped at its end', () => {
    const first = begin(EMPTY, 'Patient', START)
    const further = advance(first, begun(first), { total: 10, changed: 3, skipped: 1, after: CURSOR })
    expect(begun(complete(further, begun(further), { total: 10, changed: 4, ended: ENDED })))
      .toEqual({ type: 'Patient', status: 'completed', covers: 7, started: START.started, ended: ENDED, total: 10, changed: 7, skipped: 3 })
  })
  it('pays what the parameters that it covers owe of its type, and nothing else', () => {
    const owing = heard(EMPTY, [
      { id: 'a', since: 7, owes: [{ type: 'Patient', total: 9 }, { type: 'Task', total: 2 }] },
      { id: 'later', since: 8, owes: [{ type: 'Patient', total: 10 }] },
    ])
    const first = begin(owing, 'Patient', START)
    expect(complete(first, begun(first), { total: 10, changed: 10, ended: ENDED }).parameters).toEqual([
      { id: 'a', since: 7, owes: [{ type: 'Task', total: 2 }] }, { id: 'later', since: 8, owes: [{ type: 'Patient', total: 10 }] },
    ])
  })
})

describe('parameters', () => {
  it('are new to the ledger by their beginning, and forgotten when they are not live as they were', () => {
    const known = heard(EMPTY, [{ id: 'a', since: 3, owes: [] }])
    expect(unheard(known, [{ id: 'a', since: 3 }, { id: 'b', since: 4 }])).toEqual([{ id: 'b', since: 4 }])
    expect(unheard(known, [{ id: 'a', since: 9 }])).toEqual([{ id: 'a', since: 9 }])
    expect(forgetOthers(known, [{ id: 'a', since: 9 }]).parameters).toEqual([])
  })
})

it('is the same after it was stored', () => {
  const owing = heard(EMPTY, [{ id: 'a', since: 7, owes: [{ type: 'Patient', total: 9 }] }, { id: 'b', since: 8, owes: [] }])
  const one = begin(owing, 'Patient', START)
  const two = begin(advance(one, begun(one), { total: 10, changed: 3, skipped: 1, after: CURSOR }), 'Task', START)
  const three = complete(two, begun(two, 'Task'), { total: 2, changed: 2, ended: ENDED })
  expect(ledgerIn(JSON.parse(JSON.stringify(ledgerResource(three))) as ReturnType<typeof ledgerResource>)).toEqual(three)
})

it('the progress of all is the sum of the types, and as far as the one that is least far', () => {
  const one = begin(begin(EMPTY, 'Patient', START), 'Task', START)
  const two = complete(one, begun(one, 'Task'), { total: 4, changed: 4, ended: ENDED })
  expect(progressOf(two, [], ['Patient', 'Task']).all)
    .toEqual({ status: 'in-progress', total: 14, done: 4, changed: 4, skipped: 0, started: START.started })
  const three = fail(two, begun(two), ENDED)
  expect(progressOf(three, [], ['Patient', 'Task']).all).toMatchObject({ status: 'failed', ended: ENDED })
  expect(progressOf(EMPTY, [], ['Patient']).all).toEqual({ status: 'completed', total: 0, done: 0, changed: 0, skipped: 0 })
})
