/**
 * The client's side of `POST /token`: an assertion signed with its own key, exchanged for a bearer token.
 * For `npm run token`; partners in `examples/` have their own, which imports nothing from here.
 */
import { randomUUID } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import { z } from 'zod'
import type { PrivateJwk } from './keys.ts'

const ASSERTION_SECONDS = 120
const TIMEOUT_MS = 10_000

export interface TokenRequest {
  readonly client: string
  readonly key: PrivateJwk
  /** Address of the token endpoint, which is also the assertion's audience. */
  readonly tokenEndpoint: string
  /** `PractitionerRole/id`, `Practitioner/id`, an id, or `system|value`. */
  readonly practitioner?: string | undefined
  readonly scope?: string | undefined
}

/** A signed assertion, good for one request within two minutes. */
export const signAssertion = async ({ client, key, tokenEndpoint, practitioner }: TokenRequest): Promise<string> => {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT(practitioner === undefined ? {} : { practitioner })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT' })
    .setIssuer(client).setSubject(client).setAudience(tokenEndpoint).setJti(randomUUID())
    .setIssuedAt(now).setExpirationTime(now + ASSERTION_SECONDS)
    .sign(await importJWK(key as Parameters<typeof importJWK>[0], key.alg))
}

const answerForm = z.union([
  z.object({ access_token: z.string() }),
  z.object({ error: z.string(), error_description: z.string().default('') }),
])

/** The bearer token. Throws with the hub's own words when it refuses. */
export const requestToken = async (request: TokenRequest): Promise<string> => {
  const { tokenEndpoint } = request
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await signAssertion(request),
      ...(request.scope === undefined ? {} : { scope: request.scope }),
    }),
  }).catch((error: Error) => {
    throw new Error(`no hub answers at ${tokenEndpoint}: start it (npm start), or name another with --url`, { cause: error.cause })
  })
  const { data: answer } = answerForm.safeParse(await response.json().catch(() => undefined))
  if (answer === undefined) throw new Error(`${tokenEndpoint} answered ${response.status}, and neither a token nor why not: is it a hub, and ready?`)
  if ('error' in answer) throw new Error(`${answer.error}: ${answer.error_description}`)
  return answer.access_token
}
