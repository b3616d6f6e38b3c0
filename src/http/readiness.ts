/**
 * Whether requests can be served now, as a load balancer asks: the store is asked, at most once a second, and a change is
 * logged once, with its reason.
 */
import type { Logger } from 'pino'

/** Whether a commit could be made now. Never rejects. */
export type Readiness = () => Promise<boolean>

/** However many probes come, the store hears one question in this time. */
const KNOWN_FOR_MS = 1_000

/** `check` rejects with why the store cannot be used. */
export const createReadiness = (check: () => Promise<void>, logger: Logger, now: () => number = () => performance.now()): Readiness => {
  let askedAt = -Infinity
  let answer: Promise<boolean> = Promise.resolve(true)
  let wasReady = true

  const ask = async (): Promise<boolean> => {
    const reason = await check().then(() => undefined, (error: unknown) => (error instanceof Error ? error.message : String(error)))
    const isReady = reason === undefined
    if (isReady !== wasReady) {
      if (isReady) logger.warn('ready again')
      else logger.error({ reason }, 'not ready: the store cannot be used')
    }
    wasReady = isReady
    return isReady
  }

  return () => {
    if (now() - askedAt >= KNOWN_FOR_MS) {
      askedAt = now()
      answer = ask()
    }
    return answer
  }
}
