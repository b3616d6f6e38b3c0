/** A store's table: a line for each phase, with what was aimed at beside what was reached. */
import { isLimitedByDriver } from './ceiling.ts'
import type { Measured } from './driver.ts'
import type { Phase } from './phases/phase.ts'
import type { StoreName } from './stores.ts'

export interface Row {
  readonly store: StoreName
  readonly phase: Phase
  readonly alone: Measured
  readonly together: Measured
  /** The bare handler, with as many clients. */
  readonly ceiling: Measured
}

const fixed = (value: number, width: number, places: number): string => value.toFixed(places).padStart(width)
const rate = (value: number): string => Math.round(value).toString().padStart(7)
const aim = (value: number | undefined, places: number): string => (value === undefined ? '' : `(${value.toFixed(places)})`).padEnd(7)

export const HEADING = [
  `${''.padEnd(48)} |        1 client          |                    16 clients                                      | bare handler, 16`,
  `${'phase'.padEnd(48)} |   req/s   p50    p99 ms  |   req/s   p50    p99 ms   CPU ms (aim)    of db  driver  ratio (aim)  |   req/s  CPU ms  driver`,
].join('\n')

/** Marked `*` where the ratio does not count. */
export const line = ({ store, phase, alone, together, ceiling }: Row): string => {
  const { requestsPerSecond: most } = ceiling
  const mark = isLimitedByDriver(ceiling) ? '*' : ' '
  return `${phase.title.padEnd(48)} |`
    + ` ${rate(alone.requestsPerSecond)} ${fixed(alone.p50Ms, 6, 2)} ${fixed(alone.p99Ms, 7, 2)}   |`
    + ` ${rate(together.requestsPerSecond)} ${fixed(together.p50Ms, 6, 2)} ${fixed(together.p99Ms, 7, 2)} ${fixed(together.serverMs, 8, 3)} ${aim(phase.aim.cpuMs?.[store], 2)}`
    + ` ${fixed(together.databaseMs, 6, 3)} ${fixed(together.driverMs, 6, 3)}  ${fixed(together.requestsPerSecond / most, 5, 3)}${mark}${aim(phase.aim.ratio, 2)}|`
    + ` ${rate(most)} ${fixed(ceiling.serverMs, 7, 3)} ${fixed(ceiling.driverMs, 7, 3)}`
}

export const MARK = "* the driver takes longer for a request than the bare handler: the ceiling is the driver's own, and the ratio does not count"
