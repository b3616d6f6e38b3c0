/**
 * When the writer indexes what its commits left for later: as soon as it has nothing else to do, when much has gathered,
 * or because a search waits for it. Always in slices between which it takes commits.
 */
import type { Connection } from './connection.ts'
import { countPending, indexSome } from './pending.ts'

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

export const createCatchUp = (connection: Connection): CatchUp => {
  let backlog = countPending(connection)
  let asked: readonly Asked[] = []
  let groupMs = 0
  let sinceLooked = 0
  let timer: NodeJS.Timeout | undefined
  let next: NodeJS.Immediate | undefined

  /** One transaction; returns whether everything up to `until` is indexed. */
  const slice = (until: number, limitMs: number): boolean => {
    const start = performance.now()
    let indexed = 0
    connection.run('BEGIN IMMEDIATE')
    try {
      let some: number
      do {
        some = indexSome(connection, until)
        indexed += some
      } while (some > 0 && performance.now() - start < limitMs)
      connection.run('COMMIT')
      backlog = some === 0 && until === Number.MAX_SAFE_INTEGER ? 0 : Math.max(0, backlog - indexed)
      return some === 0
    } catch (error) {
      if (connection.db.isTransaction) connection.run('ROLLBACK')
      throw error
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
    if (isDone || failure !== undefined) {
      const answered = asked
      asked = []
      for (const one of answered) one.done(failure?.reason)
    }
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
