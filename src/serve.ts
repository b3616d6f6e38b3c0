/** Serving: reads the configuration, listens, starts the hub, says where it is, and stops it in order. Started by `main.ts`. */
import type { RequestListener } from 'node:http'
import { flushCompileCache } from 'node:module'
import { pino, type Logger } from 'pino'
import { ConfigError, readConfig, type Config } from './config.ts'
import { BANK_HOLIDAYS_END, DAY, dayText } from './directory/london.ts'
import { listen } from './http/server.ts'
import { waiting } from './http/waiting.ts'
import { createHub, type Hub } from './hub.ts'
import { patiently } from './patience.ts'
import { shownAddress } from './store/address.ts'
import { PacksRefused, refusalText } from './triage/packs/live.ts'

const MEGABYTE = 1024 * 1024
/** So long before the last known bank holiday an operator hears of it. */
const NOTICE_DAYS = 90

export interface Serving {
  /** `http://host:port`, as this machine reaches it. */
  readonly url: string
  /** Resolves when the hub is there and serves. */
  readonly hub: Promise<Hub>
  /** Takes no new requests, lets running ones finish, closes the store. */
  stop(): Promise<void>
}

export interface Surroundings {
  readonly logger: Logger
  /** A line for the operator. */
  readonly say: (line: string) => void
}

/**
 * Listens at once; until the store is there the hub lives, is not ready, and answers 503 with Retry-After. Rejects when
 * the address cannot be listened on; `hub` rejects with what is wrong and will not pass.
 */
export const startServing = async (config: Config, { logger, say }: Surroundings): Promise<Serving> => {
  let door: RequestListener = waiting
  const listening = await listen((request, response) => door(request, response), config)
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${listening.port}`
  const store = shownAddress(config.store)
  const ending = new AbortController()
  const hub = patiently(() => createHub({ config, logger, port: () => listening.port }), {
    signal: ending.signal,
    onWaiting: reason => say(`Care Connexions listens at ${url} and waits for its store, ${store}: ${reason}`),
  }).then(created => {
    door = created.app
    return created
  })
  let stopped: Promise<void> | undefined
  return {
    url, hub,
    stop: () => (stopped ??= (async () => {
      ending.abort()
      await listening.close()
      await (await hub.catch(() => undefined))?.close()
    })()),
  }
}

const start = async (config: Config): Promise<void> => {
  const say = (line: string): void => { process.stdout.write(`${line}\n`) }
  const serving = await startServing(config, { logger: pino({ level: config.logLevel }), say })
  let isStopping = false
  const stop = (): void => {
    isStopping = true
    void serving.stop()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // A hub that is still starting reads the packs as they are then.
  process.on('SIGHUP', () => void serving.hub.then(reloaded).then(say, () => undefined))
  let hub: Hub
  try {
    hub = await serving.hub
  } catch (error) {
    if (isStopping) return
    throw error
  }
  await fetch(`${serving.url}/health/ready`)
  const startedInMs = Math.round(process.uptime() * 1000)
  const resident = Math.round(process.memoryUsage.rss() / MEGABYTE)
  say(`Care Connexions is ready at ${config.baseUrl ?? serving.url}/fhir: first answer after ${startedInMs} ms, ${resident} MB resident`)
  for (const note of notes(config, hub)) say(note)
  // What was compiled is kept now: a hub that is killed would not do it at its end.
  flushCompileCache()
}

/** What came of reading the rule packs again, for the operator. */
const reloaded = async (hub: Hub): Promise<string> => {
  try {
    const packs = await hub.reloadPacks()
    return `rule packs: ${packs.map(({ locality, version, was }) => `${locality} ${was === undefined ? version : `${was} -> ${version}`}`).join(', ')}`
  } catch (error) {
    return error instanceof PacksRefused ? refusalText(error) : `the rule packs were not reloaded: ${error instanceof Error ? error.message : String(error)}`
  }
}

const notes = (config: Config, hub: Hub): readonly string[] => [
  `  store ${shownAddress(config.store)} · profiles ${config.profiles} · clients ${config.clients} · metadata at /fhir/metadata`,
  `  coverage: ${hub.coverage().join('; ')}`,
  ...(Date.now() > (BANK_HOLIDAYS_END - NOTICE_DAYS) * DAY ? [`  bank holidays are known until ${dayText(BANK_HOLIDAYS_END)}: a newer version of the hub knows more`] : []),
  ...(config.auth === 'off' ? ['  AUTH=off: every program on this machine is an administrator. For trying out only.'] : []),
  ...(config.clock.kind === 'manual' ? ['  CLOCK=manual: time stands still until POST /clock moves it.'] : []),
]

const configuration = (): Config => {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}

/** Runs until it is told to stop; ends the process, saying why, when the hub cannot start. */
export const serve = async (): Promise<void> => {
  try {
    await start(configuration())
  } catch (error) {
    process.stderr.write(`Care Connexions did not start: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
}
