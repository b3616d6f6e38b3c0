/**
 * No search of MongoDB reads a collection from end to end, and none reads many more documents than it finds: what the
 * server itself says it did. What must read more is listed with its reason. Skipped where MONGO_URL is not set.
 */
import { randomUUID } from 'node:crypto'
import type { ClientSession, Document } from 'mongodb'
import { databaseAt } from '../../scripts/mongod/replica-set.ts'
import { manualClock } from '../../src/fhir/clock.ts'
import { orderOf } from '../../src/search/order.ts'
import type { Condition, SearchPlan, SortKey } from '../../src/search/plan.ts'
import { compileOrder } from '../../src/store/mongo/compile/order.ts'
import { stagesOf } from '../../src/store/mongo/compile/stages.ts'
import { connect, type Database } from '../../src/store/mongo/database.ts'
import { openMongoStore } from '../../src/store/mongo/open.ts'
import { compilingIn, pageStages, selectionOf } from '../../src/store/mongo/search.ts'
import { START } from '../contract/stores.ts'
import { allOf, anyOf, EVERYTHING, isToken, match, not, plan, put, reference, refersTo, seenBy, text, token, write } from '../contract/write.ts'
import { entries, TESTS } from './every-test.ts'

const server = process.env['MONGO_URL']
const suite = server === undefined ? describe.skip : describe
const RESOURCES = 2_000
const PAGE = 21

/** What reads more documents than it finds, and why it may. */
const READS_MORE: Readonly<Record<string, string>> = {
  'code=|1': 'keys hold codes: what has the code in other systems is compared',
  'subject=1': 'where a parameter may lead to any type, an id is the end of its key',
  'code-value-quantity': 'composites are found by their parameter, and compared',
}

