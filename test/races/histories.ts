/** Random histories: several clients at once on a few records, over one store or several hubs' stores on one database. */
import type { Store } from '../../src/store/store.ts'
import { perform, type Call, type Operation } from './record.ts'

export interface Sizes {
  readonly clients: number
  readonly operations: number
  readonly identifiers: number
}

/** A small generator of chance with a seed (mulberry32), so that a history can be asked for again. */
export const chance = (seed: number): ((below: number) => number) => {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** What happened to each identifier's records. Client n speaks to store n modulo their number. */
export const playHistory = async (stores: readonly Store[], seed: number, { clients, operations, identifiers }: Sizes): Promise<readonly (readonly Operation[])[]> => {
  const histories: Operation[][] = Array.from({ length: identifiers }, () => [])
  /** Newest version that anybody saw of each record that is there. */
  const seen: Map<string, number>[] = histories.map(() => new Map())

  const play = async (client: number): Promise<void> => {
    const next = chance(seed * 1_000 + client)
    const store = stores[client % stores.length]!
    for (let n = 0; n < operations; n++) {
      const about = next(identifiers)
      const call = choose(next, `s${seed}-i${about}-c${client}-n${n}`, seed * 1_000_000 + client * 1_000 + n, seen[about]!)
      const from = performance.now()
      const answer = await perform(store, `s${seed}-i${about}`, call)
      histories[about]!.push({ call, answer, from, until: answer === undefined ? Infinity : performance.now() })
      remember(seen[about]!, call, answer)
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, client) => play(client)))
  return histories
}

const choose = (next: (below: number) => number, id: string, value: number, seen: ReadonlyMap<string, number>): Call => {
  const known = [...seen]
  const [about, version] = known[next(Math.max(1, known.length))] ?? []
  const dice = next(10)
  if (about === undefined || version === undefined) return dice < 8 ? { kind: 'create', id, value } : { kind: 'find' }
  if (dice < 2) return { kind: 'create', id, value }
  if (dice < 5) return { kind: 'read', id: about }
  if (dice < 8) return { kind: 'update', id: about, version, value }
  return dice === 8 ? { kind: 'delete', id: about, version } : { kind: 'find' }
}

const remember = (seen: Map<string, number>, call: Call, answer: Operation['answer']): void => {
  if (answer === undefined) return
  switch (answer.kind) {
    case 'created': case 'matched': case 'found':
      if (answer.id !== undefined && !seen.has(answer.id)) seen.set(answer.id, 1)
      return
    case 'is':
      if (call.kind !== 'read') return
      if (answer.value === undefined) seen.delete(call.id)
      else seen.set(call.id, answer.version)
      return
    case 'done':
      if (call.kind === 'update') seen.set(call.id, call.version + 1)
      if (call.kind === 'delete') seen.delete(call.id)
      return
    case 'conflict': return
  }
}
