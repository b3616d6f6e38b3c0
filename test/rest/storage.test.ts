import type { FhirError } from '../../src/fhir/outcomes.ts'
import { answered } from '../../src/rest/answered.ts'
import { NotDurable, Overloaded, TooCostly, TooLarge, Unavailable } from '../../src/store/store.ts'

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

  it('is 503 with Retry-After while the database is away, and says nothing of where it is', async () => {
    const refused = await refusal(new Unavailable('connect ECONNREFUSED 10.1.2.3:27017'))
    expect([refused.status, refused.issues[0]?.code, refused.headers['retry-after']]).toEqual([503, 'unavailable', '5'])
    expect(refused.message).not.toContain('10.1.2.3')
  })

  it('says that a write may have been stored when the database fell silent while it committed', async () => {
    const refused = await refusal(new NotDurable('silence', { mayBeWritten: true }))
    expect([refused.status, refused.issues[0]?.code, refused.headers['retry-after']]).toEqual([503, 'unconfirmed', '5'])
    expect(refused.message).toMatch(/look first/)
    expect(refused.message).not.toContain('nothing was written')
  })

  it('is 413 for a resource that the store has no room for, with the limit', async () => {
    const refused = await refusal(new TooLarge({ type: 'Binary', id: 'b' }, 16_000_000))
    expect([refused.status, refused.issues[0]?.code]).toEqual([413, 'too-large'])
    expect(refused.message).toMatch(/the Binary .*16000000 bytes/)
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
