/** Any Bundle at all: a batch answers entry by entry, a transaction does everything or names the entry that it refused and does nothing. */
import type { Bundle } from 'fhir/r4.js'
import fc from 'fast-check'
import type { TestHub } from '../../hub.ts'
import { openLibrary } from '../conformance/data.ts'
import { answeredWell, outcomeIn, runs } from './answers.ts'
import { word } from './words.ts'

let hub: TestHub
beforeAll(async () => { hub = await openLibrary() })
afterAll(() => hub?.stop())

const uuid = fc.integer({ min: 0, max: 3 }).map(number => `urn:uuid:00000000-0000-4000-8000-00000000000${number}`)
const id = fc.constantFrom('ann', 'fuzz-1', 'fuzz-2', 'nobody', 'fred')
const reference = fc.oneof(
  uuid, id.map(found => `Patient/${found}`), word,
  fc.constantFrom('Patient?family=smith', 'Patient?family=nobody', 'Patient?', 'Patient?nothing=1', '#a', '#'),
)
const references = (most: number) => fc.array(reference.map(text => ({ reference: text })), { minLength: 1, maxLength: most })

/** Observations refer to each other by `hasMember`, so that some refer in circles, and to themselves. */
const resource = fc.oneof(
  fc.record({
    resourceType: fc.constant('Patient'), id, name: fc.constant([{ family: 'Fuzz' }]),
    link: references(2).map(found => found.map(other => ({ other, type: 'seealso' }))),
  }, { requiredKeys: ['resourceType'] }),
  fc.record({
    resourceType: fc.constant('Observation'), id, status: fc.constant('final'), code: fc.constant({ text: 'fuzz' }),
    subject: reference.map(text => ({ reference: text })), hasMember: references(3),
  }, { requiredKeys: ['resourceType'] }),
  fc.constantFrom<unknown>({ resourceType: 'Nothing' }, { resourceType: '__proto__' }, {}, [], null, 'x', 1, { resourceType: 'Bundle', type: 'transaction', entry: [] }, { resourceType: 'Patient', name: {} },
    { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: 'Patient/ann' } }] }),
)
const url = fc.oneof(
  fc.constantFrom('Patient', 'Observation', 'Patient/ann', 'Patient/fuzz-1', 'Patient/fuzz-2', 'Patient/nobody', 'Patient?family=fuzz', 'Patient?_id=fuzz-1', 'Patient?', 'Patient/ann/_history', 'Patient/ann/_history/1',
    'Patient/ann/$everything', 'Patient/ann/Observation', '_history', '', '/', '/Patient/ann', '?_type=Patient', 'metadata',
    'Patient/_search', 'Patient/$validate', 'Nothing', 'Nothing/1',
    'https://elsewhere.example/fhir/Patient/ann', '//elsewhere.example/fhir/Patient', 'http://[', 'file:///etc/passwd',
    'Patient/../Task', 'Patient/%2e%2e/x', 'Patient?_count=-1', 'Patient?birthdate=2026-02-30',
    'urn:uuid:00000000-0000-4000-8000-000000000001', 'Task/1/$transition', 'ServiceRequest/$submit'),
  word,
)
const entry = fc.record({
  fullUrl: fc.oneof(
    { weight: 5, arbitrary: uuid }, { weight: 1, arbitrary: word },
    { weight: 1, arbitrary: id.map(found => `https://elsewhere.example/fhir/Patient/${found}`) },
  ),
  resource,
  request: fc.record({
    method: fc.oneof({ weight: 8, arbitrary: fc.constantFrom('POST', 'POST', 'PUT', 'GET', 'DELETE', 'PATCH', 'HEAD') }, { weight: 1, arbitrary: word }),
    url, ifMatch: fc.oneof(fc.constantFrom('W/"1"', 'W/"9"', '*', '1', ''), word),
    ifNoneMatch: fc.oneof(fc.constantFrom('W/"1"', '*'), word),
    ifModifiedSince: fc.oneof(fc.constant('2026-11-24T10:00:00Z'), word),
    ifNoneExist: fc.oneof(fc.constantFrom('family=fuzz', 'Patient?family=fuzz', '', '?', 'nothing=1', '_count=1'), word),
  }, { requiredKeys: ['method', 'url'] }),
}, { requiredKeys: ['request'] })
const noEntry = fc.constantFrom<unknown>(null, {}, [], 'x', { request: null }, { resource: { resourceType: 'Patient' } })
const anyEntry = fc.oneof({ weight: 20, arbitrary: entry }, { weight: 1, arbitrary: noEntry })

