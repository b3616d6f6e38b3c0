/**
 * Bearer tokens: JWTs signed by this hub (HS256, a key of its own that survives restarts), ten minutes long, and what
 * they say about the caller. Verified once, then known until they expire.
 *
 * docs/decisions/0010-tokens.md says why they are signed and not stored.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import * as errors from 'jose/errors'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import { z } from 'zod'
import { outcomes } from '../fhir/outcomes.ts'
import type { ActingPractitioner, Caller } from './caller.ts'
import type { Client, ClientRegistry } from './clients.ts'
import { writePrivately } from './keys.ts'

/** SMART asks for at most an hour, recommends five minutes or so; ten spare a busy partner half its token requests. */
export const TOKEN_SECONDS = 600
/** Verified tokens kept: a thousand partners with ten people each. Beyond, the oldest is verified again when it comes. */
const MAX_KNOWN = 10_000
const MAX_TOKEN_LENGTH = 8_192
const ISSUER = 'care-connexions'

export interface Tokens {
  /** A token for the client within `scopes`, acting for `practitioner` where there is one; and the caller it makes. */
  issue(client: Client, scopes: readonly string[], practitioner: ActingPractitioner | undefined):
    Promise<{ readonly token: string; readonly caller: Caller }>
  /** Throws `unauthenticated` (401) unless the token is ours, in time, and its client is still registered as it was. */
  verify(token: string): Promise<Caller>
}

export interface TokensParts {
  readonly key: Uint8Array
  readonly registry: ClientRegistry
  /** Seconds since the epoch, the machine's. */
  readonly now: () => number
}

const claimsForm = z.object({
  sub: z.string(), exp: z.number(), scope: z.string(), client_fingerprint: z.string(),
  practitioner: z.object({ role: z.string(), practitioner: z.string(), name: z.string() }).optional(),
})

interface Known { readonly caller: Caller; readonly expires: number; readonly fingerprint: string }

export const createTokens = ({ key, registry, now }: TokensParts): Tokens => {
  // By the token itself: a digest of it would cost each request 3 µs, and hide it from nobody who cannot read the key too.
  const known = new Map<string, Known>()

  const read = async (token: string): Promise<Known> => {
    if (token.length > MAX_TOKEN_LENGTH) throw outcomes.invalidToken('the token was not issued by this hub')
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'], issuer: ISSUER, audience: ISSUER, currentDate: new Date(now() * 1000),
    }).catch((error: unknown) => {
      if (error instanceof errors.JWTExpired) throw expired()
      if (error instanceof errors.JOSEError) throw outcomes.invalidToken('the token was not issued by this hub')
      throw error
    })
    const claims = claimsForm.parse(payload)
    const client = registry.find(claims.sub)
    if (client?.fingerprint !== claims.client_fingerprint) throw withdrawn()
    const caller = callerOf(client, claims.scope.split(' '), claims.practitioner)
    return { caller, expires: claims.exp, fingerprint: client.fingerprint }
  }

  return {
    async issue(client, scopes, practitioner) {
      const seconds = Math.floor(now())
      const caller = callerOf(client, scopes, practitioner)
      const token = await new SignJWT({
        scope: scopes.join(' '), organisation: client.organisation, role: client.role,
        ...(client.locality === undefined ? {} : { locality: client.locality }),
        ...(client.referrerKind === undefined ? {} : { referrer_kind: client.referrerKind }),
        ...(practitioner === undefined ? {} : { practitioner }),
        client_fingerprint: client.fingerprint,
      }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).setIssuer(ISSUER).setAudience(ISSUER).setSubject(client.id)
        .setJti(randomUUID()).setIssuedAt(seconds).setExpirationTime(seconds + TOKEN_SECONDS).sign(key)
      return { token, caller }
    },

    async verify(token) {
      let found = known.get(token)
      if (found === undefined) {
        found = await read(token)
        const [oldest] = known.keys()
        if (known.size >= MAX_KNOWN && oldest !== undefined) known.delete(oldest)
        known.set(token, found)
      }
      const { caller, expires, fingerprint } = found
      if (expires <= now()) {
        known.delete(token)
        throw expired()
      }
      if (registry.find(caller.client)?.fingerprint !== fingerprint) {
        known.delete(token)
        throw withdrawn()
      }
      return caller
    },
  }
}

const expired = () => outcomes.invalidToken('the token has expired; ask POST /token for another')
const withdrawn = () => outcomes.invalidToken('the client is no longer registered as it was when the token was issued; ask for another')

const callerOf = (client: Client, scopes: readonly string[], practitioner: ActingPractitioner | undefined): Caller => ({
  client: client.id, organisation: client.organisation, role: client.role, locality: client.locality,
  referrerKind: client.referrerKind, scopes, practitioner,
})

const keyForm = z.object({ kty: z.literal('oct'), k: z.base64url().min(43) })

/** The hub's signing key at `path`, made on first use with mode 0600; 256 random bits, as HS256 asks for. */
export const loadTokenKey = (path: string): Uint8Array => {
  if (!existsSync(path)) {
    writePrivately(path, `${JSON.stringify({ kty: 'oct', alg: 'HS256', k: randomBytes(32).toString('base64url') })}\n`)
  }
  const jwk = keyForm.safeParse(parseQuietly(readFileSync(path, 'utf8')))
  if (!jwk.success) throw new Error(`${path} holds no signing key of at least 256 bits; remove it and the hub makes a new one`)
  return Buffer.from(jwk.data.k, 'base64url')
}

/** An error of JSON.parse quotes what it read, which here is the key. */
const parseQuietly = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
