/**
 * Waiting for what may pass: a hub whose database is down, has no primary or another schema tries again until it is there,
 * and says what it waits for whenever that changes.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { FhirError } from './fhir/outcomes.ts'
import { NotDurable, Unavailable } from './store/store.ts'

/** Pauses double between these: a database that restarts is found at once, one that is away for the night is not pestered. */
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000

export interface Patience {
  /** Told why, at first and whenever the reason is another one. */
  readonly onWaiting: (reason: string) => void
  readonly signal: AbortSignal
}

/** What `attempt` comes to in the end. Rejects with what will not pass, and with an AbortError when `signal` ends the waiting. */
export const patiently = async <T>(attempt: () => Promise<T>, { onWaiting, signal }: Patience): Promise<T> => {
  let said: string | undefined
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    try {
      return await attempt()
    } catch (error) {
      if (!mayPass(error)) throw error
      const { message } = error as Error
      if (message !== said) onWaiting(message)
      said = message
    }
    await wait(pause, undefined, { signal })
  }
}

const mayPass = (error: unknown): boolean =>
  error instanceof Unavailable || error instanceof NotDurable || (error instanceof FhirError && error.status === 503)
