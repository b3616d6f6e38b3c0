import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Parameters, ParametersParameter } from 'fhir/r4.js'
import { bundleOf, readForm } from '../../examples/partners/form.ts'
import { startTestHub, type TestHub } from '../hub.ts'

const folder = fileURLToPath(new URL('../../examples/partners/', import.meta.url))

describe('the partners', () => {
  it.each(readdirSync(folder).filter(name => name.endsWith('.ts')))('%s imports nothing of the hub\'s own code', name => {
    const imported = [...readFileSync(`${folder}${name}`, 'utf8').matchAll(/(?:from|import) '([^']+)'/g)].map(([, from]) => from)
    expect(imported.filter(from => !/^(\.\/[a-z-]+\.ts|node:[a-z/]+|fhir-kit-client|fhir\/r4\.js|jose)$/.test(from ?? ''))).toEqual([])
  })
})

describe('a short form', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub() })
  afterAll(() => hub.stop())

  const send = async (name: string): Promise<Parameters> => {
    const bundle = bundleOf(await readForm(name), {
      identifier: { system: 'https://sender.example/Id/case', value: name }, authoredOn: '2026-11-24T10:10:00Z', organisation: 'P81067',
    })
    const agent = await hub.as('gp')
    return (await agent.post('/fhir/ServiceRequest/$submit').send(JSON.stringify(bundle)).expect(201)).body as Parameters
  }
  const named = (parameters: Parameters, name: string): ParametersParameter | undefined =>
    parameters.parameter?.find(parameter => parameter.name === name)

  it.each([
    ['crew', 'offer', ['UCR2H', 'VW'], false],
    ['care-home-night', 'emergency', ['EMERGENCY'], true],
    ['care-home-worry', 'review', ['UCR2H'], false],
    ['two-needs', 'offer', ['UCR2H', 'SDEC'], false],
  ] as const)('%s is stored whole and understood: %s of %j', async (name, disposition, services, isAdvised) => {
    const answer = await send(name)
    expect(named(answer, 'outcome')?.resource).toMatchObject({ issue: [{ severity: 'information' }] })
    const proposal = (named(answer, 'proposal')?.resource as Parameters | undefined)?.parameter ?? []
    expect(proposal.find(parameter => parameter.name === 'disposition')?.valueCode).toBe(disposition)
    const codes = proposal.filter(parameter => parameter.name === 'service')
      .map(({ part }) => part?.find(parameter => parameter.name === 'code')?.valueCode)
    expect(codes).toEqual(services)
    expect(named(answer, 'emergencyAdvice') !== undefined).toBe(isAdvised)
  })

  it('with NEWS2 7 is answered with rules whose sentences are true of it', async () => {
    const bundle = bundleOf(await readForm('care-home-night'), {
      identifier: { system: 'https://sender.example/Id/case', value: 'sentences' }, authoredOn: '2026-11-24T10:10:00Z', organisation: 'P81067',
    })
    const agent = await hub.as('gp')
    const answer = (await agent.post('/fhir/ServiceRequest/$triage').send(JSON.stringify({
      resourceType: 'Parameters', parameter: [{ name: 'referral', resource: bundle }],
    })).expect(200)).body as Parameters
    const rules = (answer.parameter ?? []).filter(({ name }) => name === 'rule').map(({ part = [] }) => ({
      result: part.find(({ name }) => name === 'result')?.valueCode, sentence: part.find(({ name }) => name === 'source')?.valueString ?? '',
    }))
    expect(rules.filter(({ sentence }) => sentence.startsWith('NEWS2 is below 7'))).toEqual([expect.objectContaining({ result: 'fail' })])
    expect(rules.filter(({ result, sentence }) => result === 'pass' && /^NEWS2 is below \d/.test(sentence))).toEqual([])
  })

  it('makes new ids each time it is made, and keeps them when it is sent again', async () => {
    const form = await readForm('crew')
    const sending = { identifier: { system: 'https://sender.example/Id/case', value: '1' }, authoredOn: '2026-11-24T10:10:00Z', organisation: 'RX7' }
    const [one, other] = [bundleOf(form, sending), bundleOf(form, sending)]
    const ids = [...one.entry ?? [], ...other.entry ?? []].map(({ fullUrl }) => fullUrl)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { resource } of one.entry ?? []) {
      const subject = (resource as { subject?: { reference?: string } }).subject?.reference
      if (subject !== undefined) expect(subject).toBe(one.entry?.[0]?.fullUrl)
    }
  })
})
