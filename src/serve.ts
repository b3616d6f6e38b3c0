/** Serving: reads the configuration, starts the hub, says where it is, and stops it in order. Started by `main.ts`. */
import { flushCompileCache } from 'node:module'
import { pino } from 'pino'
import { ConfigError, readConfig, type Config } from './config.ts'
import { createHub } from './hub.ts'
import { listen } from './http/server.ts'

const say = (line: string): void => { process.stdout.write(`${line}\n`) }

const MEGABYTE = 1024 * 1024

const configuration = (): Config => {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}

const start = async (config: Config): Promise<void> => {
  const logger = pino({ level: config.logLevel })
  let port = config.port
  const hub = await createHub({ config, logger, port: () => port })
  const listening = await listen(hub.app, config)
  port = listening.port
  const address = config.baseUrl ?? `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`
  const answered = await fetch(`http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}/health/ready`)
  if (!answered.ok) throw new Error(`the hub does not answer: ${answered.status}`)
  const startedInMs = Math.round(process.uptime() * 1000)
  const resident = Math.round(process.memoryUsage.rss() / MEGABYTE)
  say(`Care Connexions is ready at ${address}/fhir: first answer after ${startedInMs} ms, ${resident} MB resident`)
  for (const note of notes(config)) say(note)
  // What was compiled is kept now: a hub that is killed would not do it at its end.
  flushCompileCache()

  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    await listening.close()
    await hub.close()
  }
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => void stop())
}

const notes = (config: Config): readonly string[] => [
  `  store ${config.store.kind}:${config.store.path} · profiles ${config.profiles} · clients ${config.clients} · metadata at /fhir/metadata`,
  ...(config.auth === 'off' ? ['  AUTH=off: every program on this machine is an administrator. For trying out only.'] : []),
  ...(config.clock.kind === 'manual' ? ['  CLOCK=manual: time stands still until POST /clock moves it.'] : []),
]

/** Runs until it is told to stop; ends the process, saying why, when the hub cannot start. */
export const serve = async (): Promise<void> => {
  try {
    await start(configuration())
  } catch (error) {
    process.stderr.write(`Care Connexions did not start: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
}
