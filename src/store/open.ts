/** Opens the store that an address names. Each is loaded when it is asked for: a hub on SQLite never loads MongoDB's driver. */
import type { Clock } from '../fhir/clock.ts'
import type { StoreAddress } from './address.ts'
import type { Store } from './store.ts'

export interface StoreOptions {
  /** Stamps lastUpdated. */
  readonly clock: Clock
  /** Milliseconds after which a search is stopped and answered with TooCostly. */
  readonly searchDeadlineMs?: number
}

/** Rejects with `Unavailable` for what may pass (a database that is down), otherwise with an Error that says what is wrong. */
export const openStore = async (address: StoreAddress, options: StoreOptions): Promise<Store> => {
  switch (address.kind) {
    case 'sqlite': return (await import('./sqlite/open.ts')).openSqliteStore({ path: address.path, ...options })
    case 'mongodb': return (await import('./mongo/open.ts')).openMongoStore({ url: address.url, ...options })
  }
}
