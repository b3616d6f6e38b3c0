/**
 * Child of the test of a lost writer: ends the writer's thread under a hundred commits, then goes on writing. Prints
 * what became of the commits, of those that followed, and the sequences that listeners heard of.
 */
import type { Worker } from 'node:worker_threads'
import { systemClock } from '../../src/fhir/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { put, write } from '../contract/write.ts'

const writers: Worker[] = []
process.on('worker', worker => { writers.push(worker) })
const [path = ''] = process.argv.slice(2)
const store = await openSqliteStore({ path, clock: systemClock() })
const heard: number[] = []
store.onCommit(({ versions }) => heard.push(...versions.map(({ sequence }) => sequence)))
await write(store, put('Task', 'before'))

const during = Promise.allSettled(Array.from({ length: 100 }, (_, n) => write(store, put('Task', `during-${n}`))))
await writers[0]!.terminate()
const lost = (await during).filter(one => one.status === 'rejected').map(one => (one.reason as Error).constructor.name)

/** Tries until one is taken, as a client does that is answered 503. */
const insist = async (id: string): Promise<void> => {
  for (let tries = 0; tries < 200; tries++) {
    try {
      await write(store, put('Task', id))
      return
    } catch {
      await new Promise(resolve => { setTimeout(resolve, 20) })
    }
  }
}
await insist('after')
const events = (await store.events(0, 1_000)).map(({ sequence }) => sequence)
process.stdout.write(JSON.stringify({ lost, heard, events, writers: writers.length }))
await store.close()
