/**
 * The serving thread's end of the writer: sends commits, keeps what they wait for, says when one cannot be made.
 */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../fhir/clock.ts'
import { instant } from '../../fhir/clock.ts'
import { Conflict, NotDurable, TooCostly, type Commit, type Committed, type Expectation, type StoredVersion } from '../store.ts'
import type { Durability } from './durability.ts'
import { decodeAnswers, encodeCommit, encodeRequest, type Failed, type WriterAnswer, type WrittenVersion } from './messages.ts'

/** At 5,000 commits/s this is a second of work; whoever comes later is told to come again instead of waiting. */
export const MAX_QUEUED = 5_000

type Put = Extract<Commit['writes'][number], { kind: 'put' | 'delete' }>

interface Waiting {
  readonly settle: (answer: WriterAnswer) => void
  readonly reject: (error: Error) => void
}

export interface WriterClient {
  commit(commit: Commit): Promise<Committed>
  durability(): Promise<Durability>
  close(): Promise<void>
}

/** Resolves when the file is open and up to date; rejects with what the writer found wrong with it. */
export const startWriter = async (path: string, clock: Clock, announce: (committed: Committed) => void): Promise<WriterClient> => {
  const worker = new Worker(new URL('./writer.ts', import.meta.url), {
    workerData: { path }, execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let stopped: Error | undefined

  const stop = (error: Error): void => {
    stopped ??= error
    for (const { reject } of waiting.values()) reject(stopped)
    waiting.clear()
  }
  // No commit is stamped before the newest version of the file, whatever the clock says.
  let stamp = await new Promise<number>((resolve, reject) => {
    worker.once('message', (message: string) => {
      const ready = decodeAnswers(message)[0]
      resolve(ready?.kind === 'ready' ? ready.latest : 0)
    })
    worker.once('error', reject)
  })
  worker.on('error', error => stop(new NotDurable(`the writer stopped: ${(error as Error).message}`)))
  worker.on('exit', () => stop(new NotDurable('the store is closed')))
  worker.on('message', (message: string) => {
    for (const answer of decodeAnswers(message)) {
      const one = waiting.get(answer.id)
      waiting.delete(answer.id)
      one?.settle(answer)
    }
  })

  const ask = <T>(send: (id: number) => string, accept: (answer: WriterAnswer) => T): Promise<T> => new Promise((resolve, reject) => {
    if (stopped !== undefined) return reject(stopped)
    const id = ++lastId
    waiting.set(id, {
      reject,
      settle: answer => {
        try {
          resolve(accept(answer))
        } catch (error) {
          reject(error)
        }
      },
    })
    worker.postMessage(send(id))
  })

  return {
    commit(commit) {
      if (waiting.size >= MAX_QUEUED) return Promise.reject(new NotDurable('too many writes are waiting'))
      stamp = Math.max(stamp, clock.now())
      const lastUpdated = instant(stamp)
      const puts = commit.writes.filter((write): write is Put => write.kind === 'put' || write.kind === 'delete')
      const texts = puts.map(write => (write.kind === 'put' ? write.json.before + lastUpdated + write.json.after : ''))
      const encoded = texts.filter((_, index) => puts[index]!.kind === 'put')
      const at = stamp
      return ask(id => encodeCommit(id, at, commit, encoded), answer => {
        const versions = written(answer, commit).map((one, index) => versionOf(puts[index]!, one, lastUpdated, texts[index]!))
        const committed = { versions }
        announce(committed)
        return committed
      })
    },
    durability: () => ask(id => encodeRequest({ kind: 'durability', id }), answer => {
      if (answer.kind !== 'durability') throw new NotDurable('the writer did not say how it syncs')
      return { journal: answer.journal, synchronous: answer.synchronous }
    }),
    async close() {
      if (stopped !== undefined) return
      const ended = new Promise<void>(resolve => { worker.once('exit', () => resolve()) })
      await ask(id => encodeRequest({ kind: 'close', id }), () => undefined)
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
    case 'durability': case 'closed': case 'ready': throw new NotDurable('the writer answered something else')
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
