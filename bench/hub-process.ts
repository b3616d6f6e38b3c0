/**
 * Processes that are measured from outside: the hub and the bare handler it is compared with. What they cost is read
 * from /proc (Linux), so that nothing is asked of them while they work.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readPrivateKey } from '../src/access/keys.ts'
import { requestToken } from '../src/access/token-request.ts'
import type { ServedStore } from './stores.ts'

/** Beside nine other processes a start took up to 3 s; the first opens and fills an empty store. */
const START_WITHIN_MS = 30_000
/** A Tuesday, GMT: every service of the directory is open, so a referral is proposed as it is on most days. */
export const NOW = '2026-11-24T10:15:00.000Z'

const project = fileURLToPath(new URL('../', import.meta.url))

export interface RunningHub {
  /** `http://127.0.0.1:port` */
  readonly url: string
  readonly pid: number
  readonly store: ServedStore
  /** From starting the process to its line that says it answers. */
  readonly startedInMs: number
  /** Good for five minutes more; the same for all who ask within five minutes. */
  token(client: string, practitioner?: string): Promise<string>
  stop(): Promise<void>
}

/** The hub as `npm start` starts it, with real tokens and UK Core validation; its log is not written unless LOG_LEVEL asks for it. */
export const startHub = async (store: ServedStore, registry: string, flags: readonly string[] = []): Promise<RunningHub> => {
  const from = performance.now()
  const child = spawn(process.execPath, [...flags, '--max-semi-space-size=4', '--disable-warning=ExperimentalWarning', 'src/main.ts'], {
    cwd: project,
    env: {
      ...process.env, HOST: '127.0.0.1', PORT: '0', BASE_URL: '', AUTH: 'on', PROFILES: 'ukcore', LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
      CLIENTS: registry, STORE: store.address, CLOCK: `manual:${NOW}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // However this process ends, the hub does not outlive it and keep the store locked.
  const abandon = (): void => { child.kill('SIGKILL') }
  process.once('exit', abandon)
  const url = await announced(child)
  return {
    url,
    pid: child.pid ?? 0,
    store,
    startedInMs: performance.now() - from,
    token: createTokenSource((client, practitioner) =>
      requestToken({ client, key: readPrivateKey(registry, client), tokenEndpoint: `${url}/token`, practitioner })),
    async stop() {
      await end(child, 'SIGTERM')
      process.off('exit', abandon)
    },
  }
}

/** Tokens live ten minutes; the hub bounds how often an address may ask for them. */
const TOKEN_FOR_MS = 5 * 60_000

const createTokenSource = (request: RunningHub['token']): RunningHub['token'] => {
  const known = new Map<string, { readonly at: number; readonly token: Promise<string> }>()
  return (client, practitioner) => {
    const key = `${client} ${practitioner ?? ''}`
    const found = known.get(key)
    if (found !== undefined && performance.now() - found.at < TOKEN_FOR_MS) return found.token
    const token = request(client, practitioner)
    known.set(key, { at: performance.now(), token })
    return token
  }
}

const announced = (child: ChildProcess): Promise<string> => new Promise((resolve, reject) => {
  let output = ''
  const fail = (why: string): void => reject(new Error(`the hub ${why}: ${output}`))
  const timer = setTimeout(() => fail('did not start in time'), START_WITHIN_MS)
  child.once('exit', code => fail(`ended with ${code}`))
  child.stdout?.on('data', (data: Buffer) => {
    output = (output + data.toString()).slice(-4_000)
    const url = /ready at (http:\S+)\/fhir/.exec(output)?.[1]
    if (url === undefined) return
    clearTimeout(timer)
    resolve(url)
  })
})

export const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

/** Linux counts CPU time in ticks of 10 ms for user space (USER_HZ), on every architecture Node runs on. */
const TICK_MS = 10

/** CPU of all threads of a process since it started, ms; to the nearest 10. proc(5), /proc/[pid]/stat, fields 14 and 15. */
export const cpuMs = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The second field is a name in brackets, which may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Resident memory, MB. */
export const residentMb = (pid: number): number => {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  return Number(kib) / 1024
}
