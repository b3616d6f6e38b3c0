/** A hub on MongoDB, once everything was copied there, answers whatever it is asked exactly as the one on SQLite did. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bundle } from 'fhir/r4.js'
import { manualClock } from '../../src/fhir/clock.ts'
import type { SearchPlan } from '../../src/search/plan.ts'
import { openMongoStore } from '../../src/store/mongo/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import type { Store } from '../../src/store/store.ts'
import { allOf, EVERYTHING, match, pages, plan } from '../contract/write.ts'
import { startTestHub, type ClientName, type TestHub } from '../hub.ts'
import { fallInPreston, referralIn } from '../referral/story.ts'
import { newDatabase, runCopy, suite, WHY, type Database } from './copying.ts'

const YEAR_MS = 365 * 24 * 3_600_000
/** The day on which all of the story happens. */
const day = { low: Date.parse('2026-11-24T00:00:00Z'), high: Date.parse('2026-11-25T00:00:00Z') }

/** Each is asked of the hub by every one of these, so that what they may not see is compared too. */
const CALLERS: readonly ClientName[] = ['administrator', 'hub', 'gp', 'otherGp', 'team']

const questions = (referral: string): readonly string[] => [
  `ServiceRequest/${referral}`, `ServiceRequest/${referral}/_history`, 'Patient/edna', 'Patient/edna/_history/1', 'Patient/gone', 'Patient/gone/_history',
  `Task?based-on=ServiceRequest/${referral}&_sort=-authored-on&_include=Task:for`, 'Task?status=in-progress,requested&_sort=modified&_total=accurate',
  'Task?owner:Organization.identifier=ZCC00&_count=2', 'Patient?family=hart&_sort=birthdate', 'Patient?birthdate=lt1950&_summary=count',
  'Patient?nickname=edie', 'Patient?family:contains=RTLE&_revinclude=ServiceRequest:subject', 'Patient?_has:ServiceRequest:subject:status=active',
  'HealthcareService?service-type:missing=false&_elements=name', 'HealthcareService?_content=falls', 'Location?near=53.76|-2.70|20|km',
  'Organization?_sort=name&_count=7', 'Observation?code-value-quantity=8867-4$gt90', 'Observation?value-quantity=ge90||/min', 'Provenance?_count=5',
  'Task/_history?_count=4', 'Patient/_history', 'Patient?name:exact=Nobody', 'Patient?unknown=1',
  'Patient?family=h&_count=1', 'Patient?name=e&_count=2', 'Task?authored-on=ge2026-11-24&authored-on=lt2026-11-25&_count=2', 'Task?modified=2026-11&_count=3',
]

/** R4 gives what is included no order. */
const inOrder = (body: Bundle): Bundle => {
  const included = body.entry?.filter(({ search }) => search?.mode === 'include') ?? []
  if (included.length === 0) return body
  const matches = body.entry!.filter(({ search }) => search?.mode !== 'include')
  return { ...body, entry: [...matches, ...included.sort((a, b) => (a.fullUrl! < b.fullUrl! ? -1 : 1))] }
}

