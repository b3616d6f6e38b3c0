/** What must hold of a store after anything that befell its database. */
import type { Store, StoredVersion } from '../../src/store/store.ts'
import { found, isToken } from '../contract/write.ts'

/** Every event, in order. */
export const allEvents = async (store: Store): Promise<readonly StoredVersion[]> => {
  const events: StoredVersion[] = []
  for (;;) {
    const more = await store.events(events.at(-1)?.sequence ?? 0, 1_000)
    if (more.length === 0) return events
    events.push(...more)
  }
}

/** Fails the test unless what was acknowledged is there, nothing is there by half, and the events are whole and in order. */
export const expectWhole = async (store: Store, acknowledged: Iterable<readonly [lane: string, version: number]>): Promise<number> => {
  const events = await allEvents(store)
  const sequences = events.map(({ sequence }) => sequence)
  expect(sequences).toEqual(Array.from(sequences, (_, index) => index + 1))
  const instants = events.map(({ lastUpdated }) => lastUpdated)
  expect(instants).toEqual(instants.toSorted())
  const lanes = new Map<string, number>()
  const beside = new Map<string, string[]>()
  for (const { ref, version } of events) {
    if (ref.type !== 'Basic') {
      const known = beside.get(ref.type)
      if (known === undefined) beside.set(ref.type, [ref.id])
      else known.push(ref.id)
    } else {
      expect([ref.id, version]).toEqual([ref.id, (lanes.get(ref.id) ?? 0) + 1])
      lanes.set(ref.id, version)
    }
  }
  const each = [...lanes].flatMap(([id, version]) => Array.from({ length: version }, (_, n) => `${id}-${n + 1}`)).sort()
  expect(beside.has('Task')).toBe(true)
  for (const [type, ids] of beside) expect([type, ids.sort()]).toEqual([type, each])
  for (const [id, version] of acknowledged) expect(lanes.get(id) ?? 0).toBeGreaterThanOrEqual(version)
  for (const [id, version] of lanes) {
    expect(await found(store, 'Basic', isToken('code', `${id}-${version}`))).toEqual([id])
    expect(await found(store, 'Basic', isToken('code', `${id}-${version - 1}`))).toEqual([])
  }
  return events.length
}
