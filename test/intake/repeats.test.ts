/** The same referral sent again, by whomever, whenever: one referral, one clock; other content under a known key is 409. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bundle, BundleEntry, FhirResource, Parameters, Patient, ServiceRequest } from 'fhir/r4.js'
import type { Response } from 'supertest'
import { startTestHub } from '../hub.ts'
import { codesOf, fallInPreston, openStory, referralIn, textOf, type Story } from '../referral/story.ts'

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

const parameter = ({ body }: Response, name: string) => (body as Parameters).parameter?.find(found => found.name === name)

const sendText = async (text: string, requestId?: string): Promise<Response> => {
  const sending = (await story.hub.as('gp')).post('/fhir/ServiceRequest/$submit')
  return (requestId === undefined ? sending : sending.set('X-Request-ID', requestId)).send(text)
}

/** Every object with its members the other way round. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).reverse().map(([name, member]) => [name, reversed(member)]))
}

describe('the same content', () => {
  it.each<[string, (sent: Bundle) => string]>([
    ['with other white space', sent => JSON.stringify(sent, null, 3)],
    ['with its members in another order', sent => JSON.stringify(reversed(sent))],
    ['with escapes for characters', sent => JSON.stringify(sent).replace('Edna', '\\u0045dna')],
    ['with another Bundle id, time and meta', sent => JSON.stringify({ ...sent, id: 'b2', timestamp: '2026-11-24T10:14:00Z', meta: { lastUpdated: '2026-11-24T10:14:00Z' } })],
    ['inside Parameters', sent => JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: 'referral', resource: sent }] })],
  ])('%s is the same referral', async (_what, again) => {
    const id = randomUUID()
    const first = await story.submit(fallInPreston(), story.gp, id)
    const second = await sendText(again(fallInPreston()), id)
    expect([second.status, referralIn(second)]).toEqual([200, referralIn(first)])
    expect(second.headers['location']).toBe(`${story.hub.url}/fhir/ServiceRequest/${referralIn(first)}`)
  })

  it('answers where the referral is now', async () => {
    const id = randomUUID()
    const first = await story.submit(fallInPreston(), story.gp, id)
    expect(parameter(await story.submit(fallInPreston(), story.gp, id), 'status')?.valueString).toBe('stored, not yet confirmed')
    await story.step(story.clinician, await story.task(story.desk, referralIn(first), 'triage'), 'confirm')
    expect(parameter(await story.submit(fallInPreston(), story.gp, id), 'status')?.valueString).toBe('Offered')
  })

  it('changes nothing: the versions, the Tasks and the clock stay, however late it comes', async () => {
    const identifier = randomUUID()
    const first = referralIn(await story.submit(fallInPreston({ identifier })))
    const before = await story.tasks(story.desk, first)
    await story.hub.clock({ advance: 'PT90M' })
    const again = await story.submit(fallInPreston({ identifier }))
    expect([again.status, referralIn(again)]).toEqual([200, first])
    expect(await story.tasks(story.desk, first)).toEqual(before)
  })

  it('is read, and the reading is audited', async () => {
    const id = randomUUID()
    const first = referralIn(await story.submit(fallInPreston(), story.gp, id))
    const reads = async (): Promise<number> => ((await story.get({ client: 'administrator' },
      `AuditEvent?entity=ServiceRequest/${first}&_summary=count`)).body as Bundle).total ?? 0
    const before = await reads()
    await story.submit(fallInPreston(), story.gp, id)
    expect(await reads()).toBe(before + 1)
  })

  it('is known by each key it came under', async () => {
    const identifier = randomUUID()
    const id = randomUUID()
    const first = await story.submit(fallInPreston({ identifier }))
    const again = await story.submit(fallInPreston({ identifier }), story.gp, id)
    const other = await story.submit(fallInPreston({ family: 'Other' }), story.gp, id)
    expect([first.status, again.status, other.status]).toEqual([201, 200, 409])
  })

  it('many times at once under many request ids and one business identifier is one referral', async () => {
    const identifier = randomUUID()
    const answers = await Promise.all(Array.from({ length: 12 }, () => story.submit(fallInPreston({ identifier }), story.gp, randomUUID())))
    expect(new Set(answers.map(referralIn)).size).toBe(1)
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  })

  it('is another referral without any key', async () => {
    const [one, other] = [await story.submit(fallInPreston()), await story.submit(fallInPreston())]
    expect([one.status, other.status]).toEqual([201, 201])
    expect(referralIn(other)).not.toBe(referralIn(one))
  })
})

describe('other content under a known key', () => {
  const changed = (change: (bundle: Bundle<FhirResource>) => void): Bundle => {
    const bundle = fallInPreston()
    change(bundle)
    return bundle
  }
  const patient = ({ entry = [] }: Bundle<FhirResource>): Patient => entry[0]?.resource as Patient
  const request = ({ entry = [] }: Bundle<FhirResource>): ServiceRequest => entry[1]?.resource as ServiceRequest

  it.each<[string, Bundle, string]>([
    ['another birth date', changed(bundle => { patient(bundle).birthDate = '1942-05-18' }), 'Bundle.entry[0].resource.birthDate (Patient)'],
    ['another need', changed(bundle => { request(bundle).reasonCode = [{ text: 'secret words' }] }), 'Bundle.entry[1].resource.reasonCode[0].coding (ServiceRequest)'],
    ['an entry more', fallInPreston({ more: [{ resourceType: 'Condition', code: { text: 'secret words' } }] }), 'Bundle.entry[2] (Condition)'],
    ['an entry less', changed(({ entry }) => { entry?.pop() }), 'Bundle.entry[1]'],
    ['the entries the other way round', changed(bundle => { bundle.entry?.reverse() }), 'Bundle.entry[0].fullUrl'],
  ])('%s is 409 and named by its place, not by its content', async (_what, other, place) => {
    const id = randomUUID()
    const first = await story.submit(fallInPreston(), story.gp, id)
    const answer = await story.submit(other, story.gp, id)
    expect([answer.status, ...codesOf(answer)]).toEqual([409, 'request-key-reused'])
    expect(textOf(answer)).toContain(place)
    expect(textOf(answer)).toContain(`ServiceRequest/${referralIn(first)}`)
    expect(answer.text).not.toMatch(/secret|1942|Hartley|fall-no-injury/)
  })

  it('digits of a decimal are content', async () => {
    const id = randomUUID()
    const temperature = (digits: string): string => JSON.stringify(fallInPreston({
      more: [{ resourceType: 'Observation', status: 'final', code: { text: 'Temperature' }, valueQuantity: { value: 0 } }] })).replace('"value":0', `"value":${digits}`)
    const first = await sendText(temperature('37.50'), id)
    expect((await sendText(temperature('37.50'), id)).status).toBe(200)
    const other = await sendText(temperature('37.5'), id)
    expect([first.status, other.status]).toEqual([201, 409])
    expect(textOf(other)).toContain('Bundle.entry[2].resource.valueQuantity.value (Observation)')
  })

  it('is 409 for a business identifier too, and names the place in a body of almost 5 MB', async () => {
    const identifier = randomUUID()
    const large = (last: string): Bundle => fallInPreston({ identifier, more: [{
      resourceType: 'DocumentReference', status: 'current', description: last, content: [{ attachment: { contentType: 'text/plain', data: 'QUJD'.repeat(1_300_000) } }] }] })
    expect((await story.submit(large('one'))).status).toBe(201)
    const again = await story.submit(large('one'))
    const other = await story.submit(large('other'))
    expect([again.status, other.status]).toEqual([200, 409])
    expect(textOf(other)).toContain('Bundle.entry[2].resource.description')
  })
})

describe('keys belong to their sender', () => {
  it('the X-Request-ID of another client is another referral', async () => {
    const id = randomUUID()
    const mine = await story.submit(fallInPreston(), story.gp, id)
    const theirs = await story.submit(fallInPreston(), { client: 'otherGp' }, id)
    expect([mine.status, theirs.status]).toEqual([201, 201])
  })

  it('the business identifier of another organisation is another referral', async () => {
    const identifier = randomUUID()
    await story.submit(fallInPreston({ identifier }))
    const theirs = await story.submit(fallInPreston({ identifier, family: 'Other' }), { client: 'otherGp' })
    expect(theirs.status).toBe(201)
  })

  it('a number that names the person is no business identifier', async () => {
    const withNhsNumber = (reason: string): Bundle => {
      const bundle = fallInPreston()
      const request = (bundle.entry as BundleEntry[])[1]?.resource as ServiceRequest
      request.identifier = [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009' }]
      request.reasonCode = [{ text: reason }]
      return bundle
    }
    expect((await story.submit(withNhsNumber('fell'))).status).toBe(201)
    expect((await story.submit(withNhsNumber('fell again, a week later'))).status).toBe(201)
  })
})

it('keys outlive a restart of the hub', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'care-connexions-repeats-'))
  const env = { STORE: `sqlite:${join(folder, 'hub.db')}` }
  const id = randomUUID()
  const submit = async (hub: Awaited<ReturnType<typeof startTestHub>>): Promise<Response> =>
    (await hub.as('gp')).post('/fhir/ServiceRequest/$submit').set('X-Request-ID', id).send(JSON.stringify(fallInPreston()))
  try {
    const before = await startTestHub({ env })
    const first = await submit(before)
    await before.stop()
    const after = await startTestHub({ env })
    const again = await submit(after)
    await after.stop()
    expect([first.status, again.status, referralIn(again)]).toEqual([201, 200, referralIn(first)])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
