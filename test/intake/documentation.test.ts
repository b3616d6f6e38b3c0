/** docs/submit.md is true: its request is taken, its answer has that shape, and its table has every code there is. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Bundle, OperationOutcome, Parameters, QuestionnaireResponse } from 'fhir/r4.js'
import { openStory, type Story } from '../referral/story.ts'

const page = readFileSync(new URL('../../docs/submit.md', import.meta.url), 'utf8')
const [request, answer, form] = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => JSON.parse(json) as unknown) as [Bundle, Parameters, QuestionnaireResponse]

let story: Story
beforeAll(async () => { story = await openStory() })
afterAll(() => story.stop())

const names = ({ parameter = [] }: Parameters): string[] => parameter.map(({ name }) => name)
const codes = (parameters: Parameters): (string | undefined)[] => ((parameters.parameter?.find(({ name }) => name === 'outcome')?.resource as OperationOutcome | undefined)?.issue ?? [])
  .map(({ details }) => details?.coding?.[0]?.code)

it('the request is answered 201 as the page shows', async () => {
  const real = await story.submit(request)
  expect([real.status, names(real.body as Parameters)]).toEqual([201, names(answer)])
  expect(codes(real.body as Parameters)).toEqual(expect.arrayContaining(codes(answer)))
  const proposal = (parameters: Parameters): unknown => (parameters.parameter?.find(({ name }) => name === 'proposal')?.resource as Parameters | undefined)
    ?.parameter?.filter(({ name }) => ['disposition', 'priority', 'due', 'service'].includes(name))
  expect(proposal(real.body as Parameters)).toEqual(proposal(answer))
})

it('what is missing is asked, and the answer of the page brings a proposal', async () => {
  const ageless = JSON.parse(JSON.stringify(request).replace('"birthDate":"1942-05-17",', '').replace('R-2026-0117', 'R-2026-0118')) as Bundle
  const { body } = await story.submit(ageless)
  const proposalIn = (parameters: Parameters): Parameters => parameters.parameter?.find(({ name }) => name === 'proposal')?.resource as Parameters
  const said = ({ parameter = [] }: Parameters): unknown => parameter.find(({ name }) => name === 'disposition')?.valueCode
  expect([said(proposalIn(body as Parameters)), names(proposalIn(body as Parameters))]).toEqual(['moreinfo', expect.arrayContaining(['missing', 'questionnaire'])])
  const referral = (body as Parameters).parameter?.find(({ name }) => name === 'referral')?.valueReference?.reference ?? ''
  const gp = await story.hub.as('gp')
  expect((await gp.post('/fhir/QuestionnaireResponse').send({ ...form, basedOn: [{ reference: referral }] })).status).toBe(201)
  expect(said((await gp.post(`/fhir/${referral}/$triage`).send()).body as Parameters)).toBe('offer')
})

const rows = [...page.slice(page.indexOf('## What `outcome` says')).matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code))

it('the table has every code that intake says, and no other', () => {
  const folder = new URL('../../src/intake/', import.meta.url)
  const source = readdirSync(folder).map(name => readFileSync(new URL(name, folder), 'utf8')).join('\n')
  const said = [...source.matchAll(/(?:\bask|\bmention|\bsay)\('([a-z-]+)'|rule: '([a-z-]+)'/g)].map(([, remark, rule]) => remark ?? rule)
  expect(new Set(rows)).toEqual(new Set(said))
})

it('the code system has them all', () => {
  const { concept } = JSON.parse(readFileSync(new URL('../../profiles/hub/codesystems/operation-outcome.json', import.meta.url), 'utf8')) as { concept: { code: string }[] }
  const known = new Set(concept.map(({ code }) => code))
  expect(rows.filter(code => code === undefined || !known.has(code))).toEqual([])
})
