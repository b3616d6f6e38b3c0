/**
 * A client proves who it is: `private_key_jwt` (RFC 7523) as SMART backend services ask for it.
 *
 * The signature is checked first, with a registered key and that key's own algorithm, so what a stranger writes into
 * the header chooses nothing. Time here is the machine's: tokens do not follow the hub's manual clock.
 * https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html
 */
import type { JWTPayload } from 'jose'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import * as errors from 'jose/errors'
import { decodeJwt } from 'jose/jwt/decode'
import { jwtVerify } from 'jose/jwt/verify'
import { ALGORITHMS, type Client, type ClientKey, type ClientRegistry } from './clients.ts'
import { OAuthError } from './oauth-error.ts'
import type { ReplayMemory } from './replay.ts'

/** SMART: `exp` no more than five minutes in the future. */
const MAX_AHEAD_S = 300
/** A client's clock may run this much ahead of ours: in `exp`'s upper bound and in `nbf`. */
const SKEW_S = 5
const MAX_ASSERTION_LENGTH = 16_384
const MAX_JTI_LENGTH = 256

export interface AssertionParts {
  readonly registry: ClientRegistry
  /** The addresses of the token endpoint that are accepted as `aud`; never taken from the request itself. */
  readonly audiences: () => readonly string[]
  readonly replay: ReplayMemory
  /** Seconds since the epoch, the machine's. */
  readonly now: () => number
}

export interface Proven {
  readonly client: Client
  readonly claims: JWTPayload
}

/** Throws `OAuthError` invalid_client (401). The client, when it is known and its signature good, is told what is wrong. */
export const verifyAssertion = async (parts: AssertionParts, assertion: string): Promise<Proven> => {
  const { client, key } = findKey(parts.registry, assertion)
  const now = parts.now()
  const claims = await verify(parts, assertion, client, key, now)
  const { exp, jti } = claims
  if (exp === undefined || exp <= now) throw refused('expired')
  if (exp > now + MAX_AHEAD_S + SKEW_S) {
    throw refused(`"exp" must be at most ${MAX_AHEAD_S} seconds ahead`)
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) {
    throw refused(`"jti" must be 1 to ${MAX_JTI_LENGTH} characters, different in each assertion`)
  }
  switch (parts.replay.firstTime(client.id, jti, exp, now)) {
    case 'first': return { client, claims }
    case 'again': throw refused('this assertion was used before; sign a new one with another "jti" for each request')
    case 'full': throw new OAuthError('temporarily_unavailable', 'too many token requests; try again in a minute')
  }
}

const refused = (text: string): OAuthError => new OAuthError('invalid_client', `client_assertion: ${text}`)

/** One text for a client that is not registered and a signature that does not fit: registered names are nobody's business. */
const unproven = (): OAuthError => refused('the client is not registered, or none of its registered keys made this signature')

const findKey = (registry: ClientRegistry, assertion: string): { client: Client; key: ClientKey } => {
  if (assertion.length > MAX_ASSERTION_LENGTH) throw refused(`longer than ${MAX_ASSERTION_LENGTH} characters`)
  let claims: JWTPayload, header: { alg?: string; kid?: string }
  try {
    claims = decodeJwt(assertion)
    header = decodeProtectedHeader(assertion)
  } catch {
    throw refused('not a JWT')
  }
  const { iss, sub } = claims
  if (typeof iss !== 'string' || iss !== sub) throw refused('"iss" and "sub" must both be the client id')
  if (!ALGORITHMS.some(algorithm => algorithm === header.alg)) throw refused(`"alg" must be one of ${ALGORITHMS.join(', ')}`)
  const client = registry.find(iss)
  const fitting = client?.keys.filter(({ kid, algorithm }) => algorithm === header.alg && (header.kid === undefined || kid === header.kid)) ?? []
  const [key] = fitting
  if (client === undefined || key === undefined) throw unproven()
  if (fitting.length > 1) throw refused('the header needs "kid", since several registered keys could be meant')
  return { client, key }
}

const verify = async (parts: AssertionParts, assertion: string, client: Client, key: ClientKey, now: number): Promise<JWTPayload> => {
  try {
    const { payload } = await jwtVerify(assertion, key.publicKey, {
      algorithms: [key.algorithm], issuer: client.id, subject: client.id, audience: [...parts.audiences()],
      requiredClaims: ['exp', 'jti'], currentDate: new Date(now * 1000), clockTolerance: SKEW_S,
    })
    return payload
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw refused('expired')
    if (error instanceof errors.JWTClaimValidationFailed) throw refused(claimText(error.claim, parts))
    if (error instanceof errors.JOSEError) throw unproven()
    throw error
  }
}

const claimText = (claim: string, { audiences }: AssertionParts): string => {
  switch (claim) {
    case 'aud': return `"aud" must be the address of the token endpoint, ${audiences()[0] ?? ''}`
    case 'nbf': return '"nbf" lies in the future'
    default: return `"${claim}" is missing or not as it must be`
  }
}
