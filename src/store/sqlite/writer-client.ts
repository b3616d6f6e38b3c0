/**
 * The serving thread's end of the writer: sends commits, keeps what they wait for, says when one cannot be made, and
 * starts another writer where one was lost.
 *
 * The commits of one turn of the event loop are sent together when it ends. Sent one by one, the first woke the writer,
 * which then made a group of it alone while the others came.
 */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../fhir/clock.ts'
import { instant } from '../../fhir/clock.ts'
import { MAX_QUEUED, MAX_QUEUED_LENGTH } from '../limits.ts'
import { Conflict, NotDurable, TooCostly, Unavailable, type Commit, type Committed, type Expectation, type StoredVersion } from '../store.ts'
import type { Durability } from './durability.ts'
import {
  decodeAnswers, encodeCommit, encodeRequest, encodeTurn, type Failed, type Ready, type WriterAnswer, type WrittenVersion,
} from './messages.ts'
import type { Names } from './names.ts'

type Put = Extract<Commit['writes'][number], { kind: 'put' | 'delete' }>

interface Waiting {
  readonly length: number
  readonly settle: (answer: WriterAnswer) => void
  readonly reject: (error: Error) => void
}

export interface WriterOptions {
  readonly path: string
  readonly clock: Clock
  readonly announce: (committed: Committed) => void
  /** Announces what follows a sequence: a lost writer may have made commits durable whose answers were lost with it. */
  readonly announceSince: (sequence: number) => void
}

export interface WriterClient {
  /** @param names the dictionary as the serving thread reads it */
  commit(names: Names, commit: Commit): Promise<Committed>
  durability(): Promise<Durability>
  /** Resolves when everything up to the version at `until` is indexed. Rejects with Unavailable where nothing can be written. */
  catchUp(until: number): Promise<void>
  close(): Promise<void>
}

