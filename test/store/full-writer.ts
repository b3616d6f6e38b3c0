/** Child of the disk-full test: commits until one is rejected; prints how many were acknowledged and why it ended. */
import { systemClock } from '../../src/fhir/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { put, write } from '../contract/write.ts'

const [path = ''] = process.argv.slice(2)
const store = await openSqliteStore({ path, clock: systemClock() })

const fill = async (): Promise<{ readonly acknowledged: number; readonly reason: string }> => {
  for (let acknowledged = 0; acknowledged < 1_000; acknowledged++) {
    try {
      await write(store, put('Binary', `b${acknowledged}`, { text: 'x'.repeat(100_000) }))
    } catch (error) {
      const { constructor, message } = error as Error
      return { acknowledged, reason: `${constructor.name}: ${message}` }
    }
  }
  return { acknowledged: 1_000, reason: 'none' }
}

process.stdout.write(JSON.stringify(await fill()))
await store.close()
