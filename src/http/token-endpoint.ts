/**
 * `POST /token`: a form in, OAuth JSON out (RFC 6749 section 5), never an OperationOutcome. Verifying signatures is the
 * dearest thing a stranger can ask for, so each address is bounded.
 */
import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import type { TokenAnswer } from '../access/grant.ts'
import { OAuthError } from '../access/oauth-error.ts'
import { FhirError } from '../fhir/outcomes.ts'
import { sendJson, type Response } from './answer.ts'
import { readText } from './body.ts'
import { failureAnswer } from './failures.ts'
import { decodePairs, type Pairs } from './query.ts'
import { createRateLimit } from './rate.ts'
import type { RequestIds } from './request-ids.ts'

export type Grant = (form: Pairs, requestId: string) => Promise<TokenAnswer>

const MAX_FORM_BYTES = 64 * 1024
/**
 * A partner needs a token in ten minutes per acting practitioner; a hundred people signing in at once behind one proxy
 * pass, and twenty a second after that take 3 % of a core (ES384: 1.3 ms a token, RS384: 0.3 ms).
 */
const RATE = { burst: 100, perSecond: 20 }

export const createTokenEndpoint = (grant: Grant, logger: Logger) => {
  const rate = createRateLimit(RATE)

  return async (request: IncomingMessage, response: Response, ids: RequestIds): Promise<void> => {
    const refuse = (status: number, error: string, description: string, headers = {}) =>
      sendJson(response, status, { error, error_description: description }, { pragma: 'no-cache', ...headers })
    if (request.method !== 'POST') {
      refuse(405, 'invalid_request', 'ask for tokens by POST', { allow: 'POST' })
      return
    }
    const wait = rate.take(request.socket.remoteAddress ?? '', Date.now())
    if (wait > 0) {
      refuse(429, 'temporarily_unavailable', 'too many token requests from this address', { 'retry-after': String(wait) })
      return
    }
    try {
      const answer = await grant(await readForm(request), ids.requestId)
      sendJson(response, 200, answer, { pragma: 'no-cache' })
    } catch (error) {
      if (error instanceof OAuthError) {
        logger.info({ requestId: ids.requestId, error: error.error }, 'token refused')
        refuse(error.status, error.error, printable(error.message))
      } else if (error instanceof FhirError && error.status === 503) {
        refuse(503, 'temporarily_unavailable', printable(error.message), error.headers)
      } else if (error instanceof FhirError) {
        refuse(error.status === 413 ? 413 : 400, 'invalid_request', printable(error.message))
      } else {
        failureAnswer(error, logger)
        refuse(500, 'server_error', 'the hub failed on this request')
      }
    }
  }
}

const readForm = async (request: IncomingMessage): Promise<Pairs> => {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new OAuthError('invalid_request', 'send the parameters as application/x-www-form-urlencoded')
  }
  return decodePairs(await readText(request, MAX_FORM_BYTES))
}

/** RFC 6749 section 5.2: an error_description holds printable ASCII without quotes and backslashes. */
const printable = (text: string): string => text.replaceAll('"', "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, '?')
