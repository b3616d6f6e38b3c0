/** Child of the sync test: commits one by one, then all at once; prints how many fsyncs each took, as JSON. */
import { existsSync, statSync } from 'node:fs'
import { systemClock } from '../../src/fhir/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { put, token, write } from '../contract/write.ts'

const [path = '', log = ''] = process.argv.slice(2)
const syncs = (): number => (existsSync(log) ? statSync(log).size : 0)
const store = await openSqliteStore({ path, clock: systemClock() })
const commit = (id: string) => write(store, put('Task', id, { entries: [token('status', 'draft')] }))
await commit('first')

const start = syncs()
for (let n = 0; n < 20; n++) await commit(`alone-${n}`)
const alone = syncs() - start
await Promise.all(Array.from({ length: 400 }, (_, n) => commit(`together-${n}`)))
const together = syncs() - start - alone
process.stdout.write(JSON.stringify({ alone, together }))
await store.close()
