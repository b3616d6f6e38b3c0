/**
 * Assertions heard once: a `jti` is remembered until the assertion's `exp`, after which the date alone refuses it.
 *
 * In memory and bounded; full means that so many distinct signed assertions are still valid that the hub refuses new
 * ones for a moment sooner than forgetting an old one.
 */

/** 100,000 assertions within five minutes are 333 a second, more than one core verifies with ES384 (1.3 ms each). */
const MAX_REMEMBERED = 100_000
/** Seconds between sweeps of what has expired. */
const SWEEP_S = 30

export interface ReplayMemory {
  /** True the first time; `expires` and `now` in seconds since the epoch. */
  firstTime(client: string, jti: string, expires: number, now: number): 'first' | 'again' | 'full'
}

export const createReplayMemory = (limit = MAX_REMEMBERED): ReplayMemory => {
  const remembered = new Map<string, number>()
  let sweptAt = 0

  const sweep = (now: number): void => {
    sweptAt = now
    for (const [key, expires] of remembered) if (expires < now) remembered.delete(key)
  }

  return {
    firstTime(client, jti, expires, now) {
      if (now - sweptAt >= SWEEP_S) sweep(now)
      const key = `${client}\n${jti}`
      if (remembered.has(key)) return 'again'
      if (remembered.size >= limit) return 'full'
      remembered.set(key, expires)
      return 'first'
    },
  }
}