/** Every page, without what names the server: its address, and the seals of links and ids of Bundles, which are its own. */
const answersOf = async (hub: TestHub, client: ClientName, path: string): Promise<unknown> => {
  const agent = await hub.as(client)
  const all: unknown[] = []
  for (let next: string | undefined = `/fhir/${path}`; next !== undefined;) {
    const answer = await agent.get(next)
    const body = answer.body as Bundle
    all.push([answer.status, answer.headers['etag'],
      JSON.stringify(inOrder(body)).replaceAll(hub.url, '').replaceAll(/_page=[\w.-]+/g, '_page').replace(/^\{"resourceType":"Bundle","id":"[^"]+"/, '{"resourceType":"Bundle"')])
    next = body.link?.find(({ relation }) => relation === 'next')?.url.replace(hub.url, '')
  }
  return { client, path, all }
}

const askAll = async (hub: TestHub, referral: string): Promise<readonly unknown[]> => {
  const answers: unknown[] = []
  for (const path of questions(referral)) for (const client of CALLERS) answers.push(await answersOf(hub, client, path))
  return answers
}

const fill = async (hub: TestHub): Promise<string> => {
  const administrator = await hub.as('administrator')
  await administrator.put('/fhir/SearchParameter/nickname').send({
    resourceType: 'SearchParameter', id: 'nickname', url: 'https://example.org/nickname', name: 'Nickname', status: 'active', description: 'By nickname',
    code: 'nickname', base: ['Patient'], type: 'string', expression: "Patient.name.where(use = 'nickname').given",
  }).expect(201)
  const gp = await hub.as('gp')
  const edna = (given: string) => ({
    resourceType: 'Patient', id: 'edna', name: [{ use: 'official', family: 'Hartley', given: ['Edna'] }, { use: 'nickname', given: [given] }],
    gender: 'female', birthDate: '1942-05-17', identifier: [{ system: 'https://gp.example/id', value: '1' }],
  })
  await gp.put('/fhir/Patient/edna').send(edna('Ed')).expect(201)
  await gp.put('/fhir/Patient/edna').send(edna('Edie')).expect(200)
  await gp.put('/fhir/Patient/gone').send({ ...edna('Ed'), id: 'gone' }).expect(201)
  await gp.delete('/fhir/Patient/gone')
  await gp.post('/fhir/Observation').send({
    resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '8867-4', display: 'Heart rate' }] },
    subject: { reference: 'Patient/edna' }, effectiveDateTime: '2026-11-24T10:00:00Z',
    valueQuantity: { value: 96, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  })
  const referrals: string[] = []
  for (const [identifier, family] of [['R-1', 'Hartley'], ['R-2', 'Hart'], ['R-3', 'Harte'], ['R-4', 'Hartley']] as const) {
    const answer = await gp.post('/fhir/ServiceRequest/$submit').set('X-Request-ID', identifier).send(JSON.stringify(fallInPreston({ identifier, family })))
    expect(answer.status).toBe(201)
    referrals.push(referralIn(answer))
  }
  return referrals[0]!
}

/** Each is more than a page long; those without an order of their own come in the one that their conditions suggest. */
const PAGED: readonly (readonly [string, SearchPlan])[] = [
  ['by one text', plan('Patient', match('family', { kind: 'string', match: 'starts', folded: 'h' }))],
  ['by one text of several in each', plan('Patient', match('name', { kind: 'string', match: 'starts', folded: 'e' }))],
  ['within a window of dates', plan('Task', match('authored-on', { kind: 'date', prefix: 'eq', ...day }))],
  ['between two dates', plan('Patient', allOf(match('birthdate', { kind: 'date', prefix: 'ge', low: 0 - 10 * YEAR_MS, high: 0 }), match('birthdate', { kind: 'date', prefix: 'lt', low: day.low, high: day.high })))],
  ['newest first', plan('Task', EVERYTHING)],
  ['by a date', plan('Task', EVERYTHING, { sort: [{ param: 'modified', direction: 'descending' }] })],
  ['by a text', plan('Organization', EVERYTHING, { sort: [{ param: 'name', direction: 'ascending' }] })],
  ['by several', plan('Task', EVERYTHING, { sort: [{ param: 'status', direction: 'ascending' }, { param: '_lastUpdated', direction: 'descending' }] })],
]

suite(`MongoDB: a hub that was moved${WHY}`, () => {
  let folder: string
  let path: string
  let target: Database
  let referral: string
  let expected: readonly unknown[]
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'copied-hub-'))
    path = join(folder, 'hub.db')
    target = await newDatabase()
    const hub = await startTestHub({ env: { STORE: `sqlite:${path}` } })
    referral = await fill(hub)
    expected = await askAll(hub, referral)
    await hub.stop()
    expect(await runCopy(`sqlite:${path}`, target.url)).toMatchObject({ status: 0, output: expect.stringMatching(/\nequal\n$/) as string })
  }, 300_000)
  afterAll(async () => {
    await target.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(PAGED)('goes on behind a page that was read before: %s', async (_what, search) => {
    const clock = manualClock(Date.parse('2026-11-25T00:00:00Z'))
    const [before, after] = [await openSqliteStore({ path, clock }), await openMongoStore({ url: target.url, clock })]
    try {
      const { next } = await before.search({ ...search, count: 2 })
      const rest = { ...search, count: 2, after: next! }
      const shown = async (store: Store) => (await pages(store, rest)).map(({ matches, next: further }) => ({ matches, further }))
      expect(await shown(after)).toEqual(await shown(before))
      expect((await pages(after, rest)).length).toBeGreaterThan(0)
    } finally {
      await before.close()
      await after.close()
    }
  })

  it('answers every search, read, history and page as it did, by parameters of its own as well, and knows what was sent before', async () => {
    const after = await startTestHub({ env: { STORE: target.url } })
    try {
      const answers = await askAll(after, referral)
      for (const [index, answer] of answers.entries()) expect(answer).toEqual(expected[index])
      const again = await (await after.as('gp')).post('/fhir/ServiceRequest/$submit').set('X-Request-ID', 'R-1').send(JSON.stringify(fallInPreston({ identifier: 'R-1' })))
      expect([again.status, referralIn(again)]).toEqual([200, referral])
    } finally {
      await after.stop()
    }
  }, 300_000)
})
