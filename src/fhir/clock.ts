/** Time is an argument: one clock for the whole hub, instants in milliseconds, never read from elsewhere. */
export interface Clock {
  /** Milliseconds since the epoch; never decreases. */
  now(): number
}

/** The machine's clock, held where it is when the machine's time steps back. */
export const systemClock = (): Clock => {
  let latest = 0
  return { now: () => (latest = Math.max(latest, Date.now())) }
}

/** Moved by hand, for demonstrations and tests; `move` refuses to go backwards. */
export const manualClock = (start: number): Clock & { move(to: number): boolean } => {
  let at = start
  return {
    now: () => at,
    move(to) {
      if (to < at) return false
      at = to
      return true
    },
  }
}

/** `2026-11-24T10:15:00.000Z` */
export const instant = (milliseconds: number): string => new Date(milliseconds).toISOString()
