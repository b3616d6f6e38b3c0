import type { FhirError } from '../../src/fhir/outcomes.ts'
import { answered } from '../../src/rest/answered.ts'
import { NotDurable, Overloaded, TooCostly } from '../../src/store/store.ts'

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

  it('is 503 when a search ran too long, and says what to narrow rather than to ask again', async () => {
    const refused = await refusal(new TooCostly(2_000))
    expect([refused.status, refused.issues[0]?.code, refused.headers['retry-after']]).toEqual([503, 'search-too-costly', undefined])
    expect(refused.message).toMatch(/2000 ms.*narrow it: name an identifier/)
  })

  it('is 503 with Retry-After when more long searches wait than are run', async () => {
    const refused = await refusal(new Overloaded('the queue of searches is full'))
    expect([refused.status, refused.issues[0]?.code, refused.headers['retry-after']]).toEqual([503, 'searches-queued', '2'])
  })
})
