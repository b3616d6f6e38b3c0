/** The Express application over a handler that always answers the same; for tests of this folder. */
import type { Express } from 'express'
import { pino } from 'pino'
import { grantToken } from '../../src/access/grant.ts'
import { manualClock } from '../../src/fhir/clock.ts'
import { createAddresses } from '../../src/http/addresses.ts'
import { createApp, type AppParts } from '../../src/http/app.ts'
import { byToken, withoutTokens } from '../../src/http/authentication.ts'
import type { FhirHandler, FhirRequest } from '../../src/rest/request.ts'
import { openAccessHub, type AccessHub } from '../access/hub.ts'

export interface TestApp {
  readonly app: Express
  readonly hub: AccessHub
  /** What reached the handler, in order. */
  readonly handled: FhirRequest[]
  /** Log lines, parsed. */
  readonly logged: Record<string, unknown>[]
  /** A bearer token of a client that is registered on first mention, named for its role. */
  bearer(role?: 'administrator' | 'referrer'): Promise<string>
}

export const START = Date.parse('2026-11-24T10:15:00Z')

export const openApp = (given: Partial<AppParts> & { auth?: 'on' | 'off'; level?: string } = {}): TestApp => {
  const hub = openAccessHub()
  hub.add({ id: 'administrator', role: 'administrator', organisation: 'RXN' })
  hub.add({ id: 'referrer', role: 'referrer', organisation: 'P81001' })
  const handled: FhirRequest[] = []
  const logged: Record<string, unknown>[] = []
  const answer: FhirHandler = async () => ({ status: 200, headers: { etag: 'W/"1"' }, body: '{"resourceType":"Basic"}' })
  const { auth = 'on', level = 'info', handler = answer, ...parts } = given
  const app = createApp({
    authentication: auth === 'on' ? byToken(hub.tokens) : withoutTokens,
    grant: (form, requestId) => grantToken(hub.grant, form, requestId),
    addresses: createAddresses({ baseUrl: undefined, host: '127.0.0.1' }, () => 3000),
    manualClock: manualClock(START),
    isReady: async () => true,
    logger: pino({ level }, { write: (line: string) => { logged.push(JSON.parse(line) as Record<string, unknown>) } }),
    handler: (request, caller) => {
      handled.push(request)
      return handler(request, caller)
    },
    ...parts,
  })
  return {
    app, hub, handled, logged,
    async bearer(role = 'administrator') {
      const client = hub.registry.find(role)
      if (client === undefined) throw new Error('no client')
      return `Bearer ${(await hub.tokens.issue(client, client.scopes, undefined)).token}`
    },
  }
}
