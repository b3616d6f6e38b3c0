/** The checker finds faults that are planted: in the answers of a good history, and in a store that has them. */
import { Conflict, type Commit, type Store } from '../../src/store/store.ts'
import { stores, type Opened } from '../contract/stores.ts'
import { chance, playHistory } from './histories.ts'
import { isLinearizable } from './linearizability.ts'
import { recordModel, type Answer, type Operation } from './record.ts'

const SIZES = { clients: 6, operations: 25, identifiers: 2 }
const [[, open]] = stores as readonly [readonly [string, () => Promise<Opened>]]

/** Every fourth time. */
const now = (): (() => boolean) => {
  let times = 0
  return () => ++times % 4 === 0
}
const isUpdate = ({ writes }: Commit): boolean => writes.some(write => write.kind === 'put' && write.replaces > 0)
const isCreate = ({ expect }: Commit): boolean => expect.some(({ kind }) => kind === 'matches')

const losesUpdates = (store: Store): Store => {
  const isNow = now()
  return { ...store, commit: async commit => (isUpdate(commit) && isNow() ? { versions: [] } : store.commit(commit)) }
}

const appliesTwice = (store: Store): Store => ({
  ...store,
  async commit(commit) {
    const committed = await store.commit(commit)
    if (!isUpdate(commit)) return committed
    const writes = commit.writes.map(write => (write.kind === 'put' ? { ...write, replaces: write.replaces + 1 } : write))
    await store.commit({ expect: [], writes }).catch(() => undefined)
    return committed
  },
})

const readsStale = (store: Store): Store => {
  const isNow = now()
  const before = new Map<string, Awaited<ReturnType<Store['read']>>>()
  return {
    ...store,
    async read(ref, visibility) {
      const known = before.get(ref.id)
      const found = await store.read(ref, visibility)
      if (!before.has(ref.id) || !isNow()) {
        before.set(ref.id, found)
        return found
      }
      return known
    },
  }
}

const forgetsConditions = (store: Store): Store => ({
  ...store, commit: commit => store.commit(isCreate(commit) ? { ...commit, expect: [] } : commit),
})

const overwrites = (store: Store): Store => ({
  ...store,
  async commit(commit) {
    try {
      return await store.commit(commit)
    } catch (error) {
      if (error instanceof Conflict && isUpdate(commit)) return { versions: [] }
      throw error
    }
  },
})

describe('a planted fault', () => {
  let opened: Opened
  beforeEach(async () => { opened = await open() })
  afterEach(async () => { await opened.dispose() })

  it.each<[string, (store: Store) => Store]>([
    ['acknowledges updates that it does not make', losesUpdates],
    ['makes an update twice', appliesTwice],
    ['reads what was overwritten', readsStale],
    ['creates whatever is there already', forgetsConditions],
    ['acknowledges updates of what has changed', overwrites],
  ])('is found in a store that %s', async (_fault, faulty) => {
    const store = faulty(opened.store)
    let refused = 0
    for (let seed = 1; seed <= 5; seed++) {
      // A record that has two resources at once is an error of its own, which ends the history.
      const histories = await playHistory([store], seed, SIZES).catch((error: unknown) => String(error))
      if (typeof histories === 'string') expect(histories).toMatch(/records have one identifier/)
      if (typeof histories === 'string' || histories.some(history => !isLinearizable(history, recordModel))) refused++
    }
    expect(refused).toBeGreaterThan(0)
  })

  it('is found in an altered answer, wherever it stands', async () => {
    const histories = await playHistory([opened.store], 1, SIZES)
    const next = chance(7)
    const altered = (answer: Answer): Answer | undefined => {
      switch (answer.kind) {
        case 'is': return { ...answer, version: answer.version + 1 }
        case 'created': case 'matched': case 'found': return { ...answer, id: 'nobody' }
        // Whether an update that was refused could have been made depends on what came between; that it was made twice does not.
        case 'done': case 'conflict': return undefined
      }
    }
    let tried = 0
    for (const history of histories) {
      expect(isLinearizable(history, recordModel)).toBe(true)
      for (let n = 0; n < 20; n++) {
        const at = next(history.length)
        const answer = altered(history[at]!.answer!)
        if (answer === undefined) continue
        tried++
        const wrong: Operation[] = history.map((one, index) => (index === at ? { ...one, answer } : one))
        expect([at, isLinearizable(wrong, recordModel)]).toEqual([at, false])
      }
    }
    expect(tried).toBeGreaterThan(10)
  })
})
