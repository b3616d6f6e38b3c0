/** A Bundle posted to the base: batch or transaction, by its type (https://hl7.org/fhir/R4/http.html#transaction). */
import { outcomes } from '../../fhir/outcomes.ts'
import { readResource } from '../body.ts'
import type { RestParts } from '../context.ts'
import type { RequestContext } from '../repository.ts'
import type { FhirAnswer, FhirHandler, FhirRequest } from '../request.ts'
import { batch } from '../transaction/batch.ts'
import { transaction } from '../transaction/transaction.ts'

export const batchOrTransaction = (
  parts: RestParts, request: FhirRequest, context: RequestContext, handle: FhirHandler,
): Promise<FhirAnswer> => {
  const bundle = readResource(request.body, 'Bundle')
  switch (bundle['type']) {
    case 'transaction': return transaction(parts, request, context, handle)
    case 'batch': return batch(parts, request, context, bundle, handle)
    default: throw outcomes.entry('bundle-type',
      'a Bundle posted here is a "transaction" or a "batch"; a referral goes to ServiceRequest/$submit', 'Bundle.type')
  }
}
