/**
 * The writer: what has queued while the last group was being committed becomes the next one, one transaction for all.
 *
 * Its first statement changes the sequence document, which every commit of every hub does: of two transactions at once
 * one is refused there and begins again, so the order of sequences is the order of commits, and nothing that a commit
 * expected can change under it. A commit is answered when a majority has it in its journal.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { MongoError, MongoErrorLabel } from 'mongodb'
import type { Clock } from '../../fhir/clock.ts'
import { MAX_QUEUED, MAX_QUEUED_LENGTH } from '../limits.ts'
import { NotDurable, type Commit, type Committed } from '../store.ts'
import { applyAll, Spoilt, type Outcome, type Place } from './apply.ts'
import { endAbandoned } from './abandoned.ts'
import type { Database } from './database.ts'
import { layer, load } from './group.ts'
import { isPassing } from './unavailable.ts'

/** Commits in a group: the journal's flush is shared by all, and the first waits for the last. */
const GROUP = 64
/**
 * Characters in a group, unless its first commit alone has more: what a transaction has changed stays in the cache until its
 * end. Of 400 resources of 200 kB with 400 entries each, from 300 clients, in a cache of 0.25 GB: 6 s and 4 ms of the
 * database's CPU each in groups of 4 MB, 12 s in groups of 1 MB; in groups of 16 and 64 MB 19 s, 12 ms, and a third refused.
 */
const GROUP_LENGTH = 4 * 1024 * 1024
/**
 * A commit is begun again until so long after it was asked for, when other hubs or an election are in the way: an election
 * takes 10 to 12 s with MongoDB's own settings. Then nobody waits any more (503, Retry-After); the last try may take as
 * long as it waits for a primary (`database.ts`).
 */
const PATIENCE_MS = 12_000
/** What was asked to be committed is asked about for so long at least. */
const CONFIRM_MS = 5_000
/** Between tries: short, since the other hub's commit takes some ten milliseconds, and not alike on all of them. */
const MIN_PAUSE_MS = 2
const MAX_PAUSE_MS = 50

/** Nobody holds the sequence for so long who is still at work. */
const HELD_MS = 1_000

interface Waiting {
  readonly commit: Commit
  /** Characters of its resources. */
  readonly length: number
  /** When nobody waits any more, by `performance.now()`. */
  readonly end: number
  readonly resolve: (committed: Committed) => void
  readonly reject: (error: unknown) => void
}

export interface Writer {
  commit(commit: Commit): Promise<Committed>
  /** Waits for what was begun; rejects what comes later. */
  close(): Promise<void>
}

const lengthOf = ({ writes }: Commit): number =>
  writes.reduce((sum, write) => sum + (write.kind === 'put' ? write.json.before.length + write.json.after.length : 0), 0)

/** `announce` is told of each group in its order, before its commits are answered. */
export const createWriter = (
  database: Database, clock: Clock, announce: (committed: readonly Committed[]) => Promise<void>,
): Writer => {
  const queue: Waiting[] = []
  let queuedLength = 0
  let running: Promise<void> | undefined
  let isClosed = false

  const run = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = takeGroup(queue)
      for (const { length } of group) queuedLength -= length
      await settle(group)
    }
    running = undefined
  }

  const settle = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const outcomes = await commitGroup(database, clock, group)
      await announce(outcomes.flatMap(outcome => (outcome.kind === 'written' && outcome.versions.length > 0 ? [{ versions: outcome.versions }] : [])))
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.kind === 'written') group[index]!.resolve({ versions: outcome.versions })
        else group[index]!.reject(outcome.error)
      }
    } catch (error) {
      // What the database refuses of one commit, it refuses of its whole group: each is then tried alone.
      if (group.length > 1 && !(error instanceof NotDurable)) for (const one of group) await settle([one])
      else for (const { reject } of group) reject(error instanceof MongoError ? refused(error) : error)
    }
  }

  return {
    commit: commit => new Promise((resolve, reject) => {
      if (isClosed) return reject(new NotDurable('the store is closed'))
      if (queue.length >= MAX_QUEUED || queuedLength >= MAX_QUEUED_LENGTH) return reject(new NotDurable('too many commits wait already'))
      const length = lengthOf(commit)
      queuedLength += length
      queue.push({ commit, length, end: performance.now() + PATIENCE_MS, resolve, reject })
      running ??= Promise.resolve().then(run)
    }),
    async close() {
      isClosed = true
      await running
    },
  }
}

