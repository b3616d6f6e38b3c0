/**
 * The Express application: which address is served by what, ids on every answer, one log line per request.
 *
 * Thin on purpose: endpoints take Node's own request and response, and everything FHIR is behind `handler`.
 */
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import type { Logger } from 'pino'
import { outcomes } from '../fhir/outcomes.ts'
import type { FhirHandler } from '../rest/request.ts'
import type { Addresses } from './addresses.ts'
import { send, sendJson } from './answer.ts'
import type { Authentication } from './authentication.ts'
import { createClockEndpoint, type ManualClock } from './clock-endpoint.ts'
import { failureAnswer } from './failures.ts'
import { createFhirEndpoint, type RecordDenied } from './fhir-endpoint.ts'
import type { Readiness } from './readiness.ts'
import { requestIds, type RequestIds } from './request-ids.ts'
import { smartConfiguration } from './smart-configuration.ts'
import { createTokenEndpoint, type Grant } from './token-endpoint.ts'

export interface AppParts {
  readonly handler: FhirHandler
  readonly authentication: Authentication
  readonly grant: Grant
  readonly addresses: Addresses
  /** Present with CLOCK=manual. */
  readonly manualClock: ManualClock | undefined
  readonly isReady: Readiness
  readonly logger: Logger
  /** Hears of what was refused to a caller (403), before the answer leaves. */
  readonly recordDenied?: RecordDenied | undefined
}

/** What is known of a request when it is logged. */
interface Locals extends RequestIds {
  client?: string
}
type Answer = Response<unknown, Locals & Record<string, unknown>>

export const createApp = (parts: AppParts): Express => {
  const { handler, authentication, addresses, logger } = parts
  const app = express()
  app.disable('x-powered-by').disable('etag').set('query parser', false)
  app.enable('case sensitive routing').enable('strict routing')

  app.use((request: Request, response: Answer, next: NextFunction) => {
    Object.assign(response.locals, requestIds(request.headers))
    // Probes come every few seconds and say nothing worth keeping.
    if (logger.isLevelEnabled('info') && !request.url.startsWith('/health/')) logWhenDone(logger, request, response)
    authentication.admit(request)
    next()
  })

  // First what is asked most: Express tries one address after the other.
  app.get('/fhir/.well-known/smart-configuration', (request, response) =>
    sendJson(response, 200, smartConfiguration(addresses.tokenEndpoint(request.headers.host))))
  const fhir = createFhirEndpoint({ handler, authentication, addresses, recordDenied: parts.recordDenied })
  app.use('/fhir', (request: Request, response: Answer) =>
    fhir(request, response, request.originalUrl.slice('/fhir'.length), response.locals, caller => {
      response.locals.client = caller.client
    }))

  app.get('/health/live', (_request, response) => sendJson(response, 200, { status: 'live' }))
  app.get('/health/ready', async (_request, response) => {
    if (await parts.isReady()) sendJson(response, 200, { status: 'ready' })
    else sendJson(response, 503, { status: 'unavailable' }, { 'retry-after': '5' })
  })

  const token = createTokenEndpoint(parts.grant, logger)
  app.all('/token', (request: Request, response: Answer) => token(request, response, response.locals))

  const { manualClock } = parts
  if (manualClock !== undefined) app.all('/clock', createClockEndpoint(manualClock, authentication))

  app.use((request: Request) => {
    throw outcomes.unknownRoute(request.method, request.path)
  })
  app.use((error: unknown, _request: Request, response: Answer, _next: NextFunction) => {
    if (response.destroyed) return
    send(response, failureAnswer(error, logger))
  })
  return app
}

/** Longest path logged; real ones are shorter. */
const MAX_LOGGED_PATH = 200

/** One line per request, without query, headers or body: those may name a patient. */
const logWhenDone = (logger: Logger, request: Request, response: Answer): void => {
  const startedAt = performance.now()
  const { method } = request
  const [path = ''] = request.originalUrl.split('?', 1)
  response.once('close', () => {
    const { requestId, correlationId, client } = response.locals
    logger.info({
      requestId, correlationId, client, method, path: path.slice(0, MAX_LOGGED_PATH),
      status: response.writableFinished ? response.statusCode : 'aborted',
      ms: Math.round((performance.now() - startedAt) * 100) / 100,
    }, 'request')
  })
}
