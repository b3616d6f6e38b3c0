/**
 * The stores beside each other: CPU of the same phase on each at every number of people, how many times as much the most
 * people cost as the fewest, and, with the most, how much of it is the database's own process and how long one client waits.
 */
import type { Measured } from './driver.ts'
import type { Phase } from './phases/phase.ts'
import type { StoreName } from './stores.ts'

/** What was measured of phases; a phase that failed on a store at a size has nothing there. */
export interface Growth {
  add(phase: Phase, store: StoreName, people: number, measured: Measured): void
  readonly lines: () => readonly string[]
}

export const createGrowth = (stores: readonly StoreName[], sizes: readonly number[]): Growth => {
  const found = new Map<Phase, Map<string, Measured>>()
  const key = (store: StoreName, people: number): string => `${store} ${people}`
  const row = (phase: Phase, at: ReadonlyMap<string, Measured>, store: StoreName): string => {
    const measured = sizes.map(size => at.get(key(store, size)))
    const [smallest, largest] = [measured[0], measured.at(-1)]
    const ratio = sizes.length === 1 || smallest === undefined || largest === undefined ? '-' : `${(largest.serverMs / smallest.serverMs).toFixed(2)}x`
    const aim = phase.aim.growth === undefined ? '' : ` (${phase.aim.growth.toFixed(2)})`
    const cpu = measured.map(one => (one?.serverMs.toFixed(3) ?? '-').padStart(10)).join('')
    const rest = largest === undefined ? '' : `${largest.databaseMs.toFixed(3).padStart(9)} ${Math.round(1_000 / largest.serverMs).toString().padStart(9)}`
      + ` ${Math.round(largest.requestsPerSecond).toString().padStart(9)} ${largest.p50Ms.toFixed(1).padStart(7)} / ${largest.p99Ms.toFixed(1)}`
    return `${(store === stores[0] ? phase.title : '').padEnd(46)} ${store.padEnd(6)} |${cpu} | ${ratio.padStart(6)}${aim.padEnd(7)} |${rest}`
  }
  return {
    add(phase, store, people, measured) {
      const at = found.get(phase) ?? new Map<string, Measured>()
      at.set(key(store, people), measured)
      found.set(phase, at)
    },
    lines: () => [
      `${'CPU ms for a request, 16 clients; people:'.padEnd(46)} store  |${sizes.map(size => String(size).padStart(10)).join('')}`
        + ' | growth (aim)  |  of it the database  a CPU second  a second  p50 / p99 ms, with the most people',
      ...[...found].flatMap(([phase, at]) => stores.map(store => row(phase, at, store))),
    ],
  }
}