const refused = (error: unknown): NotDurable =>
  new NotDurable(`the database did not take the commit: ${error instanceof Error ? error.message : String(error)}`)

const takeGroup = (queue: Waiting[]): readonly Waiting[] => {
  let length = 0
  const past = queue.findIndex((one, index) => index === GROUP || ((length += one.length) > GROUP_LENGTH && index > 0))
  return queue.splice(0, past < 0 ? queue.length : past)
}

/** Commits the group, again and again while that may help and somebody waits; throws what the database refuses it for. */
const commitGroup = async (database: Database, clock: Clock, group: readonly Waiting[]): Promise<readonly Outcome[]> => {
  const outcomes: (Outcome | undefined)[] = group.map(() => undefined)
  let last: unknown = 'it is behind with what came before'
  let freedAt = performance.now()
  for (let pause = MIN_PAUSE_MS; ; pause = Math.min(MAX_PAUSE_MS, pause * 2)) {
    const now = performance.now()
    for (const [index, { end }] of group.entries()) if (now > end) outcomes[index] ??= { kind: 'failed', error: refused(last) }
    const left = group.flatMap(({ commit }, index) => (outcomes[index] === undefined ? [{ commit, index }] : []))
    if (left.length === 0) return outcomes as readonly Outcome[]
    try {
      const answered = await transaction(database, clock, left.map(({ commit }) => commit))
      for (const [position, { index }] of left.entries()) outcomes[index] = answered[position]!
    } catch (error) {
      if (error instanceof Spoilt) {
        outcomes[left[error.position]!.index] = { kind: 'failed', error: error.reason }
        continue
      }
      if (!isPassing(error)) throw error
      last = error
      await wait(pause * (0.5 + Math.random()))
      if (performance.now() - freedAt > HELD_MS) {
        freedAt = performance.now()
        await endAbandoned(database).catch(() => undefined)
      }
    }
  }
}

const transaction = async (database: Database, clock: Clock, commits: readonly Commit[]): Promise<readonly Outcome[]> => {
  const session = database.client.startSession()
  try {
    session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority', journal: true }, readPreference: 'primary' })
    const now = clock.now()
    const versions = commits.reduce((sum, { writes }) => sum + writes.filter(({ kind }) => kind === 'put' || kind === 'delete').length, 0)
    const before = await database.sequence.findOneAndUpdate(
      { _id: 'sequence' }, { $inc: { turn: 1, latest: versions }, $max: { updated: now } }, { session })
    if (before === null) throw new Error('the database has no sequence: it was emptied while the hub ran')
    const place: Place = { sequence: before.latest, definitions: before.definitions, at: Math.max(now, before.updated) }
    const group = { ...layer(), database, session, lengths: new Map() }
    await load(group, commits)
    const outcomes = await applyAll(group, commits, place)
    if (place.sequence !== before.latest + versions || place.definitions !== before.definitions) {
      await database.sequence.updateOne({ _id: 'sequence' }, { $set: { latest: place.sequence, definitions: place.definitions } }, { session })
    }
    // Also where nothing was written: what a refusal was judged by may be another hub's commit that no majority has yet, and
    // who is told of it must find it. This commit waits for that one.
    await confirm(() => session.commitTransaction())
    return outcomes
  } finally {
    await session.endSession().catch(() => undefined)
  }
}

/**
 * Asks for the commit until its end is known: it may have been made by the primary that is gone, so it must not be begun
 * again. The driver does not label every lost connection as unknown (7.9: not that of its own second try).
 */
const confirm = async (commit: () => Promise<void>): Promise<void> => {
  const end = performance.now() + CONFIRM_MS
  for (let pause = MIN_PAUSE_MS; ; pause = Math.min(MAX_PAUSE_MS, pause * 2)) {
    try {
      return await commit()
    } catch (error) {
      if (isUndone(error)) throw error
      if (!isUnknown(error) || performance.now() > end) {
        throw new NotDurable('the database did not say whether the commit was made', { mayBeWritten: true })
      }
      await wait(pause)
    }
  }
}

const isUndone = (error: unknown): boolean => error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.TransientTransactionError)
const isUnknown = (error: unknown): boolean => isPassing(error)
  || (error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.UnknownTransactionCommitResult))
