/** `npm run copy` as an operator runs it, and files and databases to copy between. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { MongoClient, type Db } from 'mongodb'
import { databaseAt } from '../../scripts/mongod/replica-set.ts'

const script = fileURLToPath(new URL('../../scripts/copy.ts', import.meta.url))

export const WHY = process.env['MONGO_URL'] === undefined ? ' (skipped: MONGO_URL is not set, there is no MongoDB to copy to)' : ''
export const suite = WHY === '' ? describe : describe.skip

export interface Ended {
  /** null: killed. */
  readonly status: number | null
  readonly output: string
}

/** Runs the copy to its end, or kills it as soon as `until` resolves; `signal` ends the waiting with the copy. */
export const runCopy = async (from: string, to: string, until?: (signal: AbortSignal) => Promise<void>): Promise<Ended> => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, '--from', from, '--to', to],
    { env: { ...process.env, NODE_OPTIONS: '' } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString() })
  const ended = once(child, 'close') as Promise<[number | null]>
  const over = new AbortController()
  if (until !== undefined) void until(over.signal).then(() => child.kill('SIGKILL'))
  const [status] = await ended
  over.abort()
  return { status, output }
}

export interface Database {
  readonly url: string
  readonly db: Db
  drop(): Promise<void>
}

export const newDatabase = async (): Promise<Database> => {
  const url = databaseAt(process.env['MONGO_URL']!, `copy-${randomUUID()}`)
  const client = await MongoClient.connect(url)
  const db = client.db()
  return {
    url, db,
    async drop() {
      await db.dropDatabase()
      await client.close()
    },
  }
}

const LOOK_MS = 5

/** Waits until the copy has written so many versions. */
export const reached = ({ db }: Database, versions: number) => async (signal: AbortSignal): Promise<void> => {
  while (!signal.aborted && await db.collection('version').estimatedDocumentCount() < versions) await wait(LOOK_MS)
}
