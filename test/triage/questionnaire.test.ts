/** The questionnaire for partners without coded data: published, one item for each fact, and its answers are what triage reads. */
import { readdirSync, readFileSync } from 'node:fs'
import type { CodeSystem, Questionnaire, QuestionnaireItem, QuestionnaireResponseItemAnswer } from 'fhir/r4.js'
import { hubCodeSystem } from '../../src/fhir/resource.ts'
import { startTestHub, type TestHub } from '../hub.ts'
import { proposalOf, referral, triage } from './referral.ts'

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
const questionnaire = read('localities/questionnaire.json') as Questionnaire
const facts = read('profiles/hub/codesystems/fact.json') as CodeSystem
const items = questionnaire.item ?? []
const TYPES: Readonly<Record<string, string>> = { CodeableConcept: 'choice', string: 'string', integer: 'integer', boolean: 'boolean', dateTime: 'dateTime' }

describe('the questionnaire', () => {
  it('has an item for each fact of the code system, under its code, of its type', () => {
    expect(items.map(({ linkId, type }) => [linkId, type])).toEqual((facts.concept ?? []).map(({ code, property }) => [code, TYPES[property?.[0]?.valueString ?? '']]))
    for (const { linkId, code, text } of items) {
      expect([linkId, code?.[0]?.system, code?.[0]?.code]).toEqual([linkId, facts.url, linkId])
      expect(text).toMatch(/\w/)
    }
  })

  it('has an item for each question that a pack asks', () => {
    for (const { pack } of triage.packs) expect(items.map(({ linkId }) => linkId)).toEqual(expect.arrayContaining(Object.keys(pack.texts.questions)))
  })

  it('takes each choice from a value set of the hub or from the values of its fact, and requires nothing', () => {
    for (const item of items.filter(({ type }) => type === 'choice')) expect([item.linkId, choicesOf(item).length > 0]).toEqual([item.linkId, true])
    expect(items.filter(({ required }) => required === true)).toEqual([])
  })
})

const codeSystems = readdirSync('profiles', { recursive: true, encoding: 'utf8' })
  .filter(file => /codesystems.*\.json$/i.test(file)).map(file => read(`profiles/${file}`) as CodeSystem)

/** Codes that an item offers: its options, or the concepts of the code system its value set is of. */
const choicesOf = ({ answerOption, answerValueSet }: QuestionnaireItem): readonly string[] => {
  if (answerOption !== undefined) return answerOption.map(({ valueCoding }) => valueCoding?.code ?? '')
  const name = answerValueSet?.split('/').at(-1) ?? ''
  const { compose } = read(`profiles/hub/valuesets/${name}.json`) as { compose: { include: { system: string; concept?: { code: string }[] }[] } }
  return compose.include.flatMap(({ system, concept }) =>
    concept?.map(({ code }) => code) ?? codeSystems.find(({ url }) => url === system)?.concept?.map(({ code }) => code) ?? [])
}

describe('an answer to each item', () => {
  const VALUES: Readonly<Record<string, QuestionnaireResponseItemAnswer>> = {
    'age': { valueInteger: 15 }, 'residence': { valueString: 'Preston' }, 'practice': { valueString: 'P81067' }, 'news2-total': { valueInteger: 6 },
    'frailty': { valueInteger: 6 }, 'last-two-hour-response': { valueDateTime: '2026-10-01' },
    'capacity': { valueBoolean: false }, 'consent-participation': { valueBoolean: false }, 'safe-to-wait': { valueBoolean: false },
  }
  const answerOf = (item: QuestionnaireItem): QuestionnaireResponseItemAnswer => VALUES[item.linkId]
    ?? (item.type === 'boolean' ? { valueBoolean: true } : { valueCoding: { system: hubCodeSystem(item.linkId), code: choicesOf(item)[0] ?? '' } })
  const inputsWith = (answered: readonly QuestionnaireItem[]): string => proposalOf(referral({}, {}, {
    resourceType: 'QuestionnaireResponse', id: 'form', status: 'completed', questionnaire: questionnaire.url,
    item: answered.map(item => ({ linkId: item.linkId, answer: [answerOf(item)] })),
  })).inputs

  it.each(items.map(item => [item.linkId, item] as const))('%s: is a fact that triage decided on', (linkId, item) => {
    // A best-interests record says something only of someone who lacks capacity.
    const before = linkId === 'best-interests' ? items.filter(each => each.linkId === 'capacity') : []
    expect(inputsWith([...before, item])).not.toBe(inputsWith(before))
  })
})

describe('published', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  it('is there for every client, found by its url', async () => {
    const found = await (await hub.as('gp')).get(`/fhir/Questionnaire?url=${questionnaire.url}`)
    expect([found.status, found.body]).toEqual([200, expect.objectContaining({ entry: [expect.objectContaining({ resource: expect.objectContaining({ id: 'referral', item: questionnaire.item }) })] })])
  })
})
