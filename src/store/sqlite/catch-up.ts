/**
 * When the writer indexes what its commits left for later: as soon as it has nothing else to do, when much has gathered,
 * or because a search waits for it. Always in slices between which it takes commits.
 */
import type { Connection } from './connection.ts'
import { countPending, firstPending, indexEach, indexSome, isItsOwn } from './pending.ts'

/** Without a commit for this long, the writer has nothing else to do. */
const IDLE_MS = 50
/** Versions that may gather: a search that needs them waits some 0.1 s (with thirty words each 0.2 s); fewer at once cost more. */
const BACKLOG = 2_000
/** A slice ends, and its COMMIT begins, with the first chunk that is done after this. */
const SLICE_MS = 10
/** Behind by more, a slice takes as long as the group before it, if that is longer: nothing can come faster for long. */
const FAR_BEHIND = 4 * BACKLOG

export interface CatchUp {
  /** A group of commits was written: so many versions left something, and it took so long (ms). */
  written(left: number, tookMs: number): void
  /** Calls `done` when everything up to the version at `until` is indexed, or with the reason why it cannot be. */
  ask(until: number, done: (failure?: unknown) => void): void
  stop(): void
}

interface Asked {
  readonly until: number
  readonly done: (failure?: unknown) => void
}

/** `onFault` hears of each version that cannot be indexed. */
export const createCatchUp = (connection: Connection, onFault: (sequence: number, error: unknown) => void): CatchUp => {
  let backlog = countPending(connection)
  let asked: readonly Asked[] = []
  let groupMs = 0
  let sinceLooked = 0
  let timer: NodeJS.Timeout | undefined
  let next: NodeJS.Immediate | undefined

  const transaction = <T>(work: () => T): T => {
    connection.run('BEGIN IMMEDIATE')
    try {
      const done = work()
      connection.run('COMMIT')
      return done
    } catch (error) {
      if (connection.db.isTransaction) connection.run('ROLLBACK')
      throw error
    }
  }

  /** One transaction; returns whether everything up to `until` is indexed. */
  const together = (until: number, limitMs: number): boolean => {
    const start = performance.now()
    let indexed = 0
    const some = transaction(() => {
      let some: number
      do {
        some = indexSome(connection, until)
        indexed += some
      } while (some > 0 && performance.now() - start < limitMs)
      return some
    })
    backlog = some === 0 && until === Number.MAX_SAFE_INTEGER ? 0 : Math.max(0, backlog - indexed)
    return some === 0
  }

  const slice = (until: number, limitMs: number): boolean => {
    try {
      return together(until, limitMs)
    } catch (error) {
      if (!isItsOwn(error)) throw error
      transaction(() => indexEach(connection, until, onFault))
      backlog = countPending(connection)
      return backlog === 0
    }
  }

  const isUrgent = (): boolean => asked.length > 0 || backlog > BACKLOG

  const work = (): void => {
    next = undefined
    const until = asked.length > 0 ? Math.max(...asked.map(one => one.until)) : Number.MAX_SAFE_INTEGER
    let failure: { readonly reason: unknown } | undefined
    let isDone = false
    try {
      isDone = slice(until, backlog > FAR_BEHIND ? Math.max(SLICE_MS, groupMs) : SLICE_MS)
    } catch (error) {
      failure = { reason: error }
    }
    groupMs = 0
    // Whoever came later and waits for more holds up nobody who came before.
    const first = isDone || failure !== undefined ? Infinity : firstPending(connection)
    const answered = asked.filter(one => one.until < first)
    asked = asked.filter(one => one.until >= first)
    for (const one of answered) one.done(failure?.reason)
    // What failed is tried again after the next commit, or for the next search.
    if (failure === undefined) plan()
  }

  /** Nothing came since it last looked: one slice, then it looks again. */
  const look = (): void => {
    timer = undefined
    if (sinceLooked === 0) work()
    else plan()
  }

  const plan = (): void => {
    if (next !== undefined) return
    if (isUrgent()) next = setImmediate(work)
    else if (backlog > 0 && timer === undefined) {
      sinceLooked = 0
      timer = setTimeout(look, IDLE_MS)
    }
  }

  plan()
  return {
    written(left, tookMs) {
      backlog += left
      sinceLooked++
      groupMs = tookMs
      plan()
    },
    ask(until, done) {
      asked = [...asked, { until, done }]
      plan()
    },
    stop() {
      clearTimeout(timer)
      clearImmediate(next)
    },
  }
}
