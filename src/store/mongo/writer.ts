/**
 * The writer: what has queued while the last group was being committed becomes the next one, one transaction for all.
 *
 * Its first statement changes the sequence document, which every commit of every hub does: of two transactions at once
 * one is refused there and begins again, so the order of sequences is the order of commits, and nothing that a commit
 * expected can change under it. A commit is answered when a majority has it in its journal.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { MongoError, MongoErrorLabel, MongoNetworkError, MongoServerSelectionError } from 'mongodb'
import type { Clock } from '../../fhir/clock.ts'
import { NotDurable, type Commit, type Committed } from '../store.ts'
import { applyAll, Spoilt, type Outcome, type Place } from './apply.ts'
import type { Database } from './database.ts'
import { layer, load } from './group.ts'

/** Commits in a group: the journal's flush is shared by all, and the first waits for the last. */
const GROUP = 64
/** As the embedded store: a queue that grows without end is a store that is down. */
const MAX_QUEUED = 5_000
/** A group begins again for as long as this when other hubs or an election are in the way; then nobody waits any more. */
const PATIENCE_MS = 20_000
/** Between tries: short, since the other hub's commit takes some ten milliseconds, and not alike on all of them. */
const MIN_PAUSE_MS = 2
const MAX_PAUSE_MS = 50

interface Waiting {
  readonly commit: Commit
  readonly resolve: (committed: Committed) => void
  readonly reject: (error: Error) => void
}

export interface Writer {
  commit(commit: Commit): Promise<Committed>
  /** Waits for what was begun; rejects what comes later. */
  close(): Promise<void>
}

/** `announce` is told of each group in its order, before its commits are answered. */
export const createWriter = (
  database: Database, clock: Clock, announce: (committed: readonly Committed[]) => Promise<void>,
): Writer => {
  const queue: Waiting[] = []
  let running: Promise<void> | undefined
  let isClosed = false

  const run = async (): Promise<void> => {
    while (queue.length > 0) await settle(queue.splice(0, GROUP))
    running = undefined
  }

  const settle = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const outcomes = await commitGroup(database, clock, group.map(({ commit }) => commit))
      await announce(outcomes.flatMap(outcome => (outcome.kind === 'written' && outcome.versions.length > 0 ? [{ versions: outcome.versions }] : [])))
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.kind === 'written') group[index]!.resolve({ versions: outcome.versions })
        else group[index]!.reject(outcome.error)
      }
    } catch (error) {
      const reason = error instanceof MongoError ? new NotDurable(`the database did not confirm the commit: ${error.message}`) : error as Error
      for (const { reject } of group) reject(reason)
    }
  }

  return {
    commit: commit => new Promise((resolve, reject) => {
      if (isClosed) return reject(new NotDurable('the store is closed'))
      if (queue.length >= MAX_QUEUED) return reject(new NotDurable(`${MAX_QUEUED} commits wait already`))
      queue.push({ commit, resolve, reject })
      running ??= Promise.resolve().then(run)
    }),
    async close() {
      isClosed = true
      await running
    },
  }
}

/** Commits the group, again and again while that may help; throws the driver's error when patience ends. */
const commitGroup = async (database: Database, clock: Clock, commits: readonly Commit[]): Promise<readonly Outcome[]> => {
  const outcomes: (Outcome | undefined)[] = commits.map(() => undefined)
  const end = performance.now() + PATIENCE_MS
  for (let pause = MIN_PAUSE_MS; ; pause = Math.min(MAX_PAUSE_MS, pause * 2)) {
    const left = commits.flatMap((commit, index) => (outcomes[index] === undefined ? [{ commit, index }] : []))
    try {
      const answered = left.length === 0 ? [] : await transaction(database, clock, left.map(({ commit }) => commit))
      for (const [position, { index }] of left.entries()) outcomes[index] = answered[position]!
      return outcomes as readonly Outcome[]
    } catch (error) {
      if (error instanceof Spoilt) {
        outcomes[left[error.position]!.index] = { kind: 'failed', error: error.reason }
        continue
      }
      if (!mayPass(error) || performance.now() > end) throw error
      await wait(pause * (0.5 + Math.random()))
    }
  }
}

/** A transaction that lost its connection before its commit was asked for has done nothing: it may begin again. */
const mayPass = (error: unknown): boolean =>
  error instanceof MongoError && (error.hasErrorLabel(MongoErrorLabel.TransientTransactionError) || isUnreachable(error))

const isUnreachable = (error: unknown): boolean => error instanceof MongoNetworkError || error instanceof MongoServerSelectionError

const transaction = async (database: Database, clock: Clock, commits: readonly Commit[]): Promise<readonly Outcome[]> => {
  const session = database.client.startSession()
  try {
    session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority', journal: true }, readPreference: 'primary' })
    const before = await database.sequence.findOneAndUpdate({ _id: 'sequence' }, { $inc: { turn: 1 } }, { session })
    if (before === null) throw new Error('the database has no sequence: it was emptied while the hub ran')
    const place: Place = { sequence: before.latest, at: Math.max(clock.now(), before.updated) }
    const group = { ...layer(), database, session }
    await load(group, commits)
    const outcomes = await applyAll(group, commits, place)
    if (place.sequence === before.latest && outcomes.every(({ kind }) => kind === 'failed')) {
      await session.abortTransaction()
      return outcomes
    }
    await database.sequence.updateOne({ _id: 'sequence' }, { $set: { latest: place.sequence, updated: place.at } }, { session })
    await confirm(() => session.commitTransaction())
    return outcomes
  } finally {
    await session.endSession()
  }
}

/**
 * Asks for the commit until its end is known: it may have been made by the primary that is gone, so it must not be begun
 * again. The driver does not label every lost connection as unknown (7.9: not that of its own second try).
 */
const confirm = async (commit: () => Promise<void>): Promise<void> => {
  const end = performance.now() + PATIENCE_MS
  for (let pause = MIN_PAUSE_MS; ; pause = Math.min(MAX_PAUSE_MS, pause * 2)) {
    try {
      return await commit()
    } catch (error) {
      const isUnknown = isUnreachable(error) || (error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.UnknownTransactionCommitResult))
      if (!isUnknown) throw error
      if (performance.now() > end) throw new NotDurable('the database did not say whether the commit was made; look, and send it again under the same key')
      await wait(pause)
    }
  }
}
