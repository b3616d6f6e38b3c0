/** Child of the disk-full test: commits until one is rejected, then one more; prints how many were acknowledged and why it ended. */
import { systemClock } from '../../src/fhir/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { put, write } from '../contract/write.ts'

const [path = ''] = process.argv.slice(2)
const store = await openSqliteStore({ path, clock: systemClock() })
let acknowledged = 0
let reason = ''
while (reason === '' && acknowledged < 1_000) {
  await write(store, put('Binary', `b${acknowledged}`, { text: 'x'.repeat(100_000) })).then(
    () => { acknowledged++ },
    (error: Error) => { reason = `${error.constructor.name}: ${error.message}` })
}
process.stdout.write(JSON.stringify({ acknowledged, reason }))
await store.close()
