/** Rule packs while the hub runs: published as PlanDefinitions, reloaded without a restart, refused with the old one in force. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bundle, OperationOutcome, Parameters, PlanDefinition } from 'fhir/r4.js'
import { loadLocalities } from '../../../src/directory/load.ts'
import { referralBundle } from '../../../scripts/vignette-bundle.ts'
import { startTestHub, type TestHub } from '../../hub.ts'
import { usual } from '../referral.ts'

const PLAN = '/fhir/PlanDefinition/central-lancashire'
const folder = mkdtempSync(join(tmpdir(), 'care-connexions-localities-'))
cpSync('localities', folder, { recursive: true })
const file = join(folder, 'central-lancashire/pack.json')
const original = readFileSync(file, 'utf8')
const version = /"version": "([\d.]+)"/.exec(original)?.[1] ?? ''

let hub: TestHub
beforeAll(async () => { hub = await startTestHub({ localities: folder }) })
afterAll(async () => {
  await hub.stop()
  rmSync(folder, { recursive: true })
})

const reload = async () => (await hub.as('administrator')).post('/fhir/PlanDefinition/$reload-packs').send({ resourceType: 'Parameters' })
/** A pack with another age of adults, as a version of its own. */
const changed = (to: string, change = (text: string) => text): string => change(original.replace(`"version": "${version}"`, `"version": "${to}"`))
const adultsAt21 = (text: string): string => text.replace('"adultAge": 18', '"adultAge": 21')

const triaged = async (age: number): Promise<{ disposition: string | undefined; pack: string | undefined }> => {
  const referral = referralBundle('T', { ...usual, age }, 'first', loadLocalities(folder))
  const { body } = await (await hub.as('gp')).post('/fhir/ServiceRequest/$triage').send({ resourceType: 'Parameters', parameter: [{ name: 'referral', resource: referral }] }).expect(200)
  const { parameter = [] } = body as Parameters
  return {
    disposition: parameter.find(({ name }) => name === 'disposition')?.valueCode,
    pack: parameter.find(({ name }) => name === 'pack')?.part?.find(({ name }) => name === 'version')?.valueString,
  }
}

describe('rule packs', () => {
  it('are PlanDefinitions, valid by our own validator', async () => {
    const agent = await hub.as('integrator')
    const { body } = await agent.get('/fhir/PlanDefinition?_sort=_id').expect(200)
    const plans = (body as Bundle<PlanDefinition>).entry?.map(({ resource }) => resource) ?? []
    expect(plans.map(plan => plan?.id)).toEqual(['central-lancashire', 'east-staffordshire'])
    for (const plan of plans) {
      const { body: outcome } = await agent.post('/fhir/PlanDefinition/$validate').send(plan).expect(200)
      expect((outcome as OperationOutcome).issue.filter(({ severity }) => severity === 'error' || severity === 'fatal')).toEqual([])
    }
  })

  it('are found by url and version, and say what makes each rule fail', async () => {
    const agent = await hub.as('gp')
    const { body } = await agent.get('/fhir/PlanDefinition').query({ url: 'https://care-connexions.example/fhir/PlanDefinition/central-lancashire', version }).expect(200)
    const [plan] = (body as Bundle<PlanDefinition>).entry?.map(({ resource }) => resource) ?? []
    const rules = plan?.action?.flatMap(({ action = [] }) => action) ?? []
    expect(rules.find(({ id }) => id === 'adult')?.condition?.[0]?.expression?.description).toBe('age below 18 (adultAge)')
    expect(plan?.action?.map(({ prefix }) => prefix).slice(8, 11)).toEqual(['10', '9', '11'])
  })

  it('are nobody else\'s to write', async () => {
    const agent = await hub.as('administrator')
    const { body: plan } = await agent.get(PLAN).expect(200)
    const { body } = await agent.put(PLAN).send({ ...plan as object, title: 'Mine' }).expect(422)
    expect((body as OperationOutcome).issue[0]?.details?.text).toContain('reload it')
    await agent.delete(PLAN).expect(422)
  })
})

