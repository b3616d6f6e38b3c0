/** A partner's desk as a child process: words go in, the sentences it says come back (examples/partners/desk.ts). */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A desk that takes longer than this has lost the hub. */
const ANSWER_WITHIN_MS = 30_000

export interface Desk {
  /** What the desk said; throws with the desk's own words when it failed or fell silent. */
  tell(words: string): Promise<readonly string[]>
  stop(): void
}

interface DeskParts {
  /** Name of a file in examples/partners/. */
  readonly program: string
  readonly hub: string
  readonly client: string
  readonly keyFile: string
  readonly practitioner: string | undefined
}

interface Line { ready?: string[]; said?: string; done?: true; failed?: string }

export const startDesk = async ({ program, hub, client, keyFile, practitioner }: DeskParts): Promise<Desk> => {
  const file = fileURLToPath(new URL(`../../examples/partners/${program}.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    env: { ...process.env, HUB_URL: hub, CLIENT: client, KEY_FILE: keyFile, ...(practitioner === undefined ? {} : { PRACTITIONER: practitioner }) },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (data: Buffer) => { complaint += data.toString() })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  const next = async (): Promise<Line> => {
    const silent = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const line = await Promise.race([lines.next(), once(silent, 'abort')])
    if (Array.isArray(line)) throw new Error(`${program} fell silent`)
    if (line.done === true) throw new Error(`${program} ended: ${complaint.trim().split('\n').slice(-3).join(' ')}`)
    return JSON.parse(line.value) as Line
  }

  await next()
  return {
    async tell(words) {
      child.stdin.write(`${words}\n`)
      const said: string[] = []
      for (;;) {
        const line = await next()
        if (line.failed !== undefined) throw new Error(`${program}, told "${words}": ${line.failed}`)
        if (line.done === true) return said
        if (line.said !== undefined) said.push(line.said)
      }
    },
    stop: () => { child.kill() },
  }
}
