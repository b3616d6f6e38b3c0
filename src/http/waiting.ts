/**
 * What a hub answers that listens and cannot serve yet, because it waits for its store: it lives, it is not ready, and
 * whatever is asked of it is to be asked again.
 */
import type { RequestListener } from 'node:http'
import { operationOutcome, outcomes } from '../fhir/outcomes.ts'
import { send, sendJson } from './answer.ts'

const WAITS = 'the hub is starting and does not have its store yet; send it again'

export const waiting: RequestListener = (request, response) => {
  const [path] = (request.url ?? '').split('?', 1)
  if (path === '/health/live') {
    sendJson(response, 200, { status: 'live' })
    return
  }
  const { status, headers, issues } = outcomes.unavailable(WAITS)
  if (path === '/health/ready') sendJson(response, status, { status: 'starting' }, headers)
  else if (path === '/token') sendJson(response, status, { error: 'temporarily_unavailable', error_description: WAITS }, headers)
  else send(response, { status, headers, body: JSON.stringify(operationOutcome(issues)) })
}
