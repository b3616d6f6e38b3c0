/**
 * Reads through elections: what is read is never older than a commit that was confirmed before, by whatever hub.
 *
 * A new primary knows for a moment less than it has: until a majority confirms its first entry, what it holds for
 * confirmed ends before the last commits of the primary before it. So of each primary it is asked once where its log
 * ends, and its reads wait until a majority has that. What was read while primaries changed is read again.
 * https://www.mongodb.com/docs/manual/core/causal-consistency-read-write-concerns/
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { MongoClient, ServerDescriptionChangedEvent } from 'mongodb'
import { Unavailable } from '../store.ts'
import { isPassing, unavailable } from './unavailable.ts'

export interface Reading {
  /** Runs `work`, which only reads, as often as it takes. Rejects with Unavailable when the database stays away. */
  readonly read: <T>(work: () => Promise<T>) => Promise<T>
  /** Whoever reads from now on is told that the store is closed. */
  readonly close: () => void
}

/** As long as whoever reads waits for an answer (`open.ts`). */
const PATIENCE_MS = 5_000
const MIN_PAUSE_MS = 5
const MAX_PAUSE_MS = 200

export const createReading = (client: MongoClient): Reading => {
  /** Counts the primaries that came and went. */
  let epoch = 0
  let caughtUp: { readonly epoch: number; readonly done: Promise<unknown> } | undefined
  let isClosed = false

  client.on('serverDescriptionChanged', ({ previousDescription: before, newDescription: after }: ServerDescriptionChangedEvent) => {
    if (before.type === 'RSPrimary' || after.type === 'RSPrimary') epoch++
  })

  /** A read in a causally consistent session waits until a majority has what the statement before it saw. */
  const catchUp = (): Promise<unknown> => {
    if (caughtUp?.epoch === epoch) return caughtUp.done
    const done = client.withSession({ causalConsistency: true }, async session => {
      await client.db().command({ ping: 1 }, { session })
      return client.db().collection('sequence').findOne({}, { session, projection: { _id: 1 } })
    })
    const own = { epoch, done }
    caughtUp = own
    done.catch(() => { if (caughtUp === own) caughtUp = undefined })
    return done
  }

  return {
    async read(work) {
      const end = performance.now() + PATIENCE_MS
      for (let pause = MIN_PAUSE_MS; ; pause = Math.min(MAX_PAUSE_MS, pause * 2)) {
        if (isClosed) throw new Unavailable('the store is closed')
        const begun = epoch
        try {
          await catchUp()
          const answer = await work()
          if (begun === epoch) return answer
        } catch (error) {
          if (!isPassing(error) || performance.now() > end) throw unavailable(error)
        }
        if (performance.now() > end) throw new Unavailable('the primary of the database changes again and again')
        await wait(pause)
      }
    },
    close() { isClosed = true },
  }
}
