/**
 * The embedded store: SQLite in one file, a writer thread, point reads and short searches on the serving thread,
 * everything longer in a search thread. What it guarantees and how it is laid out: docs/stores.md
 */
import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Clock } from '../../fhir/clock.ts'
import type { SearchPlan } from '../../search/plan.ts'
import { SEARCH_DEADLINE_MS } from '../limits.ts'
import { createListeners } from '../listeners.ts'
import { NotDurable, TooCostly, type HistoryQuery, type KeyRecord, type RequestKey, type Store } from '../store.ts'
import { openConnection, type Row } from './connection.ts'
import { readsDeferred } from './deferred.ts'
import type { Durability } from './durability.ts'
import { createNames } from './names.ts'
import { lastPending } from './pending.ts'
import { runBriefSearch } from './search.ts'
import { createSearcher } from './searcher-client.ts'
import { readCurrent, readEvents, readOne, runHistory } from './versions.ts'
import { startWriter } from './writer-client.ts'

export interface SqliteOptions {
  /** File; its folder is made when it is missing. */
  readonly path: string
  /** Stamps lastUpdated. */
  readonly clock: Clock
  /** A search is stopped after this long and answered with TooCostly; default 2,000. */
  readonly searchDeadlineMs?: number
}

export interface SqliteStore extends Store {
  /** How the live writing connection syncs, read back from it. */
  durability(): Promise<Durability>
}

/** A search may hold the serving thread for this long; one that has more to do begins again in the search thread. */
const INLINE_MS = 4

/** After a commit that could not be made durable the store counts as refusing for so long; what is written then tells how it is. */
const REFUSED_MS = 5_000

/** Versions announced at once that a lost writer did not announce: at most the groups it had in hand. */
const MISSED = 1_000

/** Opens or makes the file, bringing an older one up to date. Rejects when a newer hub wrote it or it cannot be durable. */
export const openSqliteStore = async (options: SqliteOptions): Promise<SqliteStore> => {
  const path = resolve(options.path)
  mkdirSync(dirname(path), { recursive: true })
  const limitMs = options.searchDeadlineMs ?? SEARCH_DEADLINE_MS
  const { announce, onCommit } = createListeners()

  const announceSince = (sequence: number): void => {
    for (let after = sequence; ;) {
      const versions = readEvents(reader, names, after, MISSED)
      if (versions.length === 0) return
      announce({ versions })
      after = versions.at(-1)!.sequence
    }
  }

  const writer = await startWriter({ path, clock: options.clock, announce, announceSince })
  const reader = openConnection(path, true)
  const names = createNames(reader)
  const searcher = createSearcher(path, limitMs)

  let refusedAt = -Infinity

  /** Here while it is short, else in the search thread. */
  const briefly = async <T>(here: (limitMs: number) => T, there: () => Promise<T>): Promise<T> => {
    try {
      return here(Math.min(INLINE_MS, limitMs))
    } catch (error) {
      if (error instanceof TooCostly) return there()
      throw error
    }
  }

  /** Everything committed until now is indexed, also what could be later. */
  const caughtUp = async (): Promise<void> => {
    const last = lastPending(reader)
    if (last > 0) await writer.catchUp(last)
  }

  return {
    read: async (ref, visibility) => readCurrent(reader, names, ref, visibility),
    readVersion: async (ref, version, visibility) => readOne(reader, names, ref, version, visibility),
    async search(plan: SearchPlan) {
      if (readsDeferred(plan)) await caughtUp()
      return briefly(limit => runBriefSearch(reader, names, plan, limit), () => searcher.search(plan))
    },
    history: (query: HistoryQuery) => briefly(limit => runHistory(reader, names, query, limit), () => searcher.history(query)),
    audience: async (...caseIds) =>
      reader.all(`SELECT DISTINCT n.text AS label FROM json_each(?) j CROSS JOIN case_label c ON c.case_id = j.value
        CROSS JOIN name n ON n.id = c.label ORDER BY n.text`, [JSON.stringify(caseIds)]).map(row => row['label'] as string),
    key: async key =>
      keyOf(key, reader.get('SELECT fingerprint, type, id FROM request_key WHERE scope = ? AND value = ?', [key.scope, key.value])),
    commit: commit => writer.commit(names, commit).catch((error: unknown) => {
      if (error instanceof NotDurable) refusedAt = performance.now()
      throw error
    }),
    async check() {
      if (performance.now() - refusedAt < REFUSED_MS) throw new NotDurable('the last commit could not be made durable')
    },
    events: async (after, limit) => readEvents(reader, names, after, limit),
    onCommit,
    durability: () => writer.durability(),
    async close() {
      await searcher.close()
      reader.close()
      await writer.close()
    },
  }
}

const keyOf = (key: RequestKey, row: Row | undefined): KeyRecord | undefined => row === undefined ? undefined : {
  key, fingerprint: row['fingerprint'] as string, ref: { type: row['type'] as string, id: row['id'] as string },
}
