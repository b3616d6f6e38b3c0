/**
 * Fills a store: `node bench/prepare.ts FILE TASKS CLIENTS`. The first referrals are played over HTTP; the others are
 * written through the store's port with what the hub wrote for those. A process of its own: it takes memory.
 */
import { systemClock, type Clock } from '../src/fhir/clock.ts'
import { loadDefinitions } from '../src/definitions/load.ts'
import { loadLocalities } from '../src/directory/load.ts'
import { createExtractor } from '../src/search/extract.ts'
import { openSqliteStore } from '../src/store/sqlite/open.ts'
import type { Store, StoredVersion, Write } from '../src/store/store.ts'
import { fileURLToPath } from 'node:url'
import { NOW, startHub } from './hub-process.ts'
import { caseOf, endOf, patternOf, servicesOf, TASKS_A_CASE, type Pattern } from './population.ts'
import { ENDS, playStories, type End } from './story.ts'

/** Cases in a commit: 200 writes or so, some 10 MB of message for the writer at most. */
const CASES_A_COMMIT = 25
/** Events read at a time while looking for the patterns. */
const EVENTS = 1_000
/** The data is of the year before. */
const SPAN_MS = 330 * 24 * 60 * 60_000

const [file = '', tasks = '', registry = ''] = process.argv.slice(2)

const readPatterns = async (store: Store, ids: Readonly<Record<End, string>>): Promise<ReadonlyMap<End, Pattern>> => {
  const current = new Map<string, StoredVersion>()
  for (let after = 0; ;) {
    const events = await store.events(after, EVENTS)
    for (const version of events) current.set(`${version.ref.type}/${version.ref.id}`, version)
    if (events.length < EVENTS) break
    after = events.at(-1)!.sequence
  }
  const patterns = await Promise.all(ENDS.map(async (end, person) => [end, patternOf(
    end, person, [...current.values()].filter(({ caseId, deleted }) => caseId === ids[end] && !deleted), await store.audience(ids[end]),
  )] as const))
  return new Map(patterns)
}

const played = async (): Promise<Readonly<Record<End, string>>> => {
  const hub = await startHub(file, registry)
  try {
    return await playStories(hub)
  } finally {
    await hub.stop()
  }
}

const ids = await played()
const read = await openSqliteStore({ path: file, clock: systemClock() })
const patterns = await readPatterns(read, ids)
await read.close()

const cases = Math.ceil(Number(tasks) / TASKS_A_CASE)
const localities = loadLocalities(fileURLToPath(new URL('../localities', import.meta.url)))
const services = servicesOf(localities)
const extract = createExtractor(loadDefinitions())
let at = Date.parse(NOW)
const clock: Clock = { now: () => at }
const store = await openSqliteStore({ path: file, clock })
for (let first = 0; first < cases; first += CASES_A_COMMIT) {
  const writes: Write[] = []
  for (let n = first; n < Math.min(cases, first + CASES_A_COMMIT); n += 1) {
    const authored = Date.parse(NOW) - SPAN_MS + Math.floor(n / cases * SPAN_MS)
    writes.push(...caseOf(n, patterns.get(endOf(n))!, authored, services, extract))
  }
  at += 1
  await store.commit({ expect: [], writes })
}
await store.close()
