/** What the token endpoint refuses, in OAuth's own words (RFC 6749 section 5.2); not an OperationOutcome. */

export type OAuthErrorCode =
  | 'invalid_request' | 'invalid_client' | 'invalid_grant' | 'invalid_scope' | 'unsupported_grant_type' | 'temporarily_unavailable'

const statuses: Readonly<Record<OAuthErrorCode, number>> = {
  invalid_request: 400, invalid_client: 401, invalid_grant: 400, invalid_scope: 400, unsupported_grant_type: 400,
  temporarily_unavailable: 503,
}

export class OAuthError extends Error {
  readonly error: OAuthErrorCode
  readonly status: number

  constructor(error: OAuthErrorCode, description: string) {
    super(description)
    this.error = error
    this.status = statuses[error]
  }
}
