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
  /** Tells it something that its process does not survive (SIGKILL); throws when it does, or ends otherwise. */
  tellLast(words: string): Promise<readonly string[]>
  stop(): void
}

export interface DeskParts {
  /** Name of a file in examples/partners/. */
  readonly program: string
  readonly hub: string
  readonly client: string
  readonly keyFile: string
  readonly practitioner?: string | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
}

interface Line { ready?: string[]; said?: string; done?: true; failed?: string }

export const startDesk = async ({ program, hub, client, keyFile, practitioner, env = {} }: DeskParts): Promise<Desk> => {
  const file = fileURLToPath(new URL(`../../examples/partners/${program}.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    env: {
      ...process.env, ...env, HUB_URL: hub, CLIENT: client, KEY_FILE: keyFile,
      ...(practitioner === undefined ? {} : { PRACTITIONER: practitioner }),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>
  let complaint = ''
  child.stderr.on('data', (data: Buffer) => { complaint += data.toString() })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  /** Undefined when the process has ended. */
  const next = async (): Promise<Line | undefined> => {
    const silent = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const line = await Promise.race([lines.next(), once(silent, 'abort')])
    if (Array.isArray(line)) throw new Error(`${program} fell silent`)
    return line.done === true ? undefined : JSON.parse(line.value) as Line
  }

  /** Answers whether the desk is still there, with what it said. */
  const converse = async (words: string): Promise<{ isAlive: boolean; said: readonly string[] }> => {
    child.stdin.write(`${words}\n`)
    const said: string[] = []
    for (;;) {
      const line = await next()
      if (line === undefined) return { isAlive: false, said }
      if (line.failed !== undefined) throw new Error(`${program}, told "${words}": ${line.failed}`)
      if (line.done === true) return { isAlive: true, said }
      if (line.said !== undefined) said.push(line.said)
    }
  }

  const last = (): string => complaint.trim().split('\n').slice(-3).join(' ')
  if (await next() === undefined) throw new Error(`${program} ended: ${last()}`)
  return {
    async tell(words) {
      const { isAlive, said } = await converse(words)
      if (!isAlive) throw new Error(`${program}, told "${words}", ended: ${last()}`)
      return said
    },
    async tellLast(words) {
      const { isAlive, said } = await converse(words)
      const [, signal] = isAlive ? [null, null] : await ended
      if (signal !== 'SIGKILL') throw new Error(`${program}, told "${words}", was to be killed and was not`)
      return said
    },
    stop: () => { child.kill() },
  }
}
