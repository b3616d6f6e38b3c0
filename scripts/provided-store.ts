/**
 * A store for one run of a program, gone afterwards: a file in a folder, or a database of a MongoDB, which is the one that
 * MONGO_URL names or a replica set started for the purpose.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { shownAddress, storeAddress } from '../src/store/address.ts'
import { databaseAt, startReplicaSet } from './mongod/replica-set.ts'

export const STORE_KINDS = ['sqlite', 'mongo'] as const
export type StoreKind = (typeof STORE_KINDS)[number]

export interface ProvidedStore {
  /** For STORE. */
  readonly address: string
  /** Where the MongoDB comes from, in a sentence. */
  readonly note?: string
  remove(): Promise<void>
}

/** Throws when the text names no kind of store. */
export const storeKind = (text: string): StoreKind => {
  const kind = STORE_KINDS.find(one => one === text)
  if (kind === undefined) throw new Error(`--store takes ${STORE_KINDS.join(' or ')}, not "${text}"`)
  return kind
}

export const provideStore = async (kind: StoreKind, folder: string): Promise<ProvidedStore> => {
  if (kind === 'sqlite') return { address: `sqlite:${join(folder, 'hub.db')}`, remove: async () => undefined }
  const name = `care-connexions-${randomUUID()}`
  const given = process.env['MONGO_URL']?.trim()
  if (given === undefined || given === '') {
    const replicaSet = await startReplicaSet()
    return {
      address: replicaSet.database(name), remove: () => replicaSet.stop(),
      note: `On a MongoDB of its own, ${shown(replicaSet.database(name))}, started for this and removed afterwards.`,
    }
  }
  const address = databaseAt(given, name)
  return {
    address, note: `On the MongoDB of MONGO_URL, ${shown(address)}, whose database is removed afterwards.`,
    remove: () => dropDatabase(address),
  }
}

export const dropDatabase = async (address: string): Promise<void> => {
  const client = await MongoClient.connect(address)
  await client.db().dropDatabase()
  await client.close()
}

const shown = (text: string): string => {
  const address = storeAddress(text)
  return 'kind' in address ? shownAddress(address) : 'whose address cannot be read'
}
