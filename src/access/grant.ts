/**
 * The token request: OAuth2 client credentials from form pairs to an answer (RFC 6749 section 4.4, SMART backend
 * services). Every token issued, and every refusal to a client that proved who it is, is audited before the answer.
 */
import type { Clock } from '../fhir/clock.ts'
import { verifyAssertion, type AssertionParts } from './assertion.ts'
import type { AuditEntry } from './audit.ts'
import type { ActingPractitioner, Caller } from './caller.ts'
import type { Client } from './clients.ts'
import { OAuthError } from './oauth-error.ts'
import { parsePractitionerClaim, type FindActingPractitioner } from './practitioner.ts'
import { isWithin, parseScope } from './scopes.ts'
import { TOKEN_SECONDS, type Tokens } from './tokens.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const MAX_SCOPE_LENGTH = 4_096

export interface GrantParts extends AssertionParts {
  readonly tokens: Tokens
  readonly findActingPractitioner: FindActingPractitioner
  /** The hub's clock, for the audit only. */
  readonly clock: Clock
  /** Resolves when the entry is durable. */
  readonly audit: (entry: AuditEntry) => Promise<void>
}

export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: 'bearer'
  readonly expires_in: number
  readonly scope: string
}

/** Throws `OAuthError` for every refusal. `form`: decoded pairs of the body. */
export const grantToken = async (
  parts: GrantParts, form: readonly (readonly [string, string])[], requestId: string,
): Promise<TokenAnswer> => {
  const given = single(form)
  const grantType = given.get('grant_type')
  if (grantType === undefined) throw new OAuthError('invalid_request', 'grant_type is missing; send client_credentials')
  if (grantType !== 'client_credentials') throw new OAuthError('unsupported_grant_type', 'send grant_type=client_credentials')
  if (given.get('client_assertion_type') !== ASSERTION_TYPE) {
    throw new OAuthError('invalid_client', `clients prove themselves by private_key_jwt; send client_assertion_type=${ASSERTION_TYPE}`)
  }
  const assertion = given.get('client_assertion')
  if (assertion === undefined) throw new OAuthError('invalid_client', 'client_assertion is missing; send a JWT signed with your key')
  const { client, claims } = await verifyAssertion(parts, assertion)
  const record = (caller: Caller, outcome: '0' | '4') =>
    parts.audit({ interaction: 'login', at: parts.clock.now(), caller, requestId, outcome, touched: [] })
  try {
    const named = given.get('client_id')
    if (named !== undefined && named !== client.id) throw new OAuthError('invalid_client', 'client_id is not the client of the assertion')
    const scopes = grantedScopes(client, given.get('scope'))
    const practitioner = await actingPractitioner(parts, client, claims.practitioner)
    const { token, caller } = await parts.tokens.issue(client, scopes, practitioner)
    await record(caller, '0')
    return { access_token: token, token_type: 'bearer', expires_in: TOKEN_SECONDS, scope: scopes.join(' ') }
  } catch (error) {
    if (error instanceof OAuthError) await record(callerWithoutToken(client), '4')
    throw error
  }
}

const callerWithoutToken = ({ id, ...client }: Client): Caller => ({
  client: id, organisation: client.organisation, role: client.role, locality: client.locality,
  referrerKind: client.referrerKind, scopes: [], practitioner: undefined,
})

/** A parameter without a value is as good as left out; one sent twice is refused (RFC 6749 section 3.2). */
const single = (form: readonly (readonly [string, string])[]): ReadonlyMap<string, string> => {
  const given = new Map<string, string>()
  for (const [name, value] of form) {
    if (given.has(name)) throw new OAuthError('invalid_request', 'a parameter is there twice')
    if (value !== '') given.set(name, value)
  }
  return given
}

/** Without `scope`: all that is registered (RFC 6749 section 3.3). */
const grantedScopes = (client: Client, requested: string | undefined): readonly string[] => {
  if (requested === undefined) return client.scopes
  if (requested.length > MAX_SCOPE_LENGTH) throw new OAuthError('invalid_scope', `scope is longer than ${MAX_SCOPE_LENGTH} characters`)
  const scopes = [...new Set(requested.split(' ').filter(scope => scope !== ''))]
  if (scopes.length === 0) throw new OAuthError('invalid_scope', 'scope names nothing; leave it out for all that is registered')
  for (const text of scopes) {
    const scope = parseScope(text)
    if (scope === undefined) throw new OAuthError('invalid_scope', 'scopes have the form system/Type.read, .write, .* or .cruds')
    if (!isWithin(scope, client.scopes)) {
      throw new OAuthError('invalid_scope', `${text} is more than the client is registered for: ${client.scopes.join(' ')}`)
    }
  }
  return scopes
}

const actingPractitioner = async (parts: GrantParts, client: Client, claim: unknown): Promise<ActingPractitioner | undefined> => {
  if (claim === undefined) return undefined
  const parsed = typeof claim === 'string' ? parsePractitionerClaim(claim) : undefined
  if (parsed === undefined) {
    throw new OAuthError('invalid_grant', 'the claim practitioner must be PractitionerRole/id, Practitioner/id, an id, or system|value')
  }
  const found = await parts.findActingPractitioner(parsed, client.organisation)
  if (found === undefined) {
    throw new OAuthError('invalid_grant', `the claim practitioner names no active PractitionerRole of ${client.organisation}`)
  }
  return found
}
