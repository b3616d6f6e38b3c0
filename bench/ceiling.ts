/** The bare handler as a child process: told what to answer, then driven with the very requests the hub was sent. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { drive, type Measured, type Request } from './driver.ts'
import { end } from './hub-process.ts'

export interface Ceiling {
  /** `answer`: what the hub sends to one of these requests. */
  measure(requests: readonly Request[], answer: string, clients: number): Promise<Measured>
  stop(): Promise<void>
}

/** Requests before those that are measured, so that the handler is compiled. */
const WARM_UP = 2_000

export const startCeiling = async (): Promise<Ceiling> => {
  const child = fork(fileURLToPath(new URL('bare.ts', import.meta.url)), { execArgv: ['--max-semi-space-size=4'] })
  const [port] = await once(child, 'message') as [number]
  const target = { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0 }
  const say = async (answer: string): Promise<void> => {
    child.send(answer)
    await once(child, 'message')
  }
  let isWarm = false
  return {
    async measure(requests, answer, clients) {
      await say(answer)
      if (!isWarm) await drive(target, Array.from({ length: WARM_UP }, (_, n) => requests[n % requests.length]!), clients)
      isWarm = true
      return drive(target, requests, clients)
    },
    stop: () => end(child, 'SIGKILL'),
  }
}

/** The driver has one thread, like the handler: whichever takes longer for a request sets the pace. */
export const isLimitedByDriver = ({ driverMs, serverMs }: Measured): boolean => driverMs > serverMs
