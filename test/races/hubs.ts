/** Hubs for races over HTTP: one on SQLite, one on MongoDB, two on one database. */
import { randomUUID } from 'node:crypto'
import { MongoClient } from 'mongodb'
import { databaseAt } from '../../scripts/mongod/replica-set.ts'
import { startTestHub, type TestHub } from '../hub.ts'

const server = process.env['MONGO_URL']

export interface Hubs {
  readonly hubs: readonly TestHub[]
  stop(): Promise<void>
}

const onSqlite = async (): Promise<Hubs> => {
  const hub = await startTestHub()
  return { hubs: [hub], stop: () => hub.stop() }
}

const onMongo = (count: number) => async (): Promise<Hubs> => {
  const url = databaseAt(server!, `races-${randomUUID()}`)
  const hubs: TestHub[] = []
  for (let n = 0; n < count; n++) hubs.push(await startTestHub({ env: { STORE: url } }))
  return {
    hubs,
    async stop() {
      for (const hub of hubs) await hub.stop()
      const client = await MongoClient.connect(url)
      await client.db().dropDatabase()
      await client.close()
    },
  }
}

/** Name and opener; those on MongoDB where MONGO_URL is set. */
export const hubsOf: readonly (readonly [string, () => Promise<Hubs>])[] = [
  ['one hub on SQLite', onSqlite],
  ...(server === undefined ? [] : [['one hub on MongoDB', onMongo(1)] as const, ['two hubs on one MongoDB', onMongo(2)] as const]),
]
