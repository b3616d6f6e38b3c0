/**
 * What clients of a store do to a few records, each known by an identifier, and what it means when done one at a time:
 * create unless one with the identifier is there, read, update a version, delete a version, find by the identifier.
 */
import type { IndexEntry } from '../../src/search/entries.ts'
import { Conflict, NotDurable, Unavailable, type Store } from '../../src/store/store.ts'
import { ALL, isToken, plan, put, remove } from '../contract/write.ts'
import type { Done, Model } from './linearizability.ts'

export type Call =
  | { readonly kind: 'create'; readonly id: string; readonly value: number }
  | { readonly kind: 'read'; readonly id: string }
  | { readonly kind: 'update'; readonly id: string; readonly version: number; readonly value: number }
  | { readonly kind: 'delete'; readonly id: string; readonly version: number }
  | { readonly kind: 'find' }

/** `id`: what was created, or what was there; `version` 0: nothing. A deleted one has no value. */
export type Answer =
  | { readonly kind: 'created' | 'matched' | 'found'; readonly id: string | undefined }
  | { readonly kind: 'is'; readonly version: number; readonly value: number | undefined }
  | { readonly kind: 'done' | 'conflict' }

/** Records that ever had the identifier; at most one of them is not deleted. */
export type State = Readonly<Record<string, { readonly version: number; readonly value: number | undefined }>>

const currentOf = (state: State): string | undefined => Object.keys(state).find(id => state[id]!.value !== undefined)

const same = (one: Answer, other: Answer | undefined): boolean => other === undefined || JSON.stringify(one) === JSON.stringify(other)

/** The state after a call that was answered so; undefined when it could not have been. */
export const recordModel: Model<State, Call, Answer> = {
  start: {},
  step: (state, call, answer) => {
    const [after, said] = apply(state, call)
    return same(said, answer) ? after : undefined
  },
  text: state => JSON.stringify(Object.entries(state).sort(([one], [other]) => (one < other ? -1 : 1))),
}

const apply = (state: State, call: Call): readonly [State, Answer] => {
  switch (call.kind) {
    case 'create': {
      const there = currentOf(state)
      if (there !== undefined) return [state, { kind: 'matched', id: there }]
      return [{ ...state, [call.id]: { version: 1, value: call.value } }, { kind: 'created', id: call.id }]
    }
    case 'find': return [state, { kind: 'found', id: currentOf(state) }]
    case 'read': return [state, { kind: 'is', version: state[call.id]?.version ?? 0, value: state[call.id]?.value }]
    case 'update': case 'delete': {
      if (state[call.id]?.version !== call.version) return [state, { kind: 'conflict' }]
      const value = call.kind === 'update' ? call.value : undefined
      return [{ ...state, [call.id]: { version: call.version + 1, value } }, { kind: 'done' }]
    }
  }
}

const entriesOf = (identifier: string): readonly IndexEntry[] => [{ kind: 'token', param: 'identifier', system: 'urn:x', code: identifier }]

/** Does it for real. A store that cannot say whether it was done answers undefined. */
export const perform = async (store: Store, identifier: string, call: Call): Promise<Answer | undefined> => {
  try {
    return await performed(store, identifier, call)
  } catch (error) {
    if (error instanceof Conflict) return { kind: 'conflict' }
    if (error instanceof NotDurable || error instanceof Unavailable) return undefined
    throw error
  }
}

const performed = async (store: Store, identifier: string, call: Call): Promise<Answer> => {
  const search = plan('Patient', isToken('identifier', identifier))
  switch (call.kind) {
    case 'read': {
      const found = await store.read({ type: 'Patient', id: call.id }, ALL)
      return { kind: 'is', version: found?.version ?? 0, value: found === undefined || found.deleted ? undefined : valueOf(found.json) }
    }
    case 'find': return { kind: 'found', id: onlyId((await store.search(search)).matches.map(({ ref }) => ref.id)) }
    case 'update':
      await store.commit({ expect: [], writes: [put('Patient', call.id, { replaces: call.version, entries: entriesOf(identifier), text: String(call.value) })] })
      return { kind: 'done' }
    case 'delete':
      await store.commit({ expect: [], writes: [remove('Patient', call.id, call.version)] })
      return { kind: 'done' }
    case 'create': return create(store, identifier, call)
  }
}

/** Searches, and creates on the condition that the search still finds nothing, as often as somebody else was first. */
const create = async (store: Store, identifier: string, { id, value }: Extract<Call, { kind: 'create' }>): Promise<Answer> => {
  for (;;) {
    const search = plan('Patient', isToken('identifier', identifier))
    const there = onlyId((await store.search(search)).matches.map(({ ref }) => ref.id))
    if (there !== undefined) return { kind: 'matched', id: there }
    try {
      await store.commit({
        expect: [{ kind: 'matches', plan: search, refs: [] }],
        writes: [put('Patient', id, { entries: entriesOf(identifier), text: String(value) })],
      })
      return { kind: 'created', id }
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
    }
  }
}

const onlyId = (ids: readonly string[]): string | undefined => {
  if (ids.length > 1) throw new Error(`${ids.length} records have one identifier: ${ids.join()}`)
  return ids[0]
}

const valueOf = (json: string): number => Number((JSON.parse(json) as { text: string }).text)

export type Operation = Done<Call, Answer>