/** Resolves when a new writer has the file open and up to date; rejects with what it found wrong with it. */
const open = (path: string): Promise<{ readonly worker: Worker; readonly ready: Ready }> => new Promise((resolve, reject) => {
  const worker = new Worker(new URL('./writer.ts', import.meta.url), {
    workerData: { path }, execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const refuse = (reason: string): void => reject(new Error(`the store ${path} cannot be opened: ${reason}`))
  worker.once('error', error => refuse((error as Error).message))
  worker.once('exit', code => refuse(`its writer ended with code ${code}`))
  worker.once('message', (message: string) => {
    const ready = decodeAnswers(message)[0]
    if (ready?.kind === 'ready') resolve({ worker, ready })
    else refuse('its writer did not say that it was ready')
  })
})

export const startWriter = async ({ path, clock, announce, announceSince }: WriterOptions): Promise<WriterClient> => {
  const waiting = new Map<number, Waiting>()
  /** Requests of this turn of the event loop, encoded. */
  let turn: string[] = []
  let waitingLength = 0
  let lastId = 0
  let announced = 0
  // No commit is stamped before the newest version of the file, whatever the clock says.
  let stamp = 0
  let worker: Worker | undefined
  let starting = false
  let closed = false

  const take = (id: number): Waiting | undefined => {
    const one = waiting.get(id)
    if (one !== undefined) waitingLength -= one.length
    waiting.delete(id)
    return one
  }
  const lose = (reason: string): void => {
    worker = undefined
    turn = []
    const error = new NotDurable(closed ? 'the store is closed' : `the writer stopped (${reason})`)
    for (const id of waiting.keys()) take(id)?.reject(error)
  }
  const adopt = (opened: Awaited<ReturnType<typeof open>>): void => {
    worker = opened.worker
    stamp = Math.max(stamp, opened.ready.latest)
    worker.on('error', error => lose((error as Error).message))
    worker.on('exit', code => lose(`its thread ended with code ${code}`))
    worker.on('message', (message: string) => {
      for (const answer of decodeAnswers(message)) take(answer.id)?.settle(answer)
    })
  }
  /** One attempt at a time, made when somebody has something to write: a file that stays broken costs nothing else. */
  const restart = async (): Promise<void> => {
    if (starting) return
    starting = true
    try {
      const opened = await open(path)
      adopt(opened)
      if (opened.ready.sequence > announced) announceSince(announced)
      announced = Math.max(announced, opened.ready.sequence)
    } catch (error) {
      process.emitWarning(`the writer could not be started again: ${(error as Error).message}`)
    } finally {
      starting = false
    }
  }

  const first = await open(path)
  announced = first.ready.sequence
  adopt(first)

  const sendTurn = (): void => {
    if (turn.length > 0) worker?.postMessage(encodeTurn(turn))
    turn = []
  }

  const ask = <T>(send: (id: number) => string, accept: (answer: WriterAnswer) => T): Promise<T> => new Promise((resolve, reject) => {
    if (closed) return reject(new NotDurable('the store is closed'))
    if (worker === undefined) {
      void restart()
      return reject(new NotDurable('the writer stopped and is being started again'))
    }
    const id = ++lastId
    const message = send(id)
    waiting.set(id, {
      length: message.length,
      reject,
      settle: answer => {
        try {
          resolve(accept(answer))
        } catch (error) {
          reject(error)
        }
      },
    })
    waitingLength += message.length
    turn.push(message)
    if (turn.length === 1) setImmediate(sendTurn)
  })

  return {
    commit(names, commit) {
      if (waiting.size >= MAX_QUEUED || waitingLength >= MAX_QUEUED_LENGTH) {
        return Promise.reject(new NotDurable('too many writes are waiting'))
      }
      stamp = Math.max(stamp, clock.now())
      const lastUpdated = instant(stamp)
      const puts = commit.writes.filter((write): write is Put => write.kind === 'put' || write.kind === 'delete')
      const texts = puts.map(write => (write.kind === 'put' ? write.json.before + lastUpdated + write.json.after : ''))
      const encoded = texts.filter((_, index) => puts[index]!.kind === 'put')
      const at = stamp
      return ask(id => encodeCommit(names, id, at, commit, encoded), answer => {
        const versions = written(answer, commit).map((one, index) => versionOf(puts[index]!, one, lastUpdated, texts[index]!))
        const committed = { versions }
        announced = versions.at(-1)?.sequence ?? announced
        announce(committed)
        return committed
      })
    },
    durability: () => ask(id => encodeRequest({ kind: 'durability', id }), answer => {
      if (answer.kind !== 'durability') throw new NotDurable('the writer did not say how it syncs')
      return { journal: answer.journal, synchronous: answer.synchronous }
    }),
    catchUp: until => ask(id => encodeRequest({ kind: 'catch-up', id, until }), answer => {
      if (answer.kind !== 'caught-up') throw new NotDurable(answer.kind === 'failed' ? answer.reason : 'the writer did not index')
    }).catch((error: Error) => { throw new Unavailable(error.message) }),
    async close() {
      if (closed) return
      const running = worker
      const asked = ask(id => encodeRequest({ kind: 'close', id }), () => undefined)
      closed = true
      if (running === undefined) return asked.catch(() => undefined)
      const ended = new Promise<void>(resolve => { running.once('exit', () => resolve()) })
      await asked
      await ended
    },
  }
}

const written = (answer: WriterAnswer, commit: Commit): readonly WrittenVersion[] => {
  switch (answer.kind) {
    case 'written': return answer.versions
    case 'conflict': throw new Conflict(expectationOf(answer.failed, commit), answer.current)
    case 'failed': throw new NotDurable(answer.reason)
    case 'too-costly': throw new TooCostly(answer.limitMs)
    case 'durability': case 'caught-up': case 'closed': case 'ready': throw new NotDurable('the writer answered something else')
  }
}

const expectationOf = (failed: Failed, commit: Commit): Expectation => {
  switch (failed.by) {
    case 'expectation': return commit.expect[failed.position]!
    case 'version': return { kind: 'version', ref: failed.ref, version: failed.version }
    case 'key': return { kind: 'unseen', key: failed.key }
  }
}

const versionOf = (write: Put, [version, sequence, caseId]: WrittenVersion, lastUpdated: string, json: string): StoredVersion => ({
  ref: write.ref, version, lastUpdated, sequence, json,
  deleted: write.kind === 'delete',
  method: write.kind === 'put' ? write.method : 'DELETE',
  caseId: caseId ?? undefined,
})
