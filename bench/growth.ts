/** What more people cost: CPU of the same phase at every size, and how many times as much at the largest as at the smallest. */
import type { Phase } from './phases/phase.ts'

/** CPU ms of phases by size; a phase that failed at a size has none there. */
export interface Growth {
  add(phase: Phase, people: number, cpuMs: number): void
  readonly lines: () => readonly string[]
}

export const createGrowth = (sizes: readonly number[]): Growth => {
  const found = new Map<Phase, Map<number, number>>()
  const row = (phase: Phase, at: ReadonlyMap<number, number>): string => {
    const [smallest, largest] = [at.get(sizes[0]!), at.get(sizes.at(-1)!)]
    const ratio = smallest === undefined || largest === undefined ? '   -' : `${(largest / smallest).toFixed(2)}x`
    const aim = phase.aim.growth === undefined ? '' : ` (${phase.aim.growth.toFixed(2)})`
    const cpu = sizes.map(size => (at.get(size)?.toFixed(3) ?? '-').padStart(10)).join('')
    return `${phase.title.padEnd(48)} |${cpu} | ${ratio.padStart(7)}${aim}`
  }
  return {
    add(phase, people, cpuMs) {
      const at = found.get(phase) ?? new Map<number, number>()
      at.set(people, cpuMs)
      found.set(phase, at)
    },
    lines: () => [
      `${'CPU ms for a request, 16 clients; people:'.padEnd(48)} |${sizes.map(size => String(size).padStart(10)).join('')} |  growth (aim)`,
      ...[...found].map(([phase, at]) => row(phase, at)),
    ],
  }
}