suite(`MongoDB: every plan${server === undefined ? ' (skipped: MONGO_URL is not set)' : ''}`, () => {
  let database: Database
  let session: ClientSession

  beforeAll(async () => {
    const url = databaseAt(server!, `plans-${randomUUID()}`)
    const clock = manualClock(START)
    const store = await openMongoStore({ url, clock })
    for (let from = 0; from < RESOURCES; from += 100) {
      clock.move(START + from)
      await write(store, ...Array.from({ length: 100 }, (_, index) => from + index).flatMap(n => [
        put('Observation', `r${n}`, {
          entries: entries(n), sort: [{ param: 'name', low: `name ${n}`, high: `name ${n}` }, { param: 'date', low: n, high: n + 1 }],
          caseId: `c${n % 20}`, audience: ['public'],
        }),
        put('Task', `t${n}`, {
          entries: [reference('owner', `Organization/${n % 10}`), token('status', n % 50 === 0 ? 'requested' : 'completed'), reference('for', `Patient/${n % 50}`)],
          sort: [{ param: 'authored-on', low: n, high: n }], caseId: `c${n % 20}`,
        }),
        ...(n < 50 ? [put('Patient', `${n}`, { entries: [text('name', `name ${n}`), token('code', `${n}`)] })] : []),
      ]), { kind: 'share', caseId: 'c1', label: 'org:A' })
    }
    await store.close()
    database = await connect(url)
    session = database.client.startSession()
  }, 120_000)
  afterAll(async () => {
    await session.endSession()
    await database.db.dropDatabase()
    await database.close()
  })

  interface Walked {
    readonly stages: readonly string[]
    readonly keys: number
    readonly documents: number
    readonly found: number
  }

  /** What one page took, all its walks and whatever was asked before them together. */
  const explain = async (search: SearchPlan): Promise<Walked> => {
    const asked: Document[][] = []
    const plain = compilingIn(database, session, search.visibility, () => 5_000)
    const compiling = { ...plain, run: <T extends Document>(stages: readonly Document[]) => (asked.push([...stages]), plain.run<T>(stages)) }
    const selection = await selectionOf(compiling, search)
    const { walks, paths } = compileOrder(orderOf(search), search)
    for (const walk of walks.slice(0, 1)) asked.push([...pageStages(selection, search, walk, paths, PAGE)])
    const explained = await Promise.all(asked.map(stages => database.resources.aggregate(stages, { session }).explain('executionStats')))
    return { ...explained.map(walkedIn).reduce((sum, one) => ({
      stages: [...sum.stages, ...one.stages], keys: sum.keys + one.keys, documents: sum.documents + one.documents, found: 0,
    })), found: await count(search) }
  }
  const count = async (search: SearchPlan): Promise<number> => {
    const compiling = compilingIn(database, session, search.visibility, () => 5_000)
    const stages = stagesOf(await selectionOf(compiling, search))
    return (await database.resources.aggregate([...stages], { session }).toArray()).length
  }

  const all = seenBy('public', 'org:A')
  const observations = (where: Condition, more: Partial<SearchPlan> = {}) => plan('Observation', where, { visibility: all, ...more })
  const between = (from: number, until: number): readonly Condition[] => [
    match('date', { kind: 'date', prefix: 'ge', low: from, high: from + 1 }), match('date', { kind: 'date', prefix: 'lt', low: until, high: until + 1 }),
  ]
  /** A page, or what is found, and as much again. */
  const bound = ({ found }: Walked): number => 2 * found + 3 * PAGE

  it.each(TESTS.filter(([name]) => !name.endsWith('=ne')))('finds %s by an index', async (name, param, test) => {
    const walked = await explain(observations(match(param, test)))
    expect(walked.stages).not.toContain('COLLSCAN')
    if (name in READS_MORE) expect(walked.documents).toBeLessThanOrEqual(RESOURCES + PAGE)
    else expect({ name, ...walked, isBounded: walked.documents <= bound(walked) }).toMatchObject({ isBounded: true })
  })

  it.each(TESTS)('leaves not(%s) to a walk along the type', async (_name, param, test) => {
    expect((await explain(observations(not(match(param, test))))).stages).not.toContain('COLLSCAN')
  })

  it.each<[string, SearchPlan, number]>([
    ['_id', observations({ kind: 'ids', ids: ['r1', 'r2'] }), 4],
    ['_lastUpdated', observations({ kind: 'last-updated', prefix: 'ge', low: START + RESOURCES - 100, high: START + RESOURCES }), 3 * PAGE],
    ['everything, newest first', observations(EVERYTHING), 3 * PAGE],
    ['a window of late dates', observations(allOf(...between(1_800, 1_990))), 3 * PAGE],
    ['a patient and a code', observations(allOf(refersTo('subject', 'Patient/1'), isToken('code', '1'))), 3 * PAGE],
    ['a worklist, newest first', plan('Task', allOf(refersTo('owner', 'Organization/0'), isToken('status', 'requested')), { visibility: all }), 3 * PAGE],
    ['a chain', observations({ kind: 'chain', param: 'subject', types: ['Patient'], where: isToken('code', '7') }, { visibility: { kind: 'all' } }), 3 * PAGE],
    ['_has', plan('Patient', { kind: 'has', type: 'Task', param: 'for', where: isToken('status', 'requested') }), 150],
    ['below', observations({ kind: 'within', direction: 'below', type: 'Observation', param: 'partof', id: 'r1995' }), 40],
  ])('finds %s with no more documents than it needs', async (_name, search, most) => {
    const walked = await explain(search)
    expect(walked.stages).not.toContain('COLLSCAN')
    expect({ ...walked, isBounded: walked.documents <= most }).toMatchObject({ isBounded: true })
  })

  const by = (param: string, direction: SortKey['direction']): readonly SortKey[] => [{ param, direction }]
  it.each<[string, SearchPlan]>([
    ['everything, newest first', observations(EVERYTHING)],
    ['everything, oldest first', observations(EVERYTHING, { sort: by('_lastUpdated', 'ascending') })],
    ['a code, newest first', observations(isToken('code', '1'))],
    ['several codes, newest first', observations(anyOf(isToken('code', '1'), isToken('code', '2'), isToken('code', '3')))],
    ...(['ascending', 'descending'] as const).flatMap(direction => [
      [`a worklist by authored-on, ${direction}`, plan('Task', allOf(refersTo('owner', 'Organization/0'), isToken('status', 'requested')), { visibility: all, sort: by('authored-on', direction) })],
      [`a worklist by its updates, ${direction}`, plan('Task', allOf(refersTo('owner', 'Organization/0'), isToken('status', 'completed')), { visibility: all, sort: by('_lastUpdated', direction) })],
    ] as [string, SearchPlan][]),
    ['a type by its own date, latest first', observations(EVERYTHING, { sort: by('date', 'descending') })],
    ['a window of late dates', observations(allOf(...between(1_800, 1_990)))],
  ])('has %s in the order of an index', async (_name, search) => {
    const walked = await explain(search)
    expect(walked.stages).not.toContain('COLLSCAN')
    expect(walked.stages.filter(stage => stage === 'SORT' || stage === '$sort')).toEqual([])
  })
})

/** Names of all stages of an explained aggregate, and what its own collection was read for. */
const walkedIn = (explained: Document): { stages: string[]; keys: number; documents: number; found: number } => {
  const first = (explained['stages'] as Document[] | undefined)?.[0]?.['$cursor'] as Document | undefined ?? explained
  const stages: string[] = ((explained['stages'] as Document[] | undefined) ?? []).flatMap(stage => Object.keys(stage)).filter(name => name.startsWith('$'))
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if ('stage' in node && typeof node.stage === 'string') stages.push(node.stage.toUpperCase())
    for (const child of Object.values(node)) visit(child)
  }
  visit((first['queryPlanner'] as Document)['winningPlan'])
  const stats = first['executionStats'] as { totalKeysExamined: number; totalDocsExamined: number }
  return { stages, keys: stats.totalKeysExamined, documents: stats.totalDocsExamined, found: 0 }
}
