/** A third, invented locality (`newtown/`): a folder of data beside the others, and not a line of code. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bundle, Parameters } from 'fhir/r4.js'
import { loadLocalities } from '../../../src/directory/load.ts'
import { referralBundle, receivedAtOf } from '../../../scripts/vignette-bundle.ts'
import { differences, readVignettes } from '../../../scripts/vignette-expectation.ts'
import { startTestHub, type TestHub } from '../../hub.ts'

const folder = mkdtempSync(join(tmpdir(), 'care-connexions-three-'))
cpSync('localities', folder, { recursive: true })
cpSync('test/triage/packs/newtown', join(folder, 'newtown'), { recursive: true })
afterAll(() => rmSync(folder, { recursive: true }))

const check = (name: string) => {
  const { status, stdout } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/pack-check.ts', join(folder, name)], { encoding: 'utf8' })
  return { status, lines: stdout.trim().split('\n') }
}

describe('a hub of three localities', () => {
  let hub: TestHub
  beforeAll(async () => { hub = await startTestHub({ localities: folder }) })
  afterAll(() => hub.stop())

  it.each(readVignettes('test/triage/packs/newtown/vignettes.yaml').map(vignette => [vignette.id, vignette.why, vignette] as const))('%s: %s', async (id, _why, vignette) => {
    const localities = loadLocalities(folder)
    const { body } = await (await hub.as('gp')).post('/fhir/ServiceRequest/$triage').send({ resourceType: 'Parameters', parameter: [
      { name: 'referral', resource: referralBundle(id, vignette.given, 'first', localities) },
      { name: 'at', valueDateTime: new Date(receivedAtOf(vignette.given.receivedAt)).toISOString() },
    ] }).expect(200)
    expect(differences(vignette, body as Parameters, localities)).toEqual([])
  })

  it('shows its services and its pack', async () => {
    const gp = await hub.as('gp')
    const services = await gp.get('/fhir/HealthcareService?location=Location/nt-market&_sort=_id').expect(200)
    expect((services.body as Bundle).entry?.map(({ resource }) => resource?.id)).toEqual(['nt-clinic', 'nt-emergency', 'nt-visit'])
    await gp.get('/fhir/PlanDefinition/newtown').expect(200)
  })
})

describe('pack:check', () => {
  it.each(['central-lancashire', 'east-staffordshire', 'newtown'])('finds the pack of %s fit, with its vignettes', name => {
    const { status, lines } = check(name)
    expect(lines.filter(line => line.startsWith('error'))).toEqual([])
    expect([status, lines.at(-1)]).toEqual([0, 'The pack is fit to be signed.'])
    expect(lines.at(-2)).toMatch(/^(\d+) of \1 vignettes passed$/)
  })

  it('is not content with a case that is answered otherwise', () => {
    const file = join(folder, 'newtown/pack.json')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('"asapHours": 3', '"asapHours": 2'))
    const { status, lines } = check('newtown')
    writeFileSync(file, text)
    expect(status).toBe(1)
    expect(lines).toContainEqual(expect.stringMatching(/N01, first forms: due: expected 2026-11-24T14:00, found 2026-11-24T13:00/))
  })

  it('says what it is to be given', () => {
    const given = (...args: readonly string[]) => spawnSync(process.execPath, ['scripts/pack-check.ts', ...args], { encoding: 'utf8' })
    expect(given()).toMatchObject({ status: 2, stderr: expect.stringContaining('pack:check -- FOLDER') as string })
    expect(given('docs')).toMatchObject({ status: 2, stderr: 'docs is no folder of a locality: it has no locality.json\n' })
  })
})
