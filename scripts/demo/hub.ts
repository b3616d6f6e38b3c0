/** The hub as a child process on a free port of this machine, with its own store, clients and manual clock. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const START_WITHIN_MS = 20_000

export interface RunningHub {
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** The line it printed when it was ready. */
  readonly announcement: string
  /** The end of its log, for when something broke. */
  log(): string
  token(registry: string, client: string, practitioner?: string): Promise<string>
  stop(): Promise<void>
}

const project = fileURLToPath(new URL('../../', import.meta.url))

export interface HubSettings {
  /** For the store, unless `store` names another. */
  readonly folder: string
  /** STORE. */
  readonly store?: string
  readonly registry: string
  /** Instant the clock stands at. */
  readonly clock: string
  readonly env?: Readonly<Record<string, string>>
  /** Where the hub's files are; this project unless given. */
  readonly root?: string
}

export const startHub = async ({ folder, store = `sqlite:${join(folder, 'hub.db')}`, registry, clock, env = {}, root = project }: HubSettings): Promise<RunningHub> => {
  const child = spawn(process.execPath, ['--max-semi-space-size=4', '--disable-warning=ExperimentalWarning', join(root, 'src/main.ts')], {
    cwd: root,
    env: {
      ...process.env, HOST: '127.0.0.1', PORT: '0', AUTH: 'on', CLIENTS: registry, STORE: store,
      CLOCK: `manual:${clock}`, LOG_LEVEL: 'warn', ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const announced = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the hub did not start in time: ${output}`)), START_WITHIN_MS)
    const read = (data: Buffer): void => {
      output = (output + data.toString()).slice(-20_000)
      const line = /^.*ready at http:\S+.*$/m.exec(output)?.[0]
      if (line === undefined) return
      clearTimeout(timer)
      resolve(line)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('error', error => {
      clearTimeout(timer)
      reject(new Error(`the hub cannot be started in ${root}: ${error.message}`))
    })
    child.once('exit', code => {
      clearTimeout(timer)
      reject(new Error(`the hub ended with ${code}: ${output}`))
    })
  })
  const announcement = await announced
  const url = /http:\/\/[\d.:a-z[\]]+\d/.exec(announcement)?.[0] ?? ''
  return {
    url,
    announcement,
    log: () => output.trim().split('\n').slice(-5).join('\n'),
    token: (clients, client, practitioner) => printedToken(url, clients, client, practitioner),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** What `npm run token` prints. */
const printedToken = async (url: string, clients: string, client: string, practitioner: string | undefined): Promise<string> => {
  const child = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning', join(project, 'scripts/token.ts'), '--client', client, '--url', url,
    ...(practitioner === undefined ? [] : ['--practitioner', practitioner]),
  ], { env: { ...process.env, CLIENTS: clients }, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (data: Buffer) => { text += data.toString() })
  const [code] = await once(child, 'exit') as [number]
  if (code !== 0) throw new Error(`no token for ${client}`)
  return text.trim()
}
