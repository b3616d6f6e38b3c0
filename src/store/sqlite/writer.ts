/**
 * The writer: a worker thread with the only connection that writes.
 *
 * What has queued while the last group was being synced becomes the next one: one transaction, one sync, a savepoint
 * per commit, no waiting for company (docs/decisions/0004-group-commit.md). Answers leave after COMMIT has returned.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { apply, Unmet } from './apply.ts'
import { createCatchUp } from './catch-up.ts'
import { openConnection, type Connection } from './connection.ts'
import { isDeferred } from './deferred.ts'
import { durabilityOf, refuseReadOnly } from './durability.ts'
import { decodeTurn, encodeAnswers, type CommitRequest, type WriterAnswer, type WriterRequest } from './messages.ts'
import { createNames, type WritableNames } from './names.ts'
import { own } from './owner.ts'
import { migrate } from './schema.ts'
import { TooCostly } from '../store.ts'
import { latestSequence, latestUpdate } from './versions.ts'

/** Commits in a group: 128 take a third less each than 32 do, and the first of them waits some 10 ms for the last. */
const GROUP = 128

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** One commit in its savepoint; throws when the transaction itself is gone (the disk is full, the file is broken). */
const attempt = (connection: Connection, names: WritableNames, request: CommitRequest): WriterAnswer => {
  connection.run('SAVEPOINT one')
  try {
    const versions = apply(connection, names, request)
    connection.run('RELEASE one')
    return { id: request.id, kind: 'written', versions }
  } catch (error) {
    if (!connection.db.isTransaction) throw error
    connection.run('ROLLBACK TO one')
    connection.run('RELEASE one')
    names.forget()
    if (error instanceof TooCostly) return { id: request.id, kind: 'too-costly', limitMs: error.limitMs }
    if (!(error instanceof Unmet)) return { id: request.id, kind: 'failed', reason: reasonOf(error) }
    return { id: request.id, kind: 'conflict', failed: error.failed, ...(error.current === undefined ? {} : { current: error.current }) }
  }
}

const commitGroup = (connection: Connection, names: WritableNames, group: readonly CommitRequest[]): readonly WriterAnswer[] => {
  try {
    connection.run('BEGIN IMMEDIATE')
    const answers = group.map(request => attempt(connection, names, request))
    connection.run('COMMIT')
    return answers
  } catch (error) {
    if (connection.db.isTransaction) connection.run('ROLLBACK')
    names.forget()
    return group.map(({ id }) => ({ id, kind: 'failed', reason: reasonOf(error) }))
  }
}

/** Versions of a commit that leave something to be indexed. */
const leftLater = ({ steps }: CommitRequest): number => {
  let left = 0
  for (const step of steps) {
    if (step.kind === 'delete') left++
    else if ((step.kind === 'put' || step.kind === 'index') && (step.words !== undefined || isDeferred(step.ref.type))) left++
  }
  return left
}

const serve = (port: NonNullable<typeof parentPort>, path: string): void => {
  const ownership = own(path)
  const connection = openConnection(path, false)
  migrate(connection.db)
  durabilityOf(connection)
  refuseReadOnly(connection)
  const names = createNames(connection)
  const catchUp = createCatchUp(connection, (sequence, error) => process.emitWarning(
    `the version at ${sequence} cannot be indexed, and no search that needs its index finds it: ${reasonOf(error)}; reindex its type`))

  const answer = (answers: readonly WriterAnswer[]): void => port.postMessage(encodeAnswers(answers))

  const write = (group: readonly CommitRequest[]): void => {
    const start = performance.now()
    answer(commitGroup(connection, names, group))
    catchUp.written(group.reduce((left, request) => left + leftLater(request), 0), performance.now() - start)
  }

  /** Requests in the order they came: runs of commits as groups of at most GROUP, anything else between them. */
  const handle = (requests: readonly WriterRequest[]): void => {
    let group: CommitRequest[] = []
    const flush = (): void => {
      if (group.length > 0) write(group)
      group = []
    }
    for (const request of requests) {
      if (request.kind === 'commit') {
        group.push(request)
        if (group.length === GROUP) flush()
        continue
      }
      flush()
      switch (request.kind) {
        case 'durability': answer([{ id: request.id, kind: 'durability', ...durabilityOf(connection) }]); break
        case 'catch-up':
          catchUp.ask(request.until, failure => answer([failure === undefined
            ? { id: request.id, kind: 'caught-up' } : { id: request.id, kind: 'failed', reason: reasonOf(failure) }]))
          break
        case 'close':
          catchUp.stop()
          connection.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
          connection.close()
          ownership.release()
          answer([{ id: request.id, kind: 'closed' }])
          port.close()
          break
      }
    }
    flush()
  }

  port.on('message', (first: string) => {
    const requests = [...decodeTurn(first)]
    while (requests.length < GROUP) {
      const more = receiveMessageOnPort(port)
      if (more === undefined) break
      requests.push(...decodeTurn(more.message as string))
    }
    handle(requests)
  })
  answer([{ id: 0, kind: 'ready', latest: latestUpdate(connection), sequence: latestSequence(connection) }])
}

if (parentPort !== null) serve(parentPort, (workerData as { readonly path: string }).path)