describe('a reload', () => {
  it('is for administrators', async () => {
    const { status } = await (await hub.as('hub')).post('/fhir/PlanDefinition/$reload-packs').send({ resourceType: 'Parameters' })
    expect(status).toBe(403)
  })

  it('puts a changed pack in force for the next answer, within 200 ms of CPU, and keeps the old one as a version', async () => {
    expect(await triaged(19)).toEqual({ disposition: 'offer', pack: version })
    writeFileSync(file, changed('9.0.0', adultsAt21))
    const before = process.cpuUsage()
    const { body } = await reload().then(answer => (expect(answer.status).toBe(200), answer))
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(200)
    expect((body as Parameters).parameter?.map(({ part }) => part?.slice(1).map(({ valueString }) => valueString))).toEqual([['9.0.0', version], [expect.any(String)]])
    expect(await triaged(19)).toEqual({ disposition: 'redirect', pack: '9.0.0' })
    const history = await (await hub.as('gp')).get(`${PLAN}/_history`).expect(200)
    expect((history.body as Bundle<PlanDefinition>).entry?.map(({ resource }) => resource?.version)).toEqual(['9.0.0', version])
  })

  it('changes nothing where nothing changed', async () => {
    await reload()
    const { body } = await (await hub.as('gp')).get(`${PLAN}/_history`).expect(200)
    expect((body as Bundle).entry).toHaveLength(2)
  })

  it.each<[string, string, RegExp]>([
    ['has a fault', changed('9.1.0', text => text.replace('"fact": "safe-to-wait"', '"fact": "safe-to-wate"')), /^central-lancashire\/pack\.json:\d+:\d+ \/rules\/\d+\/failsWhen\/fact: there is no fact "safe-to-wate"/],
    ['is no JSON', '{', /^central-lancashire\/pack\.json:1:2 .*is no JSON/],
    ['says something else under the version in force', changed('9.0.0'), /\/version: is 9\.0\.0 .* raise it/],
    ['would be another pack', changed('9.1.0', text => text.replace('"id": "central-lancashire"', '"id": "elsewhere"')), /\/id: is "elsewhere"/],
    ['has a rule that nothing makes fail', changed('9.1.0', text => text.replace('"failsWhen": { "fact": "age", "below": "$adultAge" }', '"failsWhen": { "all": [{ "fact": "age", "below": 18 }, { "fact": "age", "atLeast": 18 }] }')), /nothing makes the rule adult fail/],
  ])('is refused, and the old one stays in force, where a pack %s', async (_what, text, named) => {
    writeFileSync(file, text)
    const { status, body } = await reload()
    expect(status).toBe(422)
    expect((body as OperationOutcome).issue[0]?.details?.text).toMatch(named)
    expect(await triaged(19)).toEqual({ disposition: 'redirect', pack: '9.0.0' })
    await expect(hub.hub.reloadPacks()).rejects.toThrow('the packs in force stay')
  })

  it('is all or nothing: a right pack beside a faulty one waits', async () => {
    const other = join(folder, 'east-staffordshire/pack.json')
    const right = readFileSync(other, 'utf8')
    writeFileSync(file, changed('9.2.0'))
    writeFileSync(other, right.slice(0, 100))
    expect((await reload()).status).toBe(422)
    expect(await triaged(19)).toMatchObject({ pack: '9.0.0' })
    writeFileSync(other, right)
    expect((await reload()).status).toBe(200)
    expect(await triaged(19)).toEqual({ disposition: 'offer', pack: '9.2.0' })
  })

  it('keeps no request waiting: triage goes on through twenty reloads', async () => {
    const asked = Array.from({ length: 20 }, () => triaged(84))
    for (let round = 0; round < 20; round++) {
      writeFileSync(file, changed(`10.${round}.0`))
      await hub.hub.reloadPacks()
    }
    for (const { disposition, pack } of await Promise.all(asked)) expect([disposition, pack]).toEqual(['offer', expect.stringMatching(/^9\.2\.0|10\.\d+\.0$/)])
    expect(await triaged(84)).toEqual({ disposition: 'offer', pack: '10.19.0' })
  })
})
