/**
 * What an operator may set, read once from the environment: every variable with its default, its form and what it is
 * for, in one table. docs/configuration.md lists the same (a test holds it against this table).
 */
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { dateRange } from './fhir/dates.ts'
import { storeAddress, withoutCredentials, type StoreAddress } from './store/address.ts'

export type ClockConfig = { readonly kind: 'system' } | { readonly kind: 'manual'; readonly start: number }
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

export interface Config {
  /** 0: any free port. */
  readonly port: number
  readonly host: string
  /** Where partners reach the hub, without `/fhir` and without a trailing slash; undefined: by the request's Host. */
  readonly baseUrl: string | undefined
  /** File of registered clients. */
  readonly clients: string
  /** File of the key that signs tokens: `keys/hub-tokens.json` beside the registry. */
  readonly tokenKey: string
  readonly store: StoreAddress
  /** File of the imported postcode directory, which may be missing; `postcodes.bin` beside the registry unless set. */
  readonly coverage: string
  /** Folder of FHIR packages. */
  readonly packages: string | undefined
  readonly profiles: 'ukcore' | 'declared'
  readonly auth: 'on' | 'off'
  /** Whether a PUT to a free id creates there. */
  readonly updateCreate: boolean
  /** What a conditional delete does with several matches. */
  readonly conditionalDelete: 'single' | 'multiple'
  /** Milliseconds after which a search is stopped. */
  readonly searchLimitMs: number
  readonly clock: ClockConfig
  readonly logLevel: LogLevel
}

/** Says everything that is wrong at once, a line each. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the configuration cannot be used:\n${problems.map(problem => `  ${problem}`).join('\n')}\nsee docs/configuration.md`)
    this.problems = problems
  }
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)

const port = z.string().regex(/^\d{1,5}$/, 'must be a whole number from 0 to 65535').transform(Number)
  .refine(number => number <= 65_535, 'must be a whole number from 0 to 65535')

const baseUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search + url.hash + url.username + url.password !== '') {
    context.addIssue('must be an http or https address without query, such as https://hub.example.nhs.uk')
    return z.NEVER
  }
  return url.href.replace(/\/+$/, '').replace(/\/fhir$/, '')
})

const store = z.string().transform((text, context): StoreAddress => {
  const address = storeAddress(text)
  if ('kind' in address) return address
  context.addIssue(address.problem)
  return z.NEVER
})

const clock = z.string().transform((text, context): ClockConfig => {
  if (text === 'system') return { kind: 'system' }
  const start = /^manual:(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))$/.exec(text)?.[1]
  if (start === undefined || dateRange(start) === undefined) {
    context.addIssue('must be system, or manual: and an instant with its zone, such as manual:2026-11-24T10:15:00Z')
    return z.NEVER
  }
  return { kind: 'manual', start: Date.parse(start) }
})

const SEARCH_LIMIT_FORM = 'must be milliseconds, from 50 to 60000'
const searchLimit = z.string().regex(/^\d{1,5}$/, SEARCH_LIMIT_FORM).transform(Number)
  .refine(number => number >= 50 && number <= 60_000, SEARCH_LIMIT_FORM)

const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `must be one of: ${values.join(', ')}` })

/** What holds when a variable is not set; `` is no value at all. What each is for: docs/configuration.md. */
export const defaults = {
  PORT: '3000',
  HOST: '127.0.0.1',
  BASE_URL: '',
  CLIENTS: './data/clients.json',
  STORE: 'sqlite:./data/hub.db',
  COVERAGE: '',
  PACKAGES: '',
  PROFILES: 'ukcore',
  AUTH: 'on',
  UPDATE_CREATE: 'on',
  CONDITIONAL_DELETE: 'multiple',
  SEARCH_LIMIT_MS: '2000',
  CLOCK: 'system',
  LOG_LEVEL: 'info',
} as const

const form = z.object({
  PORT: port,
  HOST: z.string().regex(/^[A-Za-z0-9.:_-]+$/, 'must be an address or a host name, without port'),
  BASE_URL: baseUrl.optional(),
  CLIENTS: z.string(),
  STORE: store,
  COVERAGE: z.string().optional(),
  PACKAGES: z.string().optional(),
  PROFILES: oneOf(['ukcore', 'declared']),
  AUTH: oneOf(['on', 'off']),
  UPDATE_CREATE: oneOf(['on', 'off']),
  CONDITIONAL_DELETE: oneOf(['single', 'multiple']),
  SEARCH_LIMIT_MS: searchLimit,
  CLOCK: clock,
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
}).superRefine(({ HOST, AUTH, CLOCK }, context) => {
  if (isLoopback(HOST)) return
  const refuse = (name: string, message: string) => context.addIssue({ code: 'custom', path: [name], message })
  if (AUTH === 'off') refuse('AUTH', `is for loopback only; with HOST=${HOST} anyone could read patients' data`)
  if (CLOCK.kind === 'manual') refuse('CLOCK', `a manual clock is for loopback only, not for HOST=${HOST}`)
})

/** Throws `ConfigError` naming every variable that is wrong. A variable that is empty counts as not set. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const given: Record<string, string> = {}
  for (const [name, usual] of Object.entries(defaults)) {
    const text = env[name]?.trim() || usual
    if (text !== '') given[name] = text
  }
  const result = form.safeParse(given)
  if (!result.success) {
    throw new ConfigError(result.error.issues.map(({ path: [name], message }) => `${String(name)}=${withoutCredentials(given[String(name)] ?? '')}: ${message}`))
  }
  const { PORT, HOST, BASE_URL, CLIENTS, STORE, COVERAGE, PACKAGES, PROFILES, AUTH, CLOCK, LOG_LEVEL, ...served } = result.data
  return {
    port: PORT, host: HOST, baseUrl: BASE_URL, clients: CLIENTS, tokenKey: join(dirname(CLIENTS), 'keys', 'hub-tokens.json'),
    store: STORE, coverage: COVERAGE ?? join(dirname(CLIENTS), 'postcodes.bin'), packages: PACKAGES, profiles: PROFILES, auth: AUTH, clock: CLOCK, logLevel: LOG_LEVEL,
    updateCreate: served.UPDATE_CREATE === 'on', conditionalDelete: served.CONDITIONAL_DELETE, searchLimitMs: served.SEARCH_LIMIT_MS,
  }
}
