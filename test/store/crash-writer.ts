/**
 * Child of the kill tests, on the store whose address it is given: lanes of commits, each updating its lane's resource, whose words are indexed later, and
 * creating a Task and an AuditEvent beside it; one line of standard output per acknowledged commit. Runs until it is killed.
 */
import { writeSync } from 'node:fs'
import { systemClock } from '../../src/fhir/clock.ts'
import { storeAddress } from '../../src/store/address.ts'
import { openStore } from '../../src/store/open.ts'
import { ALL, put, text, token } from '../contract/write.ts'

const [where = ''] = process.argv.slice(2)
const LANES = 6
const address = storeAddress(where)
if ('problem' in address) throw new Error(address.problem)
const store = await openStore(address, { clock: systemClock() })

const lane = async (number: number): Promise<never> => {
  const ref = { type: 'Basic', id: `lane-${number}` }
  let version = (await store.read(ref, ALL))?.version ?? 0
  for (;;) {
    const name = `lane-${number}-${version + 1}`
    await store.commit({
      expect: [{ kind: 'version', ref, version }],
      writes: [
        put('Basic', ref.id, { replaces: version, text: name, entries: [token('code', name), text('name', name), { kind: 'words', param: '_content', words: [name] }] }),
        put('Task', name, { text: name.repeat(50), entries: [token('code', name)] }),
        put('AuditEvent', name, { entries: [token('action', name), token('type', 'rest')] }),
      ],
    })
    version++
    writeSync(1, `${number} ${version}\n`)
  }
}

await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)))
