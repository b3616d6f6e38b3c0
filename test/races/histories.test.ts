/**
 * Random histories of 8 clients and 50 operations each are linearizable, on every store, and on MongoDB with two hubs'
 * stores on one database. `HISTORIES=1000` plays more of them; `SEED=…` others.
 */
import { openBeside, stores, type Opened } from '../contract/stores.ts'
import { playHistory } from './histories.ts'
import { isLinearizable } from './linearizability.ts'
import { recordModel } from './record.ts'

const COUNT = Number(process.env['HISTORIES'] ?? 50)
const FIRST = Number(process.env['SEED'] ?? 1)
const SIZES = { clients: 8, operations: 50, identifiers: 4 }

describe.each(stores)('%s: simultaneous clients', (name, open) => {
  let opened: Opened
  beforeAll(async () => { opened = await open() })
  afterAll(async () => { await opened.dispose() })

  it(`see one order of events in each of ${COUNT} histories`, async () => {
    const beside = await openBeside(name, opened)
    const kinds = new Map<string, number>()
    try {
      for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
        const histories = await playHistory([opened.store, ...beside], seed, SIZES)
        for (const history of histories) {
          const verdict = isLinearizable(history, recordModel)
          expect({ seed, verdict }).toEqual({ seed, verdict: true })
          for (const { call, answer } of history) {
            const kind = `${call.kind} ${answer?.kind ?? 'unknown'}`
            kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
          }
        }
      }
    } finally {
      for (const store of beside) await store.close()
    }
    // The histories are worth something when every way for an operation to end was met.
    for (const kind of ['create created', 'create matched', 'update done', 'update conflict', 'delete done', 'delete conflict', 'read is', 'find found']) {
      expect([kind, kinds.get(kind) ?? 0]).toEqual([kind, expect.any(Number)])
      expect(kinds.get(kind) ?? 0).toBeGreaterThan(0)
    }
  }, 60_000 + COUNT * 5_000)
})
