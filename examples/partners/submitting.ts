/** Sending a referral: `ServiceRequest/$submit`, and what a partner keeps of the answer. */
import { Client } from 'fhir-kit-client'
import type { Bundle, OperationOutcome, Parameters, ParametersParameter } from 'fhir/r4.js'
import type { Connection } from './connection.ts'

export interface Receipt {
  /** Id of the ServiceRequest. */
  readonly referral: string
  /** What people read and say: `CC-K6EDX-8BN7C`. */
  readonly number: string
  /** In the hub's own words: stored is not accepted. */
  readonly status: string
  /** Present when it matters: shown first, at once. */
  readonly emergencyAdvice: string | undefined
  /** False when the hub had it already. */
  readonly isNew: boolean
  /** What the hub could not use as it was sent, and will put right. */
  readonly warnings: readonly string[]
}

/** `requestId` is the same each time the same content is sent: the hub then answers with the same referral. */
export const submit = async ({ fhir, request }: Connection, bundle: Bundle, requestId: string): Promise<Receipt> => {
  const answer = await fhir.operation({
    name: 'submit', resourceType: 'ServiceRequest', input: { ...bundle },
    options: request({ 'content-type': 'application/fhir+json', 'x-request-id': requestId }),
  })
  const { parameter = [] } = answer as unknown as Parameters
  const named = (name: string): ParametersParameter | undefined => parameter.find(each => each.name === name)
  const referral = named('referral')?.valueReference?.reference?.replace('ServiceRequest/', '')
  if (referral === undefined) throw new Error('the hub did not name the referral')
  const outcome = named('outcome')?.resource as OperationOutcome | undefined
  return {
    referral,
    number: named('identifier')?.valueIdentifier?.value ?? 'without a number',
    status: named('status')?.valueString ?? 'without a status',
    emergencyAdvice: named('emergencyAdvice')?.valueString,
    isNew: Client.httpFor(answer).response?.status === 201,
    warnings: (outcome?.issue ?? []).filter(({ severity }) => severity !== 'information').map(({ details }) => details?.text ?? 'something'),
  }
}
