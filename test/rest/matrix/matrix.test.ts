/**
 * Role x path: whoever asks, in whichever way, finds what is theirs, all of it and nothing else; and what is there and not theirs
 * answers like what never was (docs/access.md, docs/decisions/0003-visibility.md).
 */
import { randomUUID } from 'node:crypto'
import { clients, type ClientName } from '../../hub.ts'
import { randomFrom } from '../../referral/workflow/random.ts'
import { comparable, wholeOf, type Question } from './ask.ts'
import { broadQuestions, idsOnAllPages } from './broad.ts'
import { knowledgeOf, sightOf, WORDS, wordsOf, type Knowledge } from './oracle.ts'
import { choosingAnId, paths, type PathContext, type Target } from './paths.ts'
import { marker } from './private-things.ts'
import { openWorld, type Known, type World } from './world.ts'

const CALLERS = Object.keys(clients) as ClientName[]
const AT_ONCE = 8
/** Kinds of hidden things asked after by each caller: patients always, the others in turn. `MATRIX=full` takes all of them. */
const KINDS = process.env['MATRIX'] === 'full' ? Infinity : 6

let world: World
beforeAll(async () => { world = await openWorld() }, 180_000)
afterAll(() => world?.stop())

const together = async <T>(work: readonly T[], run: (each: T) => Promise<void>): Promise<void> => {
  const left = [...work]
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await run(next)
  }))
}

/** Words of an answer that the caller may not know; `asked` are those that the question itself held. */
const leaks = (text: string, { secrets }: Knowledge, asked: readonly string[] = []): readonly string[] =>
  [...new Set(text.match(WORDS) ?? [])].filter(word => secrets.has(word) && !asked.includes(word))

/** The first line in which two answers differ, of each. */
const difference = (one: string, other: string): string => {
  const others = other.split('\n')
  const at = one.split('\n').findIndex((line, index) => line !== others[index])
  return `  ${one.split('\n')[at]?.slice(0, 1_000)}\n  ${others[at]?.slice(0, 1_000)}`
}

const targetOf = (thing: Known): Target => ({ type: thing.type, id: thing.id, word: wordsOf(thing)[1] ?? marker(thing.id) })

/** Patients in and out of referrals and deleted things first, then as many other kinds as there is time for; the same for a seed. */
const chosen = (knowledge: Knowledge, caller: ClientName): readonly Target[] => {
  const random = randomFrom(CALLERS.indexOf(caller) + 1)
  const kinds = new Map<string, Known[]>()
  for (const thing of knowledge.unheardOf) {
    const kind = thing.isDeleted ? 'deleted' : `${thing.type} ${thing.referral === undefined ? 'private' : 'of a referral'}`
    kinds.set(kind, [...kinds.get(kind) ?? [], thing])
  }
  const always = [...kinds.keys()].filter(kind => kind === 'deleted' || kind.startsWith('Patient'))
  const others = [...kinds.keys()].filter(kind => !always.includes(kind))
  const from = CALLERS.indexOf(caller) * 3
  const inTurn = [...others.slice(from % others.length), ...others.slice(0, from % others.length)]
  const targets = [...always, ...inTurn].slice(0, KINDS).map(kind => targetOf(random.pick(kinds.get(kind) ?? [])))
  asked.get(caller)?.push(...targets.flatMap(({ id, word }) => [id, word]))
  return targets
}

/** Words with which each caller has asked: the audit of its own refusals may name them. */
const asked = new Map<ClientName, string[]>(CALLERS.map(caller => [caller, []]))

const contextOf = (caller: ClientName): PathContext => ({
  base: `${world.story.hub.url}/fhir`, directory: world.directory,
  ownPatient: world.known.find(({ type, by }) => type === 'Patient' && by === caller)?.id,
})

