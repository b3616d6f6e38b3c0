/**
 * Definitions and what they judge written at the same time, at one hub or at two: whatever is written after a definition was
 * answered is judged by it, though the hub that judges may hear of it a moment later.
 */
import { asking, basic, canonical, codeSystem, profile, requiring, valueSet, type Asking } from '../rest/definitions/asking.ts'
import { entries, favourite } from '../rest/reindex/asking.ts'
import { hubsOf, type Hubs } from './hubs.ts'

const ROUNDS = 6
const CLIENTS = 6

describe.each(hubsOf)('%s: a new definition', (_name, open) => {
  let opened: Hubs
  let first: Asking
  let last: Asking
  beforeAll(async () => {
    opened = await open()
    first = await asking(opened.hubs[0]!)
    last = await asking(opened.hubs.at(-1)!)
  }, 60_000)
  afterAll(async () => { await opened.stop() })

  const atOnce = (resource: object) => Promise.all(Array.from({ length: CLIENTS }, () => last.create(resource)))
  const claiming = async (name: string): Promise<number> =>
    entries(await (await opened.hubs[0]!.as('administrator')).get('/fhir/Basic').query({ _profile: canonical(name) }).expect(200)).length

  it('lets nothing in that a profile forbids, at whichever hub', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const name = `strict-${round}`
      await first.put(requiring(name, 'code'))
      expect(await last.create(basic([canonical(name)]))).toMatchObject({ status: 201 })
      expect(await first.put(requiring(name, 'subject'))).toMatchObject({ status: 200 })
      for (const answer of await atOnce(basic([canonical(name)]))) expect(answer).toMatchObject({ status: 422, errors: ['min:Basic.subject at Basic'] })
      expect(await claiming(name)).toBe(1)
    }
  }, 120_000)

  it('lets nothing in that a code system or value set has no more', async () => {
    const bound = (name: string) => profile(name, [{ path: 'Basic.code', binding: { strength: 'required', valueSet: canonical(name, 'ValueSet') } }])
    const composed = (name: string, codes?: readonly string[]) => valueSet(name, {
      compose: { include: [{ system: canonical('things', 'CodeSystem'), ...(codes === undefined ? {} : { concept: codes.map(code => ({ code })) }) }] } })
    await first.transaction(bound('things'), bound('some'), composed('things'), composed('some', ['one', 'two']), codeSystem('things', ['one', 'two']))
    expect(await last.create(basic([canonical('things')]))).toMatchObject({ status: 201 })
    expect(await last.create(basic([canonical('some')]))).toMatchObject({ status: 201 })
    await first.put(composed('some', ['two']))
    for (const { errors } of await atOnce(basic([canonical('some')]))) expect(errors).toEqual(['binding:Basic.code at Basic.code.coding[0]'])
    await first.put(codeSystem('things', ['two']))
    for (const { status } of await atOnce(basic([canonical('things')]))) expect(status).toBe(422)
    expect([await claiming('things'), await claiming('some')]).toEqual([1, 1])
  }, 60_000)

  it('refuses nothing that a profile allows now', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const name = `lenient-${round}`
      await first.put(requiring(name, 'subject'))
      expect((await last.create(basic([canonical(name)]))).errors).toEqual(['min:Basic.subject at Basic'])
      await first.put(requiring(name, 'code'))
      for (const { status } of await atOnce(basic([canonical(name)]))) expect(status).toBe(201)
    }
  }, 120_000)

  it('takes many that come at the same time, of all kinds, and what is written beside them', async () => {
    const many = Array.from({ length: 24 }, (_, n) => [
      requiring(`many-${n}`, 'code'), valueSet(`many-${n}`, {}), codeSystem(`many-${n}`, ['one']),
      favourite({ id: `many-${n}`, url: `http://x.example/SearchParameter/many-${n}`, code: `many-${n}`, name: `Many${n}` }),
    ][n % 4]!)
    const answers = await Promise.all(many.flatMap((definition, n) => [[first, last][n % 2]!.put(definition), [last, first][n % 2]!.create(basic([]))]))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
  }, 60_000)
})
