/**
 * Tells of commits in their order, whoever made them: the hub's own as they are confirmed, those of other hubs when
 * they are seen. Nothing is told twice, and nothing is passed over: what lies between is read from the event log.
 */
import { Unavailable, type Committed } from '../store.ts'
import type { Database } from './database.ts'
import { unavailable } from './unavailable.ts'
import { latestSequence, readEvents } from './versions.ts'

/** How often the log is looked at for what other hubs wrote: a look is one key of an index, some 0.2 ms. */
const LOOK_MS = 200
/** Versions read at once. */
const BATCH = 500

export interface Follower {
  /** Own commits, confirmed, in order; resolves when they, and whatever came before them, were told. */
  own(committed: readonly Committed[]): Promise<void>
  close(): Promise<void>
}

export const createFollower = async (database: Database, tell: (committed: Committed) => void): Promise<Follower> => {
  let told = await database.read(() => latestSequence(database))
  let turn: Promise<void> = Promise.resolve()
  let isClosed = false
  let isLooking = false

  /**
   * One after the other, so that the order holds. What cannot be read now is told after a later look: it is committed, and
   * that the database is away is said by the hub's readiness.
   */
  const inTurn = (work: () => Promise<void>): Promise<void> => (turn = turn.then(work).catch((error: unknown) => {
    if (!isClosed && !(unavailable(error) instanceof Unavailable)) {
      process.emitWarning(`the event log could not be read: ${error instanceof Error ? error.message : String(error)}`)
    }
  }))

  const tellUpTo = async (until: number): Promise<void> => {
    while (told < until) {
      const versions = await readEvents(database, told, Math.min(BATCH, until - told))
      if (versions.length === 0) return
      told = versions.at(-1)!.sequence
      tell({ versions })
    }
  }

  /** While the database is away a look takes seconds, and no second one waits behind it. */
  const look = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    await inTurn(async () => { await tellUpTo(await database.read(() => latestSequence(database))) })
    isLooking = false
  }
  const timer = setInterval(() => void look(), LOOK_MS).unref()

  return {
    own: committed => inTurn(async () => {
      for (const one of committed) {
        const first = one.versions[0]!.sequence
        if (told >= first) continue
        await tellUpTo(first - 1)
        told = one.versions.at(-1)!.sequence
        tell(one)
      }
    }),
    async close() {
      isClosed = true
      clearInterval(timer)
      await turn
    },
  }
}
