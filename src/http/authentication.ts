/**
 * Who sends a request: the bearer of a token, or, with AUTH=off, the local administrator of a hub that answers only
 * to this machine's own programs.
 */
import type { IncomingMessage } from 'node:http'
import type { Caller } from '../access/caller.ts'
import type { Tokens } from '../access/tokens.ts'
import { outcomes } from '../fhir/outcomes.ts'
import { isLoopbackHost } from './addresses.ts'

export interface Authentication {
  /** Every request, also to what needs no token. Throws `forbidden` (403). */
  admit(request: IncomingMessage): void
  /** Throws `unauthenticated` or `invalid-token` (401). */
  caller(request: IncomingMessage): Promise<Caller>
}

export const byToken = (tokens: Tokens): Authentication => ({
  admit() {},
  async caller({ headers: { authorization } }) {
    if (authorization === undefined) throw outcomes.unauthenticated('send a bearer token; POST /token gives one to registered clients')
    const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization)?.[1]
    if (token === undefined) throw outcomes.unauthenticated('the Authorization header must be "Bearer" and a token of POST /token')
    return tokens.verify(token)
  },
})

const localAdministrator: Caller = {
  client: 'local-administrator', organisation: '', role: 'administrator', locality: undefined, referrerKind: undefined,
  scopes: ['system/*.*'], practitioner: undefined,
}

/** AUTH=off: every program on the machine is an administrator, but a web page, a proxy or a rebound name is not. */
export const withoutTokens: Authentication = {
  admit({ headers }) {
    const refuse = (what: string) => outcomes.forbidden(`without authentication (AUTH=off) the hub does not answer ${what}; set AUTH=on`)
    for (const name of Object.keys(headers)) {
      if (name === 'forwarded' || name === 'via' || name === 'x-real-ip' || name.startsWith('x-forwarded-')) throw refuse('forwarded requests')
    }
    if (!isLoopbackHost(headers.host)) throw refuse('under any name but localhost')
    const site = headers['sec-fetch-site']
    if (headers.origin !== undefined || site === 'cross-site' || site === 'same-site') throw refuse('web pages')
  },
  caller: async () => localAdministrator,
}
