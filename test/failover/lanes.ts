/**
 * Lanes of commits that go on through whatever happens to the database: each updates its lane's resource and creates one
 * beside it, remembers what was acknowledged, and after a failure looks what became of it before it goes on.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { NotDurable, type Store } from '../../src/store/store.ts'
import { ALL, put, text, token } from '../contract/write.ts'

export interface Lanes {
  /** Versions acknowledged, by lane. */
  readonly acknowledged: ReadonlyMap<string, number>
  /** Commits that were refused: nobody was told that they had been made. */
  readonly refused: () => number
  /** Resolves when every lane has had a commit acknowledged that began after this call. */
  progress(): Promise<void>
  stop(): Promise<void>
}

const LANES = 6
const PATIENCE_MS = 60_000

export const startLanes = (store: Store, prefix: string): Lanes => {
  const acknowledged = new Map<string, number>()
  const began = new Map<string, number>()
  let refused = 0
  const stopped = new AbortController()
  let broken: Error | undefined

  const lane = async (id: string): Promise<void> => {
    const ref = { type: 'Basic', id }
    let version = 0
    while (!stopped.signal.aborted) {
      const name = `${id}-${version + 1}`
      const start = performance.now()
      try {
        await store.commit({
          expect: [{ kind: 'version', ref, version }],
          writes: [
            put('Basic', id, { replaces: version, text: name, entries: [token('code', name), text('name', name)] }),
            put('Task', name, { text: name.repeat(50), entries: [token('code', name)] }),
          ],
        })
        version++
        acknowledged.set(id, version)
        began.set(id, start)
      } catch (error) {
        if (!(error instanceof NotDurable)) throw error
        refused++
        version = await currentVersion(store, ref, version)
      }
    }
  }
  const running = Promise.all(Array.from({ length: LANES }, (_, n) => lane(`${prefix}-${n}`)))
    .catch((error: unknown) => { broken = error instanceof Error ? error : new Error(String(error)) })

  return {
    acknowledged, refused: () => refused,
    async progress() {
      const from = performance.now()
      for (let lanes = 0; lanes < LANES; lanes = [...began.values()].filter(start => start > from).length) {
        if (broken !== undefined) throw broken
        if (performance.now() > from + PATIENCE_MS) throw new Error(`a lane has not got on for ${PATIENCE_MS} ms`)
        await wait(10)
      }
    },
    async stop() {
      stopped.abort()
      await running
      if (broken !== undefined) throw broken
    },
  }
}

/** A commit that was refused may have been made all the same, once; never more than that. */
const currentVersion = async (store: Store, ref: { type: string; id: string }, known: number): Promise<number> => {
  for (const end = performance.now() + PATIENCE_MS; ; await wait(50)) {
    try {
      const version = (await store.read(ref, ALL))?.version ?? 0
      if (version < known || version > known + 1) throw new RangeError(`${ref.id} is at ${version}, and ${known} was acknowledged`)
      return version
    } catch (error) {
      if (error instanceof RangeError || performance.now() > end) throw error
    }
  }
}
