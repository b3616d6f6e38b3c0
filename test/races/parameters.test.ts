/**
 * Search parameters and resources written at the same time, at one hub or at two: whatever is written after a parameter is
 * found by it, though the hub that wrote it may have heard of the parameter a moment later.
 */
import { awaitReindex, COLOUR, entries, favourite, outcomeOf, patient } from '../rest/reindex/asking.ts'
import { hubsOf, type Hubs } from './hubs.ts'

const ROUNDS = 8
const CLIENTS = 6

describe.each(hubsOf)('%s: a new search parameter', (_name, open) => {
  let opened: Hubs
  beforeAll(async () => { opened = await open() }, 60_000)
  afterAll(async () => { await opened.stop() })

  const parameter = (round: number) => favourite({
    id: `favourite-${round}`, url: `http://x.example/SearchParameter/favourite-${round}`, code: `favourite-${round}`, name: `Favourite${round}`,
    expression: `Patient.extension('${COLOUR}-${round}').value.ofType(string)`,
  })
  const coloured = (round: number, n: number) => ({ ...patient(`p${round}-${n}`), extension: [{ url: `${COLOUR}-${round}`, valueString: 'teal' }] })
  const allIds = (round: number) => Array.from({ length: CLIENTS }, (_, n) => `Patient/p${round}-${n}`).sort()

  it('finds all that was written after it, at whichever hub', async () => {
    const [first, last] = [await opened.hubs[0]!.as('administrator'), await opened.hubs.at(-1)!.as('administrator')]
    for (let round = 0; round < ROUNDS; round++) {
      await first.put(`/fhir/SearchParameter/favourite-${round}`).send(parameter(round)).expect(201)
      const written = await Promise.all(Array.from({ length: CLIENTS }, (_, n) =>
        last.put(`/fhir/Patient/p${round}-${n}`).send(coloured(round, n))))
      expect(written.map(({ status }) => status)).toEqual(written.map(() => 201))
      const answer = await first.get('/fhir/Patient').query({ [`favourite-${round}`]: 'teal' }).expect(200)
      expect(entries(answer).toSorted()).toEqual(allIds(round))
    }
  }, 120_000)

  it('loses none to a reindex that another hub had begun before', async () => {
    const [first, last] = [await opened.hubs[0]!.as('administrator'), await opened.hubs.at(-1)!.as('administrator')]
    const round = ROUNDS
    await Promise.all(Array.from({ length: CLIENTS }, (_, n) => first.put(`/fhir/Patient/p${round}-${n}`).send(coloured(round, n)).expect(201)))
    await last.post('/fhir/$reindex?type=Patient').send()
    await first.put(`/fhir/SearchParameter/favourite-${round}`).send(parameter(round)).expect(201)
    await first.post(`/fhir/SearchParameter/favourite-${round}/$reindex`).send()
    await awaitReindex(first)
    const answer = await first.get('/fhir/Patient').query({ [`favourite-${round}`]: 'teal' }).expect(200)
    expect(outcomeOf(answer)).toEqual([])
    expect(entries(answer).toSorted()).toEqual(allIds(round))
  }, 120_000)
})
