import type { FhirError } from '../../src/fhir/outcomes.ts'
import { answered } from '../../src/rest/answered.ts'
import { NotDurable, TooCostly } from '../../src/store/store.ts'

const refusal = async (error: Error): Promise<FhirError> => answered(Promise.reject(error)).then(
  () => { throw new Error('expected a refusal') },
  (refused: FhirError) => refused,
)

describe('what the store cannot do', () => {
  it('is 503 with Retry-After when nothing can be made durable', async () => {
    const refused = await refusal(new NotDurable('disk full'))
    expect(refused.status).toBe(503)
    expect(refused.headers['retry-after']).toBe('5')
    expect(refused.message).toContain('nothing was written')
    expect(refused.message).not.toContain('disk')
  })

  it('is 422 when a search ran too long', async () => {
    expect((await refusal(new TooCostly(2_000))).issues[0]?.code).toBe('search-too-costly')
  })
})