const bundle = fc.record({
  resourceType: fc.constant('Bundle'),
  type: fc.constantFrom(...Array.from({ length: 6 }, () => ['batch', 'transaction']).flat(), 'collection', 'nothing', ''),
  entry: fc.array(anyEntry, { maxLength: 6 }).chain(entries => fc.constantFrom(entries, entries, [...entries, ...entries])),
}, { requiredKeys: ['resourceType', 'type'] })

const countOf = async (): Promise<unknown> => {
  const { body } = await answeredWell(hub, 'administrator', { method: 'GET', path: 'Patient?_summary=count' })
  return (JSON.parse(body) as Bundle).total
}

const post = (sent: unknown) => answeredWell(hub, 'hub', { method: 'POST', path: '', body: JSON.stringify(sent) })

it('batches and transactions', async () => {
  await fc.assert(fc.asyncProperty(bundle, async sent => {
    const before = sent.type === 'transaction' ? await countOf() : undefined
    const told = await post(sent)
    if (told.status >= 400) {
      if (before !== undefined) expect(await countOf()).toBe(before)
      return
    }
    const answer = JSON.parse(told.body) as Bundle
    expect(answer.type).toBe(`${sent.type}-response`)
    expect(answer.entry ?? []).toHaveLength((sent.entry ?? []).length)
    const statuses = (answer.entry ?? []).map(({ response }) => response?.status ?? 'none')
    expect(statuses.filter(status => !/^[234]\d\d( |$)/.test(status))).toEqual([])
  }), runs(500))
}, 600_000)

it('a transaction that is refused names the entry', async () => {
  const observing = (reference: string): object => ({
    resource: { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference } },
    request: { method: 'POST', url: 'Observation' },
  })
  const refusable = fc.constantFrom<object>(
    { resource: { resourceType: 'Patient', name: {} }, request: { method: 'POST', url: 'Patient' } },
    { resource: { resourceType: 'Patient', birthDate: '2026-02-30' }, request: { method: 'POST', url: 'Patient' } },
    observing('Patient/nobody'), observing('Patient?family=nobody'),
    { request: { method: 'GET', url: 'https://elsewhere.example/fhir/Patient/1' } },
    { request: { method: 'PUT', url: 'Patient/ann' } },
    { resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient', ifNoneExist: 'famly=x' } },
    { request: { method: 'GET', url: 'Patient?birthdate=2026-02-30' } },
    { request: { method: 'DELETE', url: 'Patient/ann', ifMatch: 'W/"99999"' } },
    { resource: { resourceType: 'Bundle', type: 'batch' }, request: { method: 'POST', url: '' } },
  )
  const good = { resource: { resourceType: 'Patient', name: [{ family: 'Fuzz' }] }, request: { method: 'POST', url: 'Patient' } }
  await fc.assert(fc.asyncProperty(refusable, fc.nat(5), async (bad, at) => {
    const entries = [...Array.from({ length: at }, () => good), bad, good]
    const before = await countOf()
    const told = await post({ resourceType: 'Bundle', type: 'transaction', entry: entries })
    expect(told.status).toBeGreaterThanOrEqual(400)
    const places = (outcomeIn(told.body) ?? []).flatMap(issue => issue.at)
    expect([bad, places.some(place => place.startsWith(`Bundle.entry[${at}]`)) ? '' : told.body]).toEqual([bad, ''])
    expect(await countOf()).toBe(before)
  }), runs(60))
}, 600_000)