describe.each(CALLERS.filter(client => clients[client].role !== 'administrator'))('%s', caller => {
  it('meets the same answer for what is hidden and for what never was, and no word of what is hidden, on every path', async () => {
    const knowledge = knowledgeOf(world, caller)
    const context = contextOf(caller)
    const differing: string[] = []
    const leaking: string[] = []
    let compared = 0
    const ghosts = new Map<string, Promise<string>>()
    const ghostAnswer = (name: string, type: string, path: (typeof paths)[string]): Promise<string> => {
      const ghost = { type, id: randomUUID(), word: marker(randomUUID()) }
      const known = ghosts.get(`${name} ${type}`)
        ?? world.ask(caller, path(ghost, context)).then(answer => comparable(answer, { ID: ghost.id, WORD: ghost.word }))
      ghosts.set(`${name} ${type}`, known)
      return known
    }
    const work = chosen(knowledge, caller).flatMap(target => Object.entries(paths).map(([name, path]) => ({ target, name, path })))
    await together(work, async ({ target, name, path }) => {
      const answer = await world.ask(caller, path(target, context))
      compared += 1
      const hidden = comparable(answer, { ID: target.id, WORD: target.word })
      const never = await ghostAnswer(name, target.type, path)
      if (hidden !== never) differing.push(`${name} of ${target.type}/${target.id}\n${difference(hidden, never)}`)
      if (answer.status >= 500) differing.push(`${name} of ${target.type}: ${answer.status}`)
      const found = leaks(wholeOf(answer), knowledge, [target.id, target.word])
      if (found.length > 0) leaking.push(`${name} of ${target.type}/${target.id}: ${found.join(' ')}`)
    })
    expect(differing).toEqual([])
    expect(leaking).toEqual([])
    expect(compared).toBeGreaterThan(500)
  }, 60_000)

  it('learns by choosing an id that it is taken, and nothing more', async () => {
    const knowledge = knowledgeOf(world, caller)
    const work = chosen(knowledge, caller).flatMap(target => Object.entries(choosingAnId).map(([name, path]) => ({ target, name, path })))
    const wrong: string[] = []
    await together(work, async ({ target, name, path }) => {
      const answer = await world.ask(caller, path(target, contextOf(caller)))
      const found = leaks(wholeOf(answer), knowledge, [target.id, target.word])
      const isRight = [403, 404, ...(name === '$validate update' ? [200] : [])].includes(answer.status) && found.length === 0
      if (!isRight) wrong.push(`${name} of ${target.type}: ${answer.status} ${answer.body} ${found.join(' ')}`)
    })
    expect(wrong).toEqual([])
  })

  it('finds no word of what is hidden in any search, history, include, compartment or count of everything', async () => {
    const knowledge = knowledgeOf(world, caller)
    const leaking: string[] = []
    await together(broadQuestions(world, contextOf(caller)), async question => {
      const answer = await world.ask(caller, question)
      if (answer.status >= 500) leaking.push(`${question.path}: ${answer.status} ${answer.body}`)
      const found = leaks(wholeOf(answer), knowledge, asked.get(caller))
      if (found.length > 0) leaking.push(`${question.method ?? 'GET'} ${question.path}: ${found.join(' ')}`)
    })
    expect(leaking).toEqual([])
  }, 60_000)
})

describe.each(CALLERS)('%s', caller => {
  const types = (): readonly string[] => [...new Set(world.known.map(({ type }) => type))]

  it('finds all that is theirs by searching, page by page, and the total says as many', async () => {
    const wrong: string[] = []
    for (const type of types()) {
      const ids = await idsOnAllPages(world.ask, caller, `${type}?_count=7&_total=accurate`)
      if (ids === undefined) continue
      const ours = world.known.filter(thing => thing.type === type && !thing.isDeleted)
      const sight = new Map(ours.map(thing => [thing.id, sightOf(world, caller, thing)]))
      for (const [id, can] of sight) {
        if (can === 'yes' && !ids.found.includes(id)) wrong.push(`${type}/${id} is missing`)
        if (can === 'no' && ids.found.includes(id)) wrong.push(`${type}/${id} is shown`)
      }
      if (new Set(ids.found).size !== ids.found.length) wrong.push(`${type}: one is there twice`)
      if (ids.total !== ids.found.length) wrong.push(`${type}: total ${ids.total}, found ${ids.found.length}`)
    }
    expect(wrong).toEqual([])
  })

  it('reads each of theirs, and what was deleted is gone only for those who saw it', async () => {
    const wrong: string[] = []
    const forbidden = new Set<string>()
    await together(world.known, async thing => {
      const { status } = await world.ask(caller, { path: `${thing.type}/${thing.id}` })
      if (status === 403) forbidden.add(thing.type)
      const sight = sightOf(world, caller, thing)
      const seen = thing.isDeleted ? 410 : 200
      const expected = status === 403 ? [403] : sight === 'perhaps' ? [seen, 404] : [sight === 'yes' ? seen : 404]
      if (!expected.includes(status)) wrong.push(`${thing.type}/${thing.id} by ${thing.by}: ${status}, not ${expected.join(' or ')}`)
    })
    expect(wrong).toEqual([])
    expect(clients[caller].role === 'integrator' || forbidden.size === 0).toBe(true)
  })
})

describe('what others write', () => {
  it.each(['charity', 'gp'] as const)('changes no answer to %s', async caller => {
    const questions = broadQuestions(world, contextOf(caller))
    const answers = async (): Promise<Map<Question, string>> => {
      const found = new Map<Question, string>()
      await together(questions, async question => { found.set(question, comparable(await world.ask(caller, question), {})) })
      return found
    }
    const before = await answers()
    await world.addMore(caller)
    const after = await answers()
    expect(questions.filter(question => before.get(question) !== after.get(question))
      .map(question => `${question.path}\n${difference(before.get(question) ?? '', after.get(question) ?? '')}`)).toEqual([])
  }, 60_000)
})

it('a page link of another caller shows nothing of that caller', async () => {
  const knowledge = knowledgeOf(world, 'otherGp')
  const first = JSON.parse((await world.ask('gp', { path: 'Patient?_sort=family&_count=1' })).body) as { link: { relation: string; url: string }[] }
  const next = first.link.find(({ relation }) => relation === 'next')?.url.split('/fhir/')[1] ?? ''
  expect(next).not.toBe('')
  const answer = await world.ask('otherGp', { path: next })
  expect([200, 400]).toContain(answer.status)
  expect(leaks(answer.body.replaceAll(/_page=[^"&]+/g, ''), knowledge)).toEqual([])
})
