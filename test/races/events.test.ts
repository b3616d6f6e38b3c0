/** 32 writers, and readers of the event log beside them: none missed, none out of order, whoever wrote it and whoever reads. */
import { setImmediate } from 'node:timers/promises'
import type { Store, StoredVersion } from '../../src/store/store.ts'
import { openBeside, stores, type Opened } from '../contract/stores.ts'
import { put, write } from '../contract/write.ts'

const WRITERS = 32
const COMMITS = 12

describe.each(stores)('%s: a tailer of events', (name, open) => {
  let opened: Opened
  beforeAll(async () => { opened = await open() })
  afterAll(async () => { await opened.dispose() })

  it(`misses none of ${WRITERS} writers and has all in order`, async () => {
    const beside = await openBeside(name, opened)
    const hubs = [opened.store, ...beside]
    try {
      const heard = hubs.map(listen)
      let isOver = false
      const tails = hubs.map(store => tail(store, () => isOver))
      const written = (await Promise.all(Array.from({ length: WRITERS }, async (_, writer) => {
        const store = hubs[writer % hubs.length]!
        const own: StoredVersion[] = []
        for (let n = 0; n < COMMITS; n++) {
          // Commits of one, two and three versions: a commit's own stay together.
          const puts = Array.from({ length: n % 3 + 1 }, (_, part) => put('Task', `w${writer}-${n}-${part}`))
          const versions = await write(store, ...puts)
          expect(versions.map(({ sequence }) => sequence - versions[0]!.sequence)).toEqual(puts.map((_, part) => part))
          own.push(...versions)
        }
        expect(own.map(({ sequence }) => sequence)).toEqual(own.map(({ sequence }) => sequence).toSorted((a, b) => a - b))
        return own
      }))).flat().sort((a, b) => a.sequence - b.sequence)
      isOver = true
      const expected = written.map(({ sequence, ref }) => `${sequence} ${ref.id}`)
      expect(expected.map(text => Number(text.split(' ')[0]))).toEqual(expected.map((_, index) => index + 1))
      for (const tailed of await Promise.all(tails)) expect(tailed).toEqual(expected)
      for (const { events, reach } of heard) {
        await reach(expected.length)
        expect(events).toEqual(expected)
      }
    } finally {
      for (const store of beside) await store.close()
    }
  }, 60_000)
})

const text = ({ sequence, ref }: StoredVersion): string => `${sequence} ${ref.id}`

/** What a hub is told; other hubs' commits come when they are seen. */
const listen = (store: Store) => {
  const events: string[] = []
  let told: () => void = () => undefined
  store.onCommit(({ versions }) => {
    events.push(...versions.map(text))
    told()
  })
  return {
    events,
    reach: (count: number) => new Promise<void>(resolve => {
      told = () => { if (events.length >= count) resolve() }
      told()
    }),
  }
}

/** Reads on from where it is, in batches of odd sizes, until it has been over once more and found nothing. */
const tail = async (store: Store, isOver: () => boolean): Promise<readonly string[]> => {
  const events: StoredVersion[] = []
  for (let round = 0; ; round++) {
    const last = isOver()
    const more = await store.events(events.at(-1)?.sequence ?? 0, round % 7 + 1)
    events.push(...more)
    if (last && more.length === 0) return events.map(text)
    // A store that answers at once would leave the writers no turn.
    if (more.length === 0) await setImmediate()
  }
}
