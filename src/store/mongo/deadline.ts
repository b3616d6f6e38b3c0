/** What is asked of the database in several statements gets one time together; whatever is left is each one's `maxTimeMS`. */
import { TooCostly } from '../store.ts'
import { isTooCostly } from './unavailable.ts'

/** Runs `work` with what is left of the time, milliseconds; past it, or past the database's memory, it is TooCostly. */
export const within = async <T>(limitMs: number, work: (left: () => number) => Promise<T>): Promise<T> => {
  const end = performance.now() + limitMs
  try {
    return await work(() => {
      const left = Math.ceil(end - performance.now())
      if (left <= 0) throw new TooCostly(limitMs)
      return left
    })
  } catch (error) {
    if (isTooCostly(error)) throw new TooCostly(limitMs)
    throw error
  }
}
