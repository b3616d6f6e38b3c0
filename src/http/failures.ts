/**
 * From what was thrown to what is answered: a FhirError says it all itself; anything else is a fault of the hub, of
 * which the client learns a reference and the log the place, and nobody the data.
 */
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { FhirError, operationOutcome, outcomes } from '../fhir/outcomes.ts'
import type { FhirAnswer } from '../rest/request.ts'

export const failureAnswer = (error: unknown, logger: Logger): FhirAnswer => {
  const { status, headers, issues } = error instanceof FhirError ? error : internal(error, logger)
  return { status, headers, body: JSON.stringify(operationOutcome(issues)) }
}

/** The message of an unknown error may quote what was being read, so it is logged at `debug` only. */
const internal = (error: unknown, logger: Logger): FhirError => {
  const reference = randomUUID()
  const { name, code, frames } = describe(error)
  logger.error({ reference, error: name, code, frames }, 'request failed')
  logger.debug({ reference, message: error instanceof Error ? error.message : String(error) }, 'request failed: message')
  return outcomes.internal(reference)
}

const describe = (error: unknown): { name: string; code: string | undefined; frames: readonly string[] } => {
  if (!(error instanceof Error)) return { name: typeof error, code: undefined, frames: [] }
  const { code } = error as NodeJS.ErrnoException
  const frames = (error.stack ?? '').split('\n').map(line => line.trim()).filter(line => line.startsWith('at ')).slice(0, 12)
  return { name: error.name, code: typeof code === 'string' ? code : undefined, frames }
}
