/** How often an address may ask: a bucket of requests each, refilled steadily, for a bounded number of addresses. */

export interface RateLimit {
  /** Seconds to wait, 0 when the request may pass. `now` in milliseconds. */
  take(address: string, now: number): number
}

/** Addresses watched at once; beyond, those whose bucket is full again are forgotten first, then the oldest. */
const MAX_ADDRESSES = 10_000

export const createRateLimit = ({ burst, perSecond }: { burst: number; perSecond: number }): RateLimit => {
  const buckets = new Map<string, { left: number; at: number }>()
  const refillMs = (burst / perSecond) * 1000

  const makeRoom = (now: number): void => {
    for (const [address, { at }] of buckets) if (now - at > refillMs) buckets.delete(address)
    const [oldest] = buckets.keys()
    if (buckets.size >= MAX_ADDRESSES && oldest !== undefined) buckets.delete(oldest)
  }

  return {
    take(address, now) {
      const bucket = buckets.get(address)
      if (bucket === undefined) {
        if (buckets.size >= MAX_ADDRESSES) makeRoom(now)
        buckets.set(address, { left: burst - 1, at: now })
        return 0
      }
      bucket.left = Math.min(burst, bucket.left + Math.max(0, (now - bucket.at) / 1000) * perSecond)
      bucket.at = now
      if (bucket.left < 1) return Math.ceil((1 - bucket.left) / perSecond)
      bucket.left -= 1
      return 0
    },
  }
}
