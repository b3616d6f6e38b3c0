/** Who is told of commits. One that fails is warned of, and keeps no other from being told. */
import type { Committed, Store } from './store.ts'

export interface Listeners {
  readonly announce: (committed: Committed) => void
  readonly onCommit: Store['onCommit']
}

export const createListeners = (): Listeners => {
  const listeners = new Set<(committed: Committed) => void>()
  return {
    announce(committed) {
      for (const listener of listeners) {
        try {
          listener(committed)
        } catch (error) {
          process.emitWarning(`a listener to commits failed: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
    },
    onCommit(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
