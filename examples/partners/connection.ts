/**
 * A partner's connection to the hub: a token by signed assertion (SMART Backend Services), then fhir-kit-client with
 * the headers and time limits every partner should use. A partner needs nothing of the hub's own code.
 *
 * Environment: HUB_URL (`http://127.0.0.1:3000`), CLIENT (registered id), KEY_FILE (private JWK), PRACTITIONER (optional).
 */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Client } from 'fhir-kit-client'
import { importJWK, SignJWT, type JWK } from 'jose'

/** Longer than the hub needs for anything (5 s), shorter than a clinician's patience. */
const ANSWER_WITHIN_MS = 10_000

export interface Connection {
  readonly fhir: Client
  /** For what is not FHIR. */
  readonly token: string
  /** Options for one request: its own id, and a time after which it is given up. */
  readonly request: (headers?: Record<string, string>) => { headers: Record<string, string>; signal: AbortSignal }
}

const setting = (name: string): string => {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`set ${name} (examples/partners/README.md)`)
  return value
}

export const connect = async (): Promise<Connection> => {
  const hub = setting('HUB_URL')
  const token = await fetchToken(hub, setting('CLIENT'), setting('KEY_FILE'), process.env['PRACTITIONER'])
  return {
    token,
    fhir: new Client({ baseUrl: `${hub}/fhir`, bearerToken: token }),
    request: (headers = {}) => ({
      headers: { 'x-request-id': randomUUID(), ...headers },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    }),
  }
}

/** OAuth2 client credentials with `private_key_jwt`; `practitioner` names the person who acts. */
const fetchToken = async (hub: string, client: string, keyFile: string, practitioner: string | undefined): Promise<string> => {
  const endpoint = await tokenEndpoint(hub)
  const jwk = JSON.parse(await readFile(keyFile, 'utf8')) as JWK & { alg: string; kid: string }
  const assertion = await new SignJWT(practitioner === undefined ? {} : { practitioner })
    .setProtectedHeader({ alg: jwk.alg, kid: jwk.kid, typ: 'JWT' })
    .setIssuer(client).setSubject(client).setAudience(endpoint).setJti(randomUUID())
    .setIssuedAt().setExpirationTime('2m')
    .sign(await importJWK(jwk, jwk.alg))
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  })
  const body = await answer.json() as { access_token?: string; error_description?: string; error?: string }
  if (body.access_token === undefined) throw new Error(`no token for ${client}: ${body.error_description ?? body.error ?? answer.status}`)
  return body.access_token
}

const tokenEndpoint = async (hub: string): Promise<string> => {
  const answer = await fetch(`${hub}/fhir/.well-known/smart-configuration`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
  return (await answer.json() as { token_endpoint: string }).token_endpoint
}
