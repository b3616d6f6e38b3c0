/** Any query at all: an answer, or a refusal that names the parameter at fault; never a failure, and never for long. */
import fc from 'fast-check'
import type { TestHub } from '../../hub.ts'
import { openLibrary } from '../conformance/data.ts'
import { answeredWell, outcomeIn, runs, type Sent, type Told } from './answers.ts'
import { queries, queryText, type Query } from './queries.ts'
import { value } from './words.ts'

let hub: TestHub
beforeAll(async () => { hub = await openLibrary() })
afterAll(() => hub?.stop())

/** A request line and its headers may be 16 kB in Node; what is longer is sent as a form. */
const LONGEST_ADDRESS = 8_000

const sentAs = (query: Query, path: string): Sent => {
  const text = queryText(query)
  return text.length > LONGEST_ADDRESS
    ? { method: 'POST', path: `${path === '' ? '' : `${path}/`}_search`, body: text, as: 'application/x-www-form-urlencoded' }
    : { method: 'GET', path: `${path}?${text}` }
}

/** Whether a refusal says which parameter it is about, or which part of its name. */
const namesParameter = (name: string, { body }: Told): boolean => {
  const said = (outcomeIn(body) ?? []).flatMap(({ text, at }) => [text, ...at]).join(' ')
  let word = name
  try {
    word = decodeURIComponent(name)
  } catch {
    // Then it is the encoding that is refused.
  }
  return word.split(/[:.]/).some(part => said.includes(part.slice(0, 40))) || /percent-encoded|NUL|no text|parameters|values|query/.test(said)
}

it('one parameter, of any name and with any value', async () => {
  await fc.assert(fc.asyncProperty(queries(hub.hub.rest.definitions).one, async query => {
    const told = await answeredWell(hub, 'hub', sentAs(query, query.type))
    const [name = ''] = query.pairs[0] ?? []
    if (told.status === 400) expect([name, namesParameter(name, told) ? '' : told.body]).toEqual([name, ''])
  }), runs(1_500))
}, 600_000)

it('several parameters together, some of them twice', async () => {
  await fc.assert(fc.asyncProperty(queries(hub.hub.rest.definitions).several, async query => {
    await answeredWell(hub, 'hub', sentAs(query, query.type))
  }), runs(800))
}, 600_000)

it('lenient handling', async () => {
  await fc.assert(fc.asyncProperty(queries(hub.hub.rest.definitions).several, async query => {
    await answeredWell(hub, 'hub', { ...sentAs(query, query.type), headers: { prefer: 'handling=lenient' } })
  }), runs(300))
}, 600_000)

it('on the whole system, in a compartment, on a read, a history and $everything', async () => {
  const paths = fc.constantFrom(
    '', 'Patient/ann/Observation', 'Patient/ann/*', 'Patient/ann', 'Patient/ann/_history', 'Patient/_history', '_history',
    'Patient/ann/_history/1', 'Patient/ann/$everything',
  )
  await fc.assert(fc.asyncProperty(paths, queries(hub.hub.rest.definitions).one, async (path, query) => {
    const text = queryText(query)
    if (text.length < LONGEST_ADDRESS) await answeredWell(hub, 'hub', { method: 'GET', path: `${path}?${text}` })
  }), runs(700))
}, 600_000)

it('as a condition of a create, an update, a patch or a deletion that must not be carried out', async () => {
  const sent = fc.constantFrom<(query: Query) => Sent>(
    query => ({ method: 'PUT', path: `${query.type}?${queryText(query)}`, body: '{"resourceType":"Nothing"}' }),
    query => ({
      method: 'PATCH', path: `${query.type}?${queryText(query)}`,
      body: '[{"op":"test","path":"/id","value":0}]', as: 'application/json-patch+json',
    }),
    query => ({ method: 'DELETE', path: `${query.type}?_id=nothing&${queryText(query)}` }),
  )
  await fc.assert(fc.asyncProperty(sent, queries(hub.hub.rest.definitions).one, async (make, query) => {
    if (queryText(query).length < LONGEST_ADDRESS) await answeredWell(hub, 'hub', make(query))
  }), runs(400))
}, 600_000)

it('page links that were made up, altered, or belong to another search', async () => {
  const first = await answeredWell(hub, 'hub', { method: 'GET', path: 'Patient?_sort=birthdate&_count=1' })
  const link = /_page=([^"&]+)/.exec(first.body)?.[1] ?? ''
  expect(link).not.toBe('')
  const altered = fc.tuple(fc.nat(link.length - 1), fc.constantFrom('A', 'z', '.', '-', '%00', ''))
    .map(([at, text]) => link.slice(0, at) + text + link.slice(at + 1))
  await fc.assert(fc.asyncProperty(fc.oneof(altered.filter(text => text !== link), value), async page => {
    const path = `Patient?_sort=birthdate&_count=1&_page=${page.slice(0, LONGEST_ADDRESS)}`
    const { status } = await answeredWell(hub, 'hub', { method: 'GET', path })
    expect(status).toBe(400)
  }), runs(200))
  await answeredWell(hub, 'hub', { method: 'GET', path: `Patient?_sort=-birthdate&_count=1&_page=${link}` })
}, 600_000)
